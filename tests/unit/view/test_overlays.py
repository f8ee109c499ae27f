"""What is painted on top: scale bar, rulers, crosshair, marks of films, corner lines."""

from __future__ import annotations

import uuid
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.app.locations import find_locations
from medai_desktop.findings import CodedConcept, Finding, LengthMeasurement
from medai_desktop.geometry import AnatomicalPlane, PixelBox
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.view.corner_layout import orientation_overlay
from medai_desktop.view.length import length_label, make_length
from medai_desktop.view.overlay import Anchor, Ink
from medai_desktop.view.overlays import (
    DrawnFinding,
    crosshair_overlay,
    finding_rectangle,
    findings_overlay,
    image_frame,
    joined,
    lengths_overlay,
    scale_overlay,
)
from medai_desktop.view.pointer import knobs_overlay
from medai_desktop.view.projection import plane_projection, stack_projection
from medai_desktop.view.viewport import Slab, SlabMode, ViewportKind, ViewportState
from tests.unit.view.made_up import Made, display_set, film

SIZE = (400, 300)
CATALOGUES = Catalogues(find_locations().translations)
CHEST = display_set(Made("Chest", step_mm=5.0))
FILM = display_set(film("Wrist", 2, position={"imager_spacing_mm": (0.2, 0.2)}))
BARE = display_set(film("Wrist", 3))


def render(said: Message) -> str:
    return CATALOGUES.render(said, Language.ENGLISH)


@settings(max_examples=60, deadline=None)
@given(zoom=st.floats(0.1, 40), height=st.integers(200, 1200))
def test_the_scale_bar_is_as_long_as_it_says(zoom: float, height: int) -> None:
    size = (500, height)
    projection = stack_projection(CHEST, ViewportState(zoom=zoom), size)
    overlay = scale_overlay(projection, size)
    (line,), (text,) = overlay.lines, overlay.texts
    top, bottom = (min(y for _, y in line.points), max(y for _, y in line.points))
    number, unit = text.text.split()
    length_mm = float(number) * {"cm": 10, "mm": 1}[unit]
    assert projection.mm_per_px is not None
    assert (bottom - top) * projection.mm_per_px == pytest.approx(length_mm)
    assert length_mm in (1, 2, 5, 10, 20, 50, 100)
    if bottom - top <= 0.3 * height:
        assert top >= 0 and bottom <= height
    wrong = scale_overlay(replace(projection, mm_per_px=projection.mm_per_px * 1.5), size)
    assert wrong.lines[0].points != line.points


def test_no_scale_bar_and_no_letters_without_millimetres() -> None:
    projection = stack_projection(BARE, ViewportState(), SIZE)
    assert scale_overlay(projection, SIZE).lines == ()
    assert orientation_overlay(projection, SIZE).texts == ()


def test_letters_stand_at_the_middle_of_their_edges() -> None:
    projection = stack_projection(CHEST, ViewportState(), SIZE)
    placed = {t.text: (t.position, t.anchor) for t in orientation_overlay(projection, SIZE).texts}
    assert placed["R"][0][0] < 20 and placed["R"][1] is Anchor.CENTER_LEFT
    assert placed["L"][0][0] > 370 and placed["L"][1] is Anchor.CENTER_RIGHT
    assert placed["A"][0][1] < 20 and placed["A"][1] is Anchor.TOP_CENTER
    assert placed["P"][0][1] > 270 and placed["P"][1] is Anchor.BOTTOM_CENTER


def plane_state(plane: AnatomicalPlane) -> ViewportState:
    return ViewportState(kind=ViewportKind.PLANE, plane=plane)


def test_the_crosshair_leaves_its_middle_free() -> None:
    assert CHEST.geometry is not None
    cross = (20.0, 30.0, 25.0)
    projection = plane_projection(CHEST.geometry, plane_state(AnatomicalPlane.AXIAL), cross, SIZE)
    at = projection.screen_from_world(cross)
    assert at is not None
    frame = (0.0, 0.0, 400.0, 300.0)
    lines = crosshair_overlay(projection, cross, frame).lines
    assert len(lines) == 4 and {line.ink for line in lines} == {Ink.CORONAL, Ink.SAGITTAL}
    for line in lines:
        (x0, y0), (x1, y1) = line.points
        assert x0 == x1 == pytest.approx(at[0], abs=0.5) or y0 == y1 == pytest.approx(
            at[1], abs=0.5
        )
        assert line.ink is (Ink.SAGITTAL if x0 == x1 else Ink.CORONAL)
        near = min(np.hypot(x - at[0], y - at[1]) for x, y in line.points)
        assert near >= 11.4
    stack = stack_projection(BARE, ViewportState(), SIZE)
    assert crosshair_overlay(stack, cross, frame).lines == ()


@pytest.mark.parametrize("plane", [*AnatomicalPlane][:3])
def test_the_crosshair_ends_with_the_image_and_goes_round_texts(plane: AnatomicalPlane) -> None:
    assert CHEST.geometry is not None
    cross = (20.0, 30.0, 25.0)
    projection = plane_projection(CHEST.geometry, plane_state(plane), cross, SIZE)
    frame = image_frame(CHEST.geometry, projection, SIZE)
    at = projection.screen_from_world(cross)
    assert frame is not None and at is not None
    assert frame[0] >= 0 and frame[2] <= SIZE[0] and frame[3] <= SIZE[1]
    texts = ((frame[0] + 18, at[1] - 6, frame[0] + 30, at[1] + 6),)
    lines = crosshair_overlay(projection, cross, frame, texts).lines
    assert lines
    for line in lines:
        xs, ys = zip(*line.points, strict=True)
        assert frame[0] <= min(xs) and max(xs) <= frame[2]
        assert frame[1] <= min(ys) and max(ys) <= frame[3]
        for x0, y0, x1, y1 in texts:
            assert max(xs) <= x0 or min(xs) >= x1 or max(ys) <= y0 or min(ys) >= y1
    assert len(crosshair_overlay(projection, cross, frame).lines) < len(lines)
    index = CHEST.geometry.voxel_from_world(projection.world_from_screen(frame[0] + 1, at[1]))  # type: ignore[arg-type]
    beside = CHEST.geometry.voxel_from_world(projection.world_from_screen(frame[0] - 1, at[1]))  # type: ignore[arg-type]
    if frame[0] > 0:
        assert index.min() >= -0.51 and beside.min() < -0.5


def ruler(
    shown: DisplaySet, pixels: tuple[tuple[float, float], tuple[float, float]], state: ViewportState
) -> LengthMeasurement:
    projection = stack_projection(shown, state, SIZE)
    ends = tuple(projection.screen_from_pixel(*p) for p in pixels)
    return make_length(shown, state, projection, ends, "Dr A")  # type: ignore[arg-type]


# Reading defaults 7.
@pytest.mark.parametrize(
    ("shown", "end", "label"),
    [
        (CHEST, (30.0, 10.0), "20.0 mm"),
        (CHEST, (22.3, 10.0), "12.3 mm"),
        (CHEST, (13.0, 14.0), "5.0 mm"),
        (FILM, (30.0, 10.0), "≈ 4.0 mm at detector"),
        (BARE, (30.0, 10.0), "20 px, no millimetres: no pixel spacing"),
        (BARE, (13.0, 14.0), "5 px, no millimetres: no pixel spacing"),
    ],
)
def test_a_ruler_has_its_length(shown: DisplaySet, end: tuple[float, float], label: str) -> None:
    for state in (
        ViewportState(slice_index=0),
        ViewportState(slice_index=0, zoom=3.3, pan_px=(4.0, 9.0), quarter_turns=3),
    ):
        made = ruler(shown, ((10.0, 10.0), end), state)
        assert render(length_label(made, shown)) == label
        assert (made.reader, made.display_set_id, made.slice_index) == ("Dr A", shown.id, 0)


@pytest.mark.parametrize(("spacing", "label"), [((1.0, 1.0), "16.2 mm"), ((1.2, 1.2), "19 mm")])
def test_coarse_pixels_give_whole_millimetres(spacing: tuple[float, float], label: str) -> None:
    calibrated = {"pixel_spacing_mm": spacing, "imager_spacing_mm": (2.0, 2.0)}
    shown = display_set(film("Wrist", position=calibrated))
    made = ruler(shown, ((10.0, 10.0), (26.2, 10.0)), ViewportState())
    assert render(length_label(made, shown)) == label


@pytest.mark.parametrize(
    ("plane", "end", "label"),
    [
        (AnatomicalPlane.AXIAL, (40.3, 20.0, 20.0), "20.3 mm"),
        (AnatomicalPlane.CORONAL, (40.3, 20.0, 20.0), "20.3 mm"),
        (AnatomicalPlane.CORONAL, (20.0, 20.0, 40.3), "20 mm"),
    ],
)
def test_across_thick_slices_a_ruler_in_a_plane_is_whole(
    plane: AnatomicalPlane, end: tuple[float, float, float], label: str
) -> None:
    assert CHEST.geometry is not None
    start, state = (20.0, 20.0, 20.0), plane_state(plane)
    projection = plane_projection(CHEST.geometry, state, start, SIZE)
    ends = projection.screen_from_world(start), projection.screen_from_world(end)
    made = make_length(CHEST, state, projection, ends, "Dr A")  # type: ignore[arg-type]
    assert made.length_mm == pytest.approx(20.3)
    assert render(length_label(made, CHEST)) == label


def test_rulers_show_on_their_image_and_in_their_plane_only() -> None:
    state = ViewportState(slice_index=3)
    made = ruler(CHEST, ((10.0, 10.0), (30.0, 10.0)), state)

    def drawn(shown: DisplaySet, on: ViewportState) -> int:
        projection = stack_projection(shown, on, SIZE)
        return len(lengths_overlay((made,), shown, on, projection, render).lines)

    assert drawn(CHEST, state) == 5
    assert drawn(CHEST, replace(state, slice_index=4)) == 0
    assert drawn(FILM, ViewportState()) == 0
    turned = replace(state, quarter_turns=1, zoom=2.0)
    projection = stack_projection(CHEST, turned, SIZE)
    overlay = lengths_overlay((made,), CHEST, turned, projection, render)
    assert overlay.lines[0].points[0] == pytest.approx(projection.screen_from_pixel(10, 10))
    assert overlay.texts[0].text == "20.0 mm"
    assert CHEST.geometry is not None and made.start_lps_mm is not None
    axial = plane_state(AnatomicalPlane.AXIAL)
    for height, seen in ((made.start_lps_mm[2], 5), (made.start_lps_mm[2] + 2.0, 0)):
        cross = (0.0, 0.0, height)
        there = plane_projection(CHEST.geometry, axial, cross, SIZE)
        assert len(lengths_overlay((made,), CHEST, axial, there, render).lines) == seen


def test_the_label_keeps_away_from_the_handle_of_its_ruler() -> None:
    made = ruler(CHEST, ((10.0, 10.0), (30.0, 14.0)), ViewportState(slice_index=3))
    state = ViewportState(slice_index=3)
    projection = stack_projection(CHEST, state, SIZE)
    overlay = lengths_overlay((made,), CHEST, state, projection, render)
    (x, _), knobs = overlay.texts[0].position, knobs_overlay(overlay.lines[0].points[:2])  # type: ignore[arg-type]
    right = max(x for line in knobs.lines for x, _ in line.points)
    assert x - right >= 8


def mark(
    shown: DisplaySet, box: tuple[float, float, float, float], slices: tuple[int, ...]
) -> DrawnFinding:
    boxes = tuple(
        PixelBox(
            shown.frames[k].reference.sop_instance_uid, 1, box[0] + k, box[1], box[2] + k, box[3]
        )
        for k in slices
    )
    finding = Finding(uuid.uuid4(), "x", CodedConcept("SCT", "1", "x"), 0.9, None, boxes, slices)
    return DrawnFinding(finding, shown, True, False, False)


def test_marks_of_a_film_stand_eight_hundredths_outside() -> None:
    item, state = mark(FILM, (10, 20, 30, 50), (0,)), ViewportState()
    projection = stack_projection(FILM, state, SIZE)
    inner = finding_rectangle(item, FILM, state, projection)
    assert inner is not None
    x0, y0 = projection.screen_from_pixel(10, 20)
    x1, y1 = projection.screen_from_pixel(30, 50)
    assert inner == pytest.approx((x0, y0, x1, y1))
    (hit,) = findings_overlay((item,), FILM, state, projection).hits
    assert inner[0] - hit.x0 == pytest.approx(0.08 * (y1 - y0))
    assert hit.y1 - inner[3] == pytest.approx(0.08 * (y1 - y0))


def test_brackets_stay_where_the_program_put_them() -> None:
    """Blue is the original box, the reader's ellipse the edited one."""
    item = mark(CHEST, (10, 20, 30, 40), (3,))
    edited = replace(mark(CHEST, (35, 24, 50, 50), (3, 4)).finding, id=item.finding.id)
    moved = replace(item, finding=edited, is_decided=True, original=item.finding)
    state = ViewportState(slice_index=3)
    projection = stack_projection(CHEST, state, SIZE)

    def outline(drawn: DrawnFinding, ink: Ink) -> tuple[float, ...]:
        lines = findings_overlay((drawn,), CHEST, state, projection).lines
        points = np.array([p for line in lines if line.ink is ink for p in line.points])
        return (*points.min(axis=0), *points.max(axis=0)) if len(points) else ()

    before = outline(item, Ink.PROGRAM)
    assert outline(moved, Ink.PROGRAM) == pytest.approx(before)
    reader = outline(moved, Ink.READER)
    x0, y0 = projection.screen_from_pixel(35 + 3, 24)
    x1, y1 = projection.screen_from_pixel(50 + 3, 50)
    assert projection.mm_per_px is not None
    margin = 4.0 / projection.mm_per_px
    assert reader == pytest.approx((x0 - margin, y0 - margin, x1 + margin, y1 + margin), abs=0.5)
    assert reader != pytest.approx(before, abs=5)
    hits = findings_overlay((moved,), CHEST, state, projection).hits
    assert [hit.is_original for hit in hits] == [True, False]
    assert len({hit.finding_id for hit in hits}) == 1
    state = ViewportState(slice_index=4)
    assert outline(moved, Ink.PROGRAM) == () and outline(moved, Ink.READER)


def test_in_a_slab_the_nearest_box_is_drawn() -> None:
    thin = display_set(Made("Chest", count=40, step_mm=1.0))
    item = mark(thin, (10, 20, 30, 50), (12, 13))
    slab = Slab(SlabMode.MEAN, 5.0)
    for k, nearest in ((9, None), (10, 12), (12, 12), (13, 13), (15, 13), (16, None)):
        state = ViewportState(slice_index=k, slab=slab)
        projection = stack_projection(thin, state, SIZE)
        found = finding_rectangle(item, thin, state, projection)
        if nearest is None:
            assert found is None, k
        else:
            x0, _ = projection.screen_from_pixel(10 + nearest, 20)
            assert found is not None and found[0] == pytest.approx(x0), k
        alone = replace(state, slab=Slab())
        assert (finding_rectangle(item, thin, alone, projection) is None) == (k not in (12, 13))


def test_marks_of_other_series_need_a_place_in_the_patient() -> None:
    item, state = mark(FILM, (10, 20, 30, 50), (0,)), ViewportState()
    projection = stack_projection(CHEST, state, SIZE)
    assert finding_rectangle(item, CHEST, state, projection) is None
    assert findings_overlay((item,), CHEST, state, projection).lines == ()


def test_overlays_are_laid_on_one_another() -> None:
    projection = stack_projection(CHEST, ViewportState(), SIZE)
    letters, scale = orientation_overlay(projection, SIZE), scale_overlay(projection, SIZE)
    both = joined(letters, scale)
    assert both.texts == letters.texts + scale.texts and both.lines == scale.lines
