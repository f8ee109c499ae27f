"""Boxes on slices become findings: known chains, and their place by brute force."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.detection.joining import SliceBox, join, looked_at, overlap_of, slice_boxes
from medai_desktop.detection.manifest import LEAST_SCORE, MOST_FINDINGS, read_manifest
from medai_desktop.findings import Finding, finding_id
from medai_desktop.geometry import VolumeGeometry
from medai_desktop.volume import ImageReference, Volume
from tests.phantoms.series_geometry import rotation
from tests.unit.detection.models import SHIPPED

MANIFEST = read_manifest(SHIPPED)  # link_iou 0.2, least_slices_mm 5
RUN = uuid.UUID(int=7)
OBLIQUE = rotation((0.2, 1.0, 0.3), 25.0) @ rotation((1.0, 0.0, 0.0), -15.0)


def volume(step_mm: float | None, slices: int = 20, *, is_named: bool = True) -> Volume:
    shape = (slices, 100, 120)
    geometry = None
    if step_mm is not None:
        geometry = VolumeGeometry.from_axes((-9, 8, 7), OBLIQUE, (step_mm, 0.9, 1.3), shape)
    images = tuple(ImageReference(f"1.2.{k}", 1 + k % 3) for k in range(slices))
    return Volume(
        np.zeros(shape, np.int16), geometry, images=images if is_named else (), digest="d"
    )


def box(k: int, score: float, x0: float = 40.0, y0: float = 30.0, side: float = 20.0) -> SliceBox:
    return SliceBox(k, x0, y0, x0 + side, y0 + side, score)


def joined(boxes: list[SliceBox], made: Volume) -> tuple[Finding, ...]:
    return join(boxes, made, MANIFEST, RUN)


def spans(findings: tuple[Finding, ...]) -> list[tuple[int, int]]:
    return [(found.slice_indices[0], found.slice_indices[-1]) for found in findings]


# -- which slices are looked at ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("slices", "step_mm", "expected"),
    [
        (5, 5.0, [0, 1, 2, 3, 4]),
        (5, 3.3, [0, 1, 2, 3, 4]),
        (7, 1.0, [0, 3, 6]),
        (8, 1.0, [0, 3, 6]),
        (9, 1.0, [1, 4, 7]),
        (6, 1.5, [0, 2, 4]),
        (1, 1.0, [0]),
        (2, 0.1, [0]),
        (1, 0.0, [0]),
    ],
)
def test_thin_slices_are_looked_at_in_steps(
    slices: int, step_mm: float, expected: list[int]
) -> None:
    assert list(looked_at(slices, step_mm)) == expected


@given(st.integers(1, 500), st.floats(0.05, 20))
def test_no_slice_is_far_from_one_that_is_looked_at(slices: int, step_mm: float) -> None:
    chosen = looked_at(slices, step_mm)
    assert chosen[0] >= 0
    assert chosen[-1] < slices
    furthest = max(min(abs(k - c) for c in chosen) for k in range(slices))
    assert furthest * step_mm <= max(2.0, step_mm / 2) + 2 * step_mm * (step_mm < 2)
    assert furthest <= chosen.step // 2 + chosen.step % 2


# -- chains -----------------------------------------------------------------------------------


def test_nothing_gives_nothing() -> None:
    assert joined([], volume(4.0)) == ()


def test_neighbouring_slices_are_one_finding() -> None:
    boxes = [box(4, 0.5), box(5, 0.8), box(6, 0.9), box(7, 0.6)]
    found = joined(boxes, volume(4.0))
    assert spans(found) == [(4, 7)]
    assert found[0].score == pytest.approx(0.85)


def test_the_order_in_which_boxes_come_does_not_matter() -> None:
    boxes = [box(4, 0.5), box(5, 0.8), box(6, 0.9), box(5, 0.7, x0=80), box(6, 0.7, x0=80)]
    expected = joined(boxes, volume(4.0))
    for order in itertools.permutations(boxes):
        assert joined(list(order), volume(4.0)) == expected


def test_two_places_on_the_same_slices_are_two_findings() -> None:
    boxes = [b for k in (4, 5, 6) for b in (box(k, 0.9), box(k, 0.6, x0=80.0))]
    found = joined(boxes, volume(4.0))
    assert spans(found) == [(4, 6), (4, 6)]
    assert [round(one.score, 6) for one in found] == [0.9, 0.6]
    assert found[0].boxes_px[0].x0 == 40.0
    assert found[1].boxes_px[0].x0 == 80.0


def test_boxes_that_hardly_overlap_are_two_findings() -> None:
    near, far = box(5, 0.9, x0=52.0), box(5, 0.9, x0=54.0)
    first = box(4, 0.9)
    assert overlap_of(first, near) > MANIFEST.link_iou > overlap_of(first, far)
    assert len(joined([first, near], volume(4.0))) == 1
    assert len(joined([first, far], volume(4.0))) == 2


def test_the_better_overlapping_of_two_is_taken() -> None:
    boxes = [box(4, 0.9), box(5, 0.7, x0=46.0), box(5, 0.8, x0=50.0), box(6, 0.6, x0=46.0)]
    found = joined(boxes, volume(4.0))
    assert spans(found)[0] == (4, 6)
    assert [b.x0 for b in found[0].boxes_px] == [40.0, 46.0, 46.0]
    assert spans(found)[1] == (5, 5)


def test_a_drifting_place_is_followed() -> None:
    boxes = [box(k, 0.8, x0=10.0 + 5.0 * k) for k in range(10)]
    assert overlap_of(boxes[0], boxes[-1]) == 0.0
    assert spans(joined(boxes, volume(4.0))) == [(0, 9)]


@pytest.mark.parametrize(
    ("step_mm", "missing", "is_one"),
    [(3.3, 1, True), (3.3, 2, False), (4.0, 1, True), (4.1, 1, False), (5.0, 1, False)],
)
def test_a_gap_within_reach_is_bridged(step_mm: float, missing: int, is_one: bool) -> None:
    boxes = [box(4, 0.9), box(5 + missing, 0.9)]
    found = joined(boxes, volume(step_mm))
    assert len(found) == (1 if is_one else 2)
    if is_one:
        assert found[0].slice_indices == tuple(range(4, 6 + missing))


def test_it_ends_where_the_score_falls_off() -> None:
    trail = [box(k, 0.2) for k in range(9, 15)]
    found = joined([box(6, 0.9), box(7, 0.8), box(8, 0.5), *trail], volume(4.0))
    assert spans(found) == [(6, 8), (9, 14)]
    assert found[1].score == pytest.approx(0.2)


# -- scores -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step_mm", "slices", "expected"),
    [
        (5.0, 20, 0.8),  # crosses 5 mm
        (4.0, 20, 0.8 * 4 / 5),
        (3.0, 20, 0.8 * 3 / 5),
        (1.0, 21, 0.8 * 3 / 5),  # one of every three is looked at
        (4.0, 1, 0.8),  # nothing could have been seen beside it
    ],
)
def test_what_shows_on_one_thin_slice_counts_less(
    step_mm: float, slices: int, expected: float
) -> None:
    k = looked_at(slices, step_mm)[len(looked_at(slices, step_mm)) // 2]
    found = joined([box(k, 0.8)], volume(step_mm, slices))
    assert found[0].score == pytest.approx(expected)


def test_the_score_is_the_mean_of_the_two_highest() -> None:
    found = joined([box(4, 0.3), box(5, 0.9), box(6, 0.7), box(7, 0.4)], volume(4.0))
    assert found[0].score == pytest.approx(0.8)


def test_highest_first_down_to_a_hundredth_and_three_hundred_at_most() -> None:
    places = [(x, y) for x in range(0, 115, 6) for y in range(0, 95, 5)]
    boxes = [
        SliceBox(5, x, y, x + 4.0, y + 4.0, 0.012 + 0.001 * n) for n, (x, y) in enumerate(places)
    ]
    boxes.append(SliceBox(9, 0, 0, 4, 4, 0.009))
    found = joined(boxes, volume(5.0))
    assert len(boxes) > MOST_FINDINGS == len(found)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    few = joined(boxes[:3] + boxes[-1:], volume(5.0))
    assert len(few) == 3
    assert min(one.score for one in few) >= LEAST_SCORE
    assert [one.id for one in found] == [finding_id(RUN, n) for n in range(MOST_FINDINGS)]


# -- a box on every image, and in the patient --------------------------------------------------


def test_every_image_it_crosses_has_a_box_between_its_neighbours() -> None:
    made = volume(1.0, 21)
    assert list(looked_at(21, 1.0)) == [1, 4, 7, 10, 13, 16, 19]
    found = joined([box(7, 0.9, x0=40), box(10, 0.9, x0=46), box(13, 0.9, x0=43)], made)
    assert found[0].slice_indices == tuple(range(6, 15))
    assert [b.x0 for b in found[0].boxes_px] == pytest.approx([40, 40, 42, 44, 46, 45, 44, 43, 43])
    assert [b.sop_instance_uid for b in found[0].boxes_px] == [f"1.2.{k}" for k in range(6, 15)]
    assert [b.frame for b in found[0].boxes_px] == [1 + k % 3 for k in range(6, 15)]


def test_at_the_ends_of_the_volume_there_are_no_more_images() -> None:
    made = volume(1.0, 7)
    assert list(looked_at(7, 1.0)) == [0, 3, 6]
    found = joined([box(0, 0.9), box(3, 0.9), box(6, 0.9)], made)
    assert found[0].slice_indices == tuple(range(7))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.floats(0, 90),
            st.floats(0, 70),
            st.floats(4, 28),
            st.floats(0.1, 1),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([1.0, 1.5, 4.0]),
)
def test_the_box_in_the_patient_holds_the_box_of_every_image(
    given_boxes: list[tuple[int, float, float, float, float]], step_mm: float
) -> None:
    made = volume(step_mm, 21)
    chosen = looked_at(21, step_mm)
    boxes = [box(chosen[k], score, x, y, side) for k, x, y, side, score in given_boxes]
    found = joined(boxes, made)
    assert made.geometry is not None
    seen = 0
    for one in found:
        assert one.box is not None
        assert one.slice_indices == tuple(range(one.slice_indices[0], one.slice_indices[-1] + 1))
        assert len(one.boxes_px) == len(one.slice_indices)
        local = []
        for k, pixels in zip(one.slice_indices, one.boxes_px, strict=True):
            for x, y, dk in itertools.product(
                (pixels.x0, pixels.x1), (pixels.y0, pixels.y1), (-0.5, 0.5)
            ):
                corner = made.geometry.world_from_voxel((x - 0.5, y - 0.5, k + dk))
                assert one.box.contains(corner)
                offset = corner - np.array(one.box.center_lps_mm)
                local.append(np.linalg.solve(one.box.axes(), offset))
        # And no larger than that: the corners reach every side of it.
        reach = np.abs(np.array(local)).max(axis=0)
        np.testing.assert_allclose(reach, np.array(one.box.size_mm) / 2, atol=1e-6)
        seen += sum(b.slice_index in one.slice_indices for b in boxes)
    assert seen >= 1


def test_millimetres_by_hand() -> None:
    shape = (20, 100, 120)
    geometry = VolumeGeometry.from_axes((10, 20, 30), np.eye(3), (4.0, 2.0, 0.5), shape)
    made = replace(volume(4.0), geometry=geometry)
    found = joined([box(4, 0.9), box(5, 0.9)], made)
    # Columns 40 to 60 (edges) of 0.5 mm, rows 30 to 50 of 2 mm, slices 4 and 5 of 4 mm.
    assert found[0].box is not None
    assert found[0].box.size_mm == pytest.approx((10.0, 40.0, 8.0))
    assert found[0].box.center_lps_mm == pytest.approx(
        (10 + 0.5 * 49.5, 20 + 2.0 * 39.5, 30 + 4.0 * 4.5)
    )


def test_without_geometry_there_are_pixels_and_no_millimetres() -> None:
    found = joined([box(4, 0.9), box(5, 0.9), box(7, 0.9)], volume(None, is_named=False))
    assert spans(found) == [(4, 5), (7, 7)]
    assert all(one.box is None for one in found)
    assert found[0].boxes_px[0].sop_instance_uid == ""
    assert found[0].boxes_px[0].frame == 5


def test_labels_are_the_models() -> None:
    found = joined([box(4, 0.9)], volume(4.0))
    assert found[0].label == "enhancing mass"
    assert found[0].code == MANIFEST.labels[0].code
    assert found[0].central_slice == 4


def test_boxes_from_a_tensor() -> None:
    rows = np.array([[3, 1.5, 2.5, 10, 20, 0.5]], np.float32)
    assert slice_boxes(rows) == (SliceBox(3, 1.5, 2.5, 10.0, 20.0, 0.5),)
    assert slice_boxes(np.empty((0, 6), np.float32)) == ()


def test_the_same_run_gives_the_same_ids_and_another_run_others() -> None:
    boxes = [box(4, 0.9), box(4, 0.5, x0=80)]
    first = [one.id for one in joined(boxes, volume(4.0))]
    assert first == [one.id for one in joined(boxes, volume(4.0))]
    other = [one.id for one in join(boxes, volume(4.0), MANIFEST, uuid.UUID(int=8))]
    assert not set(first) & set(other)
