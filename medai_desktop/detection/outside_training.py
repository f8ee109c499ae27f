"""What a model was not trained on: it runs, its marks may be wrong, and that is said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from medai_desktop.detection.manifest import Manifest
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Contrast, Volume

MOST_SLICES_LOOKED_AT = 15
FOREGROUND_FLOOR = 0.1
"""Foreground lies above this part of the way from the 1st to the 99.9th percentile."""

LEAST_GREYS = 32
"""Images with fewer values are masks or drawings."""

MOST_CUT_OFF = 0.005
"""So much of the foreground may lie beyond the input of the network without a word."""


def outside_by_header(
    manifest: Manifest, acquisition: Acquisition, pixel_spacing_mm: tuple[float, ...] | None
) -> tuple[Message, ...]:
    """Why marks may be wrong, as far as a header tells.

    Args:
        manifest: of the model.
        acquisition: facts of the series.
        pixel_spacing_mm: between rows, between columns; None when unknown.
    """
    reasons = []
    trained = manifest.trained_on
    if manifest.prefers_contrast and acquisition.contrast is not Contrast.YES:
        reasons.append(message("detection.no_contrast"))
    if acquisition.age_years is not None and acquisition.age_years < trained.least_age_years:
        reasons.append(message("detection.too_young", years=round(trained.least_age_years)))
    if pixel_spacing_mm is None:
        reasons.append(message("detection.no_scale"))
    elif max(pixel_spacing_mm) > trained.most_pixel_mm:
        reasons.append(message("detection.coarse_pixels", size=f"{max(pixel_spacing_mm):.2f}"))
    return tuple(reasons)


def outside_by_image(manifest: Manifest, volume: Volume) -> tuple[Message, ...]:
    """Why marks may be wrong, as far as the images tell: field, step, grey values.

    Args:
        manifest: of the model.
        volume: complete, one channel.
    """
    reasons = []
    trained = manifest.trained_on
    spacing_mm = volume.in_plane_mm
    if spacing_mm is not None:
        field_mm = min(volume.shape[1] * spacing_mm[0], volume.shape[2] * spacing_mm[1])
        if field_mm < trained.least_field_mm:
            reasons.append(message("detection.narrow_field", size=round(field_mm)))
    if volume.geometry is not None and volume.shape[0] > 1:
        step_mm = volume.geometry.spacing_mm[0]
        if step_mm > trained.most_step_mm:
            reasons.append(message("detection.far_slices", size=f"{step_mm:.1f}"))
    if not _has_known_greys(manifest, volume):
        reasons.append(message("detection.other_greys"))
    return tuple(reasons)


def cut_off(manifest: Manifest, volume: Volume) -> Message | None:
    """What of the images lies beyond the input of the network; None when nothing of them.

    The input is a square about the middle of the image, of a fixed physical size.
    """
    spacing_mm = volume.in_plane_mm
    if spacing_mm is None:
        return None
    side_mm = manifest.canvas_px * manifest.spacing_mm
    inside = np.ones(volume.shape[1:], dtype=bool)
    for axis in (0, 1):
        length = volume.shape[1 + axis]
        offset_mm = np.abs(np.arange(length) - (length - 1) / 2) * spacing_mm[axis]
        inside &= np.expand_dims(offset_mm <= side_mm / 2, 1 - axis)
    if inside.all():
        return None
    shares = [float(mask[~inside].sum() / max(1, mask.sum())) for mask in _foregrounds(volume)]
    if max(shares) <= MOST_CUT_OFF:
        return None
    return message("detection.cut_off", size=round(side_mm))


def all_of(reasons: Sequence[Message]) -> Message | None:
    """Several reasons as one; None without any."""
    if not reasons:
        return None
    said = reasons[0]
    for reason in reasons[1:]:
        said = message("detection.and_also", first=said, second=reason)
    return said


def _has_known_greys(manifest: Manifest, volume: Volume) -> bool:
    least, most = manifest.trained_on.foreground
    shares = [float(mask.mean()) for mask in _foregrounds(volume)]
    middle = volume.voxels[volume.shape[0] // 2]
    return least <= float(np.median(shares)) <= most and len(np.unique(middle)) >= LEAST_GREYS


def _foregrounds(volume: Volume) -> list[npt.NDArray[np.bool_]]:
    """Which pixels are not background, of some slices of the middle half."""
    slices = volume.shape[0]
    first, last = slices // 4, max(slices // 4 + 1, slices - slices // 4)
    step = -(-(last - first) // MOST_SLICES_LOOKED_AT)
    found = []
    for index in range(first, last, step):
        grey = volume.signal(index).astype(np.float32)
        bottom, top = np.percentile(grey, (1.0, 99.9))
        found.append(grey > bottom + FOREGROUND_FLOOR * (top - bottom))
    return found
