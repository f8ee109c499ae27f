"""Which values of a volume count when a window is chosen by itself."""

from __future__ import annotations

import weakref

import numpy as np
import numpy.typing as npt

from medai_desktop.volume import Volume

LEAST_FOREGROUND = 0.2
"""Less of a picture than this above the threshold is not the whole of its tissue."""
MOST_VALUES = 2_000_000
"""So many values tell the percentiles of a volume; the rest is left out evenly."""
LEAST_VALUES = 100
BINS = 256

Values = npt.NDArray[np.float32]
_known: weakref.WeakKeyDictionary[Volume, Values] = weakref.WeakKeyDictionary()


def foreground(volume: Volume) -> Values:
    """Values above Otsu's threshold in the middle half of the slices, padding out; flat array.

    When little lies above (bright fat around dark tissue), what lies below is divided once more,
    so that tissue counts as foreground and not fat alone. Looked up once for each complete volume.
    """
    if volume.digest and volume in _known:
        return _known[volume]
    values = _above(middle_values(volume))
    if volume.digest:
        _known[volume] = values
    return values


def middle_values(volume: Volume) -> Values:
    """Values of the middle half of the slices, padding out; flat array."""
    slices = volume.shape[0]
    middle = volume.voxels[slices // 4 : max(slices // 4 + 1, slices - slices // 4)]
    return without_padding(_thinned(middle), volume)


def without_padding(values: npt.NDArray[np.generic], volume: Volume) -> Values:
    """The same values, flat, without those that were never measured (all, when all are such)."""
    flat: Values = values.ravel().astype(np.float32)
    flat = flat[np.isfinite(flat)] if values.dtype.kind == "f" else flat
    if volume.padding is None:
        return flat
    low, high = volume.padding
    measured = flat[(flat < low) | (flat > high)]
    return measured if measured.size else flat


def otsu(values: Values) -> float:
    """Otsu's threshold (IEEE Trans SMC 1979;9:62), over 256 bins."""
    counts, edges = np.histogram(values, BINS)
    centers = (edges[:-1] + edges[1:]) / 2
    weight = np.cumsum(counts).astype(np.float64)
    mass = np.cumsum(counts * centers)
    other = weight[-1] - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        between = weight * other * (mass / weight - (mass[-1] - mass) / other) ** 2
    return float(centers[int(np.nanargmax(between))]) if np.isfinite(between).any() else 0.0


def percentiles(values: Values, low: float, high: float) -> tuple[float, float]:
    """Two percentiles of flat values; 0 and 1 when there are none."""
    if not values.size:
        return 0.0, 1.0
    ends = np.percentile(values, (low, high))
    return float(ends[0]), float(ends[1])


def _above(values: Values) -> Values:
    if not values.size:
        return values
    threshold = otsu(values)
    if np.mean(values > threshold) < LEAST_FOREGROUND:
        below = values[values <= threshold]
        threshold = otsu(below) if below.size else threshold
    above = values[values > threshold]
    return above if above.size > LEAST_VALUES else values


def _thinned(middle: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    while middle.size > MOST_VALUES:
        longest = int(np.argmax(middle.shape))
        middle = np.take(middle, range(0, middle.shape[longest], 2), axis=longest)
    return middle
