"""A series in two lines: what it is, and what must be known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from medai_desktop.series.display_set import DisplaySet, Verdict
from medai_desktop.session.opening import LoadState
from medai_desktop.text import Message, message
from medai_desktop.view.reading_order import image_name, reading_position

WITH_PLACE = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose images ought to state a place in the patient."""


@dataclass(frozen=True, slots=True)
class Said:
    """The second line of a series."""

    message: Message
    is_wrong: bool = False


def title(shown: DisplaySet) -> str:
    """Number and description, as written."""
    number = "" if shown.series.number is None else f"{shown.series.number} "
    return f"{number}{shown.series.description or shown.series.modality or '?'}"


def count(images: int) -> Message:
    """So many images."""
    if images == 1:
        return message("gui.one_image")
    return message("gui.images", count=images)


def second_line(shown: DisplaySet, state: LoadState) -> Said:
    """What is wrong, else how it lies in space, with the number of images."""
    if state.is_complete and state.failures:
        missing, total = len(state.failures), state.total
        return Said(message("gui.not_readable", missing=missing, total=total), True)
    images = len(shown.frames)
    wrong = _wrong(shown, images)
    if wrong is not None:
        return Said(wrong, True)
    if shown.verdict is Verdict.UNIFORM:
        return Said(message("gui.verdict_uniform", count=images))
    if shown.verdict is Verdict.TILTED:
        return Said(message("gui.verdict_tilted", count=images))
    return Said(count(images))


def _wrong(shown: DisplaySet, images: int) -> Message | None:
    verdict = shown.verdict
    if verdict is Verdict.MISSING_SLICES:
        return _missing(shown)
    if verdict is Verdict.IRREGULAR:
        return message("gui.verdict_irregular", count=images)
    if verdict is Verdict.DUPLICATES:
        return message("gui.verdict_duplicates", count=images)
    needs_place = shown.series.modality in WITH_PLACE and images > 1
    if verdict is Verdict.NO_SPACING and needs_place:
        return message("gui.verdict_no_spacing", count=images)
    if verdict is Verdict.NO_GEOMETRY and needs_place:
        return message("gui.verdict_no_geometry", count=images)
    return None


def _missing(shown: DisplaySet) -> Message:
    """How many slices are missing, and after which image in reading order the first gap is."""
    gaps = dict(_gaps(shown))
    if not gaps:
        return message("gui.verdict_irregular", count=len(shown.frames))
    missing, first = sum(gaps.values()), min(gaps, key=lambda k: reading_position(shown, k))
    image = image_name(shown, first)
    if missing == 1:
        return message("gui.verdict_one_missing", image=image)
    return message("gui.verdict_missing", missing=missing, image=image)


def _gaps(shown: DisplaySet) -> Iterator[tuple[int, int]]:
    """The image that is read before each gap (index), and the slices that are not there."""
    if shown.geometry is None:
        return
    usual, normal = shown.geometry.spacing_mm[0], shown.geometry.normal
    for k, (here, there) in enumerate(pairwise(shown.frames)):
        if here.position_lps_mm is None or there.position_lps_mm is None:
            continue
        step = np.subtract(there.position_lps_mm, here.position_lps_mm) @ normal
        lost = round(float(step) / usual) - 1
        if lost > 0:
            yield min(k, k + 1, key=lambda n: reading_position(shown, n)), lost
