"""VOI transforms: from modality values to grey."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

LEAST_WIDTH = 1e-6
"""Narrower windows are drawn as this."""


class VoiFunction(Enum):
    """Defined terms of VOI LUT Function (0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """A window in modality units.

    Attributes:
        center: level.
        width: at least 1 for LINEAR, above 0 for the others.
        function: how it maps.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR

    @classmethod
    def from_range(cls, low: float, high: float) -> Window:
        """The window that spreads low to high over all greys."""
        width = max(float(high) - float(low), LEAST_WIDTH)
        return cls(float(low) + width / 2, width, VoiFunction.LINEAR_EXACT)

    @property
    def low(self) -> float:
        """Lower end."""
        return self.center - self.width / 2

    @property
    def high(self) -> float:
        """Upper end."""
        return self.center + self.width / 2


def apply_window(
    values: npt.NDArray[np.generic], window: Window, *, inverted: bool = False
) -> npt.NDArray[np.uint8]:
    """Grey of modality values.

    Args:
        values: any shape, modality units.
        window: the VOI transform.
        inverted: dark for high values (MONOCHROME1, or the reader's wish).

    Returns:
        The same shape, 0 to 255; 0 where a value is not a number.

    References:
        DICOM PS3.3 C.11.2.1.2.1 and C.11.2.1.3.
    """
    is_exact = values.dtype.itemsize <= 2 or values.dtype == np.float32
    x: npt.NDArray[np.floating] = values.astype(np.float32 if is_exact else np.float64)
    if window.function is VoiFunction.SIGMOID:
        exponent = -4.0 * (x - window.center) / max(window.width, LEAST_WIDTH)
        share = 1.0 / (1.0 + np.exp(np.clip(exponent, -80.0, 80.0)))
    elif window.function is VoiFunction.LINEAR and window.width > 1:
        share = (x - (window.center - 0.5)) / (window.width - 1) + 0.5
    elif window.function is VoiFunction.LINEAR:
        share = (x > window.center - 0.5).astype(np.float32)
    else:
        share = (x - window.center) / max(window.width, LEAST_WIDTH) + 0.5
    grey = np.clip(share, 0.0, 1.0) * 255.0
    if inverted:
        grey = 255.0 - grey
    return np.asarray(np.rint(np.nan_to_num(grey, copy=False)), dtype=np.uint8)
