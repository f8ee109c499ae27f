"""Boxes under the reader's hand in the shown window: edited, added, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medai_desktop.findings import FindingOrigin
from medai_desktop.review import DecisionKind, FindingStatus
from medai_desktop.session.finding_rows import FindingRow
from medai_desktop.view.box_edit import BoxHandle, handle_places, voxel_box
from medai_desktop.view.tool import Tool
from tests.doubles.desks import make_workplace
from tests.doubles.heads import LOWER, SPACING_MM, UPPER, bright_mark, write_head
from tests.doubles.windows import PROGRAM, READER, Room, close_room, coloured, open_room
from tests.phantoms import volumes

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier
Point = tuple[float, float]


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    write_head(tmp_path / "head")
    made = open_room(qtbot, make_workplace(marks=[bright_mark()]))
    made.open(tmp_path / "head")
    made.detect()
    yield made
    close_room(made)


def row(room: Room) -> FindingRow:
    return room.desk.reviewing.rows()[0]


def middle(room: Room) -> Point:
    return room.screen((LOWER[0] + UPPER[0]) / 2, (LOWER[1] + UPPER[1]) / 2)


def handle(room: Room, which: BoxHandle, index: int = 0) -> Point:
    widget = room.view(index)
    sheet, box = widget._content.edit_sheet(widget.size_px()), room.desk.reviewing.editing.box
    assert sheet is not None
    assert box is not None
    return handle_places(sheet, box)[which]


def edges(room: Room) -> np.ndarray:
    box = voxel_box(row(room).finding, row(room).display_set, 8)
    assert box is not None
    return np.array([box.lower, box.upper])


def begin(room: Room, how: str) -> None:
    if how == "double click":
        room.double_click(middle(room))
    else:
        room.key(Key.Key_Return)
    assert room.desk.reviewing.editing.is_active


@pytest.mark.parametrize("how", ["double click", "Return"])
def test_a_corner_is_dragged_and_return_accepts(room: Room, how: str) -> None:
    begin(room, how)
    image = room.picture()[:, :-20]
    assert coloured(image, PROGRAM).sum() == 0, "handles instead of brackets"
    assert coloured(image, READER).sum() > 100
    x, y = handle(room, BoxHandle.LOW_LOW)
    to = room.screen(LOWER[0] - 6, LOWER[1] - 4)
    room.drag((x, y), to)
    assert room.desk.reviewing.editing.is_active
    assert row(room).reviewed.status is FindingStatus.OPEN
    room.key(Key.Key_Return)
    assert row(room).reviewed.status is FindingStatus.EDITED
    assert np.allclose(edges(room)[0], (LOWER[0] - 6, LOWER[1] - 4, LOWER[2]), atol=0.02)
    assert np.allclose(edges(room)[1], UPPER, atol=0.02)
    finding = row(room).finding
    assert finding.box is not None
    assert finding.box.size_mm[0] == pytest.approx((UPPER[0] - LOWER[0] + 6) * SPACING_MM[2], 1e-3)
    assert {box.sop_instance_uid for box in finding.boxes_px} == {
        row(room).display_set.frames[k].instance.sop_instance_uid for k in range(5, 12)
    }
    decision = row(room).reviewed.decision
    assert decision is not None
    assert decision.reader == "Dr Weiss"
    room.key(Key.Key_Z, Control)
    assert row(room).finding == row(room).reviewed.original


def extent(seen: np.ndarray) -> np.ndarray:
    places = np.argwhere(seen)
    assert len(places) > 20
    return np.array([places.min(axis=0), places.max(axis=0)])


def test_after_an_edit_the_programs_brackets_stay_and_the_ellipse_is_the_readers(
    room: Room,
) -> None:
    before = extent(coloured(room.picture()[:, :-20], PROGRAM))
    begin(room, "Return")
    start = handle(room, BoxHandle.BODY)
    step = np.subtract(room.screen(10, 9), room.screen(6, 5))
    room.drag(start, (start[0] + step[0], start[1] + step[1]))
    room.key(Key.Key_Return)
    assert row(room).reviewed.status is FindingStatus.EDITED
    image = room.picture()[:, :-20]
    assert np.abs(extent(coloured(image, PROGRAM)) - before).max() <= 2
    ellipse = extent(coloured(image, READER))
    assert np.abs(ellipse - (before + step[::-1])).max() <= 4
    assert np.abs(ellipse - before).max() > 10


@pytest.mark.parametrize("order", ["tool while editing", "edit while measuring"])
def test_the_first_drag_of_the_ruler_measures_and_the_edit_is_kept(room: Room, order: str) -> None:
    if order == "edit while measuring":
        room.key(Key.Key_R)
    begin(room, "Return")
    start = handle(room, BoxHandle.BODY)
    step = np.subtract(room.screen(10, 8), room.screen(6, 5))
    room.drag(start, (start[0] + step[0], start[1] + step[1]))
    if order == "tool while editing":
        room.key(Key.Key_R)
        assert not room.desk.reviewing.editing.is_active, "another tool accepts"
    room.drag((start[0] - 200, start[1] - 80), (start[0] - 120, start[1] - 80))
    assert room.desk.viewing.tool is Tool.RULER
    assert row(room).reviewed.status is FindingStatus.EDITED
    assert np.allclose(edges(room), np.array([LOWER, UPPER]) + (4, 3, 0), atol=0.02)
    (length,) = room.desk.measuring.measurements()
    mm = room.view()._content.projection(room.view().size_px()).mm_per_px  # type: ignore[union-attr]
    assert mm is not None
    assert length.length_mm == pytest.approx(80 * mm, rel=0.02)


def test_the_body_is_dragged_and_a_click_beside_accepts(room: Room) -> None:
    begin(room, "Return")
    start = handle(room, BoxHandle.BODY)
    step = np.subtract(room.screen(10, 8), room.screen(6, 5))
    room.drag(start, (start[0] + step[0], start[1] + step[1]))
    room.click((start[0] - 350, start[1] - 60))
    assert not room.desk.reviewing.editing.is_active
    assert np.allclose(edges(room), np.array([LOWER, UPPER]) + (4, 3, 0), atol=0.02)
    state = room.desk.viewing.layout.viewports[0]
    assert (state.zoom, state.pan_px) == (1.0, (0.0, 0.0)), "the click did nothing else"


def test_escape_ends_without_effect_even_in_the_middle_of_a_drag(room: Room) -> None:
    begin(room, "Return")
    start = handle(room, BoxHandle.HIGH_HIGH)
    room.press(start)
    room.move((start[0] + 50, start[1] + 40), button=Qt.MouseButton.LeftButton)
    assert room.desk.reviewing.editing.draft != row(room).finding
    room.key(Key.Key_Escape)
    assert not room.desk.reviewing.editing.is_active
    room.move((start[0] + 90, start[1] + 40), button=Qt.MouseButton.LeftButton)
    room.release((start[0] + 90, start[1] + 40))
    assert row(room).reviewed.status is FindingStatus.OPEN
    assert np.allclose(edges(room), [LOWER, UPPER], atol=1e-6)
    assert room.desk.reviewing.history.entries == ()


def test_undo_during_an_edit_takes_the_draft_back(room: Room) -> None:
    room.key(Key.Key_A)
    begin(room, "Return")
    start = handle(room, BoxHandle.HIGH_MIDDLE)
    room.drag(start, (start[0] + 40, start[1]))
    room.key(Key.Key_Z, Control)
    assert not room.desk.reviewing.editing.is_active
    assert row(room).reviewed.status is FindingStatus.AGREED
    assert np.allclose(edges(room), [LOWER, UPPER], atol=1e-6)


def test_two_axes_are_dragged_in_a_plane_and_the_box_crosses_other_slices(room: Room) -> None:
    room.key(Key.Key_M)
    coronal = 1
    room.desk.viewing.zoom(coronal, 2.0, (0.0, 0.0))
    room.desk.reviewing.select(row(room).finding.id)
    room.quiet()
    room.double_click(
        _centre(room, coronal),
        index=coronal,
    )
    assert room.desk.reviewing.editing.is_active
    widget = room.view(coronal)
    sheet = widget._content.edit_sheet(widget.size_px())
    assert sheet is not None
    assert set(sheet.axes[:2]) == {0, 2}, "columns and slices lie in the coronal plane"
    start = handle(room, BoxHandle.MIDDLE_HIGH, coronal)
    there = np.array(start) + 1.5 * (np.array(start) - handle(room, BoxHandle.BODY, coronal))
    room.drag(start, (float(there[0]), float(there[1])), index=coronal)
    room.key(Key.Key_Return, index=coronal)
    before, after = np.array([LOWER, UPPER]), edges(room)
    assert np.allclose(after[0], before[0], atol=1e-6)
    assert np.allclose(after[1][:2], before[1][:2], atol=1e-6)
    assert after[1][2] > before[1][2] + 2
    finding = row(room).finding
    assert finding.slice_indices == tuple(range(5, int(round(after[1][2]))))
    assert len(finding.boxes_px) == len(finding.slice_indices)


def _centre(room: Room, index: int) -> Point:
    widget = room.view(index)
    area = widget._content.mark_area(widget.size_px(), row(room).finding.id)
    assert area is not None
    return (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2


# -- a missed one ----------------------------------------------------------------------------


def test_a_missed_one_is_boxed_listed_and_deleted(room: Room) -> None:
    room.desk.viewing.go_to_slice(0, 15)
    room.key(Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert room.desk.viewing.tool is Tool.BOX
    room.drag(room.screen(10, 30), room.screen(20, 44))
    own = room.desk.reviewing.rows()[-1]
    assert own.finding.origin is FindingOrigin.READER
    assert own.finding.id == room.desk.reviewing.selected
    box = voxel_box(own.finding, own.display_set, 15)
    assert box is not None
    assert np.allclose(box.lower[:2], (10, 30), atol=0.02)
    assert np.allclose(box.upper[:2], (20, 44), atol=0.02)
    depth_mm = (box.upper[2] - box.lower[2]) * SPACING_MM[0]
    assert depth_mm == pytest.approx(
        (10 * SPACING_MM[2] + 14 * SPACING_MM[1]) / 2, abs=SPACING_MM[0]
    )
    assert len(own.finding.boxes_px) == len(own.finding.slice_indices) >= 3
    image = room.picture()[:, :-20]
    assert coloured(image, READER).sum() > 50
    assert coloured(image, PROGRAM).sum() == 0
    room.key(Key.Key_Escape)
    assert room.desk.viewing.tool is Tool.WINDOW
    room.key(Key.Key_Delete)
    assert len(room.desk.reviewing.rows()) == 1
    room.key(Key.Key_Z, Control)
    assert room.desk.reviewing.rows()[-1].finding == own.finding
    kinds = [entry.kind for entry in room.desk.reviewing.history.entries]
    assert kinds[:2] == [DecisionKind.ADD, DecisionKind.REMOVE]


def test_a_box_can_be_drawn_in_a_plane(room: Room) -> None:
    room.key(Key.Key_M)
    room.desk.viewing.set_tool(Tool.BOX)
    width, height = room.view(2).size_px()
    start, end = (width / 2 - 60, height / 2 - 50), (width / 2 + 30, height / 2 + 40)
    room.drag(start, end, index=2)
    own = room.desk.reviewing.rows()[-1]
    assert own.finding.origin is FindingOrigin.READER
    area = room.view(2)._content.mark_area((width, height), own.finding.id)
    assert area is not None
    assert (area.x0 + area.x1) / 2 == pytest.approx((start[0] + end[0]) / 2, abs=8)
    assert (area.y0 + area.y1) / 2 == pytest.approx((start[1] + end[1]) / 2, abs=8)
    assert len(own.finding.slice_indices) >= 3


def test_a_click_with_the_box_tool_adds_nothing(room: Room) -> None:
    room.desk.viewing.set_tool(Tool.BOX)
    room.click(room.screen(12, 30))
    assert len(room.desk.reviewing.rows()) == 1
    room.drag(room.screen(10, -14), room.screen(20, -6))
    assert len(room.desk.reviewing.rows()) == 1
    hint = room.desk.viewing.hint
    assert hint is not None
    assert hint.id == "gui.box_beside"


def test_the_name_is_asked_before_the_first_mark_of_a_reader(qtbot: QtBot, tmp_path: Path) -> None:
    write_head(tmp_path / "head")
    room = open_room(qtbot, make_workplace(marks=[bright_mark()], reader=""))
    room.open(tmp_path / "head")
    room.desk.viewing.set_tool(Tool.BOX)
    room.answer("Dr Blau")
    room.drag(room.screen(10, 30), room.screen(20, 44))
    room.wait(lambda: len(room.desk.reviewing.rows()) == 1)
    assert room.desk.reviewing.rows()[0].finding.reader == "Dr Blau"
    room.drag(room.screen(30, 30), room.screen(40, 44))
    assert len(room.desk.reviewing.rows()) == 2, "asked once"
    close_room(room)


def test_a_radiograph_keeps_pixels_and_no_millimetres(qtbot: QtBot, tmp_path: Path) -> None:
    volumes.hand_radiograph(tmp_path / "hand")
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "hand")
    room.desk.viewing.set_tool(Tool.BOX)
    room.drag(room.screen(30, 40), room.screen(70, 100))
    (own,) = room.desk.reviewing.rows()
    assert own.finding.box is None
    (box,) = own.finding.boxes_px
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((30, 40, 70, 100), abs=0.6)
    room.desk.viewing.set_tool(Tool.WINDOW)
    room.double_click(room.screen(50, 70))
    start = handle(room, BoxHandle.HIGH_MIDDLE)
    room.drag(start, room.screen(90, 70))
    room.key(Key.Key_Return)
    (edited,) = room.desk.reviewing.rows()
    assert edited.finding.box is None
    assert edited.finding.boxes_px[0].x1 == pytest.approx(90, abs=0.6)
    assert edited.finding.boxes_px[0].x0 == pytest.approx(box.x0)
    close_room(room)
