"""A plane that is looked at: a point and the two screen directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry.orientation import AnatomicalPlane

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ViewPlane:
    """A plane in the patient, as seen on the screen.

    Attributes:
        origin_lps_mm: a point of the plane (the centre of the view), LPS mm.
        right: unit vector that points to the right of the screen, LPS.
        down: unit vector that points to the bottom of the screen, LPS.
    """

    origin_lps_mm: Vector
    right: Vector
    down: Vector

    @property
    def normal(self) -> npt.NDArray[np.float64]:
        """Unit vector away from the eye (right x down), shape (3,), LPS."""
        return np.cross(np.array(self.right), np.array(self.down))

    def depth_mm(self, position_lps_mm: npt.ArrayLike) -> float:
        """Distance of a position, shape (3,), LPS mm, behind the plane along `normal`."""
        offset = np.asarray(position_lps_mm, dtype=np.float64) - np.array(self.origin_lps_mm)
        return float(offset @ self.normal)

    def plane_coordinates_mm(self, position_lps_mm: npt.ArrayLike) -> tuple[float, float]:
        """Millimetres to the right of and below `origin_lps_mm` of a position, shape (3,)."""
        offset = np.asarray(position_lps_mm, dtype=np.float64) - np.array(self.origin_lps_mm)
        return float(offset @ np.array(self.right)), float(offset @ np.array(self.down))

    def position_lps_mm(self, right_mm: float, down_mm: float) -> npt.NDArray[np.float64]:
        """Patient position, shape (3,), LPS mm, of a point of the plane."""
        return (
            np.array(self.origin_lps_mm)
            + right_mm * np.array(self.right)
            + down_mm * np.array(self.down)
        )

    def moved_to(self, position_lps_mm: npt.ArrayLike) -> ViewPlane:
        """The parallel plane through a position, shape (3,), LPS mm."""
        x, y, z = (float(v) for v in np.asarray(position_lps_mm, dtype=np.float64))
        return ViewPlane((x, y, z), self.right, self.down)


_STANDARD: dict[AnatomicalPlane, tuple[Vector, Vector]] = {
    AnatomicalPlane.AXIAL: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    AnatomicalPlane.CORONAL: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    AnatomicalPlane.SAGITTAL: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}


def standard_plane(plane: AnatomicalPlane, through_lps_mm: npt.ArrayLike) -> ViewPlane:
    """A patient-orthogonal plane as radiologists see it.

    Axial and coronal: patient's right on screen left; sagittal: anterior on screen left; head up
    (reading defaults 3).

    Raises:
        KeyError: for `AnatomicalPlane.OBLIQUE`, which has no standard view.
    """
    right, down = _STANDARD[plane]
    x, y, z = (float(v) for v in np.asarray(through_lps_mm, dtype=np.float64))
    return ViewPlane((x, y, z), right, down)
