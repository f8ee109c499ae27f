"""The shown window, clicked by position."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.gui import theme
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.viewport_widget import ViewportWidget
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import CUSTOM, ViewportKind


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    choices = WindowChoices(True, Language.ENGLISH, Language.ENGLISH)
    desk = build_desk(find_locations(), SettingsStore(None), choices)
    shown = MainWindow(desk, lambda bridge: RenderThread(bridge.deliver, bridge.fail))
    qtbot.addWidget(shown)
    shown.resize(1400, 900)
    shown.show()
    desk.opening.open_sample()
    qtbot.waitUntil(lambda: shown.has_picture, timeout=30_000)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=30_000)
    yield shown
    shown.close()


def grey(widget: ViewportWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()


def test_wheel_moves_one_image_in_reading_direction(window: MainWindow, qtbot: QtBot) -> None:
    desk = window._desk
    before = desk.viewing.layout.viewports[0].slice_index
    qtbot.mouseClick(window.viewports[0], Qt.MouseButton.LeftButton, pos=QPoint(60, 300))
    qtbot.keyClick(window, Qt.Key.Key_Down)
    after = desk.viewing.layout.viewports[0].slice_index
    assert abs(after - before) == 1
    shown = desk.viewing.display_set_in(0)
    assert shown is not None
    first, second = shown.frames[before].position_lps_mm, shown.frames[after].position_lps_mm
    assert first is not None
    assert second is not None
    assert second[2] < first[2], "the next axial image is the caudal one"


def test_drag_changes_the_window_and_the_picture(window: MainWindow, qtbot: QtBot) -> None:
    widget = window.viewports[0]
    before, picture = window._desk.viewing.layout.viewports[0].window, grey(widget)
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    qtbot.mouseMove(widget, QPoint(260, 340))
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(260, 340))
    state = window._desk.viewing.layout.viewports[0]
    assert before is not None
    assert state.window is not None
    assert state.window.width > before.width
    assert state.window.center < before.center
    assert state.preset == CUSTOM
    qtbot.waitUntil(lambda: not np.array_equal(grey(widget), picture), timeout=5_000)


def test_planes_come_and_go_on_m(window: MainWindow, qtbot: QtBot) -> None:
    window.viewports[0].setFocus()
    qtbot.keyClick(window, Qt.Key.Key_M)
    kinds = {state.kind for state in window._desk.viewing.layout.viewports}
    assert kinds == {ViewportKind.PLANE}
    assert len(window.viewports) == 3
    qtbot.waitUntil(lambda: grey(window.viewports[1]).max() > 100, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert {s.kind for s in window._desk.viewing.layout.viewports} == {ViewportKind.STACK}


def test_ruler_measures_millimetres(window: MainWindow, qtbot: QtBot) -> None:
    desk, widget = window._desk, window.viewports[0]
    desk.viewing.set_tool(Tool.RULER)
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    qtbot.mouseMove(widget, QPoint(200, 300))
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(200, 300))
    (length,) = desk.measuring.measurements()
    projection = widget._content.projection((widget.width(), widget.height()))
    assert projection is not None
    assert projection.mm_per_px is not None
    assert length.length_mm == pytest.approx(100 * projection.mm_per_px, rel=1e-3)


def test_language_switches_every_text_at_once(window: MainWindow) -> None:
    english = window.side.tabText(0)
    window._desk.set_language(Language.CHINESE)
    assert window.side.tabText(0) == "标记" != english


def test_chinese_is_drawn_by_a_real_font(window: MainWindow) -> None:
    from PySide6.QtGui import QFontMetrics, QPainter

    def drawn(text: str) -> np.ndarray:
        image = QImage(80, 40, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setPen(Qt.GlobalColor.white)
        painter.setFont(theme.font(20))
        painter.drawText(5, 30, text)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).copy()

    assert QFontMetrics(theme.font(20)).horizontalAdvance("患者") > 20
    assert not np.array_equal(drawn("患"), drawn("者"))
    assert not np.array_equal(drawn("患"), drawn("\U0010fffd"))
