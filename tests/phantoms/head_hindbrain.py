"""Cisterns, brainstem and cerebellum of the sample head."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import (
    Field,
    coverage,
    smooth_common,
    smooth_union,
)
from tests.phantoms.head_shapes import Ellipsoid, Shape, Tube
from tests.phantoms.head_surfaces import Surfaces


def paint_hindbrain(canvas: Canvas, surfaces: Surfaces) -> None:
    """Cerebellum with its leaves, brainstem, fourth ventricle, optic tracts."""
    part = canvas.part((-60, -4, -76), (60, 92, 16))
    here = Surfaces(
        *(canvas.cut(getattr(surfaces, name), part) for name in Surfaces.__dataclass_fields__)
    )
    _paint_cerebellum(part, here)
    _paint_stem(canvas)


def _paint_cerebellum(canvas: Canvas, surfaces: Surfaces) -> None:
    sides = canvas.mirrored
    uneven = canvas.noise(41, 6.0)
    half = Ellipsoid((24, 53, -28), (40, 36, 34), power=2.3).distance(sides)
    tonsil = Ellipsoid((8, 45, -59), (8, 9, 10)).distance(sides)
    vermis = Ellipsoid((0, 50, -20), (12, 26, 30)).distance(sides)
    whole = smooth_union(smooth_union(half, tonsil, 4.0), vermis, 3.0)
    inside = np.maximum(surfaces.cavity + 1.8 + 0.4 * uneven, surfaces.tent + 1.0)
    whole = np.asarray(smooth_common(whole, inside, 2.0), np.float32)
    notch = Ellipsoid((0, 84, -40), (4, 12, 16)).distance(sides)
    whole = smooth_common(whole, -notch, 3.0)
    coarse, fine = _leaves(canvas, uneven)
    depth = -whole
    cleft = (coarse - 0.7) * 2.0 + np.maximum(depth - 11.0, 0.0) * 0.6
    slit = (fine - 0.75) * 1.3 + np.maximum(depth - 5.5, 0.0) * 0.6
    surface = np.minimum(np.minimum(depth, cleft + 0.25), slit + 0.5)
    canvas.paint(Tissue.NUCLEUS, coverage(whole))
    canvas.paint(Tissue.FLUID, 0.55 * coverage(whole) * coverage(surface - 0.3, 1.2))
    core = np.minimum(depth - 7.0, cleft - 1.3)
    canvas.paint(Tissue.WHITE, 0.9 * coverage(-core, 2.2))
    heart = Ellipsoid((20, 43, -32), (14, 13, 8), 20.0).distance(sides) + uneven
    canvas.paint(Tissue.WHITE, coverage(np.maximum(heart, whole + 4.0), 4.0))
    dentate = Ellipsoid((15, 40, -33), (4.5, 7.5, 4.5), 24.0).distance(sides)
    canvas.paint(Tissue.NUCLEUS, 0.55 * coverage(np.abs(dentate) - 0.9, 1.6))


def _leaves(canvas: Canvas, uneven: Field) -> tuple[Field, Field]:
    """How far each place is from a wide and from a narrow furrow; 0 in its middle."""
    x, y, z = canvas.points
    bow = np.sqrt((y - 27.0) ** 2 + (0.8 * x) ** 2)
    lift = z + 31.0 + 0.22 * (y - 45.0)
    angle = np.arctan2(lift.astype(np.float64), bow.astype(np.float64))
    phase = angle * 2.6 + bow / 9.0 + 0.25 * uneven
    coarse = np.abs(phase - np.round(phase)) * 7.0
    phase = 2.7 * phase + 0.35 * canvas.noise(42, 3.5)
    fine = np.abs(phase - np.round(phase)) * 3.4
    return np.asarray(coarse, np.float32), np.asarray(fine, np.float32)


# The brainstem, and how softly its parts join, millimetres; the left side standing for both.
_STEM: tuple[tuple[Shape, float], ...] = (
    (Ellipsoid((0, 18, -8), (13.5, 8.5, 13)), 3.0),  # midbrain
    (Tube(((7, 8, 3, 4.5), (10, 10, -8, 5.0), (8, 12, -18, 6.0))), 2.0),
    (Ellipsoid((4.6, 27.5, -4), (3.8, 3.4, 3.6)), 2.0),
    (Ellipsoid((4.2, 28, -11), (3.4, 3.0, 3.4)), 2.0),
    (Ellipsoid((0, 12.5, -27), (16, 11.5, 11.5), power=2.3), 4.0),  # pons
    (Ellipsoid((0, 23, -28), (11, 8.5, 13)), 4.0),
    (Tube(((9, 19, -28, 7.0), (21, 34, -31, 6.0))), 4.0),
    (
        Tube(
            ((0, 21, -38, 8.2), (0, 25, -56, 6.8), (0, 28, -72, 5.2), (0, 28, -95, 5.0)),
            (0.85, 1.1, 1.0),
        ),
        4.0,
    ),
    (Ellipsoid((3.0, 14.5, -46), (2.4, 3.0, 9)), 1.5),
    (Ellipsoid((6.8, 18.5, -46), (2.4, 3.2, 6.5)), 1.5),
)


def _paint_stem(canvas: Canvas) -> None:
    stem = canvas.part((-40, -30, -90), (40, 56, 14))
    sides = stem.mirrored
    trunk = _STEM[0][0].distance(sides)
    for shape, blend in _STEM[1:]:
        trunk = smooth_union(trunk, shape.distance(sides), blend)
    trunk = smooth_common(trunk, -Tube(((0, 2, 0, 4.5), (0, 5, -13, 4.0))).distance(sides), 2.0)
    trunk = smooth_common(trunk, -Ellipsoid((0, 0, -27), (2.5, 2.5, 12)).distance(sides), 2.0)
    uneven = np.float32(0.5) * stem.noise(43, 4.0)
    stem.fill(Tissue.STEM, trunk + uneven, 1.4)
    _paint_stem_parts(stem)


def _paint_stem_parts(stem: Canvas) -> None:
    for nucleus, amount in (
        (Ellipsoid((6, 15, -10), (3.0, 3.0, 4)), 0.7),
        (Ellipsoid((0, 10, -27), (10, 5, 8)), 0.5),
        (Ellipsoid((6, 19, -46), (2.5, 3.0, 6)), 0.5),
        (Ellipsoid((0, 24, -12), (3.0, 3.0, 10)), 0.5),
    ):
        stem.lay_both(Tissue.NUCLEUS, nucleus, edge_mm=3.0, amount=amount)
    stem.lay(Tissue.FLUID, Ellipsoid((0, 34, -31), (7.5, 3.6, 11)), edge_mm=1.3)
    stem.lay_both(Tissue.FLUID, Tube(((3, 35, -33, 2.0), (13, 31, -37, 1.2))))
    aqueduct = Tube(((0, 20, 0, 0.9), (0, 23.5, -8, 0.8), (0, 31, -22, 1.2)))
    stem.lay(Tissue.FLUID, aqueduct, edge_mm=1.3)
    for tissue, path in (
        (Tissue.NERVE, ((2, -12, -15, 1.9), (9, -21, -18, 1.8), (12, -27, -20, 1.8))),
        (Tissue.NERVE, ((2, -11, -14, 1.9), (9, -2, -12, 1.5), (15, 6, -8, 1.3))),
        (Tissue.NERVE, ((13, 10, -27, 1.6), (19, -2, -29, 1.5))),
        (Tissue.NERVE, ((11, 21, -35, 1.0), (24, 18, -34, 0.9))),
        (Tissue.STEM, ((2.4, 0, -12, 1.7), (2.4, 0.5, -13, 1.7))),
    ):
        stem.lay_both(tissue, Tube(path))
