"""A stored image, or a slab of them, at its own resolution (numpy only)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medai_desktop.view.picture import StoredSliceRequest
from medai_desktop.view.viewport import SlabMode
from medai_desktop.volume import apply_window


def stored_slice(request: StoredSliceRequest) -> npt.NDArray[np.uint8]:
    """Grey (rows, columns) or RGB (rows, columns, 3), C-contiguous."""
    if request.volume.is_colour:
        values = request.volume.voxels[request.slice_index]
        return np.ascontiguousarray(values, dtype=np.uint8)
    grey = apply_window(_values(request), request.window, inverted=request.is_inverted)
    return np.ascontiguousarray(grey)


def _values(request: StoredSliceRequest) -> npt.NDArray[np.generic]:
    voxels = request.volume.voxels
    if request.mode is SlabMode.NONE or len(request.shares) < 2:
        return np.asarray(voxels[request.slice_index])
    chosen = np.stack([voxels[index] for index, _ in request.shares])
    if request.mode is SlabMode.MIP:
        return np.asarray(chosen.max(axis=0))
    if request.mode is SlabMode.MINIP:
        return np.asarray(chosen.min(axis=0))
    weights = np.array([share for _, share in request.shares], dtype=np.float32)
    return np.asarray(np.tensordot(weights / weights.sum(), chosen.astype(np.float32), axes=1))
