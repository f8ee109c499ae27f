"""A smaller copy of a volume, for renderers that cannot draw the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST_LONGEST_AXIS = 256
"""A reduced copy keeps so many voxels on every axis that had them."""


@dataclass(frozen=True, slots=True)
class ReducedCopy:
    """Voxels for the renderer.

    Attributes:
        voxels: (slices, rows, columns).
        steps: stored voxels that became one, on each axis.
        reduced_from: longest axis of the whole volume; None when this is the whole.
    """

    voxels: npt.NDArray[np.generic]
    steps: tuple[int, int, int]
    reduced_from: int | None


def reduction_steps(
    shape: tuple[int, int, int], *, is_software: bool, texture_limit: int
) -> tuple[int, int, int]:
    """How many voxels become one on each axis.

    Software renderers get 256 to 511 voxels on an axis that has more; graphics cards get as many
    as their textures hold.
    """
    slices, rows, columns = (
        _step(count, is_software=is_software, texture_limit=texture_limit) for count in shape
    )
    return slices, rows, columns


def reduced(voxels: npt.NDArray[np.generic], steps: tuple[int, int, int]) -> ReducedCopy:
    """The means of blocks of voxels; what does not fill a block at the far ends is left out.

    Args:
        voxels: (slices, rows, columns).
        steps: on each axis.
    """
    if steps == (1, 1, 1):
        return ReducedCopy(voxels, steps, None)
    counts = tuple(count // step for count, step in zip(voxels.shape, steps, strict=True))
    means = np.empty(counts, dtype=np.float32)
    down, across = steps[1], steps[2]
    for index in range(counts[0]):
        block = voxels[index * steps[0] : (index + 1) * steps[0]]
        block = block[:, : counts[1] * down, : counts[2] * across]
        parts = block.reshape(steps[0], counts[1], down, counts[2], across)
        means[index] = parts.mean(axis=(0, 2, 4), dtype=np.float32)
    if voxels.dtype.kind in "iu":
        np.rint(means, out=means)
    return ReducedCopy(means.astype(voxels.dtype), steps, max(voxels.shape))


def _step(count: int, *, is_software: bool, texture_limit: int) -> int:
    least = -(-count // texture_limit)
    return max(1, least, count // LEAST_LONGEST_AXIS if is_software else 1)
