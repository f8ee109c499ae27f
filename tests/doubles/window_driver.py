"""Runs the real window and reads a case in it: agrees, measures, moves the threshold, then waits.

A program of its own: ``python -m tests.doubles.window_driver view --sample --detect``. All is
done by keys and mouse; what was done is told in ``told.json`` in the place the program writes to.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QSlider

from medai_desktop.app.command_line import main
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.program import make_application
from medai_desktop.view.tool import Tool

READER = "Dr Kill"
Wait = Callable[[], bool]


def windows() -> list[MainWindow]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]


def reading() -> Iterator[Wait]:
    """What the reader does; after each yield the condition is waited for."""
    yield lambda: bool(windows())
    (window,) = windows()
    desk = window._desk
    yield lambda: desk.reviewing.selected is not None and not desk.jobs
    yield lambda: all(view.is_current for view in window.viewports)
    view = next(v for v in window.viewports if v.shows(desk.reviewing.selected))  # type: ignore[arg-type]
    view.setFocus()
    QTimer.singleShot(0, lambda: QTest.keyClick(window, Qt.Key.Key_A))
    yield lambda: bool(dialogs())
    (dialog,) = dialogs()
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, READER)
    QTest.keyClick(field, Qt.Key.Key_Return)
    yield lambda: len(desk.reviewing.history.entries) == 1 and not dialogs()
    window.activateWindow()
    yield window.isActiveWindow
    view.setFocus()
    QTest.keyClick(window, Qt.Key.Key_R)
    yield lambda: desk.viewing.tool is Tool.RULER
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, none, QPoint(160, 300))
    QTest.mouseMove(view, QPoint(220, 330))
    QTest.mouseRelease(view, left, none, QPoint(260, 340))
    yield lambda: len(desk.measuring.measurements()) == 1
    slider = next(s for s in window.findChildren(QSlider) if s.isVisible())
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    yield lambda: len(desk.reviewing.history.entries) == 2
    (found,) = desk.detection.finding_sets()
    told = {
        "agreed": str(desk.reviewing.history.entries[0].finding_id),
        "length_mm": desk.measuring.measurements()[0].length_mm,
        "threshold": desk.reviewing.threshold(found),
        "before": found.provenance.threshold,
    }
    home = Path(os.environ["MEDAI_HOME"])
    (home / "telling").write_text(json.dumps(told), encoding="utf-8")
    (home / "telling").rename(home / "told.json")
    yield lambda: False


def dialogs() -> list[QDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]


def drive() -> int:
    make_application()
    steps = reading()
    waiting: list[Wait] = [next(steps)]

    def look() -> None:
        if waiting[0]():
            waiting[0] = lambda: False
            waiting[0] = next(steps)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(drive())
