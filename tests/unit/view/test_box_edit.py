"""Boxes under the mouse, on volumes that lie at an angle and have three different spacings."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from medai_desktop.findings import CodedConcept, Finding
from medai_desktop.geometry import AnatomicalPlane, ViewPlane
from medai_desktop.jobs import Cancellation
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import SkippedFile
from medai_desktop.view.box_edit import (
    BoxHandle,
    Sheet,
    VoxelBox,
    dragged_box,
    drawn_box,
    handle_at,
    handle_places,
    handles_overlay,
    has_box_in_patient,
    image_sheet,
    patient_sheet,
    voxel_box,
    with_box,
)
from medai_desktop.view.projection import plane_projection, stack_projection
from medai_desktop.view.viewport import ViewportKind, ViewportState
from tests.phantoms import volumes

SIZE = (640, 480)
PLANES = (AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL)
EMPTY = Finding(
    uuid.UUID(int=7), "lesion", CodedConcept("SCT", "52988006", "Lesion"), 1.0, None, (), ()
)


def opened(folder: Path) -> DisplaySet:
    headers = [
        item
        for item in scan((folder,), progress=lambda _: None, cancellation=Cancellation())
        if not isinstance(item, SkippedFile)
    ]
    ((shown,),) = [study.display_sets for study in build_studies(headers).studies]
    return shown


@pytest.fixture(scope="module")
def oblique(tmp_path_factory: pytest.TempPathFactory) -> DisplaySet:
    folder = tmp_path_factory.mktemp("oblique")
    volumes.oblique_anisotropic(folder)
    return opened(folder)


@pytest.fixture(scope="module")
def tilted(tmp_path_factory: pytest.TempPathFactory) -> DisplaySet:
    folder = tmp_path_factory.mktemp("tilted")
    volumes.gantry_tilt(folder)
    return opened(folder)


@pytest.fixture(scope="module")
def radiograph(tmp_path_factory: pytest.TempPathFactory) -> DisplaySet:
    folder = tmp_path_factory.mktemp("radiograph")
    volumes.hand_radiograph(folder)
    return opened(folder)


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> DisplaySet:
    folder = tmp_path_factory.mktemp("gap")
    volumes.missing_slice(folder)
    return opened(folder)


def stack_sheet(shown: DisplaySet, k: int, **look: object) -> Sheet:
    state = replace(ViewportState(shown.id, slice_index=k), **look)  # type: ignore[arg-type]
    return image_sheet(stack_projection(shown, state, SIZE), shown.shape, k)


def plane_sheet(shown: DisplaySet, plane: AnatomicalPlane, cross: np.ndarray) -> Sheet:
    assert shown.geometry is not None
    state = ViewportState(shown.id, ViewportKind.PLANE, plane=plane)
    sheet = patient_sheet(plane_projection(shown.geometry, state, cross, SIZE), shown.geometry)
    assert sheet is not None
    return sheet


def every_sheet(shown: DisplaySet, box: VoxelBox) -> list[Sheet]:
    assert shown.geometry is not None
    middle = (np.array(box.lower) + np.array(box.upper)) / 2
    cross = shown.geometry.world_from_voxel(middle - 0.5)
    return [
        stack_sheet(shown, int(middle[2]), quarter_turns=1, is_flipped_horizontally=True),
        *(plane_sheet(shown, plane, cross) for plane in PLANES),
    ]


@st.composite
def voxel_boxes(draw: st.DrawFn, shape: tuple[int, int, int]) -> VoxelBox:
    lower, upper = [], []
    for axis, limit in enumerate(reversed(shape)):
        if axis == 2:
            low = float(draw(st.integers(0, limit - 1)))
            high = float(draw(st.integers(int(low) + 1, limit)))
        else:
            low = draw(st.floats(0, limit - 2))
            high = draw(st.floats(low + 1.5, limit))
        lower.append(low)
        upper.append(high)
    return VoxelBox(tuple(lower), tuple(upper))  # type: ignore[arg-type]


BOXES = voxel_boxes(volumes.SHAPE)


@settings(max_examples=60, deadline=None)
@given(box=BOXES)
def test_millimetres_and_pixels_agree_after_an_edit(box: VoxelBox, oblique: DisplaySet) -> None:
    made = with_box(EMPTY, oblique, box)
    assert made.box is not None
    again = voxel_box(made, oblique, made.slice_indices[0])
    assert again is not None
    assert np.allclose([again.lower, again.upper], [box.lower, box.upper], atol=1e-6)
    geometry = oblique.geometry
    assert geometry is not None
    crossed = []
    for k in range(oblique.shape[0]):
        middle = geometry.world_from_voxel([(oblique.shape[2] - 1) / 2, 10.0, float(k)])
        right, down = geometry.direction[:, 0], geometry.direction[:, 1]
        plane = ViewPlane(tuple(middle), tuple(right), tuple(down))  # type: ignore[arg-type]
        outline = made.box.section_lps_mm(plane)
        if len(outline):
            crossed.append(k)
            flat = geometry.voxel_from_world(outline)[:, :2] + 0.5
            pixels = made.boxes_px[made.slice_indices.index(k)]
            seen = [*flat.min(axis=0), *flat.max(axis=0)]
            assert np.allclose(seen, [pixels.x0, pixels.y0, pixels.x1, pixels.y1], atol=1e-6)
            assert pixels.sop_instance_uid == oblique.frames[k].instance.sop_instance_uid
    assert tuple(crossed) == made.slice_indices


@settings(max_examples=40, deadline=None)
@given(box=BOXES)
def test_a_tilted_grid_keeps_its_own_axes(box: VoxelBox, tilted: DisplaySet) -> None:
    made = with_box(EMPTY, tilted, box)
    again = voxel_box(made, tilted, made.slice_indices[0])
    assert again is not None
    assert np.allclose([again.lower, again.upper], [box.lower, box.upper], atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(box=BOXES, data=st.data())
def test_a_drag_there_and_back_changes_nothing(
    box: VoxelBox, data: st.DataObject, oblique: DisplaySet
) -> None:
    sheet = data.draw(st.sampled_from(every_sheet(oblique, box)))
    a, b, _ = sheet.axes
    assume(all(box.upper[axis] - box.lower[axis] > 4 for axis in (a, b)))
    places = handle_places(sheet, box)
    handle = data.draw(st.sampled_from(list(places)))
    start = places[handle]
    if handle is BoxHandle.BODY:
        goal = sheet.screen(sheet.limit(a) / 2, sheet.limit(b) / 2)
    else:
        goal = sheet.screen(box.edge(a, 0), box.edge(b, 0))
    to = (start[0] + 0.4 * (goal[0] - start[0]), start[1] + 0.4 * (goal[1] - start[1]))
    there = dragged_box(sheet, box, handle, start, to)
    back = dragged_box(sheet, there, handle, to, start)
    assert np.allclose([back.lower, back.upper], [box.lower, box.upper], atol=1e-6)
    if np.hypot(to[0] - start[0], to[1] - start[1]) > 25:
        assert there != box


@settings(max_examples=40, deadline=None)
@given(box=BOXES, data=st.data())
def test_only_the_dragged_side_moves_and_follows_the_mouse(
    box: VoxelBox, data: st.DataObject, oblique: DisplaySet
) -> None:
    sheet = data.draw(st.sampled_from(every_sheet(oblique, box)))
    a, b, across = sheet.axes
    start = sheet.screen(box.edge(a, 1), box.edge(b, 0))
    to = sheet.screen(sheet.limit(a) - 0.25, box.edge(b, 0))
    after = dragged_box(sheet, box, BoxHandle.HIGH_MIDDLE, start, to)
    assert after.lower == box.lower
    assert after.upper[b] == box.upper[b]
    assert after.upper[across] == box.upper[across]
    expected = sheet.limit(a) if a == 2 else sheet.limit(a) - 0.25
    assert after.upper[a] == pytest.approx(max(expected, box.lower[a] + 1), abs=1e-6)


def test_handles_are_hit_before_the_body_and_nothing_outside(oblique: DisplaySet) -> None:
    box = VoxelBox((10.0, 8.0, 4.0), (34.0, 30.0, 15.0))
    for sheet in every_sheet(oblique, box):
        places = handle_places(sheet, box)
        for handle, (x, y) in places.items():
            assert handle_at(sheet, box, (x + 3, y - 3)) is handle
        assert set(places) == set(BoxHandle)
        xs, ys = zip(*places.values(), strict=True)
        assert handle_at(sheet, box, (max(xs) + 40, max(ys) + 40)) is None
        drawn = handles_overlay(sheet, box).lines
        assert len(drawn) == 9


def test_a_small_box_keeps_its_middle_free(oblique: DisplaySet) -> None:
    small = VoxelBox((20.0, 18.0, 8.0), (22.0, 20.0, 10.0))
    for sheet in every_sheet(oblique, small):
        places = handle_places(sheet, small)
        assert BoxHandle.MIDDLE_LOW not in places
        assert len(handles_overlay(sheet, small).lines) == 5
        assert handle_at(sheet, small, places[BoxHandle.BODY]) is BoxHandle.BODY
        assert handle_at(sheet, small, places[BoxHandle.HIGH_LOW]) is BoxHandle.HIGH_LOW


def test_a_box_can_neither_turn_inside_out_nor_leave_the_grid(oblique: DisplaySet) -> None:
    box = VoxelBox((10.0, 8.0, 4.0), (34.0, 30.0, 15.0))
    for sheet in every_sheet(oblique, box):
        start = handle_places(sheet, box)[BoxHandle.HIGH_HIGH]
        far_away = handle_places(sheet, box)[BoxHandle.LOW_LOW]
        over = (2 * far_away[0] - start[0], 2 * far_away[1] - start[1])
        small = dragged_box(sheet, box, BoxHandle.HIGH_HIGH, start, over)
        for axis in sheet.axes[:2]:
            assert small.upper[axis] == small.lower[axis] + 1
        moved = dragged_box(sheet, box, BoxHandle.BODY, start, (start[0] - 5000, start[1] + 5000))
        sizes = np.array(moved.upper) - np.array(moved.lower)
        assert np.allclose(sizes, np.array(box.upper) - np.array(box.lower))
        assert min(moved.lower) >= 0


def test_a_box_drawn_on_one_slice_gets_a_sensible_depth(oblique: DisplaySet) -> None:
    assert oblique.geometry is not None
    spacing = oblique.geometry.spacing_mm
    sheet = stack_sheet(oblique, 9)
    start, end = sheet.screen(10, 8), sheet.screen(30, 30)
    box = drawn_box(sheet, start, end, spacing)
    assert box is not None
    assert np.allclose(box.lower[:2], (10, 8))
    assert np.allclose(box.upper[:2], (30, 30))
    sides_mm = (20 * spacing[2], 22 * spacing[1])
    depth_mm = (box.upper[2] - box.lower[2]) * spacing[0]
    assert depth_mm == pytest.approx(sum(sides_mm) / 2, abs=2 * spacing[0])
    assert box.lower[2] <= 9 < box.upper[2]
    small = drawn_box(sheet, start, (start[0] + 6, start[1] + 6), spacing)
    assert small is not None
    assert small.upper[2] - small.lower[2] == 3
    at_the_end = drawn_box(stack_sheet(oblique, 0), start, end, spacing)
    assert at_the_end is not None
    assert at_the_end.lower[2] == 0
    made = with_box(EMPTY, oblique, at_the_end)
    assert made.slice_indices == tuple(range(int(at_the_end.upper[2])))


def test_a_box_drawn_in_an_oblique_plane_fills_what_was_drawn(oblique: DisplaySet) -> None:
    assert oblique.geometry is not None
    cross = oblique.geometry.center_lps_mm
    for plane in PLANES:
        sheet = plane_sheet(oblique, plane, cross)
        start, end = (270.0, 200.0), (370.0, 280.0)
        box = drawn_box(sheet, start, end, oblique.geometry.spacing_mm)
        assert box is not None
        places = np.array(list(handle_places(sheet, box).values()))
        per_slice_px = abs(np.subtract(sheet.screen(0, 0), sheet.screen(1, 1))).max()
        assert np.allclose(places.min(axis=0), start, atol=1.5 * per_slice_px)
        assert np.allclose(places.max(axis=0), end, atol=1.5 * per_slice_px)
        assert with_box(EMPTY, oblique, box).slice_indices


def test_a_drag_beside_the_image_draws_nothing(oblique: DisplaySet) -> None:
    assert oblique.geometry is not None
    sheet = stack_sheet(oblique, 9)
    x, y = sheet.screen(-20, -20)
    spacing = oblique.geometry.spacing_mm
    assert drawn_box(sheet, (x, y), (x + 30, y + 30), spacing) is None
    assert drawn_box(sheet, sheet.screen(5, 5), sheet.screen(9, 9), spacing) is not None


def test_pixels_alone_stay_pixels(radiograph: DisplaySet) -> None:
    assert not has_box_in_patient(radiograph)
    sheet = stack_sheet(radiograph, 0)
    box = drawn_box(sheet, sheet.screen(20, 30), sheet.screen(60, 90), None)
    assert box is not None
    made = with_box(EMPTY, radiograph, box)
    assert made.box is None
    assert made.slice_indices == (0,)
    assert (made.boxes_px[0].x0, made.boxes_px[0].y1) == pytest.approx((20, 90))
    again = voxel_box(made, radiograph, 0)
    assert again is not None
    assert np.allclose(again.lower, box.lower)
    assert voxel_box(made, radiograph, 1) is None


def test_a_gap_in_the_stack_leaves_the_box_on_its_own_image(gap: DisplaySet) -> None:
    assert not has_box_in_patient(gap)
    sheet = stack_sheet(gap, 4)
    box = drawn_box(sheet, sheet.screen(5, 6), sheet.screen(20, 20), None)
    assert box is not None
    made = with_box(EMPTY, gap, box)
    assert made.box is None
    assert made.slice_indices == (4,)
    again = with_box(made, gap, VoxelBox((1.0, 2.0, 7.0), (3.0, 4.0, 8.0)))
    assert again.slice_indices == (4, 7)
    assert again.boxes_px[0] == made.boxes_px[0]
