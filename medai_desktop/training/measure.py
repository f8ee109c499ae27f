"""Measures a slice detector on the part of the cohort kept apart."""

from __future__ import annotations

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
from medai_desktop.training.cohort import CLASSES, Slice, Split, decoded
from medai_desktop.training.recipe import SliceRecipe

MOST_FALSE_SOLID = 0.2
MOST_FALSE_DASHED = 1.0
"""False marks a volume (reading defaults 9)."""

HIT_OVERLAP = 0.3
"""A lesion counts as marked from this overlap on."""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Figures of a model on slices of patients it never saw.

    Attributes:
        ap50: average precision at an overlap of 0.5, one class.
        ap50_interval: 95 %, by block of file numbers.
        ap30: at an overlap of 0.3.
        ap50_by_class: of each tumour class alone, one class of mark.
        lesions: boxes in the test part.
        unmarked: of them, those without a mark at `threshold`.
        false_by_source: false marks a subject at `threshold` and `threshold_solid`, slice by slice.
        threshold: lower operating point.
        threshold_solid: higher operating point.
    """

    ap50: float
    ap50_interval: tuple[float, float]
    ap30: float
    ap50_by_class: tuple[tuple[str, float], ...]
    lesions: int
    unmarked: int
    false_by_source: tuple[tuple[str, int, float, float], ...]
    threshold: float
    threshold_solid: float

    def document(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "ap50": self.ap50,
            "ap50_interval_95": list(self.ap50_interval),
            "ap30": self.ap30,
            "ap50_by_class": dict(self.ap50_by_class),
            "lesions": self.lesions,
            "unmarked_at_threshold": self.unmarked,
            "false_marks_a_subject": [
                {"source": s, "subjects": n, "at_threshold": a, "at_threshold_solid": b}
                for s, n, a, b in self.false_by_source
            ],
            "threshold": self.threshold,
            "threshold_solid": self.threshold_solid,
        }

    def lines(self) -> list[str]:
        """As lines of text."""
        low, high = self.ap50_interval
        lines = [f"AP50 {self.ap50:.3f} ({low:.3f}-{high:.3f})  AP30 {self.ap30:.3f}"]
        lines += [f"AP50 {name} {value:.3f}" for name, value in self.ap50_by_class]
        lines.append(
            f"threshold {self.threshold:.3f} / {self.threshold_solid:.3f}; "
            f"{self.unmarked} of {self.lesions} lesions unmarked"
        )
        for source, subjects, lower, solid in self.false_by_source:
            lines.append(
                f"{source}: {subjects} subjects, {lower:.2f} / {solid:.2f} false marks each"
            )
        return lines


def measure(
    network: SliceDetector,
    recipe: SliceRecipe,
    cohort: Sequence[Slice],
    told: Callable[[int, int], None],
) -> EvaluationReport:
    """Runs the test part and the tumour-free subjects; thresholds come from those subjects."""
    test = [item for item in cohort if item.split is Split.TEST]
    marks: list[ScoredBox] = []
    network.eval()
    for number, item in enumerate(test):
        marks += _marks(network, recipe, item, str(number))
        told(number + 1, len(test))
    truth: dict[str, tuple[Box, ...]] = {
        str(n): () if item.box is None else (item.box,) for n, item in enumerate(test)
    }
    with_mark = [n for n, item in enumerate(test) if item.box is not None]
    of_lesions = {str(n): truth[str(n)] for n in with_mark}
    own = [mark for mark in marks if mark.image in of_lesions]
    free = [n for n, item in enumerate(test) if item.box is None]
    subjects = {test[n].block for n in free}
    false_scores = [mark.score for mark in marks if mark.image not in of_lesions]
    low = threshold_for_false_marks(false_scores, len(subjects), MOST_FALSE_DASHED)
    solid = threshold_for_false_marks(false_scores, len(subjects), MOST_FALSE_SOLID)
    kept = [mark for mark in own if mark.score >= low]
    hit = int(hits_in_order(kept, of_lesions, HIT_OVERLAP).sum())
    blocks = sorted({test[n].block for n in with_mark})

    def ap50_of(drawn: Sequence[str]) -> float:
        return _figure_of_blocks(drawn, test, own, 0.5)

    return EvaluationReport(
        average_precision(own, of_lesions, 0.5),
        bootstrap_interval(ap50_of, blocks, rounds=100),
        average_precision(own, of_lesions, 0.3),
        tuple((name, _figure_of_class(kind, test, own)) for kind, name in enumerate(CLASSES)),
        len(with_mark),
        len(with_mark) - hit,
        tuple(_false_of(source, test, marks, low, solid) for source in _sources(test)),
        low,
        solid,
    )


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
    source: str, test: Sequence[Slice], marks: Sequence[ScoredBox], low: float, solid: float
) -> tuple[str, int, float, float]:
    images = {str(n) for n, item in enumerate(test) if item.source == source and item.box is None}
    subjects = len({test[int(n)].block for n in images})
    scores = [mark.score for mark in marks if mark.image in images]
    return (
        source,
        subjects,
        sum(score >= low for score in scores) / max(1, subjects),
        sum(score >= solid for score in scores) / max(1, subjects),
    )
