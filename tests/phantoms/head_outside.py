"""Scalp and skull of the sample head, with the marrow of the skull."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import coverage, smooth_step
from tests.phantoms.head_flesh import paint_flesh
from tests.phantoms.head_surfaces import Surfaces, temple


def paint_outside(canvas: Canvas, surfaces: Surfaces) -> None:
    """Everything between the skin and the inner surface of the skull."""
    _paint_scalp(canvas, surfaces)
    paint_flesh(canvas, surfaces)
    _paint_skull(canvas, surfaces)


def _paint_scalp(canvas: Canvas, surfaces: Surfaces) -> None:
    fine = canvas.noise(12, 2.2)
    canvas.fill(Tissue.SKIN, surfaces.skin)
    canvas.fill(Tissue.FAT, surfaces.skin + 2.0 + np.float32(0.2) * fine)
    lobules = smooth_step(canvas.noise(13, 2.6), 0.9, 2.2) * coverage(surfaces.skin + 3.0)
    canvas.paint(Tissue.MUSCLE, np.float32(0.45) * lobules)
    galea = np.abs(surfaces.vault - 9.2 - np.float32(0.5) * fine) - 0.5
    canvas.paint(Tissue.TENDON, 0.55 * coverage(galea) * smooth_step(canvas.points[2], -5.0, 15.0))


def _paint_skull(canvas: Canvas, surfaces: Surfaces) -> None:
    _, y, z = canvas.points
    uneven, fine = canvas.noise(16, 9.0), canvas.noise(17, 3.0)
    thin = temple(canvas.points) * smooth_step(z, 30.0, 10.0)
    thick = 6.6 + 0.5 * uneven + 1.5 * smooth_step(y, 45.0, 80.0) - 3.6 * thin
    brow = smooth_step(y, -48.0, -66.0) * smooth_step(z, 16.0, -2.0)
    outer = surfaces.cavity - np.asarray(thick + 5.0 * brow, np.float32)
    canvas.fill(Tissue.BONE, np.maximum(outer, surfaces.skin + 3.6))
    table = 1.9 - 0.5 * smooth_step(z, 38.0, 58.0)
    marrow = np.maximum(outer + table + 0.2 * uneven, table - surfaces.cavity)
    marrow = np.maximum(marrow, surfaces.skin + 6.0)
    amount = np.clip(0.78 + 0.13 * fine, 0.1, 1.0) * (1.0 - thin)
    amount = amount * (0.55 + 0.45 * smooth_step(z, -45.0, -15.0))
    amount = np.minimum(amount + 0.1 * smooth_step(z, 38.0, 58.0), 1.0)
    canvas.paint(Tissue.MARROW, coverage(marrow, 1.3) * np.asarray(amount, np.float32))
