"""The enhancing mass of the sample head and what it does around itself."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_anatomy import Skull
from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import Noise, Points, coverage, smooth_step
from tests.phantoms.series_geometry import Point

MASS_CENTRE_LPS_MM: Point = (41.0, -26.0, 36.0)
MASS_RADIUS_MM = 14.0


def pushed(points: Points) -> Points:
    """Where the tissue now at each place would be without the mass: it pushes outwards."""
    offsets = [
        axis - np.float32(middle) for axis, middle in zip(points, MASS_CENTRE_LPS_MM, strict=True)
    ]
    distance = np.sqrt(sum(offset * offset for offset in offsets)) + np.float32(1e-3)
    push = 5.0 * np.exp(-((distance / 34.0) ** 2)) * smooth_step(distance, 4.0, 16.0)
    x, y, z = (
        np.asarray(axis - offset / distance * push, np.float32)
        for axis, offset in zip(points, offsets, strict=True)
    )
    return x, y, z


def paint_oedema(canvas: Canvas, white: np.ndarray) -> None:
    """Water in the white matter about the mass, in fingers.

    Args:
        canvas: The head.
        white: How much of each voxel is white matter, 0 to 1.
    """
    x, y, z = canvas.straight
    centre = MASS_CENTRE_LPS_MM
    away = np.sqrt(
        (x - centre[0] + 6) ** 2 + (0.8 * (y - centre[1] - 4)) ** 2 + (z - centre[2]) ** 2
    )
    fingers = away + 5.0 * Noise.make(51, 6.0).at(canvas.points)
    canvas.paint(Tissue.OEDEMA, 0.9 * white * smooth_step(fingers, 32.0, 20.0))


def paint_mass(canvas: Canvas, skull: Skull) -> None:
    """A lobed mass on the dura with a rim of fluid, uneven inside."""
    x, y, z = canvas.straight
    centre = MASS_CENTRE_LPS_MM
    lobes = 1.1 * Noise.make(52, 6.0).at(canvas.straight)
    distance = np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2)
    surface = np.maximum(distance - MASS_RADIUS_MM + lobes, skull.cavity + 0.4)
    canvas.paint(Tissue.FLUID, 0.7 * coverage(np.maximum(surface - 1.3, skull.cavity + 1.0), 1.6))
    tail = np.abs(skull.cavity + 1.0) - 1.1
    tail_amount = coverage(tail) * smooth_step(distance, 27.0, 17.0)
    canvas.paint(Tissue.MASS, 0.75 * tail_amount)
    inside = coverage(surface, 1.4)
    canvas.paint(Tissue.MASS, inside)
    core = Noise.make(53, 3.0).at(canvas.straight)
    canvas.paint(Tissue.MASS_CORE, 0.65 * inside * smooth_step(core, 0.4, 1.8))
