"""Where the slices of a phantom lie in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesGeometry:
    """The places of a stack of slices, LPS millimetres.

    Attributes:
        affine: (4, 4) from (i=column, j=row, k=slice) to LPS; integers are voxel centres. Its
            third column need not be along the normal (a tilted gantry), nor upwards.
        slice_steps: Place of each stored slice in units of k; None means 0, 1, 2, ...
            Leave out a number for a missing slice, repeat one for a duplicate.
        has_position: Write Image Position and Orientation.
        has_spacing: Write Pixel Spacing, slice thickness and spacing between slices.
        slice_thickness_mm: None takes the distance of two slices along the normal.
        declared_spacing_mm: Spacing Between Slices, right or wrong; None leaves it out.
    """

    affine: NDArray[np.float64]
    slice_steps: tuple[float, ...] | None = None
    has_position: bool = True
    has_spacing: bool = True
    slice_thickness_mm: float | None = None
    declared_spacing_mm: float | None = None

    @classmethod
    def straight(
        cls, spacing_mm: Sequence[float], origin_lps_mm: Sequence[float] = (0.0, 0.0, 0.0)
    ) -> SeriesGeometry:
        """Axial slices of a patient lying on the back, i to the left, j to the back, k up.

        Args:
            spacing_mm: (slices, rows, columns), as arrays are ordered.
            origin_lps_mm: Centre of the first voxel.
        """
        return cls.turned(np.eye(3), spacing_mm, origin_lps_mm)

    @classmethod
    def turned(
        cls,
        direction: NDArray[np.float64],
        spacing_mm: Sequence[float],
        origin_lps_mm: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> SeriesGeometry:
        """Slices in any direction.

        Args:
            direction: (3, 3), columns are the unit vectors of i, j and k in LPS.
            spacing_mm: (slices, rows, columns), as arrays are ordered.
            origin_lps_mm: Centre of the first voxel.
        """
        slices, rows, columns = spacing_mm
        affine = np.eye(4)
        affine[:3, :3] = direction * np.array([columns, rows, slices])
        affine[:3, 3] = origin_lps_mm
        return cls(affine)

    @property
    def row_direction(self) -> NDArray[np.float64]:
        """Unit vector of growing column index."""
        return _unit(self.affine[:3, 0])

    @property
    def column_direction(self) -> NDArray[np.float64]:
        """Unit vector of growing row index."""
        return _unit(self.affine[:3, 1])

    @property
    def normal(self) -> NDArray[np.float64]:
        """Row direction x column direction, unit length."""
        return np.cross(self.row_direction, self.column_direction)

    @property
    def pixel_spacing_mm(self) -> tuple[float, float]:
        """(between rows, between columns), the order of the DICOM attribute."""
        lengths = np.linalg.norm(self.affine[:3, :2], axis=0)
        return float(lengths[1]), float(lengths[0])

    @property
    def step_along_normal_mm(self) -> float:
        """How far one k moves along the normal; negative when slices run against it."""
        return float(self.affine[:3, 2] @ self.normal)

    def steps(self, count: int) -> tuple[float, ...]:
        """The place of each of ``count`` slices in units of k."""
        if self.slice_steps is None:
            return tuple(float(k) for k in range(count))
        if len(self.slice_steps) != count:
            raise ValueError(f"{count} slices, but {len(self.slice_steps)} steps")
        return self.slice_steps

    def position_lps_mm(self, step: float) -> NDArray[np.float64]:
        """Centre of the first voxel of the slice at this step."""
        return self.affine[:3, 3] + step * self.affine[:3, 2]

    def at(self, i: float, j: float, k: float) -> Point:
        """The place of a voxel centre, LPS millimetres."""
        x, y, z = self.affine[:3, :3] @ np.array([i, j, k]) + self.affine[:3, 3]
        return float(x), float(y), float(z)

    def with_steps(self, steps: Sequence[float]) -> SeriesGeometry:
        """The same stack with slices at other places."""
        return replace(self, slice_steps=tuple(float(step) for step in steps))

    def grid_lps_mm(self, shape: tuple[int, int, int]) -> NDArray[np.float64]:
        """Place of every voxel centre: (slices, rows, columns, 3), LPS millimetres."""
        steps = np.array(self.steps(shape[0]))
        k, j, i = np.meshgrid(steps, np.arange(shape[1]), np.arange(shape[2]), indexing="ij")
        index = np.stack([i, j, k], axis=-1).astype(np.float64)
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])


def rotation(axis: Sequence[float], degrees: float) -> NDArray[np.float64]:
    """Turn about an axis by the right-hand rule (Rodrigues): (3, 3)."""
    x, y, z = _unit(np.asarray(axis, dtype=np.float64))
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.deg2rad(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector))
