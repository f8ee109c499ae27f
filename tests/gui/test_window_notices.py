"""What must be said: one bar that pushes the views down, and faults that never end the program."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QtMsgType
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medai_desktop.gui import faults, theme
from medai_desktop.gui.dialogs import DetailsDialog
from medai_desktop.gui.guard import MOST_TRACEBACKS, answering, guarded
from medai_desktop.gui.notice_bar import MOST_LINES, emphasised, plain
from medai_desktop.gui.theme import DARK
from medai_desktop.session.context import Notice
from medai_desktop.text import Message, message
from tests.gui.hands import click
from tests.gui.windows import MakeWindow, desk_of, open_in, two_series
from tests.phantoms import bad_files


def empty(name: str) -> Message:
    return message("source.empty", file=name)


def test_bar_pushes_the_views_down_and_covers_nothing(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    before = window.views.mapTo(window, QPoint(0, 0)).y()
    assert not window.notices.isVisible()
    desk_of(window).notify(Notice(empty("IM0042")))
    QGuiApplication.processEvents()
    bar = window.notices
    assert bar.isVisible()
    after = window.views.mapTo(window, QPoint(0, 0)).y()
    assert after == before + bar.height()
    assert bar.mapTo(window, QPoint(0, 0)).y() == before
    click(bar.close_button)
    QGuiApplication.processEvents()
    assert not bar.isVisible()
    assert window.views.mapTo(window, QPoint(0, 0)).y() == before


def test_a_warning_is_warm_and_a_sentence_is_not(make_window: MakeWindow) -> None:
    window = make_window()
    desk = desk_of(window)

    def ground() -> QColor:
        QGuiApplication.processEvents()
        return window.notices.grab().toImage().pixelColor(3, 3)

    desk.notify(Notice(empty("a"), is_warning=False))
    assert ground() == QColor(DARK.raised)
    desk.notify(Notice(empty("b")))
    assert ground() == QColor(DARK.warning_ground)


def test_newest_first_with_the_number_of_the_others(make_window: MakeWindow) -> None:
    window = make_window()
    desk = desk_of(window)
    for name in ("first", "second", "third"):
        desk.notify(Notice(empty(name)))
    assert window.notices.text.accessibleName() == "third is empty."
    assert window.notices._more.text() == "and 2 more"
    click(window.notices.close_button)
    assert window.notices.text.accessibleName() == "second is empty."
    assert window.notices._more.text() == "and 1 more"


def test_details_name_every_reason_and_are_copied(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    names = [bad_files.not_dicom(tmp_path), bad_files.empty(tmp_path), bad_files.zeros(tmp_path)]
    (folder,) = two_series(tmp_path / "good")
    window = make_window()
    open_in(qtbot, window, [tmp_path, folder])
    click(window.notices.details)
    dialog = window.findChild(DetailsDialog)
    assert dialog is not None
    shown = dialog.text.toPlainText()
    for path in names:
        assert path.name in shown
    QGuiApplication.clipboard().clear()
    dialog._copy()
    assert QGuiApplication.clipboard().text() == shown
    dialog.accept()


def test_long_sentences_take_three_lines_at_most(make_window: MakeWindow) -> None:
    window = make_window(size=(1100, 700))
    short = Notice(empty("IM1"))
    desk_of(window).notify(short)
    QGuiApplication.processEvents()
    low = window.notices.height()
    desk_of(window).notify(Notice(empty(" ".join(f"file-{n}" for n in range(300)))))
    QGuiApplication.processEvents()
    line = QFontMetrics(theme.font()).lineSpacing()
    assert window.notices.text.height() <= MOST_LINES * line + 4
    assert low < window.notices.height() < 2 * low
    assert "file-299" in window.notices.text.accessibleName()


def test_names_of_files_are_set_apart(make_window: MakeWindow) -> None:
    desk = desk_of(make_window())
    said = message("session.two_reasons", first=empty("IM0042"), second=empty("IM0077"))
    marked = emphasised(said, desk.render)
    assert marked != plain(marked) == desk.render(said)
    assert "<" not in marked


def test_angle_brackets_in_a_name_are_letters(make_window: MakeWindow) -> None:
    window = make_window()
    desk_of(window).notify(Notice(empty("<b>x</b>&amp;")))
    QGuiApplication.processEvents()
    assert "<b>x</b>&amp; is empty." in window.notices.text._document.toPlainText()


# -- faults ---------------------------------------------------------------------------------------


class Fragile(QWidget):
    """A widget whose painting fails."""

    painted = 0

    @guarded
    def paintEvent(self, event: object) -> None:
        """Fails."""
        Fragile.painted += 1
        raise IndexError("PATIENT^NAME")


@pytest.fixture
def watched(make_window: MakeWindow) -> Iterator[object]:
    window = make_window()
    end = faults.watch_faults(desk_of(window))
    yield window
    end()


def test_a_fault_in_painting_is_said_once(
    watched: object, qtbot: QtBot, expects_faults: None, caplog: pytest.LogCaptureFixture
) -> None:
    desk = watched._desk  # type: ignore[attr-defined]
    fragile = Fragile()
    qtbot.addWidget(fragile)
    Fragile.painted = 0
    with qtbot.waitExposed(fragile):
        fragile.show()
    for _ in range(MOST_TRACEBACKS + 3):
        fragile.repaint()
    assert Fragile.painted > MOST_TRACEBACKS
    qtbot.waitUntil(lambda: bool(desk.notices))
    (notice,) = desk.notices
    assert notice.message.id == "gui.fault"
    assert len(notice.details) == 1
    assert "PATIENT" not in desk.render(notice.details[0])
    assert "IndexError" in desk.render(notice.details[0])
    logged = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert len(logged) <= MOST_TRACEBACKS
    desk.dismiss(notice)
    fragile.repaint()
    QGuiApplication.processEvents()
    assert desk.notices == (), "never a loop"


def test_errors_of_slots_and_threads_reach_the_reader(
    watched: object, qtbot: QtBot, expects_faults: None
) -> None:
    desk = watched._desk  # type: ignore[attr-defined]
    try:
        raise KeyError("slot")
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    qtbot.waitUntil(lambda: len(desk.notices) == 1)

    def fails() -> None:
        raise ValueError("thread")

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(desk.notices[0].details) == 2)
    assert len(desk.notices) == 1, "one bar for all"


def test_an_interrupt_is_no_fault(make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(make_window())
    passed_on: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *given: passed_on.append(given[0]))
    end = faults.watch_faults(desk)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    end()
    QGuiApplication.processEvents()
    assert passed_on == [KeyboardInterrupt]
    assert desk.notices == ()


def test_the_watch_ends(make_window: MakeWindow) -> None:
    before = sys.excepthook, threading.excepthook
    end = faults.watch_faults(desk_of(make_window()))
    assert sys.excepthook is not before[0]
    end()
    assert (sys.excepthook, threading.excepthook) == before


def test_one_bad_message_does_not_hold_the_others(make_window: MakeWindow) -> None:
    desk = desk_of(make_window())
    done: list[int] = []

    def fails() -> None:
        raise RuntimeError("bad")

    desk.mailbox.wake = lambda: None
    desk.mailbox.post(fails)
    desk.mailbox.post(lambda: done.append(1))
    with pytest.raises(RuntimeError, match="bad"):
        desk.mailbox.drain()
    assert done == [1]


def test_an_answer_is_given_after_a_fault(expects_faults: None) -> None:
    class Answers:
        @answering(7)
        def size(self) -> int:
            raise ZeroDivisionError

        @answering(7)
        def right(self) -> int:
            return 3

    assert Answers().size() == 7
    assert Answers().right() == 3


def test_chatter_of_qt_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "qt"):
        kind = QtMsgType.QtWarningMsg
        faults.note_qt(kind, None, "This plugin does not support propagateSizeHints()")  # type: ignore[arg-type]
        assert caplog.records == []
        faults.note_qt(kind, None, "QPainter::begin: Paint device returned engine == 0")  # type: ignore[arg-type]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
