"""From stored values to modality units: which type holds them, and how they get there."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from medai_desktop.series.display_set import DisplaySet, ImageFrame
from medai_desktop.source.instance import PixelFacts

Rescale = tuple[float, float]
INTEGERS = (np.uint8, np.int16, np.uint16, np.int32)
UNITY: Rescale = (1.0, 0.0)


def value_type(shown: DisplaySet) -> np.dtype[np.generic]:
    """The smallest type that holds every value after the modality transform without loss.

    Fractions are held as float32, whose error is below a ten-millionth; whole numbers of more
    than 31 bits as float64.
    """
    if shown.pixels.is_colour:
        return np.dtype(np.uint8)
    low, high, is_whole, is_wide = 0.0, 0.0, True, False
    seen: set[tuple[PixelFacts, Rescale]] = set()
    for frame in shown.frames:
        pixels = frame.instance.pixels
        key = None if pixels is None else (pixels, rescale_of(frame))
        if key is None or key in seen:
            continue
        seen.add(key)
        facts, (slope, intercept) = key
        is_whole &= not facts.is_float and slope.is_integer() and intercept.is_integer()
        is_wide |= facts.bits_allocated > 32
        for end in _ends(facts):
            value = end * slope + intercept
            low, high = min(low, value), max(high, value)
    if not is_whole:
        return np.dtype(np.float64 if is_wide else np.float32)
    for kind in INTEGERS:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float64)


def first_type(shown: DisplaySet) -> np.dtype[np.generic]:
    """The type to try first: values of CT hardly ever need all that their bits would allow.

    16 stored bits and an intercept make 17 bits of range; 16 hold every value that occurs. Whoever
    loads checks each image and takes `value_type` when one does not fit.
    """
    kind = value_type(shown)
    if kind != np.int32:
        return kind
    for frame in shown.frames:
        pixels = frame.instance.pixels
        if pixels is None or pixels.bits_allocated != 16 or rescale_of(frame)[0] != 1:
            return kind
    return np.dtype(np.int16)


class TooNarrowError(Exception):
    """An image holds values that its type cannot."""


def check_fits(stored: npt.NDArray[np.generic], rescale: Rescale, kind: type[np.integer]) -> None:
    """Looks whether all values of an image fit after the modality transform.

    Args:
        stored: integers as stored.
        rescale: whole slope and intercept.
        kind: an integer type.

    Raises:
        TooNarrowError: they do not.
    """
    slope, intercept = rescale
    limits = np.iinfo(kind)
    ends = [int(end) * slope + intercept for end in (stored.min(), stored.max())]
    if min(ends) < limits.min or max(ends) > limits.max:
        raise TooNarrowError


def voxel_shape(shown: DisplaySet) -> tuple[int, ...]:
    """Shape of the array of a display set: slices, rows, columns, and 3 for colour."""
    return (*shown.shape, 3) if shown.pixels.is_colour else shown.shape


def bytes_of(shown: DisplaySet) -> int:
    """How much memory the pixels of a display set take."""
    return math.prod(voxel_shape(shown)) * first_type(shown).itemsize


def rescale_of(image: ImageFrame) -> Rescale:
    """Slope and intercept that are still to be applied to the stored values of an image."""
    pixels = image.instance.pixels
    if pixels is None or pixels.is_colour or pixels.modality_lut_bits is not None:
        return UNITY
    return image.instance.rescale_of(image.frame)


def padding_of(image: ImageFrame) -> tuple[float, float] | None:
    """Padding of one image in modality values, low to high; None when it has none."""
    pixels = image.instance.pixels
    if pixels is None or pixels.padding is None or pixels.modality_lut_bits is not None:
        return None
    slope, intercept = rescale_of(image)
    ends = [value * slope + intercept for value in pixels.padding]
    return min(ends), max(ends)


def put_values(
    stored: npt.NDArray[np.generic], rescale: Rescale, target: npt.NDArray[np.generic]
) -> None:
    """Writes modality values into their slice.

    Args:
        stored: stored values, (rows, columns) or (rows, columns, 3).
        rescale: slope and intercept.
        target: of the same shape and of the type that `first_type` or `value_type` chose.

    Raises:
        TooNarrowError: the values do not fit.
    """
    slope, intercept = rescale
    if target.dtype == np.int16 and stored.dtype.itemsize > 1:
        check_fits(stored, rescale, np.int16)
    if rescale == UNITY:
        np.copyto(target, stored, casting="unsafe")
    elif target.dtype.kind == "f":
        values = stored.astype(np.float64)
        values *= slope
        values += intercept
        np.copyto(target, values, casting="unsafe")
    else:
        np.copyto(target, stored, casting="unsafe")
        rescale_in_place(target, rescale)


def rescale_in_place(values: npt.NDArray[np.generic], rescale: Rescale) -> None:
    """Applies a whole slope and intercept to integers that may wrap on the way.

    The result fits, so arithmetic modulo the size of the type is exact.
    """
    size = values.dtype.itemsize
    unsigned = values.view(np.dtype(f"u{size}"))
    slope, intercept = (int(part) % (1 << (8 * size)) for part in rescale)
    if slope != 1:
        np.multiply(unsigned, unsigned.dtype.type(slope), out=unsigned)
    if intercept:
        np.add(unsigned, unsigned.dtype.type(intercept), out=unsigned)


def clear_unused_bits(values: npt.NDArray[np.generic], pixels: PixelFacts) -> None:
    """Leaves only the stored bits, in place: moved down, sign extended.

    Args:
        values: integers as they lie in the file, of `bits_allocated`.
        pixels: says which bits are stored.
    """
    bits = pixels.bits_allocated
    above = bits - 1 - max(pixels.high_bit, pixels.bits_stored - 1)
    below = bits - pixels.bits_stored
    if below <= 0:
        return
    letter = "i" if pixels.is_signed else "u"
    typed: npt.NDArray[np.integer] = values.view(np.dtype(f"{letter}{bits // 8}"))
    if above == below and not pixels.is_signed:
        mask = typed.dtype.type((1 << pixels.bits_stored) - 1)
        np.bitwise_and(typed, mask, out=typed)
        return
    if above:
        np.left_shift(typed, above, out=typed)
    np.right_shift(typed, below, out=typed)


def _ends(pixels: PixelFacts) -> tuple[float, float]:
    if pixels.modality_lut_bits is not None:
        return 0.0, float((1 << pixels.modality_lut_bits) - 1)
    bits = pixels.bits_stored
    if pixels.is_signed:
        return -float(1 << (bits - 1)), float((1 << (bits - 1)) - 1)
    return 0.0, float((1 << bits) - 1)
