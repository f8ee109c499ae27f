"""From values in modality units to the integers of a DICOM file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rescale:
    """Stored value times ``slope`` plus ``intercept`` is the value (PS3.3 C.11.1)."""

    slope: float = 1.0
    intercept: float = 0.0
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the numbers stand in the file.

    Attributes:
        bits_allocated: 8 or 16.
        bits_stored: At most ``bits_allocated``; the high bit is one below.
        signed: Two's complement within ``bits_stored``.
        monochrome1: The smallest value is white.
        rescale: None writes no rescale attributes; several give each slice its own.
        garbage_high_bits: Fill the bits above ``bits_stored`` with noise, as overlays or
            careless devices do; only for syntaxes without compression.
        padding_value: Stored value that fills what was not measured.
        window: Centre and width written into the file, in modality units.
    """

    bits_allocated: int = 16
    bits_stored: int = 16
    signed: bool = False
    monochrome1: bool = False
    rescale: Rescale | None = None
    rescale_of_slice: Sequence[Rescale] = field(default=())
    garbage_high_bits: bool = False
    padding_value: int | None = None
    window: tuple[float, float] | None = None

    def rescale_of(self, index: int) -> Rescale | None:
        """The rescale of one slice, counted from 0."""
        return self.rescale_of_slice[index] if self.rescale_of_slice else self.rescale

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The little-endian integer type of one stored sample."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{self.bits_allocated // 8}")

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest stored value."""
        if self.signed:
            return -(1 << (self.bits_stored - 1)), (1 << (self.bits_stored - 1)) - 1
        return 0, (1 << self.bits_stored) - 1


CT_12BIT = PixelFormat(bits_stored=12, rescale=Rescale(1.0, -1024.0, "HU"), window=(40.0, 400.0))
CT_SIGNED = PixelFormat(signed=True, rescale=Rescale(1.0, 0.0, "HU"), window=(40.0, 400.0))
MR_12BIT = PixelFormat(bits_stored=12)
RADIOGRAPH_12BIT = PixelFormat(bits_stored=12, window=(2048.0, 4096.0))
GREY_8BIT = PixelFormat(bits_allocated=8, bits_stored=8)


def stored_from_values(
    values: NDArray[np.generic], pixels: PixelFormat, index: int = 0
) -> NDArray[np.generic]:
    """The stored integers of one slice.

    Args:
        values: (rows, columns) in modality units.
        pixels: How they are to stand in the file.
        index: The slice, for a rescale of its own.

    Returns:
        (rows, columns) of ``pixels.dtype``.

    Raises:
        ValueError: A value does not fit into ``bits_stored``.
    """
    rescale = pixels.rescale_of(index) or Rescale()
    stored = np.rint((values.astype(np.float64) - rescale.intercept) / rescale.slope)
    low, high = pixels.limits
    if stored.min() < low or stored.max() > high:
        raise ValueError(f"{stored.min()}..{stored.max()} does not fit into {low}..{high}")
    return np.asarray(stored.astype(pixels.dtype))


def with_garbage(
    stored: NDArray[np.generic], pixels: PixelFormat, seed: int
) -> NDArray[np.generic]:
    """The same samples with noise in the bits that do not belong to them."""
    unsigned = stored.view(f"<u{pixels.bits_allocated // 8}")
    mask = (1 << pixels.bits_stored) - 1
    noise = np.random.default_rng(seed).integers(0, 1 << pixels.bits_allocated, stored.shape)
    dirty = (unsigned & mask) | (noise.astype(unsigned.dtype) & ~np.array(mask, unsigned.dtype))
    return np.asarray(dirty.view(pixels.dtype))
