"""Statistics by hand-computed cases and by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.evaluation import (
    ScoredBox,
    average_precision,
    bootstrap_interval,
    threshold_for_false_marks,
)
from medai_desktop.evaluation.average_precision import Box, hits_in_order, overlap

TRUE: Box = (0.0, 0.0, 10.0, 10.0)
ASIDE: Box = (100.0, 100.0, 110.0, 110.0)


def mark(score: float, box: Box = TRUE, image: str = "a") -> ScoredBox:
    return ScoredBox(image, box, score)


# -- overlap ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TRUE, 1.0),
        ((0.0, 0.0, 5.0, 10.0), 0.5),
        ((5.0, 0.0, 15.0, 10.0), 1 / 3),
        ((5.0, 5.0, 15.0, 15.0), 25 / 175),
        ((10.0, 0.0, 20.0, 10.0), 0.0),
        (ASIDE, 0.0),
        ((3.0, 3.0, 3.0, 8.0), 0.0),
    ],
)
def test_overlap_by_hand(other: Box, expected: float) -> None:
    assert overlap(TRUE, other) == pytest.approx(expected)
    assert overlap(other, TRUE) == pytest.approx(expected)


@given(st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_overlap_by_counting_cells(numbers: list[int]) -> None:
    a, b = numbers[:4], numbers[4:]
    first = (min(a[0], a[2]), min(a[1], a[3]), max(a[0], a[2]), max(a[1], a[3]))
    second = (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
    cells = [np.zeros((12, 12), bool), np.zeros((12, 12), bool)]
    for grid, (x0, y0, x1, y1) in zip(cells, (first, second), strict=True):
        grid[y0:y1, x0:x1] = True
    union = (cells[0] | cells[1]).sum()
    shared = (cells[0] & cells[1]).sum()
    assert overlap(first, second) == pytest.approx(shared / union if union else 0.0)


# -- average precision --------------------------------------------------------------------------


def test_all_right_is_one_and_all_wrong_is_nought() -> None:
    truth = {"a": [TRUE], "b": [TRUE]}
    right = [mark(0.9), mark(0.8, image="b")]
    assert average_precision(right, truth, 0.5) == 1.0
    wrong = [mark(0.9, ASIDE), mark(0.8, ASIDE, "b")]
    assert average_precision(wrong, truth, 0.5) == 0.0
    assert average_precision([], truth, 0.5) == 0.0


def test_no_box_at_all_is_no_figure() -> None:
    assert math.isnan(average_precision([mark(0.9)], {}, 0.5))
    assert math.isnan(average_precision([], {"a": []}, 0.5))


def test_by_hand() -> None:
    # Four boxes; marks in order: hit, miss, hit, miss, hit. One box is left unmarked.
    # Precision 1, 1/2, 2/3, 1/2, 3/5 at recall 1/4, 1/4, 2/4, 2/4, 3/4.
    # Envelope at the steps of recall: 1, 2/3, 3/5.
    truth = {name: [TRUE] for name in "abcd"}
    marks = [
        mark(0.9, image="a"),
        mark(0.8, ASIDE, "a"),
        mark(0.7, image="b"),
        mark(0.6, image="none"),
        mark(0.5, image="c"),
    ]
    expected = (1 + 2 / 3 + 3 / 5) / 4
    assert average_precision(marks, truth, 0.5) == pytest.approx(expected)
    assert average_precision(list(reversed(marks)), truth, 0.5) == pytest.approx(expected)
    worse = [*marks[1:2], *marks[3:4], mark(0.1), mark(0.09, image="b")]
    assert average_precision(worse, truth, 0.5) == pytest.approx((2 / 4 + 2 / 4) / 4)


def test_a_box_is_hit_once() -> None:
    marks = [mark(0.9), mark(0.8), mark(0.7)]
    assert hits_in_order(marks, {"a": [TRUE]}, 0.5).tolist() == [1.0, 0.0, 0.0]
    assert average_precision(marks, {"a": [TRUE]}, 0.5) == 1.0
    late = [mark(0.9, ASIDE), mark(0.8)]
    assert average_precision(late, {"a": [TRUE]}, 0.5) == 0.5


def test_a_mark_hits_the_free_box_it_overlaps_most() -> None:
    near: Box = (1.0, 0.0, 11.0, 10.0)
    boxes = [TRUE, near]
    assert hits_in_order([mark(0.9, near), mark(0.8, near)], {"a": boxes}, 0.5).tolist() == [1, 1]
    assert hits_in_order([mark(0.9, near), mark(0.8, near)], {"a": boxes}, 0.9).tolist() == [1, 0]


def test_a_box_of_another_image_is_no_hit() -> None:
    assert average_precision([mark(0.9, image="b")], {"a": [TRUE]}, 0.5) == 0.0


@pytest.mark.parametrize(("least", "expected"), [(0.3, 1.0), (1 / 3, 1.0), (0.34, 0.0)])
def test_the_least_overlap_counts_itself(least: float, expected: float) -> None:
    shifted: Box = (5.0, 0.0, 15.0, 10.0)
    assert average_precision([mark(0.9, shifted)], {"a": [TRUE]}, least) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0.01, 1)),
        max_size=12,
        unique=True,
    )
)
def test_as_a_naive_count_over_thresholds(told: list[tuple[str, bool, float]]) -> None:
    truth = {name: [TRUE] for name in "abc"}
    scores = {score for _, _, score in told}
    marks = [mark(score, TRUE if good else ASIDE, image) for image, good, score in told]
    if len(scores) < len(marks):
        return
    points = []
    for threshold in sorted(scores, reverse=True):
        kept = [one for one in marks if one.score >= threshold]
        hit = {one.image for one in kept if one.box == TRUE}
        points.append((len(hit) / 3, len(hit) / len(kept)))
    area, before = 0.0, 0.0
    for recall, _ in points:
        best = max((p for r, p in points if r >= recall), default=0.0)
        area += (recall - before) * best
        before = recall
    assert average_precision(marks, truth, 0.5) == pytest.approx(area)


# -- intervals and operating points ---------------------------------------------------------------


def test_interval_of_equal_blocks_is_a_point_and_of_unequal_ones_is_not() -> None:
    def mean(blocks: object) -> float:
        return float(np.mean([float(name) for name in blocks]))  # type: ignore[attr-defined]

    assert bootstrap_interval(mean, ["3", "3", "3"]) == (3.0, 3.0)
    low, high = bootstrap_interval(mean, [str(n) for n in range(11)], rounds=2000)
    assert low < 5.0 < high
    # Standard error of the mean of 0 to 10 drawn with replacement: sqrt(10 / 11).
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(10 / 11), rel=0.1)
    assert bootstrap_interval(mean, ["1", "2"], seed=1) == bootstrap_interval(
        mean, ["1", "2"], seed=1
    )


def test_interval_of_nothing_is_no_number() -> None:
    assert all(math.isnan(end) for end in bootstrap_interval(lambda _: 1.0, []))
    assert all(math.isnan(end) for end in bootstrap_interval(lambda _: float("nan"), ["a"]))
    some = bootstrap_interval(lambda drawn: 2.0 if "a" in drawn else float("nan"), ["a", "b"])
    assert some == (2.0, 2.0)


@pytest.mark.parametrize(
    ("scores", "subjects", "most", "left"),
    [
        ([0.9, 0.8, 0.7, 0.6], 2, 1.0, 2),
        ([0.9, 0.8, 0.7, 0.6], 2, 0.5, 1),
        ([0.9, 0.8, 0.7, 0.6], 2, 0.2, 0),
        ([0.9, 0.8, 0.8, 0.6], 2, 1.0, 1),
        ([0.9], 5, 1.0, 1),
        ([], 5, 1.0, 0),
        ([0.5] * 4, 10, 0.3, 0),
    ],
)
def test_the_lowest_threshold_with_so_few_false_marks(
    scores: list[float], subjects: int, most: float, left: int
) -> None:
    threshold = threshold_for_false_marks(scores, subjects, most)
    assert sum(score >= threshold for score in scores) == left
    assert left <= most * subjects
    assert 0.01 <= threshold <= 1.0


@given(st.lists(st.floats(0.01, 0.999), max_size=30), st.integers(1, 10), st.floats(0, 3))
def test_never_more_than_allowed_and_never_needlessly_few(
    scores: list[float], subjects: int, most: float
) -> None:
    threshold = threshold_for_false_marks(scores, subjects, most)
    assert sum(score >= threshold for score in scores) <= most * subjects + 1e-9
    lower = [score for score in scores if score < threshold]
    if lower:
        count = sum(score >= max(lower) for score in scores)
        assert count > int(most * subjects + 1e-9)
