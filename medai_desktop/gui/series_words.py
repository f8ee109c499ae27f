"""A series in two lines: what it is, and what must be known of it."""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.series.display_set import DisplaySet, Verdict
from medai_desktop.session.opening import LoadState
from medai_desktop.text import Message, message
from medai_desktop.view.reading_order import reading_position

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
    gaps = [said for said in shown.messages if said.id == "series.missing_slices"]
    missing = sum(int(str(said.argument("count"))) for said in gaps) or 1
    places = [place for said in gaps if (place := _place(shown, said)) is not None]
    first: int | str = min(places) if places else "?"
    if missing == 1:
        return message("gui.verdict_one_missing", place=first)
    return message("gui.verdict_missing", missing=missing, place=first)


def _place(shown: DisplaySet, gap: Message) -> int | None:
    """Reading position of the image before a gap."""
    names = {gap.argument("first"), gap.argument("second")}
    places = [
        reading_position(shown, k)
        for k, frame in enumerate(shown.frames)
        if frame.instance.path.name in names
    ]
    return min(places, default=None)
