"""Mouse and wheel in the shown window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from medai_desktop.gui.series_drag import SERIES_MIME, series_data
from medai_desktop.gui.slice_slider import REACH_PX
from medai_desktop.gui.viewport_widget import FLASH_MS
from medai_desktop.review import FindingStatus, RejectReason
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import CUSTOM, ViewportKind, ViewportState
from tests.doubles.desks import make_workplace
from tests.doubles.heads import LOWER, SPACING_MM, UPPER, HeadWords, bright_mark, write_head
from tests.doubles.windows import READER, Middle, Right, Room, close_room, coloured, open_room
from tests.phantoms import volumes

Key = Qt.Key
Shift, Control, Alt = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
NOTCH = 120
_, ROW_MM, COLUMN_MM = SPACING_MM
AWAY = (420.0, 30.0)
"""A place in the picture with neither mark nor slider."""


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    write_head(tmp_path / "head")
    made = open_room(qtbot, make_workplace(marks=[bright_mark()]))
    made.open(tmp_path / "head")
    yield made
    close_room(made)


def state(room: Room, index: int = 0) -> ViewportState:
    return room.desk.viewing.layout.viewports[index]


def image(room: Room) -> int:
    """Place in reading order, from 1."""
    from medai_desktop.view.reading_order import reading_position

    shown = room.desk.viewing.display_set_in(0)
    assert shown is not None
    return reading_position(shown, state(room).slice_index)


def world(room: Room, at: tuple[float, float], index: int = 0) -> np.ndarray:
    projection = room.view(index)._content.projection(room.view(index).size_px())
    assert projection is not None
    place = projection.world_from_screen(*at)
    assert place is not None
    return place


# -- wheel -----------------------------------------------------------------------------------


def test_a_notch_is_an_image_and_fractions_of_a_touchpad_add_up(room: Room) -> None:
    start = image(room)
    room.wheel(-NOTCH)
    assert image(room) == start + 1
    for _ in range(7):
        room.wheel(-15)
    assert image(room) == start + 1
    room.wheel(-15)
    assert image(room) == start + 2
    room.wheel(100)
    assert image(room) == start + 2, "turning back begins anew"
    room.wheel(20)
    assert image(room) == start + 1
    room.wheel(-3 * NOTCH)
    assert image(room) == start + 4


def test_shift_goes_ten_and_the_end_flashes_shortly(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.wheel(40 * NOTCH)
    assert image(room) == 1
    QTest.qWait(2 * FLASH_MS)
    calm = room.picture()
    assert calm[:3, 200:300].max() == 0
    # A busy machine may take longer to paint than the flash lasts for a reader.
    monkeypatch.setattr("medai_desktop.gui.viewport_widget.FLASH_MS", 2_000)
    room.wheel(NOTCH, keys=Shift)
    assert image(room) == 1
    assert room.picture()[:3, 200:300].min() > 100, "a light at the upper end"
    assert room.picture()[-3:, 200:300].max() == 0
    room.wait(lambda: np.array_equal(room.picture(), calm))
    room.wheel(-NOTCH, keys=Shift)
    assert image(room) == 11
    room.wheel(-9 * NOTCH, keys=Shift)
    assert image(room) == 24, "no wrap"
    assert room.picture()[-3:, 200:300].min() > 100


def test_ctrl_zooms_at_the_cursor_and_3d_zooms_without(room: Room) -> None:
    at = (250.0, 300.0)
    before, place = state(room).slice_index, world(room, at)
    room.wheel(NOTCH, at=at, keys=Control)
    assert state(room).slice_index == before
    assert state(room).zoom > 1
    assert np.allclose(world(room, at), place, atol=1e-6)
    room.wheel(-NOTCH, at=at, keys=Control)
    assert state(room).zoom == pytest.approx(1.0)
    room.key(Key.Key_M, Shift)
    assert state(room).kind is ViewportKind.VOLUME
    room.wheel(NOTCH)
    assert state(room).camera.zoom > 1


# -- drags -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "gain"),
    [(Qt.KeyboardModifier.NoModifier, 1), (Control, 5), (Control | Shift, 20)],
)
def test_a_pixel_is_a_three_hundredth_of_the_width(
    room: Room, keys: Qt.KeyboardModifier, gain: int
) -> None:
    before = state(room).window
    assert before is not None
    room.press(AWAY, keys=keys)
    room.move((AWAY[0] + 10, AWAY[1]), button=Qt.MouseButton.LeftButton, keys=keys)
    after = state(room).window
    assert after is not None
    per_px = max(before.width / 300, 1.0)
    assert after.width == pytest.approx(before.width + 10 * per_px * gain)
    assert after.center == before.center
    room.release((AWAY[0] + 10, AWAY[1]), keys=keys)
    room.drag(AWAY, (AWAY[0], AWAY[1] + 10), keys=keys)
    later = state(room).window
    assert later is not None
    assert later.center < after.center, "down is brighter"
    assert state(room).preset == CUSTOM


def test_the_vertical_sense_of_the_level_is_a_setting(room: Room) -> None:
    before = state(room).window
    assert before is not None
    room.desk.level_rises_downwards = True
    room.drag(AWAY, (AWAY[0], AWAY[1] + 30))
    after = state(room).window
    assert after is not None
    assert after.center > before.center


def test_escape_brings_the_window_of_before_back(room: Room) -> None:
    before, preset = state(room).window, state(room).preset
    room.press(AWAY)
    room.move((AWAY[0] + 80, AWAY[1] + 30), button=Qt.MouseButton.LeftButton)
    assert state(room).window != before
    room.key(Key.Key_Escape)
    assert (state(room).window, state(room).preset) == (before, preset)
    room.release((AWAY[0] + 80, AWAY[1] + 30))
    assert state(room).window == before


def test_the_middle_button_pans_and_the_right_one_zooms_about_its_press(room: Room) -> None:
    room.drag(AWAY, (AWAY[0] + 40, AWAY[1] - 20), button=Middle)
    assert state(room).pan_px == (40, -20)
    at = (200.0, 260.0)
    place = world(room, at)
    room.drag(at, (at[0] + 15, at[1] - 70), button=Right)
    assert state(room).zoom == pytest.approx(1.01**70)
    assert np.allclose(world(room, at), place, atol=1e-6)
    assert room.view().menu is None, "a drag opens no menu"


@pytest.mark.parametrize(
    ("tool", "changes"), [(Tool.PAN, "pan_px"), (Tool.ZOOM, "zoom"), (Tool.SCROLL, "slice_index")]
)
def test_the_left_button_is_the_chosen_tool(room: Room, tool: Tool, changes: str) -> None:
    room.desk.viewing.set_tool(tool)
    before = state(room)
    room.drag(AWAY, (AWAY[0], AWAY[1] + 90))
    after = state(room)
    for name in ("pan_px", "zoom", "slice_index"):
        differs = getattr(after, name) != getattr(before, name)
        assert differs == (name == changes or (tool is Tool.ZOOM and name == "pan_px")), name
    assert after.window == before.window


def test_a_scroll_drag_goes_by_the_way_and_not_by_the_number_of_events(room: Room) -> None:
    room.desk.viewing.set_tool(Tool.SCROLL)
    start = image(room)
    room.press(AWAY)
    for y in range(1, 97):
        room.move((AWAY[0], AWAY[1] + y), button=Qt.MouseButton.LeftButton)
    room.release((AWAY[0], AWAY[1] + 96))
    assert image(room) == start + 6
    room.drag((AWAY[0], AWAY[1] + 96), AWAY)
    assert image(room) == start


def test_the_slice_slider_is_clicked_and_dragged(room: Room) -> None:
    width, height = room.view().size_px()
    x = width - REACH_PX / 2
    room.click((x, 4))
    assert image(room) == 1
    room.press((x, 4))
    room.move((x - 200, height / 2), button=Qt.MouseButton.LeftButton)
    assert 11 <= image(room) <= 14
    room.move((x - 200, height + 90), button=Qt.MouseButton.LeftButton)
    assert image(room) == 24
    room.release((x - 200, height + 90))
    assert state(room).preset != CUSTOM, "the slider is no window drag"


def test_visited_images_lighten_the_slider(room: Room) -> None:
    def light(top: float, bottom: float) -> float:
        column = room.picture()[:, -8]
        height = len(column)
        return float(column[int(top * height) : int(bottom * height)].mean())

    room.desk.viewing.go_to_slice(0, 0)
    room.quiet()
    dark = light(0.15, 0.3)
    for k in range(23, 14, -1):
        room.desk.viewing.go_to_slice(0, k)
        room.quiet()
        room.picture()
    shown = room.desk.viewing.display_set_in(0)
    assert shown is not None
    assert set(range(15, 24)) <= room.desk.viewing.visited(shown.id)
    assert 5 not in room.desk.viewing.visited(shown.id)
    assert light(0.15, 0.3) > dark + 20


def test_double_click_shows_one_viewport_alone(qtbot: QtBot, tmp_path: Path) -> None:
    write_head(tmp_path / "1")
    write_head(tmp_path / "2", HeadWords(series="flair", number=2, description="Ax FLAIR"))
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "1", tmp_path / "2")
    room.desk.viewing.set_layout(1, 2)
    room.double_click((100, 60), index=1)
    assert room.desk.viewing.layout.maximised == 1
    assert [widget.index for widget in room.window.viewports] == [1]
    room.double_click((100, 60), index=1)
    assert room.desk.viewing.layout.maximised is None
    close_room(room)


def test_side_buttons_change_the_series(qtbot: QtBot, tmp_path: Path) -> None:
    write_head(tmp_path / "1")
    write_head(tmp_path / "2", HeadWords(series="flair", number=2, description="Ax FLAIR"))
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "1", tmp_path / "2")
    room.desk.viewing.set_layout(1, 1)
    (study,) = room.desk.opening.studies
    room.desk.viewing.show(study.display_sets[0].id, 0)
    before = state(room).display_set_id
    room.click(AWAY, button=Qt.MouseButton.ForwardButton)
    assert state(room).display_set_id != before
    room.click(AWAY, button=Qt.MouseButton.BackButton)
    assert state(room).display_set_id == before
    close_room(room)


# -- menu ------------------------------------------------------------------------------------


def titles(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if action.text()]


def chosen(menu: QMenu, title: str) -> None:
    for action in menu.actions():
        if action.text().split("\t")[0] == title:
            action.trigger()
            menu.close()
            return
    raise AssertionError(f"{title} is not in {titles(menu)}")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_a_mark_decides_on_it(room: Room) -> None:
    room.detect()
    room.desk.reviewing.select(None)
    at = room.screen((LOWER[0] + UPPER[0]) / 2, (LOWER[1] + UPPER[1]) / 2)
    room.click(at, button=Right)
    menu = room.view().menu
    assert menu is not None
    assert menu.isVisible()
    assert titles(menu)[:2] == ["Agree", "Reject"]
    assert "Delete" not in titles(menu), "a mark of the program"
    assert room.desk.reviewing.selected == room.desk.reviewing.rows()[0].finding.id
    reasons = menu.reasons
    assert reasons is not None
    assert len(titles(reasons)) == len(RejectReason) - 1
    chosen(reasons, "artefact")
    menu.close()
    decision = room.desk.reviewing.rows()[0].reviewed.decision
    assert room.desk.reviewing.rows()[0].reviewed.status is FindingStatus.REJECTED
    assert decision is not None
    assert decision.reason is RejectReason.ARTEFACT


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_beside_a_mark_changes_the_view(room: Room) -> None:
    room.click(AWAY, button=Right)
    menu = room.view().menu
    assert menu is not None
    for title in ("Invert", "Planes", "3D", "Copy the picture"):
        assert title in titles(menu)
    assert "Agree" not in titles(menu)
    chosen(menu, "Invert")
    assert state(room).is_inverted
    room.click(AWAY, button=Right)
    menu = room.view().menu
    assert menu is not None
    before = QGuiApplication.clipboard().pixmap().size()
    chosen(menu, "Copy the picture")
    assert QGuiApplication.clipboard().pixmap().size() == room.view().size() != before
    checked = [a.text() for a in room.view().menu.actions() if a.isChecked()]  # type: ignore[union-attr]
    assert len(checked) == 1, "the preset that is on"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_over_3d_offers_3d_presets(room: Room) -> None:
    room.key(Key.Key_M, Shift)
    before = state(room).preset_3d
    room.click((200, 200), button=Right)
    menu = room.view().menu
    assert menu is not None
    shown = room.desk.viewing.display_set_in(0)
    assert shown is not None
    presets = room.desk.presets.presets_3d(shown)
    other = next(preset for preset in presets if preset != before)
    chosen(menu, room.desk.render(room.desk.presets.title(other)))
    assert state(room).preset_3d == other


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_key_opens_the_menu_and_the_press_of_the_button_does_not(room: Room) -> None:
    widget, place = room.view(), QPoint(420, 30)
    for reason, opens in (
        (QContextMenuEvent.Reason.Mouse, False),
        (QContextMenuEvent.Reason.Keyboard, True),
    ):
        event = QContextMenuEvent(reason, place, widget.mapToGlobal(place))
        QApplication.sendEvent(widget, event)
        assert (widget.menu is not None) is opens


# -- drop ------------------------------------------------------------------------------------


def dropped(room: Room, data: QMimeData, index: int) -> bool:
    widget = room.view(index)
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), action, data, button, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), action, data, button, none))
    room.quiet()
    return True


def test_a_series_is_dropped_into_a_viewport(qtbot: QtBot, tmp_path: Path) -> None:
    write_head(tmp_path / "1")
    write_head(tmp_path / "2", HeadWords(series="flair", number=2, description="Ax FLAIR"))
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "1", tmp_path / "2")
    room.desk.viewing.set_layout(1, 2)
    first, second = (state(room, n).display_set_id for n in (0, 1))
    assert first is not None
    assert dropped(room, series_data(first), 1)
    assert [state(room, n).display_set_id for n in (0, 1)] == [first, first]
    stranger = QMimeData()
    stranger.setText("something else")
    assert not dropped(room, stranger, 1)
    unknown = QMimeData()
    unknown.setData(SERIES_MIME, b"1.2.3")
    dropped(room, unknown, 0)
    assert state(room, 0).display_set_id == first
    assert second != first
    close_room(room)


# -- crosshair and 3D cursor -----------------------------------------------------------------


def crossing(room: Room, index: int) -> tuple[float, float]:
    place = room.view(index)._content.crosshair_px(room.view(index).size_px())
    assert place is not None
    return place


def test_the_crosshair_is_dragged_by_its_middle_with_any_tool(room: Room) -> None:
    room.key(Key.Key_M)
    x, y = crossing(room, 0)
    before = room.desk.viewing.crosshair_lps_mm
    window = state(room).window
    goal = world(room, (x + 30, y - 20))
    room.click((x + 3, y - 2))
    assert room.desk.viewing.crosshair_lps_mm == before, "a click moves nothing"
    room.drag((x + 3, y - 2), (x + 33, y - 22))
    assert room.desk.viewing.crosshair_lps_mm == pytest.approx(tuple(goal))
    assert state(room).window == window
    room.press((x + 30, y - 20))
    room.move((x - 40, y), button=Qt.MouseButton.LeftButton)
    room.key(Key.Key_Escape)
    room.release((x - 40, y))
    assert room.desk.viewing.crosshair_lps_mm == pytest.approx(tuple(goal))
    room.drag((x + 110, y + 90), (x + 150, y + 90))
    assert state(room).window != window, "away from the middle it is the window"
    assert before is not None


def test_the_crosshair_tool_moves_one_line_or_both(room: Room) -> None:
    room.key(Key.Key_M)
    room.desk.viewing.set_tool(Tool.CROSSHAIR)
    x, y = crossing(room, 0)
    room.drag((x, y + 120), (x + 25, y + 140))
    assert crossing(room, 0) == pytest.approx((x + 25, y), abs=0.5)
    room.drag((x - 100, y), (x - 90, y + 15))
    assert crossing(room, 0) == pytest.approx((x + 25, y + 15), abs=0.5)
    room.click((x - 60, y - 50))
    assert crossing(room, 0) == pytest.approx((x - 60, y - 50), abs=0.5)


def test_shift_shows_the_place_in_the_linked_viewport(qtbot: QtBot, tmp_path: Path) -> None:
    write_head(tmp_path / "1")
    write_head(tmp_path / "2", HeadWords(series="flair", number=2, description="Ax FLAIR"))
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "1", tmp_path / "2")
    room.desk.viewing.set_layout(1, 2)
    room.quiet()
    at = room.screen(20, 20, 1)
    plain = room.picture(1)
    room.move(room.screen(20, 20, 0), keys=Shift)
    room.quiet()
    drawn = np.abs(room.picture(1).astype(int) - plain).max(axis=2) > 60
    ys, xs = np.nonzero(drawn)
    assert (xs.mean(), ys.mean()) == pytest.approx(at, abs=1.5)
    room.move(room.screen(21, 21, 0))
    room.quiet()
    left = np.abs(room.picture(1).astype(int) - plain).max(axis=2) > 60
    assert not left.any()
    close_room(room)


# -- ruler -----------------------------------------------------------------------------------


def test_a_ruler_is_drawn_moved_by_its_end_and_deleted(room: Room) -> None:
    room.desk.viewing.set_tool(Tool.RULER)
    start, end = room.screen(10, 20), room.screen(30, 20)
    room.press(start)
    room.move(end, button=Qt.MouseButton.LeftButton)
    assert coloured(room.picture()[:, :-20], READER).sum() > 60, "seen while it is drawn"
    assert room.desk.measuring.measurements() == ()
    room.release(end)
    (length,) = room.desk.measuring.measurements()
    assert length.length_mm == pytest.approx(20 * COLUMN_MM, rel=1e-3)
    room.desk.viewing.set_tool(Tool.WINDOW)
    room.drag(end, room.screen(30, 30))
    (moved,) = room.desk.measuring.measurements()
    assert moved.id == length.id
    assert moved.length_mm == pytest.approx(np.hypot(20 * COLUMN_MM, 10 * ROW_MM), rel=1e-3)
    room.key(Key.Key_Z, Control)
    assert room.desk.measuring.measurements() == (length,)
    room.click(AWAY)
    room.key(Key.Key_Delete)
    assert len(room.desk.measuring.measurements()) == 1, "not selected"
    room.click(room.screen(20, 20))
    room.key(Key.Key_Delete)
    assert room.desk.measuring.measurements() == ()
    room.key(Key.Key_Z, Control)
    assert room.desk.measuring.measurements() == (length,)


def test_escape_leaves_no_ruler(room: Room) -> None:
    room.desk.viewing.set_tool(Tool.RULER)
    room.press(room.screen(10, 20))
    room.move(room.screen(30, 20), button=Qt.MouseButton.LeftButton)
    room.key(Key.Key_Escape)
    room.release(room.screen(30, 20))
    assert room.desk.measuring.measurements() == ()
    assert room.desk.viewing.tool is Tool.RULER, "the first Esc only cancels"
    room.key(Key.Key_Escape)
    assert room.desk.viewing.tool is Tool.WINDOW


def test_a_ruler_in_an_oblique_plane_measures_space(room: Room) -> None:
    room.key(Key.Key_M)
    room.desk.viewing.set_tool(Tool.RULER)
    start, end = (150.0, 200.0), (230.0, 260.0)
    expected = float(np.linalg.norm(world(room, end, 2) - world(room, start, 2)))
    room.drag(start, end, index=2)
    (length,) = room.desk.measuring.measurements()
    assert length.length_mm == pytest.approx(expected, rel=1e-6)
    assert length.slice_index is None


def test_without_spacing_a_ruler_says_pixels_and_why(qtbot: QtBot, tmp_path: Path) -> None:
    volumes.no_spacing(tmp_path / "plain")
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "plain")
    room.desk.viewing.set_tool(Tool.RULER)
    room.drag(room.screen(10, 10), room.screen(30, 10))
    (length,) = room.desk.measuring.measurements()
    assert length.length_mm is None
    assert length.length_px == pytest.approx(20, abs=0.1)
    widget = room.view()
    texts = [text.text for text in widget._content.overlay(widget.size_px()).texts]
    assert "20 px, no millimetres: no pixel spacing" in texts
    close_room(room)


# -- cursor and readout ----------------------------------------------------------------------


def test_the_cursor_says_what_a_press_would_do(room: Room) -> None:
    room.detect()
    shapes = Qt.CursorShape
    at = room.screen((LOWER[0] + UPPER[0]) / 2, (LOWER[1] + UPPER[1]) / 2)

    def over(place: tuple[float, float]) -> Qt.CursorShape:
        room.move(place)
        return room.view().cursor().shape()

    assert over(AWAY) is shapes.ArrowCursor
    assert over(at) is shapes.PointingHandCursor
    room.desk.reviewing.toggle_edit()
    assert over(at) is shapes.SizeAllCursor
    assert over(room.screen(LOWER[0], LOWER[1])) is shapes.SizeFDiagCursor
    assert over(room.screen(UPPER[0], LOWER[1])) is shapes.SizeBDiagCursor
    assert over(room.screen(UPPER[0], (LOWER[1] + UPPER[1]) / 2)) is shapes.SizeHorCursor
    assert over(room.screen((LOWER[0] + UPPER[0]) / 2, UPPER[1])) is shapes.SizeVerCursor
    room.desk.reviewing.cancel()
    room.desk.viewing.set_tool(Tool.RULER)
    assert over(AWAY) is shapes.CrossCursor
    room.desk.viewing.set_tool(Tool.PAN)
    assert over(AWAY) is shapes.OpenHandCursor


def test_the_readout_gives_value_and_place_and_goes_with_the_mouse(room: Room) -> None:
    said: list[str] = []
    room.view().pointed.connect(said.append)
    room.desk.viewing.go_to_slice(0, 8)
    room.quiet()
    room.move(room.screen(45.5, 19.5))
    assert said[-1].startswith("900")
    place = world(room, room.screen(45.5, 19.5))
    assert f"{place[0]:.1f}" in said[-1]
    room.move(room.screen(5.5, 5.5))
    assert not said[-1].startswith("900")
    room.move((2.0, 2.0))
    assert said[-1] == ""
    room.move(room.screen(45.5, 19.5))
    QApplication.sendEvent(room.view(), QEvent(QEvent.Type.Leave))
    assert said[-1] == ""


def test_letters_reach_the_viewport_and_no_input_method(room: Room) -> None:
    widget = room.view()
    assert not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert not widget.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)
