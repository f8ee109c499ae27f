"""Boxes: oriented ones in the patient, pixel ones in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry.plane import ViewPlane
from medai_desktop.geometry.volume_geometry import VolumeGeometry

_EDGES = tuple((a, b) for a in range(8) for b in range(a + 1, 8) if bin(a ^ b).count("1") == 1)


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A box in one stored image, in pixel edges: the first pixel covers [0, 1).

    Attributes:
        sop_instance_uid: the image.
        frame: counts from 1; 1 for a single-frame image.
        x0: left edge, columns.
        y0: upper edge, rows.
        x1: right edge (exclusive), columns.
        y1: lower edge (exclusive), rows.
    """

    sop_instance_uid: str
    frame: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class OrientedBox:
    """A box in the patient, along the axes of the volume it was found in.

    Attributes:
        center_lps_mm: LPS mm.
        size_mm: full extent along the box's own i, j, k axes.
        axes_lps: nine numbers, row-major (3, 3), columns are the unit vectors of i, j, k.
    """

    center_lps_mm: tuple[float, float, float]
    size_mm: tuple[float, float, float]
    axes_lps: tuple[float, float, float, float, float, float, float, float, float]

    @classmethod
    def from_voxel_edges(
        cls,
        geometry: VolumeGeometry,
        lower_ijk: tuple[float, float, float],
        upper_ijk: tuple[float, float, float],
    ) -> OrientedBox:
        """The box that spans voxel edges (voxel n covers [n, n + 1)) of a volume."""
        lower = np.asarray(lower_ijk, dtype=np.float64) - 0.5
        upper = np.asarray(upper_ijk, dtype=np.float64) - 0.5
        center = geometry.world_from_voxel((lower + upper) / 2)
        slices, rows, columns = geometry.spacing_mm
        size = (upper - lower) * np.array([columns, rows, slices])
        return cls(
            (float(center[0]), float(center[1]), float(center[2])),
            (float(size[0]), float(size[1]), float(size[2])),
            tuple(float(v) for v in geometry.direction.ravel()),  # type: ignore[arg-type]
        )

    def axes(self) -> npt.NDArray[np.float64]:
        """(3, 3), columns are the unit vectors of i, j, k, LPS."""
        return np.array(self.axes_lps, dtype=np.float64).reshape(3, 3)

    def corners_lps_mm(self) -> npt.NDArray[np.float64]:
        """The eight corners, shape (8, 3), LPS mm; bit 0, 1, 2 of the row is the i, j, k side."""
        signs = np.array([[(n >> axis & 1) - 0.5 for axis in range(3)] for n in range(8)])
        offsets = (signs * np.array(self.size_mm)) @ self.axes().T
        return np.asarray(offsets + np.array(self.center_lps_mm))

    def contains(self, position_lps_mm: npt.ArrayLike) -> bool:
        """Whether a position, shape (3,), LPS mm, lies inside or on the border."""
        offset = np.asarray(position_lps_mm, dtype=np.float64) - np.array(self.center_lps_mm)
        local = np.linalg.solve(self.axes(), offset)
        return bool(np.all(np.abs(local) <= np.array(self.size_mm) / 2 + 1e-9))

    def section_lps_mm(self, plane: ViewPlane) -> npt.NDArray[np.float64]:
        """The outline where a plane cuts the box.

        Returns:
            Corner points of the convex section in order around it, shape (n, 3), LPS mm; n is 0
            when the plane misses the box, else 3 to 6.
        """
        corners = self.corners_lps_mm()
        depths = np.array([plane.depth_mm(corner) for corner in corners])
        points = []
        for a, b in _EDGES:
            if depths[a] * depths[b] < 0:
                share = depths[a] / (depths[a] - depths[b])
                points.append(corners[a] + share * (corners[b] - corners[a]))
        points.extend(corners[n] for n in range(8) if depths[n] == 0)
        if len(points) < 3:
            return np.empty((0, 3))
        outline = np.array(points)
        flat = np.array([plane.plane_coordinates_mm(p) for p in outline])
        middle = flat.mean(axis=0)
        angle = np.arctan2(flat[:, 1] - middle[1], flat[:, 0] - middle[0])
        return np.asarray(outline[np.argsort(angle)])
