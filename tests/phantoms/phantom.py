"""What a phantom is, and simple content whose place is known in millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tests.phantoms.dicom_writer import SeriesTags
from tests.phantoms.series_geometry import Point, SeriesGeometry

RAMP_PER_MM = (2.0, 3.0, 5.0)
"""How much the value grows per millimetre along x, y and z of LPS."""
BALL_VALUE = 1500.0
BOX_VALUE = 1800.0


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """One series on disk and the truth about it.

    Attributes:
        name: The function that made it.
        folder: Where its files lie.
        paths: One per slice, in the order of ``voxels``.
        voxels: (slices, rows, columns) of the stored slices after the modality transform, in the
            product's order: k grows along row direction x column direction.
        geometry: Where they lie; ``geometry.slice_steps`` tells gaps and repeats.
        tags: What the header says.
        verdict: The verdict on the geometry that the product must reach.
        landmarks: Centres of things that can be recognised, LPS millimetres.
    """

    name: str
    folder: Path
    paths: tuple[Path, ...]
    voxels: NDArray[np.float64]
    geometry: SeriesGeometry
    tags: SeriesTags
    verdict: str
    landmarks: Mapping[str, Point] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def affine(self) -> NDArray[np.float64]:
        """(4, 4) from (i=column, j=row, k=slice step) to LPS millimetres."""
        return self.geometry.affine

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """(slices, rows, columns): length of each step of the index, millimetres."""
        columns, rows, slices = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(slices), float(rows), float(columns)


@dataclass(frozen=True, slots=True)
class Markers:
    """A ball and a box in patient axes, off centre, on a ramp.

    Attributes:
        ball_centre_mm: LPS.
        ball_radius_mm: A voxel belongs to it when its centre is inside.
        box_low_mm: Smallest corner of the box, LPS.
        box_high_mm: Largest corner of the box, LPS.
    """

    ball_centre_mm: Point
    ball_radius_mm: float
    box_low_mm: Point
    box_high_mm: Point

    @property
    def landmarks(self) -> Mapping[str, Point]:
        """Centres of ball and box and the corners of the box, LPS millimetres."""
        low, high = self.box_low_mm, self.box_high_mm
        middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
        return MappingProxyType(
            {"ball": self.ball_centre_mm, "box": middle, "box_low": low, "box_high": high}
        )


def ramp_value(point: Point) -> float:
    """The value of the ramp at a place, before rounding to whole numbers."""
    return float(np.dot(RAMP_PER_MM, point))


def ramp(places_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values that tell where they are: linear interpolation must give ``ramp_value`` anywhere.

    Args:
        places_mm: (..., 3) LPS millimetres.

    Returns:
        (...), whole numbers.
    """
    return np.asarray(np.rint(places_mm @ np.array(RAMP_PER_MM)))


def with_markers(
    values: NDArray[np.float64], places_mm: NDArray[np.float64], markers: Markers
) -> NDArray[np.float64]:
    """The same values with the ball and the box drawn in."""
    drawn = values.copy()
    drawn[inside_ball(places_mm, markers.ball_centre_mm, markers.ball_radius_mm)] = BALL_VALUE
    low, high = np.array(markers.box_low_mm), np.array(markers.box_high_mm)
    drawn[np.all((places_mm >= low) & (places_mm <= high), axis=-1)] = BOX_VALUE
    return drawn


def inside_ball(
    places_mm: NDArray[np.float64], centre_mm: Point, radius_mm: float
) -> NDArray[np.bool_]:
    """Which places lie in a ball."""
    offset = places_mm - np.array(centre_mm)
    return np.asarray((offset**2).sum(axis=-1) <= radius_mm**2)


def inside_ellipsoid(
    places_mm: NDArray[np.float64], centre_mm: Point, radii_mm: Point
) -> NDArray[np.bool_]:
    """Which places lie in an ellipsoid along the patient axes."""
    offset = (places_mm - np.array(centre_mm)) / np.array(radii_mm)
    return np.asarray((offset**2).sum(axis=-1) <= 1.0)
