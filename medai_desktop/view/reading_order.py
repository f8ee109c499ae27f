"""Image 1 of a stack, and which one comes next (reading defaults 2)."""

from __future__ import annotations

from medai_desktop.series.display_set import DisplaySet


def reading_position(shown: DisplaySet, slice_index: int) -> int:
    """Place of a slice in reading order, counted from 1."""
    if shown.is_reversed_for_reading:
        return len(shown.frames) - slice_index
    return slice_index + 1


def slice_at(shown: DisplaySet, position: int) -> int:
    """Array index of the image with this place in reading order (from 1)."""
    wanted = max(1, min(len(shown.frames), position))
    return len(shown.frames) - wanted if shown.is_reversed_for_reading else wanted - 1


def step(shown: DisplaySet, slice_index: int, steps: int) -> tuple[int, bool]:
    """Goes on in reading direction; no wrap at the ends.

    Returns:
        Array index, and whether an end stood in the way.
    """
    wanted = reading_position(shown, slice_index) + steps
    return slice_at(shown, wanted), not 1 <= wanted <= len(shown.frames)
