"""Which viewports follow which (reading defaults 2, linking)."""

from __future__ import annotations

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.viewport import CUSTOM, ViewportKind, ViewportState

PARALLEL_COSINE = 0.95


def linked_slice(shown: DisplaySet, slice_index: int, target: DisplaySet) -> int | None:
    """The slice of another display set at the place of a shown one.

    Returns:
        Array index of the nearest slice; None when the two are not linked: other study, other or
        unknown frame of reference, slices not parallel, or the place is outside the target.
    """
    if shown.study.study_instance_uid != target.study.study_instance_uid:
        return None
    here, there = shown.geometry, target.geometry
    if here is None or there is None or not here.shares_frame_with(there):
        return None
    if abs(float(here.normal @ there.normal)) < PARALLEL_COSINE:
        return None
    _, rows, columns = shown.shape
    position = here.world_from_voxel([(columns - 1) / 2, (rows - 1) / 2, slice_index])
    depth = float((position - there.origin_lps_mm) @ there.normal)
    step_mm = float(there.affine[:3, 2] @ there.normal)
    if len(target.frames) == 1 or step_mm == 0:
        return 0 if abs(depth) <= abs(here.spacing_mm[0]) / 2 else None
    k = round(depth / step_mm)
    return k if 0 <= k < len(target.frames) else None


def windows_are_linked(
    before: ViewportState,
    shown: DisplaySet | None,
    state: ViewportState,
    other: DisplaySet | None,
) -> bool:
    """Whether a window set in one viewport goes to another: CT tiles of one preset, or planes.

    MR series never: equal numbers mean nothing there. Three planes of one display set always
    share their window.
    """
    if shown is None or other is None:
        return False
    if shown.id == other.id and before.kind is state.kind is ViewportKind.PLANE:
        return True
    both_ct = shown.series.modality == other.series.modality == "CT"
    return both_ct and before.preset == state.preset != CUSTOM and before.window == state.window
