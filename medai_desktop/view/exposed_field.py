"""Which part of a radiograph was exposed: without collimated border and burnt-in letters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medai_desktop.view.intensities import Values, without_padding
from medai_desktop.volume import Volume

FLAT_SHARE = 0.03
"""A row or column whose values differ by less than this share of the range shows nothing."""
LETTER_GAP_SHARE = 0.05
"""Letters stand out of the image by at least this share of the range."""
MOST_LETTERS_SHARE = 0.03
"""More of an image than this is no lettering."""
MOST_SIDE = 1000
"""Larger images are looked at in steps."""
LEAST_FIELD_SHARE = 0.2
"""A field smaller than this share of a side is a mistake: the whole side counts."""

Rectangle = tuple[int, int, int, int]


def exposed_field(volume: Volume) -> Rectangle:
    """The exposed part of the first image: x0, y0, x1, y1 in pixel edges.

    Rows and columns that show next to nothing are taken away from the edges inwards.
    """
    _, rows, columns = volume.shape
    stride = max(1, max(rows, columns) // MOST_SIDE)
    stored = volume.voxels[0, ::stride, ::stride]
    image, measured = stored.astype(np.float32), without_padding(stored, volume)
    low, high = (float(v) for v in np.percentile(measured, (0.1, 99.9)))
    letters = _letters(measured)
    flat = FLAT_SHARE * max(high - low, 1e-6)
    counts = np.isfinite(image) & ~_is_padding(image, volume)
    for value in letters:
        counts &= image != value
    y0, y1 = _span(image, counts, flat, axis=1)
    x0, x1 = _span(image[y0:y1], counts[y0:y1], flat, axis=0)
    return x0 * stride, y0 * stride, min(columns, x1 * stride), min(rows, y1 * stride)


def field_values(volume: Volume) -> Values:
    """Values of the exposed field, padding and letters out; flat array."""
    x0, y0, x1, y1 = exposed_field(volume)
    stride = max(1, max(y1 - y0, x1 - x0) // MOST_SIDE)
    values = without_padding(volume.voxels[0, y0:y1:stride, x0:x1:stride], volume)
    for value in _letters(values):
        rest = values[values != value]
        values = rest if rest.size else values
    return values


def _is_padding(image: npt.NDArray[np.float32], volume: Volume) -> npt.NDArray[np.bool_]:
    padding = volume.padding_of(0)
    if padding is None:
        return np.zeros(image.shape, dtype=bool)
    return np.asarray((image >= padding[0]) & (image <= padding[1]))


def _letters(values: Values) -> tuple[float, ...]:
    """Lowest and highest value, where they are lettering: rare, and far from the rest."""
    if values.size < 2:
        return ()
    low, high = float(values.min()), float(values.max())
    found = []
    for extreme in (low, high):
        rest = values[values != extreme]
        if not rest.size or values.size - rest.size > MOST_LETTERS_SHARE * values.size:
            continue
        nearest = float(rest.min() if extreme == low else rest.max())
        if abs(extreme - nearest) > LETTER_GAP_SHARE * (high - low):
            found.append(extreme)
    return tuple(found)


def _span(
    image: npt.NDArray[np.float32], counts: npt.NDArray[np.bool_], flat: float, axis: int
) -> tuple[int, int]:
    top = np.where(counts, image, -np.inf).max(axis=axis)
    bottom = np.where(counts, image, np.inf).min(axis=axis)
    shows = np.flatnonzero(top - bottom > flat)
    size = image.shape[1 - axis]
    if not shows.size or shows[-1] - shows[0] + 1 < LEAST_FIELD_SHARE * size:
        return 0, size
    return int(shows[0]), int(shows[-1]) + 1
