"""Average precision of boxes, intervals by block, thresholds by false marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """A box that a model marked on an image."""

    image: str
    box: Box
    score: float


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes x0, y0, x1, y1."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (first, second)]
    return width * height / (sum(areas) - width * height)


def average_precision(
    marks: Sequence[ScoredBox], truth: Mapping[str, Sequence[Box]], least_overlap: float
) -> float:
    """Area under the precision envelope over recall, every point counted.

    Args:
        marks: in any order.
        truth: the boxes of each image; an image without a key or with none has none.
        least_overlap: a mark hits a box that no better mark has hit from this overlap on.

    Returns:
        0 to 1; NaN when there is no box at all.

    References:
        Everingham et al., Int J Comput Vis 2010;88:303 (all-point form).
    """
    total = sum(len(boxes) for boxes in truth.values())
    if total == 0:
        return float("nan")
    hits = hits_in_order(marks, truth, least_overlap)
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    recall = right / total
    steps = np.diff(np.concatenate([[0.0], recall]))
    return float(np.sum(steps * envelope))


def hits_in_order(
    marks: Sequence[ScoredBox], truth: Mapping[str, Sequence[Box]], least_overlap: float
) -> np.ndarray:
    """For each mark, highest score first, 1 when it hits a box not hit before, else 0."""
    taken: set[tuple[str, int]] = set()
    hits = np.zeros(len(marks))
    for number, mark in enumerate(sorted(marks, key=lambda m: -m.score)):
        boxes = truth.get(mark.image, ())
        ranked = sorted(range(len(boxes)), key=lambda n: -overlap(mark.box, boxes[n]))
        for place in ranked:
            if overlap(mark.box, boxes[place]) < least_overlap:
                break
            if (mark.image, place) not in taken:
                taken.add((mark.image, place))
                hits[number] = 1
                break
    return hits


def bootstrap_interval(
    figure: Callable[[Sequence[str]], float],
    blocks: Sequence[str],
    *,
    rounds: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of a figure over blocks drawn with replacement.

    Args:
        figure: of a list of blocks, repeats included.
        blocks: the units of the split.
        rounds: how many draws.
        seed: of the draws.

    Returns:
        Its ends; NaN when there is no block, or the figure is never a number.
    """
    if not blocks:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    values = [
        figure([blocks[int(n)] for n in random.integers(0, len(blocks), len(blocks))])
        for _ in range(rounds)
    ]
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return float("nan"), float("nan")
    low, high = np.percentile(finite, (2.5, 97.5))
    return float(low), float(high)


def threshold_for_false_marks(scores: Sequence[float], subjects: int, most: float) -> float:
    """The lowest threshold with at most so many false marks a subject.

    Args:
        scores: of every mark on subjects without a lesion.
        subjects: how many there are, those without marks included.
        most: false marks a subject on average.

    Returns:
        A threshold between 0.01 and 1; marks at or above it count.
    """
    allowed = int(most * subjects + 1e-9)
    ordered = sorted(scores, reverse=True)
    if len(ordered) <= allowed:
        return 0.01
    return float(min(1.0, max(0.01, np.nextafter(ordered[allowed], 1.0))))
