"""Which images of a series a finding crosses, in its own series and beside it."""

from __future__ import annotations

import math

from medai_desktop.findings import Finding
from medai_desktop.series.display_set import DisplaySet


def crossed_slices(
    finding: Finding, seen_in: DisplaySet, shown: DisplaySet
) -> tuple[int, int] | None:
    """First and last array index of the images that a finding crosses; None when there are none.

    Args:
        finding: with a box in the patient, or images of its own series.
        seen_in: the series it was seen in.
        shown: the series asked about.
    """
    if seen_in.id == shown.id:
        slices = finding.slice_indices
        return (min(slices), max(slices)) if slices else None
    here = shown.geometry
    if here is None or finding.box is None or not shown.shares_frame_with(seen_in):
        return None
    depths = here.voxel_from_world(finding.box.corners_lps_mm())[:, 2]
    first = max(0, math.ceil(float(depths.min()) - 1e-6))
    last = min(here.shape[0] - 1, math.floor(float(depths.max()) + 1e-6))
    return (first, last) if first <= last else None
