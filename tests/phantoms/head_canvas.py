"""The voxels of the sample head and how tissue is laid onto them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tests.phantoms.head_fields import Field, Noise, Points, coverage
from tests.phantoms.head_shapes import Shape, Triple

_MARGIN_MM = 3.0


class Tissue(Enum):
    """Signal on T1 and on T1 with contrast; white matter is about 200."""

    AIR = (0.0, 0.0)
    SKIN = (195.0, 225.0)
    FAT = (304.0, 306.0)
    MUSCLE = (128.0, 150.0)
    TENDON = (60.0, 66.0)
    BONE = (16.0, 17.0)
    MARROW = (200.0, 208.0)
    DURA = (72.0, 165.0)
    FLUID = (52.0, 54.0)
    CORTEX = (145.0, 151.0)
    WHITE = (198.0, 201.0)
    NUCLEUS = (160.0, 165.0)
    THALAMUS = (172.0, 176.0)
    PALLIDUM = (186.0, 190.0)
    STEM = (177.0, 180.0)
    VEIN = (72.0, 325.0)
    VESSEL = (80.0, 290.0)
    ARTERY = (26.0, 60.0)
    CHOROID = (125.0, 270.0)
    MUCOSA = (150.0, 320.0)
    PITUITARY = (165.0, 330.0)
    GLAND = (215.0, 260.0)
    EYE = (48.0, 49.0)
    LENS = (150.0, 152.0)
    NERVE = (170.0, 174.0)
    MASS = (152.0, 308.0)
    MASS_CORE = (126.0, 222.0)
    OEDEMA = (134.0, 136.0)


SEQUENCES = ("T1", "T1+C")


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Two images of one head, painted together.

    Attributes:
        images: (2, slices, rows, columns), in the order of ``SEQUENCES``.
        points: Place of every voxel, LPS millimetres: x (1, 1, columns), y (1, rows, 1),
            z (slices, 1, 1).
        spacing_mm: Of the voxels, alike along every axis.
        where: Which voxels of the whole head these are.
    """

    images: NDArray[np.float32]
    points: Points
    spacing_mm: float
    where: tuple[slice, ...] = (slice(None), slice(None), slice(None))

    @classmethod
    def blank(cls, low: Triple, high: Triple, spacing_mm: float) -> Canvas:
        """Air between two corners, LPS millimetres."""
        axes = [
            np.arange(first, last, spacing_mm).astype(np.float32)
            for first, last in zip(low, high, strict=True)
        ]
        x, y, z = axes[0][None, None, :], axes[1][None, :, None], axes[2][:, None, None]
        shape = (len(SEQUENCES), z.size, y.size, x.size)
        return cls(np.zeros(shape, np.float32), (x, y, z), spacing_mm)

    @property
    def mirrored(self) -> Points:
        """The points with both sides laid onto the left: x is never negative."""
        return np.abs(self.points[0]), self.points[1], self.points[2]

    def noise(self, seed: int, sigma_mm: float) -> Field:
        """Smooth noise of unit variance at every voxel."""
        return Noise.smooth(seed, sigma_mm).at(self.points)

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

    def lay(
        self,
        tissue: Tissue,
        shape: Shape,
        *,
        edge_mm: float = 1.0,
        amount: float = 1.0,
        within: Field | None = None,
    ) -> None:
        """Lay a tissue where a shape is.

        Args:
            tissue: What to lay.
            shape: Where.
            edge_mm: How soft its surface is.
            amount: How much of it, 0 to 1.
            within: How much of each voxel here may change at all, 0 to 1.
        """
        part = self.part(*shape.bounds())
        self._lay(part, part.points, (tissue, shape, edge_mm, amount), within)

    def lay_both(
        self,
        tissue: Tissue,
        shape: Shape,
        *,
        edge_mm: float = 1.0,
        amount: float = 1.0,
        within: Field | None = None,
    ) -> None:
        """Lay a tissue where a shape of the left side is, and on the right side."""
        part = self.both_sides(shape)
        self._lay(part, part.mirrored, (tissue, shape, edge_mm, amount), within)

    def both_sides(self, shape: Shape) -> Canvas:
        """The part in which a shape of the left side lies, and its mirror image."""
        (_, low_y, low_z), (high_x, high_y, high_z) = shape.bounds()
        return self.part((-high_x, low_y, low_z), (high_x, high_y, high_z))

    def _lay(
        self,
        part: Canvas,
        points: Points,
        what: tuple[Tissue, Shape, float, float],
        within: Field | None,
    ) -> None:
        tissue, shape, edge_mm, amount = what
        covered = np.float32(amount) * coverage(shape.distance(points), edge_mm)
        if within is not None:
            covered = covered * self.cut(within, part)
        part.paint(tissue, covered)

    def part(self, low: Sequence[float], high: Sequence[float]) -> Canvas:
        """The voxels between two corners (LPS millimetres), sharing memory with this one."""
        cut: list[slice] = []
        for axis, coordinate in zip((2, 1, 0), self.points[::-1], strict=True):
            line = coordinate.ravel()
            inside = (line >= low[axis] - _MARGIN_MM) & (line <= high[axis] + _MARGIN_MM)
            found = np.flatnonzero(inside)
            cut.append(slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0))
        z, y, x = cut
        points = (self.points[0][..., x], self.points[1][:, y], self.points[2][z])
        starts = [self._start(axis) for axis in range(3)]
        where = tuple(
            slice(start + piece.start, start + piece.stop)
            for start, piece in zip(starts, cut, strict=True)
        )
        return Canvas(self.images[(slice(None), z, y, x)], points, self.spacing_mm, where)

    def _start(self, axis: int) -> int:
        return self.where[axis].start or 0

    def cut(self, field: Field, part: Canvas) -> Field:
        """The values in a part of this canvas of a field over this canvas."""
        moved = tuple(
            slice(piece.start - self._start(axis), piece.stop - self._start(axis))
            for axis, piece in enumerate(part.where)
        )
        return field[moved]
