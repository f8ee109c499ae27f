"""Measures a slice detector on the part of the cohort kept apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from medai_desktop.evaluation import (
    ScoredBox,
    average_precision,
    bootstrap_interval,
    threshold_for_false_marks,
)
from medai_desktop.evaluation.average_precision import Box, hits_in_order
from medai_desktop.runtimes.networks.slice_detector import SliceDetector
from medai_desktop.runtimes.slice_inference import SliceInput, run_slice_detector
from medai_desktop.text import Message, message
from medai_desktop.training.cohort import CLASSES, Slice, Split, decoded
from medai_desktop.training.recipe import SliceRecipe

MOST_FALSE_SOLID = 0.2
MOST_FALSE_DASHED = 1.0
"""False marks a volume (reading defaults 9)."""

HIT_OVERLAP = 0.3
"""A lesion counts as marked from this overlap on."""


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """At which scores a model marks: `dashed` the lower, `solid` the higher."""

    dashed: float
    solid: float


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Figures of a model on slices of patients it never saw.

    Attributes:
        ap50: average precision at an overlap of 0.5, one class.
        ap50_interval: 95 %, by block of file numbers.
        ap30: at an overlap of 0.3.
        ap50_by_class: of each tumour class alone, one class of mark.
        slices: single slices of the test part with a lesion, one box each.
        unmarked_slices: of them, those whose lesion has no mark at `threshold`.
        false_by_source: false marks a subject at `threshold` and `threshold_solid`, slice by slice.
        threshold: lower operating point.
        threshold_solid: higher operating point.
    """

    ap50: float
    ap50_interval: tuple[float, float]
    ap30: float
    ap50_by_class: tuple[tuple[str, float], ...]
    slices: int
    unmarked_slices: int
    false_by_source: tuple[tuple[str, int, float, float], ...]
    threshold: float
    threshold_solid: float

    def document(self) -> dict[str, object]:
        """As JSON values; a figure that cannot be had is null."""
        return {
            "ap50": _figure(self.ap50),
            "ap50_interval_95": [_figure(end) for end in self.ap50_interval],
            "ap30": _figure(self.ap30),
            "ap50_by_class": {name: _figure(value) for name, value in self.ap50_by_class},
            "slices_with_a_lesion": self.slices,
            "slices_unmarked_at_threshold": self.unmarked_slices,
            "false_marks_a_subject": [
                {"source": s, "subjects": n, "at_threshold": a, "at_threshold_solid": b}
                for s, n, a, b in self.false_by_source
            ],
            "threshold": self.threshold,
            "threshold_solid": self.threshold_solid,
        }

    def lines(self) -> list[Message]:
        """As sentences."""
        low, high = (_written(end) for end in self.ap50_interval)
        figures = {"ap50": _written(self.ap50), "low": low, "high": high}
        lines = [message("training.precision", **figures, ap30=_written(self.ap30))]
        lines += [
            message("training.precision_of_class", name=name, ap50=_written(value))
            for name, value in self.ap50_by_class
        ]
        said = message(
            "training.unmarked",
            threshold=_written(self.threshold),
            solid=_written(self.threshold_solid),
            unmarked=self.unmarked_slices,
            slices=self.slices,
        )
        lines.append(said)
        for source, subjects, lower, solid in self.false_by_source:
            each = {"lower": f"{lower:.2f}", "solid": f"{solid:.2f}"}
            lines.append(message("training.false_marks", source=source, subjects=subjects, **each))
        return lines


def measure(
    network: SliceDetector,
    recipe: SliceRecipe,
    cohort: Sequence[Slice],
    told: Callable[[int, int], None],
    points: OperatingPoints | None = None,
) -> EvaluationReport:
    """Runs the test part: slices with a tumour, and tumour-free subjects.

    Args:
        network: in evaluation mode.
        recipe: tells the scale.
        cohort: only its test split is used.
        told: called with finished and total slices; may raise to stop.
        points: where to count; None: they are chosen on the tumour-free subjects of the same test
            part, which makes the counts on those subjects kinder than they are.
    """
    torch.set_num_threads(recipe.threads)
    test = [item for item in cohort if item.split is Split.TEST]
    seen = _Seen(test, _all_marks(network, recipe, test, told))
    if points is None:
        points = seen.chosen_points()
    blocks = sorted({item.block for item in test if item.box is not None})

    def ap50_of(drawn: Sequence[str]) -> float:
        return _figure_of_blocks(drawn, test, seen.own, 0.5)

    hits = hits_in_order(
        [mark for mark in seen.own if mark.score >= points.dashed], seen.lesions, HIT_OVERLAP
    )
    return EvaluationReport(
        average_precision(seen.own, seen.lesions, 0.5),
        bootstrap_interval(ap50_of, blocks, rounds=100) if blocks else (math.nan, math.nan),
        average_precision(seen.own, seen.lesions, 0.3),
        tuple((name, _figure_of_class(kind, test, seen.own)) for kind, name in enumerate(CLASSES)),
        len(seen.lesions),
        len(seen.lesions) - int(hits.sum()),
        tuple(_false_of(source, test, seen.marks, points) for source in _sources(test)),
        points.dashed,
        points.solid,
    )


class _Seen:
    """The marks of a network on the test part, by image number as text."""

    def __init__(self, test: Sequence[Slice], marks: list[ScoredBox]) -> None:
        self._test, self.marks = test, marks
        self.lesions: dict[str, tuple[Box, ...]] = {
            str(n): (item.box,) for n, item in enumerate(test) if item.box is not None
        }
        self.own = [mark for mark in marks if mark.image in self.lesions]

    def chosen_points(self) -> OperatingPoints:
        subjects = {item.block for item in self._test if item.box is None}
        scores = [mark.score for mark in self.marks if mark.image not in self.lesions]
        return OperatingPoints(
            threshold_for_false_marks(scores, len(subjects), MOST_FALSE_DASHED),
            threshold_for_false_marks(scores, len(subjects), MOST_FALSE_SOLID),
        )


def _all_marks(
    network: SliceDetector,
    recipe: SliceRecipe,
    test: Sequence[Slice],
    told: Callable[[int, int], None],
) -> list[ScoredBox]:
    marks: list[ScoredBox] = []
    network.eval()
    for number, item in enumerate(test):
        marks += _marks(network, recipe, item, str(number))
        told(number + 1, len(test))
    return marks


def _marks(network: SliceDetector, recipe: SliceRecipe, item: Slice, image: str) -> list[ScoredBox]:
    grey = decoded(item)
    given = SliceInput(recipe.spacing_mm, recipe.canvas_px)
    spacing = (3.0, recipe.spacing_mm, recipe.spacing_mm)
    with torch.inference_mode():
        rows = run_slice_detector(network, grey[None], spacing, given, lambda done, total: None)
    return [
        ScoredBox(image, (float(r[1]), float(r[2]), float(r[3]), float(r[4])), float(r[5]))
        for r in rows
    ]


def _figure_of_blocks(
    drawn: Sequence[str], test: Sequence[Slice], own: Sequence[ScoredBox], least: float
) -> float:
    marks: list[ScoredBox] = []
    truth: dict[str, tuple[Box, ...]] = {}
    by_image: dict[str, list[ScoredBox]] = {}
    for mark in own:
        by_image.setdefault(mark.image, []).append(mark)
    for turn, block in enumerate(drawn):
        for number, item in enumerate(test):
            if item.block == block and item.box is not None:
                name = f"{turn}/{number}"
                truth[name] = (item.box,)
                marks += [ScoredBox(name, m.box, m.score) for m in by_image.get(str(number), ())]
    return average_precision(marks, truth, least)


def _figure_of_class(kind: int, test: Sequence[Slice], own: Sequence[ScoredBox]) -> float:
    truth = {
        str(n): (item.box,)
        for n, item in enumerate(test)
        if item.kind == kind and item.box is not None
    }
    return average_precision([m for m in own if m.image in truth], truth, 0.5)


def _sources(test: Sequence[Slice]) -> list[str]:
    return sorted({item.source for item in test if item.box is None})


def _false_of(
    source: str, test: Sequence[Slice], marks: Sequence[ScoredBox], points: OperatingPoints
) -> tuple[str, int, float, float]:
    images = {str(n) for n, item in enumerate(test) if item.source == source and item.box is None}
    subjects = len({test[int(n)].block for n in images})
    scores = [mark.score for mark in marks if mark.image in images]
    return (
        source,
        subjects,
        sum(score >= points.dashed for score in scores) / max(1, subjects),
        sum(score >= points.solid for score in scores) / max(1, subjects),
    )


def _written(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "-"


def _figure(value: float) -> float | None:
    return value if math.isfinite(value) else None
