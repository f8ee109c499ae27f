"""Falx, tentorium, venous sinuses and vessels of the sample head."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_cortex import Hemispheres
from tests.phantoms.head_fields import coverage, smooth_step
from tests.phantoms.head_shapes import Ellipsoid, Tube
from tests.phantoms.head_surfaces import Surfaces


def paint_dura(canvas: Canvas, surfaces: Surfaces, hemispheres: Hemispheres) -> None:
    """Sheets of dura, sinuses, veins and arteries."""
    _paint_sheets(canvas, surfaces)
    _paint_cortical_veins(canvas, surfaces, hemispheres)
    _paint_sinuses(canvas, surfaces)
    _paint_veins(canvas)
    _paint_arteries(canvas)


def _paint_sheets(canvas: Canvas, surfaces: Surfaces) -> None:
    x, y, z = canvas.points
    wave = np.float32(0.7) * canvas.noise(24, 12.0)
    inner = np.sqrt(((y + 1.0) / 50.0) ** 2 + ((z - 5.0) / 34.0) ** 2)
    falx = np.maximum(np.abs(x + wave) - 0.4, (1.0 - inner) * 30.0)
    falx = np.maximum(falx, surfaces.cavity)
    canvas.paint(Tissue.DURA, 0.75 * coverage(falx) * smooth_step(z, -12.0, -4.0))
    sheet = np.maximum(np.abs(0.85 * surfaces.tent) - 0.35, surfaces.cavity)
    gap = Ellipsoid((0, 14, 0), (19, 28, 40)).distance(canvas.points)
    sheet = np.maximum(np.maximum(sheet, -gap), 4.0 - surfaces.behind)
    canvas.paint(Tissue.DURA, 0.8 * coverage(sheet))


def _paint_cortical_veins(canvas: Canvas, surfaces: Surfaces, hemispheres: Hemispheres) -> None:
    spots = canvas.noise(51, 1.5)
    outer = smooth_step(surfaces.cavity, -26.0, -4.0) * smooth_step(canvas.points[2], -34.0, -20.0)
    outer = outer * smooth_step(canvas.points[2], 72.0, 56.0)
    where = hemispheres.furrow * outer * smooth_step(spots, 0.9, 1.8)
    canvas.paint(Tissue.VESSEL, np.asarray(0.7 * where * (surfaces.cavity < -0.8), np.float32))


def _paint_sinuses(canvas: Canvas, surfaces: Surfaces) -> None:
    x, y, z = canvas.points
    depth = -surfaces.cavity
    half = 3.0 - 1.0 * smooth_step(y, 20.0, -60.0) - 0.7 * smooth_step(z, 50.0, 70.0)
    sagittal = np.maximum(np.abs(x) + 0.55 * depth - 1.35 * half, 0.4 - depth)
    canvas.paint(Tissue.VEIN, coverage(sagittal, 1.3) * smooth_step(z, -8.0, 2.0))
    rim = np.sqrt((0.8 * surfaces.tent) ** 2 + (depth - 2.6) ** 2) - 3.0
    lateral = smooth_step(y, 26.0, 36.0) * smooth_step(surfaces.behind, 8.0, 14.0)
    canvas.paint(Tissue.VEIN, coverage(rim, 1.3) * np.asarray(lateral, np.float32))
    canvas.lay_both(
        Tissue.VEIN,
        Tube(((51, 42, -18, 3.4), (48, 37, -32, 3.8), (42, 30, -44, 4.0), (30, 22, -56, 4.0),
              (28, 16, -78, 4.8))),
    )  # fmt: skip
    straight = Tube(((0, 38, 8, 1.5), (0, 60, 0, 1.9), (0, 84, -11, 3.2)))
    canvas.lay(Tissue.VEIN, straight, edge_mm=1.3)
    canvas.lay(Tissue.VEIN, Ellipsoid((0, 84, -11), (5, 3.5, 4)), edge_mm=1.3)


def _paint_veins(canvas: Canvas) -> None:
    for path in (
        ((1.6, 0, 13, 0.9), (1.8, 16, 13, 1.1), (1.2, 28, 11, 1.5), (0, 35, 9, 1.7)),
        ((8, -16, 17, 0.8), (2.0, -2, 13, 0.8)),
        ((9, 4, -8, 0.8), (16, 18, -4, 1.0), (10, 32, 4, 1.0), (2, 36, 8, 1.1)),
    ):
        canvas.lay_both(Tissue.VEIN, Tube(path), amount=0.8)


def _paint_arteries(canvas: Canvas) -> None:
    canvas.lay_both(Tissue.VEIN, Ellipsoid((13, -14, -26), (3.4, 9, 5.0)), edge_mm=1.5)
    carotid = Tube(
        ((24, 4, -76, 2.5), (23, 2, -48, 2.5), (14, 0, -40, 2.4), (12, -6, -32, 2.4),
         (12, -18, -28, 2.2), (11, -19, -20, 2.0))
    )  # fmt: skip
    canvas.lay_both(Tissue.ARTERY, carotid)
    for vessel, amount in (
        (Tube(((11, -17, -15, 1.6), (24, -16, -13, 1.4), (36, -12, -9, 1.2))), 0.9),
        (Tube(((36, -12, -9, 1.1), (38, 4, 0, 0.9))), 0.7),
        (
            Tube(
                ((10, -19, -14, 1.2), (2, -24, -8, 1.1), (1.6, -40, -2, 1.0), (1.4, -45, 14, 0.9))
            ),
            0.8,
        ),
        (Tube(((0, 4, -14, 1.5), (9, 6, -12, 1.2), (20, 18, -8, 1.0))), 0.8),
        (Tube(((0, 3, -15, 1.6), (0, 1.5, -34, 1.6), (6, 8, -50, 1.6), (12, 22, -72, 1.8))), 1.0),
    ):
        canvas.lay_both(Tissue.ARTERY, vessel, amount=amount)
    for twig in (
        Tube(((26, -17, -12, 0.9), (36, -13, -8, 0.9), (38, 0, -2, 0.8))),
        Tube(((39, -8, 2, 0.8), (41, 6, 8, 0.7))),
        Tube(((1.8, -42, 3, 0.8), (1.6, -40, 20, 0.7), (1.6, -20, 30, 0.7))),
    ):
        canvas.lay_both(Tissue.VESSEL, twig, amount=0.55)
