"""Which viewports follow which: places by the slices' own positions, windows, zoom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.linking import (
    are_parallel,
    linked_slice,
    same_place,
    views_are_linked,
    windows_are_linked,
)
from medai_desktop.view.viewport import CUSTOM, ViewportKind, ViewportState
from medai_desktop.volume import Window
from tests.unit.view.made_up import AXIAL, CORONAL, SAGITTAL, Made, study_of


def sets(*made: Made) -> tuple[DisplaySet, ...]:
    return study_of(*made).display_sets


def pair(**second: object) -> tuple[DisplaySet, DisplaySet]:
    """5 mm axial slices from 0 to 55 mm, and another series."""
    thick = Made("Chest", number=1)
    other = replace(Made("Chest", number=2, count=40, step_mm=1.25), **second)  # type: ignore[arg-type]
    first, last = sets(thick, other)
    return first, last


@pytest.mark.parametrize(("index", "wanted"), [(0, 0), (1, 4), (9, 36), (10, None), (11, None)])
def test_the_nearest_slice_of_a_thinner_series(index: int, wanted: int | None) -> None:
    thick, thin = pair()
    assert linked_slice(thick, index, thin) == wanted
    if wanted is not None:
        assert linked_slice(thin, wanted, thick) == index


def test_against_the_row_direction_too() -> None:
    """Stored feet first: row x column points to the feet."""
    turned = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    thick, other = pair(orientation=turned, step_mm=-5.0, count=12)
    assert other.geometry is not None and other.geometry.normal[2] == -1
    heights = [frame.position_lps_mm[2] for frame in other.frames if frame.position_lps_mm]
    for index in range(12):
        found = linked_slice(thick, index, other)
        assert found is not None
        assert heights[found] == 5.0 * index


def test_other_frame_other_study_other_direction_are_not_linked() -> None:
    thick, thin = pair()
    elsewhere = pair(series={"frame_of_reference_uid": "9.9"})[1]
    assert linked_slice(thick, 2, elsewhere) is None
    stranger = replace(thin, study=replace(thin.study, study_instance_uid="8.8"))
    assert linked_slice(thick, 2, stranger) is None
    unknown = pair(series={"frame_of_reference_uid": None})[1]
    assert linked_slice(thick, 2, unknown) is None
    coronal = pair(orientation=CORONAL)[1]
    assert linked_slice(thick, 2, coronal) is None
    assert not are_parallel(thick, coronal) and thick.shares_frame_with(coronal)
    assert linked_slice(thick, 2, thin) == 8


def test_the_same_series_is_always_linked_to_itself() -> None:
    (film_like,) = sets(Made("x", "OT", "", orientation=None, count=5))
    assert film_like.geometry is None
    assert linked_slice(film_like, 3, film_like) == 3
    assert same_place(film_like, 3, film_like) == 3


def test_same_place_goes_through_the_middle_whatever_the_direction() -> None:
    thick, sagittal = pair(orientation=SAGITTAL, step_mm=-1.0, count=64)
    assert sagittal.geometry is not None and thick.geometry is not None
    found = same_place(thick, 3, sagittal)
    assert found is not None
    place = sagittal.frames[found].position_lps_mm
    assert place is not None
    middle = thick.geometry.world_from_voxel([31.5, 31.5, 3])
    assert abs(place[0] - middle[0]) <= 0.5


def with_gap(count: int, lost: int) -> DisplaySet:
    """Slices 5 mm apart, some inner ones gone."""
    (whole,) = sets(Made("Chest", count=count))
    headers = [frame.instance for frame in whole.frames]
    from medai_desktop.series.display_sets import build_studies

    kept = [h for n, h in enumerate(headers) if not 4 <= n < 4 + lost]
    (study,) = build_studies(kept).studies
    return study.display_sets[0]


def test_behind_a_gap_the_places_still_hold() -> None:
    """Index arithmetic over a gap would land on the wrong slice."""
    torn = with_gap(12, 2)
    assert torn.verdict.value == "missing_slices" and len(torn.frames) == 10
    (whole,) = sets(Made("Chest", number=2))
    assert [linked_slice(whole, k, torn) for k in range(12)] == [
        0, 1, 2, 3, None, None, 4, 5, 6, 7, 8, 9,
    ]  # fmt: skip
    assert [linked_slice(torn, k, whole) for k in range(10)] == [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]


LUNG, SOFT = Window(-600, 1500), Window(50, 350)


def state(window: Window, preset: str, kind: ViewportKind = ViewportKind.STACK) -> ViewportState:
    return ViewportState(window=window, preset=preset, kind=kind)


@pytest.mark.parametrize(
    ("first", "second", "linked"),
    [
        (state(LUNG, "lung"), state(LUNG, "lung"), True),
        (state(LUNG, "lung"), state(SOFT, "mediastinum"), False),
        (state(LUNG, CUSTOM), state(LUNG, CUSTOM), True),
        (state(LUNG, CUSTOM), state(SOFT, CUSTOM), False),
        (state(LUNG, "lung"), state(LUNG, CUSTOM), False),
    ],
)
def test_ct_tiles_that_look_alike_share_their_window(
    first: ViewportState, second: ViewportState, linked: bool
) -> None:
    one, other = pair()
    assert windows_are_linked(first, one, second, other) is linked
    stranger = replace(other, study=replace(other.study, study_instance_uid="8.8"))
    assert windows_are_linked(first, one, second, stranger) is False
    assert windows_are_linked(first, one, second, None) is False


def test_mr_series_never_share_a_window_but_their_own_planes_do() -> None:
    first, second = sets(
        Made("Ax T1", "MR", "HEAD", number=1), Made("Ax T1 +C", "MR", "HEAD", number=2)
    )
    same = state(SOFT, "auto")
    assert not windows_are_linked(same, first, same, second)
    plane = state(SOFT, "auto", ViewportKind.PLANE)
    assert windows_are_linked(plane, first, plane, first)
    assert not windows_are_linked(plane, first, plane, second)


def test_zoom_is_shared_by_stacks_that_look_the_same_way() -> None:
    thick, thin = pair()
    coronal = pair(orientation=CORONAL)[1]
    stack, plane = state(LUNG, "lung"), state(LUNG, "lung", ViewportKind.PLANE)
    assert views_are_linked(stack, thick, stack, thin)
    assert views_are_linked(stack, thick, stack, thick)
    assert not views_are_linked(stack, thick, stack, coronal)
    assert not views_are_linked(stack, thick, plane, thin)
    assert not views_are_linked(stack, thick, stack, None)


def test_parallel_allows_a_few_degrees() -> None:
    leaned = np.array([np.cos(0.2), np.sin(0.2)])
    thick, tilted = pair(orientation=(1.0, 0.0, 0.0, 0.0, leaned[0], leaned[1]))
    assert are_parallel(thick, tilted)
    leaned = np.array([np.cos(0.5), np.sin(0.5)])
    steep = pair(orientation=(1.0, 0.0, 0.0, 0.0, leaned[0], leaned[1]))[1]
    assert not are_parallel(thick, steep)
    assert AXIAL[4] == 1.0
