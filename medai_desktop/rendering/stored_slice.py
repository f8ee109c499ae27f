"""A stored image at its own resolution (numpy only)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medai_desktop.view.picture import StoredSliceRequest
from medai_desktop.volume import apply_window


def stored_slice(request: StoredSliceRequest) -> npt.NDArray[np.uint8]:
    """Grey (rows, columns) or RGB (rows, columns, 3), C-contiguous."""
    values = request.volume.voxels[request.slice_index]
    if request.volume.is_colour:
        return np.ascontiguousarray(values, dtype=np.uint8)
    return np.ascontiguousarray(apply_window(values, request.window, inverted=request.is_inverted))
