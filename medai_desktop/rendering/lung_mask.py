"""The lungs in a CT volume, good enough to look into the chest; nothing is measured with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, label, zoom

AIR_HU = -500.0
CELL_MM = 2.5
"""The mask is made on a grid of about this size."""
CLOSING_MM = 9.0
"""Vessels and nodules up to twice this width belong to the lung about them."""
PEEL_MM = 1.25
"""Taken off the surface, where half-filled voxels would draw a skin about the lung."""
LEAST_SHARE = 0.15
"""Of the largest piece of air in the body: the other lung, but no gas in the bowel."""
LEAST_ML = 200.0
Mask = npt.NDArray[np.bool_]


def lung_mask(
    voxels: npt.NDArray[np.generic], spacing_mm: tuple[float, float, float]
) -> Mask | None:
    """Where the lungs are, with the vessels in them; None when there are none.

    Air within the body: connected air that does not reach the sides of the volume, closed over
    vessels and peeled.

    Args:
        voxels: (slices, rows, columns), HU.
        spacing_mm: between slices, rows and columns.

    Returns:
        (slices, rows, columns).
    """
    steps = tuple(max(1, round(CELL_MM / mm)) for mm in spacing_mm)
    coarse = voxels[:: steps[0], :: steps[1], :: steps[2]]
    cell_mm = tuple(step * mm for step, mm in zip(steps, spacing_mm, strict=True))
    air = _air_in_body(coarse.astype(np.float32) < AIR_HU, float(np.prod(cell_mm)) / 1000.0)
    if air is None:
        return None
    reach = [int(np.ceil(CLOSING_MM / mm)) + 1 for mm in cell_mm]
    padded = np.pad(air, [(n, n) for n in reach], mode="edge")
    grown = distance_transform_edt(~padded, sampling=cell_mm) <= CLOSING_MM
    depth = distance_transform_edt(grown, sampling=cell_mm)
    inner = depth > CLOSING_MM + PEEL_MM
    kept = inner[tuple(slice(n, -n) for n in reach)]
    return _as_fine(kept, voxels.shape, steps)


def _air_in_body(air: Mask, cell_ml: float) -> Mask | None:
    pieces, count = label(air)
    if count == 0:
        return None
    sizes = np.bincount(pieces.ravel()) * cell_ml
    sides = (pieces[:, 0], pieces[:, -1], pieces[:, :, 0], pieces[:, :, -1])
    for outside in np.unique(np.concatenate([side.ravel() for side in sides])):
        sizes[outside] = 0.0
    sizes[0] = 0.0
    if sizes.max() < LEAST_ML:
        return None
    return np.asarray((sizes >= LEAST_SHARE * sizes.max())[pieces])


def _as_fine(coarse: Mask, shape: tuple[int, ...], steps: tuple[int, ...]) -> Mask:
    """The mask on the grid of the voxels, with slanting sides instead of steps."""
    fine = np.zeros(shape, dtype=bool)
    last = len(coarse) - 1
    for index in range(shape[0]):
        low = min(last, index // steps[0])
        share = index / steps[0] - low
        between = coarse[low] * (1.0 - share) + coarse[min(last, low + 1)] * share
        fine[index] = _enlarged(between.astype(np.float32), shape[1:], steps[1:]) > 0.5
    return fine


def _enlarged(
    coarse: npt.NDArray[np.float32], shape: tuple[int, ...], steps: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    if not coarse.any():
        return np.zeros(shape, dtype=np.float32)
    large = zoom(coarse, steps, order=1, grid_mode=True, mode="nearest")
    return np.asarray(large[: shape[0], : shape[1]])
