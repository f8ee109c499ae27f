"""The enhancing mass of the sample head and what it does around itself."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import Field, Noise, Points, coverage, smooth_step
from tests.phantoms.series_geometry import Point

MASS_CENTRE_LPS_MM: Point = (42.0, -26.0, 36.0)
MASS_RADIUS_MM = 15.5


def pushed(points: Points) -> Points:
    """Where the tissue now at each place would be without the mass: it pushes outwards."""
    offsets = [
        axis - np.float32(middle) for axis, middle in zip(points, MASS_CENTRE_LPS_MM, strict=True)
    ]
    distance = np.sqrt(sum(offset * offset for offset in offsets)) + np.float32(1e-3)
    push = 6.0 * np.exp(-((distance / 32.0) ** 2)) * smooth_step(distance, 4.0, 16.0)
    x, y, z = (
        np.asarray(axis - offset / distance * push, np.float32)
        for axis, offset in zip(points, offsets, strict=True)
    )
    return x, y, z


def paint_oedema(canvas: Canvas, white: Field) -> None:
    """Water in the white matter about the mass, in fingers.

    Args:
        canvas: Places in the patient.
        white: How much of each voxel is white matter, 0 to 1.
    """
    x, y, z = canvas.points
    centre = MASS_CENTRE_LPS_MM
    away = np.sqrt(
        (x - centre[0] + 7) ** 2
        + (0.85 * (y - centre[1] - 5)) ** 2
        + (1.15 * (z - centre[2] - 4)) ** 2
    )
    fingers = away + 4.5 * Noise.smooth(71, 5.0).at(canvas.points)
    canvas.paint(Tissue.OEDEMA, 0.95 * white * smooth_step(fingers, 31.0, 19.0))


def paint_mass(canvas: Canvas, cavity: Field) -> Field:
    """A lobed mass on the dura with a rim of fluid, uneven inside.

    Args:
        canvas: Places in the patient.
        cavity: Distance from the inner surface of the skull, negative inside.

    Returns:
        How much of each voxel is mass, 0 to 1.
    """
    x, y, z = canvas.points
    centre = MASS_CENTRE_LPS_MM
    lobes = 1.7 * Noise.smooth(72, 5.5).at(canvas.points)
    distance = np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2)
    surface = np.maximum(distance - MASS_RADIUS_MM + lobes, cavity + 0.6)
    rim = np.maximum(surface - 1.2, cavity + 1.0)
    ragged = np.clip(0.6 + 0.4 * Noise.smooth(73, 4.0).at(canvas.points), 0.0, 1.0)
    canvas.paint(Tissue.FLUID, 0.7 * coverage(rim, 1.6) * ragged)
    tail = np.abs(cavity + 0.9) - 1.0
    canvas.paint(Tissue.MASS, 0.8 * coverage(tail) * smooth_step(distance, 28.0, 17.0))
    inside = coverage(surface, 1.4)
    canvas.paint(Tissue.MASS, inside)
    core = Noise.smooth(74, 2.8).at(canvas.points)
    canvas.paint(Tissue.MASS_CORE, 0.6 * inside * smooth_step(core, 0.2, 1.8))
    return inside
