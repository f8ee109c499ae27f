"""What the program's own box says of a mark: side and size, never more than it can know."""

from __future__ import annotations

import numpy as np

from medai_desktop.findings import Finding
from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, SpacingSource
from medai_desktop.text import Message, message
from medai_desktop.volume import Region

CLEAR_OF_MIDDLE_MM = 15.0
"""A head seldom lies quite in the middle of its volume: nearer boxes are given no side."""


def extent_words(finding: Finding, shown: DisplaySet, *, is_readers: bool) -> Message | None:
    """Side, where it can be told, and size of a box.

    Args:
        finding: its box as it now stands.
        shown: where it was seen.
        is_readers: a reader drew the box.

    Returns:
        Such as "auto: left, 31 x 34 mm"; None when there is no box.
    """
    size = _size(finding, shown)
    if size is None:
        return None
    side = side_words(finding, shown)
    if side is not None:
        size = message("gui.side_and_size", side=side, size=size)
    if is_readers:
        return message("gui.box_reader", extent=size)
    return message("gui.box_auto", extent=size)


def side_words(finding: Finding, shown: DisplaySet) -> Message | None:
    """The side of the patient in a head volume; None where it would be a guess.

    Against the middle of the volume, and only for boxes that lie clear of it: films state their
    side themselves, and other parts of the body are not symmetric about a middle.
    """
    geometry, box = shown.geometry, finding.box
    is_head = shown.acquisition.region is Region.HEAD and len(shown.frames) > 1
    if geometry is None or box is None or not is_head or shown.plane is AnatomicalPlane.SAGITTAL:
        return None
    offsets = box.corners_lps_mm()[:, 0] - float(geometry.center_lps_mm[0])
    if float(np.min(offsets)) > CLEAR_OF_MIDDLE_MM:
        return message("gui.side_left")
    if float(np.max(offsets)) < -CLEAR_OF_MIDDLE_MM:
        return message("gui.side_right")
    return None


def _size(finding: Finding, shown: DisplaySet) -> Message | None:
    """Width and height in the plane of the images, whole numbers, the longer first."""
    if finding.box is not None:
        long, short = _ordered(*finding.box.size_mm[:2])
        return message("gui.size_mm", long=long, short=short)
    if not finding.boxes_px:
        return None
    largest = max(finding.boxes_px, key=lambda box: (box.x1 - box.x0) * (box.y1 - box.y0))
    width, height = largest.x1 - largest.x0, largest.y1 - largest.y0
    if shown.pixel_spacing_mm is None:
        long, short = _ordered(width, height)
        return message("gui.size_px", long=long, short=short)
    row_mm, column_mm = shown.pixel_spacing_mm
    long, short = _ordered(width * column_mm, height * row_mm)
    if shown.spacing_source is SpacingSource.DETECTOR:
        return message("gui.size_at_detector", long=long, short=short)
    return message("gui.size_mm", long=long, short=short)


def _ordered(one: float, other: float) -> tuple[int, int]:
    long, short = sorted((round(one), round(other)), reverse=True)
    return long, short
