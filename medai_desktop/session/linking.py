"""Which viewports follow which (reading defaults 2, linking)."""

from __future__ import annotations

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.reading_order import image_center_lps_mm, slice_through
from medai_desktop.view.viewport import ViewportKind, ViewportState

PARALLEL_COSINE = 0.95


def are_parallel(shown: DisplaySet, other: DisplaySet) -> bool:
    """Whether the slices of two display sets look the same way, one way or the other."""
    here, there = shown.geometry, other.geometry
    if here is None or there is None:
        return False
    return abs(float(here.normal @ there.normal)) >= PARALLEL_COSINE


def linked_slice(shown: DisplaySet, slice_index: int, target: DisplaySet) -> int | None:
    """The slice of another display set at the place of a shown one.

    Returns:
        Array index of the nearest slice; None when the two are not linked: other study, other or
        unknown frame of reference, slices not parallel, or the place is outside the target.
    """
    if shown.id == target.id:
        return slice_index
    if not shown.shares_frame_with(target) or not are_parallel(shown, target):
        return None
    return same_place(shown, slice_index, target)


def same_place(shown: DisplaySet, slice_index: int, target: DisplaySet) -> int | None:
    """The slice of another display set through the middle of a shown image, parallel or not."""
    if shown.id == target.id:
        return slice_index
    middle = image_center_lps_mm(shown, slice_index)
    if middle is None or not shown.shares_frame_with(target):
        return None
    return slice_through(target, middle)


def windows_are_linked(
    before: ViewportState,
    shown: DisplaySet | None,
    state: ViewportState,
    other: DisplaySet | None,
) -> bool:
    """Whether a window set in one viewport goes to another: CT tiles that look alike, or planes.

    Tiles look alike when preset and window are the same, set by hand or not. MR series never:
    equal numbers mean nothing there. Planes of one display set always share their window.
    """
    if shown is None or other is None:
        return False
    if shown.id == other.id and before.kind is state.kind is ViewportKind.PLANE:
        return before.preset == state.preset and before.window == state.window
    both_ct = shown.series.modality == other.series.modality == "CT"
    same_study = shown.is_of_study_of(other)
    is_same = before.preset == state.preset and before.window == state.window
    return both_ct and same_study and is_same


def views_are_linked(
    before: ViewportState,
    shown: DisplaySet | None,
    state: ViewportState,
    other: DisplaySet | None,
) -> bool:
    """Whether zoom and pan go from one viewport to another: stacks that look the same way."""
    if shown is None or other is None:
        return False
    if before.kind is not ViewportKind.STACK or state.kind is not ViewportKind.STACK:
        return False
    if shown.id == other.id:
        return True
    return shown.shares_frame_with(other) and are_parallel(shown, other)
