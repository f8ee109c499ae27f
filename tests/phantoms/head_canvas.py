"""The voxels of the sample head and how tissue is laid onto them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tests.phantoms.head_fields import Field, Points, coverage


class Tissue(Enum):
    """Signal on T1, on T1 with contrast and on FLAIR; fat is about 900."""

    AIR = (0.0, 0.0, 0.0)
    SKIN = (330.0, 400.0, 280.0)
    FAT = (860.0, 860.0, 560.0)
    MUSCLE = (270.0, 330.0, 230.0)
    BONE = (45.0, 45.0, 30.0)
    MARROW = (430.0, 445.0, 260.0)
    DURA = (200.0, 420.0, 200.0)
    FLUID = (105.0, 110.0, 45.0)
    CORTEX = (285.0, 300.0, 400.0)
    WHITE = (372.0, 380.0, 330.0)
    NUCLEUS = (312.0, 326.0, 375.0)
    PALLIDUM = (350.0, 360.0, 330.0)
    STEM = (345.0, 355.0, 340.0)
    VEIN = (150.0, 640.0, 90.0)
    VESSEL = (140.0, 520.0, 90.0)
    ARTERY = (60.0, 90.0, 40.0)
    CHOROID = (260.0, 480.0, 330.0)
    MUCOSA = (300.0, 560.0, 470.0)
    PITUITARY = (330.0, 540.0, 340.0)
    EYE = (100.0, 105.0, 45.0)
    LENS = (300.0, 310.0, 200.0)
    NERVE = (330.0, 340.0, 320.0)
    MASS = (275.0, 740.0, 430.0)
    MASS_CORE = (230.0, 560.0, 380.0)
    OEDEMA = (268.0, 272.0, 590.0)


SEQUENCES = ("T1", "T1+C", "FLAIR")


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Three images of one head, painted together.

    Attributes:
        images: (3, slices, rows, columns), in the order of ``SEQUENCES``.
        points: Place of every voxel in the patient, LPS millimetres, after the warp that makes
            the head a little uneven: (slices, rows, columns) each.
        straight: The same before the warp.
        spacing_mm: (slices, rows, columns).
        where: Which voxels of the whole head these are.
    """

    images: NDArray[np.float32]
    points: Points
    straight: Points
    spacing_mm: tuple[float, float, float]
    where: tuple[slice, ...] = (slice(None), slice(None), slice(None))

    def paint(self, tissue: Tissue, amount: Field) -> None:
        """Lay a tissue over what is there.

        Args:
            tissue: What to lay.
            amount: How much of each voxel it covers, 0 to 1.
        """
        for image, value in zip(self.images, tissue.value, strict=True):
            image += amount * (np.float32(value) - image)

    def fill(self, tissue: Tissue, distance: Field, edge_mm: float = 1.0) -> None:
        """Lay a tissue where a shape is, by its signed distance."""
        self.paint(tissue, coverage(distance, edge_mm))

    def part(self, low: Sequence[float], high: Sequence[float]) -> Canvas:
        """The voxels between two corners (LPS millimetres), sharing memory with this one."""
        margin = 6.0
        cut = []
        for axis, coordinate in ((2, 2), (1, 1), (0, 0)):
            other = tuple(k for k in range(3) if k != 2 - axis)
            line = self.straight[coordinate].mean(axis=other)
            inside = np.flatnonzero((line >= low[axis] - margin) & (line <= high[axis] + margin))
            cut.append(slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 0))
        where = tuple(cut)
        return Canvas(
            self.images[(slice(None), *where)],
            _cut(self.points, where),
            _cut(self.straight, where),
            self.spacing_mm,
            where,
        )

    def cut(self, field: Field) -> Field:
        """The values here of a field of the whole head."""
        return field[self.where]

    @property
    def mirrored(self) -> Points:
        """The points with both sides laid onto the left: x is never negative."""
        return np.abs(self.points[0]), self.points[1], self.points[2]


def _cut(points: Points, where: tuple[slice, ...]) -> Points:
    return points[0][where], points[1][where], points[2][where]
