"""Nothing is open: what the start screen offers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.gui.recent_rows import when
from medai_desktop.session.recent import why_missing
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Language
from tests.gui.hands import click, click_row
from tests.gui.windows import WAIT_MS, MakeWindow, desk_of, two_series

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def remember(locations: Locations, title: str, paths: tuple[Path, ...]) -> None:
    journal = CatalogJournal(locations.catalog)
    opened = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    journal.remember_study(RecentStudy(title, title, paths, opened))
    journal.close()


def test_the_sample_opens_by_its_button(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    assert window.start.isVisible()
    click(window.start.open_sample)
    qtbot.waitUntil(lambda: window.has_picture, timeout=WAIT_MS)
    assert not window.start.isVisible()
    study = desk_of(window).opening.current_study
    assert study is not None
    assert window.viewports


def test_the_first_key_is_the_likely_one(make_window: MakeWindow) -> None:
    window = make_window()
    window.activateWindow()
    assert window.focusWidget() is window.start.open_folder


def test_a_dropped_folder_is_opened(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (folder,) = two_series(tmp_path)
    window = make_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    window.dropEvent(
        QDropEvent(
            QPointF(700, 400),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: window.has_picture, timeout=WAIT_MS)
    assert desk_of(window).opening.opened_paths == (folder,)


def test_a_recent_study_is_opened_again(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, locations: Locations
) -> None:
    remember(locations, "Small study", two_series(tmp_path / "data"))
    window = make_window(is_private=False)
    qtbot.waitUntil(lambda: window.start.recent.count() == 1, timeout=WAIT_MS)
    (row,) = window.start.recent.rows()
    assert row.spoken.startswith("Small study\nyesterday")
    click_row(window.start.recent, 0)
    qtbot.waitUntil(lambda: window.has_picture, timeout=WAIT_MS)


def test_a_recent_study_that_is_gone_says_so_and_opens_nothing(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, locations: Locations
) -> None:
    remember(locations, "Gone", (tmp_path / "nowhere",))
    window = make_window(is_private=False)
    qtbot.waitUntil(lambda: window.start.recent.count() == 1, timeout=WAIT_MS)
    assert "folder not found: moved or deleted" in window.start.recent.rows()[0].spoken
    click_row(window.start.recent, 0)
    assert not desk_of(window).jobs


@pytest.mark.parametrize(
    ("path", "there", "said"),
    [
        ("/home/x/study", set(), "session.recent_moved"),
        ("/media/x/STICK/study", set(), "session.recent_no_drive"),
        ("/media/x/STICK/study", {"/media/x/STICK"}, "session.recent_moved"),
        ("/mnt/archive/study", set(), "session.recent_no_drive"),
        ("/mnt/archive/study", {"/mnt/archive"}, "session.recent_moved"),
        ("/run/media/x/STICK/study", {"/run/media/x/STICK"}, "session.recent_moved"),
        ("/run/media/x/STICK/study", set(), "session.recent_no_drive"),
        ("/home/x/study", {"/home/x/study"}, None),
    ],
)
def test_why_a_study_is_missing(path: str, there: set[str], said: str | None) -> None:
    found = why_missing((Path(path),), lambda asked: asked.as_posix() in there)
    assert (None if found is None else found.id) == said


def test_a_path_that_raises_is_missing() -> None:
    def refuses(path: Path) -> bool:
        raise PermissionError(13, "no")

    assert why_missing((Path("/home/x"),), refuses) is not None


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (NOW - timedelta(hours=2), ("gui.today", "time", "10:00")),
        (NOW - timedelta(days=1), ("gui.yesterday", "", "")),
        (NOW - timedelta(days=3), ("gui.when", "date", "Wednesday")),
        (NOW - timedelta(days=30), ("gui.when", "date", "2026-02-12")),
    ],
)
def test_when_a_study_was_open(opened: datetime, said: tuple[str, str, str]) -> None:
    words = when(opened.isoformat(), NOW, Language.ENGLISH)
    assert words.id == said[0]
    if said[1]:
        assert words.argument(said[1]) == said[2]


def test_a_broken_time_is_shown_as_written() -> None:
    assert when("soon", NOW, Language.ENGLISH).argument("date") == "soon"


def test_scanning_counts_and_can_be_cancelled(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    import os

    fifo = tmp_path / "scan"
    fifo.mkdir()
    for number in range(3000):
        (fifo / f"{number:04d}.txt").write_text("no image")
    window = make_window()
    desk = desk_of(window)
    desk.opening.open_paths([fifo])
    qtbot.waitUntil(window.start.cancel.isVisible, timeout=WAIT_MS)
    assert window.start._title.text() == "Reading the files"
    assert not window.start.open_folder.isVisible()
    click(window.start.cancel)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=WAIT_MS)
    qtbot.waitUntil(window.start.open_folder.isVisible, timeout=WAIT_MS)
    assert os.listdir(fifo)


def test_language_reaches_the_start_screen(make_window: MakeWindow) -> None:
    window = make_window()
    assert window.start.open_folder.text() == "Open folder"
    desk_of(window).set_language(Language.CHINESE)
    assert window.start.open_folder.text() == "打开文件夹"
    assert window.start._title.text() == "将检查拖到此处"


def test_enter_on_the_sample_button_opens_it(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.start.open_sample.setFocus()
    QTest.keyClick(window.start.open_sample, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.has_picture, timeout=WAIT_MS)
