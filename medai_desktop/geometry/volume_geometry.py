"""Where a grid of voxels lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import tolerance

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VolumeGeometry:
    """A grid of voxels in patient space.

    Attributes:
        affine: (4, 4), index (i = column, j = row, k = slice) to LPS millimetres; read-only.
        shape: number of slices, rows and columns.
        frame_of_reference_uid: what the millimetres are relative to; None when the header has none
            (equal to no other geometry's, not even to another None, when positions are compared
            across display sets; see `shares_frame_with`).
    """

    affine: FloatArray
    shape: tuple[int, int, int]
    frame_of_reference_uid: str | None = None

    def __post_init__(self) -> None:
        """Copies and freezes the affine."""
        # Adding zero makes -0.0 to 0.0: equal geometries must have equal bytes (see `__hash__`).
        affine = np.array(self.affine, dtype=np.float64) + 0.0
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise ValueError("an affine is a finite 4 x 4 matrix")
        if not np.array_equal(affine[3], (0.0, 0.0, 0.0, 1.0)):
            raise ValueError("the last row of an affine is 0 0 0 1")
        if not _has_independent_axes(affine[:3, :3]):
            raise ValueError("an affine has three independent axes")
        shape = tuple(int(n) for n in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError("a grid has at least one slice, row and column")
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", shape)

    @classmethod
    def from_axes(
        cls,
        origin_lps_mm: npt.ArrayLike,
        direction: npt.ArrayLike,
        spacing_mm: tuple[float, float, float],
        shape: tuple[int, int, int],
        frame_of_reference_uid: str | None = None,
    ) -> VolumeGeometry:
        """A geometry from its parts.

        Args:
            origin_lps_mm: centre of the first voxel, shape (3,), LPS mm.
            direction: (3, 3), columns are the unit vectors of i, j, k.
            spacing_mm: step between slices, rows and columns.
            shape: number of slices, rows and columns.
            frame_of_reference_uid: of the header.
        """
        affine = np.eye(4)
        steps = np.array([spacing_mm[2], spacing_mm[1], spacing_mm[0]])
        affine[:3, :3] = np.asarray(direction, dtype=np.float64) * steps
        affine[:3, 3] = np.asarray(origin_lps_mm, dtype=np.float64)
        return cls(affine, shape, frame_of_reference_uid)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Step between slices, rows and columns, millimetres."""
        i, j, k = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(k), float(j), float(i)

    @property
    def direction(self) -> FloatArray:
        """(3, 3), columns are the unit vectors of i, j, k in LPS."""
        matrix = self.affine[:3, :3]
        return np.asarray(matrix / np.linalg.norm(matrix, axis=0))

    @property
    def origin_lps_mm(self) -> FloatArray:
        """Centre of the first voxel, shape (3,), LPS mm."""
        return np.array(self.affine[:3, 3])

    @property
    def normal(self) -> FloatArray:
        """Unit vector along row x column (i x j), shape (3,), LPS."""
        cross = np.cross(self.affine[:3, 0], self.affine[:3, 1])
        return np.asarray(cross / np.linalg.norm(cross))

    @property
    def center_lps_mm(self) -> FloatArray:
        """Centre of the grid, shape (3,), LPS mm."""
        slices, rows, columns = self.shape
        return self.world_from_voxel([(columns - 1) / 2, (rows - 1) / 2, (slices - 1) / 2])

    @property
    def is_tilted(self) -> bool:
        """Whether the slice step leaves the slice normal (gantry tilt)."""
        step = self.direction[:, 2]
        cosine = abs(float(step @ self.normal))
        return bool(np.degrees(np.arccos(min(1.0, cosine))) > tolerance.TILT_DEGREES)

    def world_from_voxel(self, index_ijk: npt.ArrayLike) -> FloatArray:
        """Patient position of voxel indices.

        Args:
            index_ijk: (3,) or (n, 3), index (i, j, k), need not be integer.

        Returns:
            Positions of the same shape, LPS mm, in this geometry's frame of reference.

        References:
            DICOM PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1.
        """
        index = np.asarray(index_ijk, dtype=np.float64)
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])

    def voxel_from_world(self, position_lps_mm: npt.ArrayLike) -> FloatArray:
        """Voxel index of patient positions; the inverse of `world_from_voxel`.

        Args:
            position_lps_mm: (3,) or (n, 3), LPS mm.

        Returns:
            Index (i, j, k) of the same shape, not rounded.
        """
        position = np.asarray(position_lps_mm, dtype=np.float64) - self.affine[:3, 3]
        return np.asarray(position @ np.linalg.inv(self.affine[:3, :3]).T)

    def contains(self, position_lps_mm: npt.ArrayLike) -> bool:
        """Whether a position, shape (3,), LPS mm, lies inside the grid (voxel edges included)."""
        index = self.voxel_from_world(position_lps_mm)
        slices, rows, columns = self.shape
        upper = np.array([columns, rows, slices]) - 0.5
        return bool(np.all(index >= -0.5) and np.all(index <= upper))

    def shares_frame_with(self, other: VolumeGeometry) -> bool:
        """Whether positions of both may be compared: same, known frame of reference."""
        return (
            self.frame_of_reference_uid is not None
            and self.frame_of_reference_uid == other.frame_of_reference_uid
        )

    def is_close_to(self, other: VolumeGeometry) -> bool:
        """Whether both are the same grid in the same frame of reference, within tolerance."""
        return (
            self.shape == other.shape
            and self.frame_of_reference_uid == other.frame_of_reference_uid
            and bool(np.allclose(self.affine, other.affine, rtol=0, atol=tolerance.POSITION_MM))
        )

    def __eq__(self, other: object) -> bool:
        """Exact equality, frame of reference included."""
        if not isinstance(other, VolumeGeometry):
            return NotImplemented
        return (
            self.shape == other.shape
            and self.frame_of_reference_uid == other.frame_of_reference_uid
            and bool(np.array_equal(self.affine, other.affine))
        )

    def __hash__(self) -> int:
        """Hash over everything that equality compares."""
        return hash((self.shape, self.frame_of_reference_uid, self.affine.tobytes()))


def _has_independent_axes(matrix: FloatArray) -> bool:
    longest = np.abs(matrix).max(axis=0)
    if not (longest > 0).all():
        return False
    axes = matrix / longest
    volume = np.linalg.det(axes / np.linalg.norm(axes, axis=0))
    return bool(abs(volume) >= tolerance.INDEPENDENT_AXES)
