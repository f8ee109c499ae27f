"""Asking for folders and files, and what is said before an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from medai_desktop.findings import FindingSet
from medai_desktop.gui.dialogs import UndecidedDialog
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.text import Language
from tests.gui.hands import click
from tests.gui.windows import Looked, MakeWindow, desk_of, see

Seen = list[tuple[str, set[str]]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Folder and words of each file dialog; every one is left by Esc."""
    found: Seen = []

    def look(dialog: QFileDialog) -> int:
        words = {w.text().replace("&", "") for w in dialog.findChildren(QLabel) if w.text()}
        words |= {w.text().replace("&", "") for w in dialog.findChildren(QPushButton)}
        found.append((dialog.directory().absolutePath(), words))
        return 0

    monkeypatch.setattr(QFileDialog, "exec", look)
    return found


@pytest.mark.parametrize(
    "ask", ["file.open_folder", "file.open_files", "file.export", "file.save_picture"]
)
def test_no_word_of_a_file_dialog_is_in_another_language(
    ask: str, make_window: MakeWindow, looked: Looked, seen: Seen
) -> None:
    window = make_window([looked.folder], language=Language.CHINESE)
    window.run(ask)
    ((folder, words),) = seen
    assert {"文件夹：", "文件类型：", "取消"} <= words
    assert not [word for word in words if any("a" <= letter <= "z" for letter in word)]
    assert folder == str(looked.folder.parent), "not the working directory"
    desk_of(window).set_language(Language.ENGLISH)
    window.run(ask)
    assert {"Folder:", "Kind of file:", "Cancel"} <= seen[1][1]


def test_results_go_where_the_last_ones_went(
    make_window: MakeWindow, looked: Looked, seen: Seen, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window([looked.folder])
    desk = desk_of(window)
    desk.exporting.export(tmp_path)
    qtbot.waitUntil(lambda: desk.exporting.last is not None)
    window.run("file.export")
    window.run("file.open_folder")
    assert [folder for folder, _ in seen] == [str(tmp_path), str(looked.folder.parent)]


@pytest.fixture
def undecided(make_window: MakeWindow, marks: FindingSet, looked: Looked) -> MainWindow:
    """A head study with four marks that nobody has decided on."""
    return make_window([looked.folder], is_private=False)


def asked_by(window: MainWindow, qtbot: QtBot) -> UndecidedDialog:
    window.run("file.export")
    (dialog,) = (d for d in window.findChildren(UndecidedDialog) if d.isVisible())
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def test_an_export_of_undecided_marks_is_asked_about(
    undecided: MainWindow, seen: Seen, qtbot: QtBot
) -> None:
    dialog = asked_by(undecided, qtbot)
    assert dialog.said.text() == "4 marks are undecided. The report would hold 0 findings."
    click(dialog.back)
    assert not dialog.isVisible()
    assert seen == [], "Back asks for no folder"
    click(asked_by(undecided, qtbot).go_on)
    assert len(seen) == 1


def test_decided_marks_raise_no_question(
    undecided: MainWindow, seen: Seen, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = desk_of(undecided)
    desk.reviewing.set_reader("Dr Lee")
    desk.reviewing.toggle_folded()
    decide: list[Callable[[], bool]] = [desk.reviewing.agree, *[desk.reviewing.reject] * 3]
    for row, act in zip(desk.reviewing.rows(), decide, strict=True):
        desk.reviewing.select(row.finding.id)
        see(undecided, qtbot)
        assert act()
    undecided.run("file.export")
    assert len(seen) == 1
    desk.exporting.export(tmp_path)
    qtbot.waitUntil(lambda: desk.exporting.last is not None)
    said = desk.render(desk.notices[-1].message)
    assert "undecided" not in said


def test_the_notice_says_what_stayed_out(
    undecided: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = desk_of(undecided)
    desk.exporting.export(tmp_path)
    qtbot.waitUntil(lambda: desk.exporting.last is not None)
    said = desk.render(desk.notices[-1].message)
    assert said.endswith("4 marks are undecided and not in it.")
