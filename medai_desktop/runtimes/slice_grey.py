"""One grey scale for training and for scanners' raw values (numpy only)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NORMALISATION = "slice-percentile-1"
"""Name of this normalisation in manifests; a change of the code takes another name."""


def normalise_slice(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """Grey of one slice, whatever its units.

    Black is the first percentile of the slice, white the 99.5th percentile of its foreground
    (values above a tenth of the way to the 99.9th percentile).

    Args:
        values: (rows, columns), any unit.

    Returns:
        The same shape, 0 to 1.25; zeros for a flat slice.
    """
    grey = values.astype(np.float32)
    low, top = np.percentile(grey, (1.0, 99.9))
    if not np.isfinite(top) or top - low < 1e-6:
        return np.zeros(grey.shape, np.float32)
    foreground = grey[grey > low + 0.1 * (top - low)]
    white = float(np.percentile(foreground, 99.5)) if foreground.size else float(top)
    scaled = (grey - low) / max(white - float(low), 1e-6)
    return np.asarray(np.clip(scaled, 0.0, 1.25), dtype=np.float32)
