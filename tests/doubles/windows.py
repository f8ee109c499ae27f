"""A shown window on a desk with a scripted detector, and hands that click by position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.theme import DARK
from medai_desktop.gui.viewport_widget import ViewportWidget
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.session.desk import ReadingDesk
from tests.doubles.desks import Workplace

Point = tuple[float, float]
Left, Right, Middle = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NONE = Qt.KeyboardModifier.NoModifier
TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Room:
    """A window, its desk, and the hands on it."""

    window: MainWindow
    place: Workplace
    bot: QtBot

    @property
    def desk(self) -> ReadingDesk:
        return self.place.desk

    def view(self, index: int = 0) -> ViewportWidget:
        return next(widget for widget in self.window.viewports if widget.index == index)

    # -- waiting -------------------------------------------------------------------------------

    def wait(self, until: Callable[[], bool]) -> None:
        self.bot.waitUntil(until, timeout=TIMEOUT_MS)

    def quiet(self) -> None:
        """Nothing runs and every picture asked for is there."""
        self.wait(lambda: not self.desk.jobs)
        QApplication.processEvents()
        self.wait(lambda: all(widget.is_current for widget in self.window.viewports))

    def open(self, *paths: Path) -> None:
        self.desk.opening.open_paths(paths)
        self.wait(lambda: self.window.has_picture)
        self.quiet()

    def detect(self) -> None:
        assert self.desk.detection.start() is None
        self.quiet()

    # -- hands ---------------------------------------------------------------------------------

    def press(
        self,
        at: Point,
        *,
        button: Qt.MouseButton = Left,
        index: int = 0,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        _mouse(self.view(index), QEvent.Type.MouseButtonPress, at, (button, button), keys)

    def move(
        self,
        to: Point,
        *,
        button: Qt.MouseButton = Qt.MouseButton.NoButton,
        index: int = 0,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        none = Qt.MouseButton.NoButton
        _mouse(self.view(index), QEvent.Type.MouseMove, to, (none, button), keys)

    def release(
        self,
        at: Point,
        *,
        button: Qt.MouseButton = Left,
        index: int = 0,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        none = Qt.MouseButton.NoButton
        _mouse(self.view(index), QEvent.Type.MouseButtonRelease, at, (button, none), keys)

    def click(self, at: Point, *, button: Qt.MouseButton = Left, index: int = 0) -> None:
        self.press(at, button=button, index=index)
        self.release(at, button=button, index=index)
        self.quiet()

    def double_click(self, at: Point, *, index: int = 0) -> None:
        self.press(at, index=index)
        self.release(at, index=index)
        _mouse(self.view(index), QEvent.Type.MouseButtonDblClick, at, (Left, Left), NONE)
        self.release(at, index=index)
        self.quiet()

    def drag(
        self,
        start: Point,
        end: Point,
        *,
        button: Qt.MouseButton = Left,
        index: int = 0,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        self.press(start, button=button, index=index, keys=keys)
        for share in (0.5, 1.0):
            between = tuple(s + share * (e - s) for s, e in zip(start, end, strict=True))
            self.move(between, button=button, index=index, keys=keys)  # type: ignore[arg-type]
        self.release(end, button=button, index=index, keys=keys)
        self.quiet()

    def wheel(
        self,
        turned: int,
        *,
        at: Point = (200, 200),
        index: int = 0,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        widget, place = self.view(index), QPointF(*at)
        event = QWheelEvent(
            place,
            QPointF(widget.mapToGlobal(place)),
            QPoint(),
            QPoint(0, turned),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        self.quiet()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE, index: int = 0) -> None:
        self.view(index).setFocus()
        QTest.keyClick(self.window, key, modifier)
        self.quiet()

    def answer(self, text: str) -> None:
        """Types a name into the question that comes next, and accepts it."""
        from PySide6.QtCore import QTimer

        def type_it() -> None:
            for dialog in QApplication.topLevelWidgets():
                if isinstance(dialog, QDialog) and dialog.isVisible():
                    field = dialog.findChild(QLineEdit)
                    assert isinstance(field, QLineEdit)
                    field.clear()
                    QTest.keyClicks(field, text)
                    QTest.keyClick(field, Qt.Key.Key_Return)
                    return
            QTimer.singleShot(20, type_it)

        QTimer.singleShot(20, type_it)

    # -- eyes ----------------------------------------------------------------------------------

    def picture(self, index: int = 0) -> np.ndarray:
        """What the viewport shows, (height, width, 3)."""
        return pixels_of(self.view(index))

    def count(self, colour: str, index: int = 0) -> int:
        """How many pixels of the viewport have nearly this colour."""
        return int(coloured(self.picture(index), colour).sum())

    def screen(self, column: float, row: float, index: int = 0) -> Point:
        """Viewport position of a point of the stored image, pixel edges."""
        projection = self.view(index)._content.projection(self.view(index).size_px())
        assert projection is not None
        return projection.screen_from_pixel(column, row)


def open_room(qtbot: QtBot, place: Workplace, size: tuple[int, int] = (1300, 800)) -> Room:
    """Shows a window."""
    window = MainWindow(place.desk, lambda bridge: RenderThread(bridge.deliver, bridge.fail))
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    place.desk.restoring.begin_if_idle()
    return Room(window, place, qtbot)


def close_room(room: Room) -> None:
    """Closes the window, then the journal."""
    room.window.close()
    room.place.journal.close()


def pixels_of(widget: QWidget) -> np.ndarray:
    """What a widget paints, (height, width, 3) of 8 bits."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine())[:, : 3 * image.width()]
    return rows.reshape(image.height(), image.width(), 3).copy()


def coloured(pixels: np.ndarray, colour: str, tolerance: int = 40) -> np.ndarray:
    """Which pixels have nearly this colour."""
    wanted = np.array(QColor(colour).getRgb()[:3])
    return np.asarray((np.abs(pixels.astype(int) - wanted) <= tolerance).all(axis=2))


def extent(mask: np.ndarray) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 around everything that is set."""
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


PROGRAM, READER = DARK.program, DARK.reader


def _mouse(
    widget: QWidget,
    kind: QEvent.Type,
    at: Point,
    buttons: tuple[Qt.MouseButton, Qt.MouseButton],
    keys: Qt.KeyboardModifier,
) -> None:
    place = QPointF(*at)
    there = QPointF(widget.mapToGlobal(place))
    QApplication.sendEvent(widget, QMouseEvent(kind, place, there, *buttons, keys))
