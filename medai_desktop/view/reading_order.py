"""Image 1 of a stack, which one comes next, and where a series opens (reading defaults 2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.volume import Region

NEAR_SHARE = 0.5
"""A place farther from every slice than this share of the wider step lies in none of them."""


def reading_position(shown: DisplaySet, slice_index: int) -> int:
    """Place of a slice in reading order, counted from 1."""
    if shown.is_reversed_for_reading:
        return len(shown.frames) - slice_index
    return slice_index + 1


def written_number(shown: DisplaySet, slice_index: int) -> int | None:
    """The image number that stands in the file: InstanceNumber, of a multi-frame image its frame.

    Never renumbered; it need not run in reading order. None where the file states none.
    """
    frame = shown.frames[slice_index]
    pixels = frame.instance.pixels
    if pixels is not None and pixels.frames > 1:
        return frame.frame
    return frame.instance.instance_number


def image_name(shown: DisplaySet, slice_index: int) -> str:
    """What an image is called everywhere: its number, and in brackets its place in reading order.

    Returns:
        Such as ``33 (14/46)``; ``(14/46)`` where the file states no number.
    """
    position = f"({reading_position(shown, slice_index)}/{len(shown.frames)})"
    number = written_number(shown, slice_index)
    return position if number is None else f"{number} {position}"


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


def opening_slice(shown: DisplaySet) -> int:
    """Array index of the image that a series opens at.

    Axial CT of the body at image 1; heads, MR, sagittal and coronal series in the middle.
    """
    is_axial_ct = shown.series.modality == "CT" and shown.plane is AnatomicalPlane.AXIAL
    if is_axial_ct and shown.acquisition.region is not Region.HEAD:
        return slice_at(shown, 1)
    return slice_at(shown, (len(shown.frames) + 1) // 2)


def slice_through(shown: DisplaySet, position_lps_mm: npt.ArrayLike) -> int | None:
    """Array index of the slice in which a patient position lies, by the slices' own positions.

    Args:
        shown: the display set; its gaps count as gaps.
        position_lps_mm: shape (3,), LPS mm, in the display set's frame of reference.

    Returns:
        None outside the stack, in a gap, and without geometry.
    """
    geometry = shown.geometry
    if geometry is None:
        return None
    normal = geometry.normal
    places = [frame.position_lps_mm for frame in shown.frames]
    if any(place is None for place in places):
        return None
    depths = np.array(places, dtype=np.float64) @ normal
    away = np.abs(depths - float(np.asarray(position_lps_mm, dtype=np.float64) @ normal))
    nearest = int(np.argmin(away))
    thickness = shown.technique.slice_thickness_mm or 0.0
    step_mm = abs(float(geometry.affine[:3, 2] @ normal)) if len(places) > 1 else thickness or 1.0
    reach_mm = NEAR_SHARE * max(step_mm, thickness) + 1e-3
    return nearest if away[nearest] <= reach_mm else None


def image_center_lps_mm(shown: DisplaySet, slice_index: int) -> npt.NDArray[np.float64] | None:
    """Patient position of the middle of an image, shape (3,), LPS mm; None without geometry."""
    geometry, place = shown.geometry, shown.frames[slice_index].position_lps_mm
    if geometry is None or place is None:
        return None
    _, rows, columns = shown.shape
    middle = geometry.affine[:3, :2] @ np.array([(columns - 1) / 2, (rows - 1) / 2])
    return np.asarray(np.array(place) + middle)
