"""A box off centre in an oblique anisotropic volume is drawn where its bright pixels are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medai_desktop.findings import CodedConcept, Finding
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.overlay import Ink, Polyline
from medai_desktop.view.overlays import (
    MARK_MARGIN_MM,
    DrawnFinding,
    Rectangle,
    finding_rectangle,
    findings_overlay,
)
from medai_desktop.volume import Window
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.pixels import CT_SIGNED
from tests.phantoms.series_geometry import SeriesGeometry, rotation
from tests.unit.session.reading_room import SIZE, Room, reading_room

SHAPE = (24, 44, 52)
LOWER = (30, 8, 14)
UPPER = (42, 20, 20)
"""Voxel edges of the box, (i, j, k): off centre in every direction, 12 x 12 x 6 voxels."""
DIRECTION = rotation((0.2, 1.0, 0.3), 24.0) @ rotation((1.0, 0.0, 0.0), -17.0)
SPACING_MM = (3.0, 0.9, 1.3)
CORNER_MM = 0.7
"""Interpolation rounds the corners of the box by less than a voxel."""
HALF = Window(500, 2)
"""Above 500 white, below black: the edge of the voxels, half way between the values."""


def write(
    folder: Path, tags: SeriesTags, direction: NDArray[np.float64], spacing_mm: tuple[float, ...]
) -> SeriesGeometry:
    geometry = SeriesGeometry.turned(direction, spacing_mm, (-40.0, 12.0, 77.0))
    voxels = np.zeros(SHAPE)
    (i0, j0, k0), (i1, j1, k1) = LOWER, UPPER
    voxels[k0:k1, j0:j1, i0:i1] = 1000
    write_series(folder, voxels, geometry, tags=tags, pixels=CT_SIGNED)
    return geometry


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("box")
    write(folder, SeriesTags(key="box", study_key="box", body_part=""), DIRECTION, SPACING_MM)
    with reading_room(folder) as room:
        room.desk.viewing.set_window(0, HALF)
        yield room


def finding_in(shown: DisplaySet, shift: tuple[int, int, int] = (0, 0, 0)) -> Finding:
    assert shown.geometry is not None
    lower = tuple(float(a + s) for a, s in zip(LOWER, shift, strict=True))
    upper = tuple(float(a + s) for a, s in zip(UPPER, shift, strict=True))
    box = OrientedBox.from_voxel_edges(shown.geometry, lower, upper)  # type: ignore[arg-type]
    slices = tuple(range(int(lower[2]), int(upper[2])))
    boxes = tuple(
        PixelBox(
            shown.frames[k].reference.sop_instance_uid, 1, lower[0], lower[1], upper[0], upper[1]
        )
        for k in slices
    )
    code = CodedConcept("SCT", "1", "mass")
    return Finding(uuid.uuid4(), "mass", code, 0.9, box, boxes, slices)


def drawn(room: Room, shift: tuple[int, int, int] = (0, 0, 0), **how: bool) -> DrawnFinding:
    shown = room.sets()[0]
    told = {"is_solid": True, "is_selected": False, "is_decided": False} | how
    return DrawnFinding(finding_in(shown, shift), shown, **told)


def shifted(room: Room, by_lps_mm: NDArray[np.float64]) -> DrawnFinding:
    """The same mark elsewhere in the patient."""
    item = drawn(room)
    box = item.finding.box
    assert box is not None
    x, y, z = (float(v) for v in np.array(box.center_lps_mm) + by_lps_mm)
    moved = replace(box, center_lps_mm=(x, y, z))
    return replace(item, finding=replace(item.finding, box=moved))


def bright(room: Room, index: int) -> Rectangle:
    """The pixels of the viewport that are white, as a rectangle in pixel edges."""
    on = np.argwhere(room.pixels(index) > 127)
    assert len(on) > 30
    (y0, x0), (y1, x1) = on.min(axis=0), on.max(axis=0) + 1
    return float(x0), float(y0), float(x1), float(y1)


def rectangle(room: Room, index: int, item: DrawnFinding) -> Rectangle | None:
    return finding_rectangle(item, room.shown(index), room.state(index), room.projection(index))


def planes(room: Room) -> None:
    viewing = room.desk.viewing
    if room.state().plane is None:
        viewing.toggle_planes()
    box = finding_in(room.shown()).box
    assert box is not None
    viewing.place_crosshair(box.center_lps_mm)


@pytest.mark.parametrize("index", range(3), ids=["axial", "coronal", "sagittal"])
def test_the_rectangle_of_each_plane_is_where_its_picture_is_bright(room: Room, index: int) -> None:
    planes(room)
    seen = bright(room, index)
    told = rectangle(room, index, drawn(room))
    mm = room.projection(index).mm_per_px
    assert told is not None and mm is not None
    assert told == pytest.approx(seen, abs=CORNER_MM / mm)
    plane = room.projection(index).plane
    assert plane is not None
    for direction in (plane.right, plane.down):
        wrong = rectangle(room, index, shifted(room, 3.0 * CORNER_MM * np.array(direction)))
        assert wrong is not None
        assert wrong != pytest.approx(seen, abs=CORNER_MM / mm)


@pytest.mark.parametrize("index", range(3), ids=["axial", "coronal", "sagittal"])
def test_planes_beside_the_box_show_neither(room: Room, index: int) -> None:
    planes(room)
    viewing = room.desk.viewing
    box = finding_in(room.shown()).box
    assert box is not None
    corners = box.corners_lps_mm()
    axis = (2, 1, 0)[index]
    beside = np.array(box.center_lps_mm)
    beside[axis] = corners[:, axis].max() + 1.0
    viewing.place_crosshair(beside)
    assert rectangle(room, index, drawn(room)) is None
    assert room.pixels(index).max() == 0
    beside[axis] = corners[:, axis].max() - 4.0
    viewing.place_crosshair(beside)
    assert rectangle(room, index, drawn(room)) is not None


def test_the_stack_draws_the_box_of_its_own_pixels(room: Room) -> None:
    viewing = room.desk.viewing
    if room.state().plane is not None:
        viewing.toggle_planes()
    for turn in range(5):
        if turn:
            viewing.turn(0, 1)
        if turn == 4:
            viewing.flip(0, is_horizontal=True)
            viewing.zoom(0, 1.4, (20.0, -11.0))
        for k in (LOWER[2], UPPER[2] - 1):
            viewing.go_to_slice(0, k)
            on = np.argwhere(room.pixels() > 127)
            (j0, i0), (j1, i1) = on.min(axis=0), on.max(axis=0) + 1
            corners = [
                room.projection().screen_from_pixel(i, j) for i in (i0, i1) for j in (j0, j1)
            ]
            x, y = zip(*corners, strict=True)
            told = rectangle(room, 0, drawn(room))
            assert told == pytest.approx((min(x), min(y), max(x), max(y)))
            wrong = rectangle(room, 0, drawn(room, (1, 0, 0)))
            assert wrong != pytest.approx((min(x), min(y), max(x), max(y)), abs=0.5)
    for k in (LOWER[2] - 1, UPPER[2]):
        viewing.go_to_slice(0, k)
        assert room.pixels().max() == 0
        assert rectangle(room, 0, drawn(room)) is None
    viewing.reset_view(0)
    viewing.set_window(0, HALF)


def test_another_series_of_the_same_frame_shows_the_section(tmp_path: Path) -> None:
    """Marks of a coronal series on an axial one of the same study, and none in another frame."""
    common = {"study_key": "two", "body_part": ""}
    straight = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    write(tmp_path / "a", SeriesTags(key="a", **common), straight, (2.0, 1.0, 1.0))  # type: ignore[arg-type]
    source = SeriesGeometry.turned(straight, (2.0, 1.0, 1.0), (-40.0, 12.0, 77.0))
    (i0, j0, k0), (i1, j1, k1) = LOWER, UPPER
    low, high = sorted(
        [source.at(i0 - 0.5, j0 - 0.5, k0 - 0.5), source.at(i1 - 0.5, j1 - 0.5, k1 - 0.5)]
    )
    axial = SeriesGeometry.straight((1.0, 1.0, 1.0), (-40.0, -20.5, 50.0))
    shape = (40, 90, 70)
    place = axial.grid_lps_mm(shape)
    lower, upper = np.minimum(low, high), np.maximum(low, high)
    values = np.where(np.all((place > lower) & (place < upper), axis=-1), 1000.0, 0.0)
    for key, frame in (("b", "two"), ("c", "other")):
        tags = SeriesTags(key=key, series_number=2 + (key == "c"), frame_key=frame, **common)  # type: ignore[arg-type]
        write_series(tmp_path / key, values, axial, tags=tags, pixels=CT_SIGNED)
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        viewing.set_layout(1, 3)
        first, same, other = room.sets()
        finding = finding_in(first)
        item = DrawnFinding(finding, first, True, False, False)
        assert finding.box is not None
        k = round(finding.box.center_lps_mm[2] - 50.0)
        for index, shown in ((1, same), (2, other)):
            assert viewing.display_set_in(index) is shown
            viewing.go_to_slice(index, k)
            viewing.set_window(index, HALF)
        on = np.argwhere(room.pixels(1) > 127)
        (j0_, i0_), (j1_, i1_) = on.min(axis=0), on.max(axis=0) + 1
        x0, y0 = room.projection(1).screen_from_pixel(i0_, j0_)
        x1, y1 = room.projection(1).screen_from_pixel(i1_, j1_)
        assert rectangle(room, 1, item) == pytest.approx((x0, y0, x1, y1), abs=0.01)
        assert rectangle(room, 2, item) is None


def extent(lines: list[Polyline]) -> Rectangle:
    points = np.array([point for line in lines for point in line.points])
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


@pytest.mark.parametrize("index", range(3))
def test_brackets_stand_four_millimetres_outside(room: Room, index: int) -> None:
    planes(room)
    projection, item = room.projection(index), drawn(room)
    overlay = findings_overlay((item,), room.shown(index), room.state(index), projection)
    inner, mm = rectangle(room, index, item), projection.mm_per_px
    assert inner is not None and mm is not None and MARK_MARGIN_MM == 4.0
    brackets = [line for line in overlay.lines if line.ink is Ink.PROGRAM]
    assert len(brackets) == 4 and len(overlay.lines) == 4
    outer = extent(brackets)
    margin = 4.0 / mm
    wanted = (inner[0] - margin, inner[1] - margin, inner[2] + margin, inner[3] + margin)
    assert outer == pytest.approx(wanted)
    (hit,) = overlay.hits
    assert (hit.x0, hit.y0, hit.x1, hit.y1) == pytest.approx(wanted)
    assert hit.finding_id == str(item.finding.id)
    for line in brackets:
        for x, y in line.points:
            assert not (inner[0] < x < inner[2] and inner[1] < y < inner[3]), "nothing over it"


@pytest.mark.parametrize(
    ("how", "dashed", "inks", "width"),
    [
        ({}, False, {Ink.PROGRAM}, 1.5),
        ({"is_solid": False}, True, {Ink.PROGRAM}, 1.5),
        ({"is_selected": True}, False, {Ink.PROGRAM}, 2.5),
        ({"is_decided": True}, False, {Ink.PROGRAM, Ink.READER}, 1.5),
    ],
)
def test_how_a_mark_is_drawn(
    room: Room, how: dict[str, bool], dashed: bool, inks: set[Ink], width: float
) -> None:
    planes(room)
    overlay = findings_overlay((drawn(room, **how),), room.shown(), room.state(), room.projection())
    assert {line.is_dashed for line in overlay.lines} == {dashed}
    assert {line.ink for line in overlay.lines} == inks
    assert {line.width_px for line in overlay.lines} == {width}
    ellipses = [line for line in overlay.lines if line.ink is Ink.READER]
    assert all(line.is_closed for line in ellipses)


def test_what_the_reader_added_is_an_ellipse_in_every_plane(room: Room) -> None:
    """Through the desk, as the window does it."""
    planes(room)
    desk = room.desk
    desk.reviewing.set_reader("Dr Test")
    finding = finding_in(room.shown())
    assert desk.reviewing.add(finding, room.shown().id)
    for index in range(3):
        mine = [line for line in room.overlay(index).lines if line.finding_id]
        assert {line.ink for line in mine} == {Ink.READER}
        (ellipse,) = mine
        mm, inner = room.projection(index).mm_per_px, rectangle(room, index, drawn(room))
        assert mm is not None and inner is not None
        outer = extent([ellipse])
        assert outer[0] == pytest.approx(inner[0] - 4.0 / mm, abs=1.0)
        assert outer[3] == pytest.approx(inner[3] + 4.0 / mm, abs=1.0)
        at = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
        assert 0 < at[0] < SIZE[0] and 0 < at[1] < SIZE[1]
    assert desk.reviewing.remove()
    assert not [line for line in room.overlay(0).lines if line.finding_id]
