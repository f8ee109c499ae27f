"""Muscles, fat, glands and the bones of the face of the sample head."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import Field, Noise, coverage, level_distance, smooth_step
from tests.phantoms.head_shapes import Ellipsoid, Knot, Shape, Triple, Tube
from tests.phantoms.head_surfaces import Surfaces, temple

# Bellies of muscle in fat; the left side stands for both.
_BELLIES: tuple[Shape, ...] = (
    Ellipsoid((57, -30, -72), (6.5, 22, 30), 12.0),  # masseter
    Ellipsoid((46, -26, -52), (5.5, 16, 20), 10.0),  # end of the temporal muscle
    Tube(((38, -16, -52, 5.0), (43, -8, -64, 6.5), (45, 0, -84, 6.5))),  # medial pterygoid
    Tube(((24, -28, -47, 4.5), (36, -14, -47, 6.0), (45, -2, -48, 4.5))),  # lateral pterygoid
    Tube(((17, -14, -46, 2.5), (19, -12, -72, 2.5))),  # of the soft palate
    Ellipsoid((8, -3, -68), (6.0, 4.0, 30)),  # in front of the spine
    Ellipsoid((20, 6, -80), (5.0, 6.0, 20)),  # styloid muscles
    Ellipsoid((53, 40, -78), (6.5, 14, 26), -28.0),  # sternomastoid
    Ellipsoid((38, 56, -78), (12, 5.5, 22), -34.0),  # splenius
    Ellipsoid((17, 68, -76), (13, 6.0, 22), -12.0),  # semispinalis
    Ellipsoid((20, 54, -76), (12, 5.5, 12), -22.0),  # straight and slanting muscles
    Ellipsoid((35, 40, -80), (9, 7.0, 14), -30.0),
    Ellipsoid((7, 58, -70), (5, 7, 9)),
)

# Bones of the face: middle line and radii, how flat, radii of the marrow as a part of these.
_BONES: tuple[tuple[tuple[Knot, ...], Triple, float], ...] = (
    (((52, 2, -47, 4.4), (53, -5, -64, 3.4), (52, -14, -92, 4.4)), (1.0, 0.45, 1.0), 0.5),
    (((49, -22, -46, 1.5), (51, -14, -62, 2.4)), (1.0, 0.45, 1.0), 0.4),
    (((44, -60, -46, 5.5), (58, -40, -42, 3.0), (64, -12, -42, 2.6)), (1.0, 1.0, 0.7), 0.6),
    (((37, -64, -42, 3.5), (45, -62, -54, 4.5)), (1.0, 1.0, 1.0), 0.6),
    (((18, -31, -44, 1.4), (20, -27, -68, 1.0)), (1.0, 0.3, 1.0), 0.0),
    (((35, 17, -50, 1.6), (31, 8, -76, 1.0)), (1.0, 1.0, 1.0), 0.0),
)


def paint_flesh(canvas: Canvas, surfaces: Surfaces) -> None:
    """What lies between the scalp and the bones."""
    uneven = canvas.noise(14, 5.0)
    x, y, z = canvas.points
    fibre = Noise.smooth(15, 1.4).at((x, y, np.asarray(0.35 * z, np.float32)))
    side = temple(canvas.points) * coverage(surfaces.skin + 5.2 + np.float32(0.6) * uneven, 1.5)
    canvas.paint(Tissue.MUSCLE, side * np.clip(0.9 + np.float32(0.08) * fibre, 0.0, 1.0))
    seam = np.abs(surfaces.skin + 8.5 + np.float32(1.2) * uneven) - 0.2
    canvas.paint(Tissue.FAT, 0.6 * side * coverage(seam))
    deep = coverage(surfaces.skin + 5.0 + uneven) * smooth_step(z, -20.0, -34.0)
    low = canvas.part((-92, -120, -95), (92, 112, -17))
    _paint_muscles(low, canvas.cut(deep, low), canvas.cut(uneven, low), canvas.cut(fibre, low))
    vessels = smooth_step(low.noise(20, 1.6), 1.7, 2.4) * canvas.cut(deep, low)
    low.paint(Tissue.VEIN, np.float32(0.7) * vessels)
    gland = Ellipsoid((58, 8, -72), (8, 14, 22), -20.0)
    part = low.both_sides(gland)
    lobed = gland.distance(part.mirrored) + 1.5 * part.noise(23, 3.0)
    part.paint(Tissue.GLAND, 0.9 * coverage(lobed, 1.5))
    _paint_bones(low)


def _paint_muscles(low: Canvas, deep: Field, uneven: Field, fibre: Field) -> None:
    x, y, z = low.points
    fleshy = deep * smooth_step(y + np.float32(4.0) * uneven, -36.0, -18.0)
    low.paint(Tissue.MUSCLE, np.float32(0.74) * fleshy)
    layers = Noise.winding(18, 12.0).at((x, y, np.asarray(0.4 * z, np.float32)))
    layers = np.abs(level_distance(layers, low.spacing_mm, 0.06))
    planes = np.asarray(layers - 0.4 - 1.0 * low.noise(19, 6.0), np.float32)
    septa = (deep - fleshy) * coverage(planes - 0.2, 1.6)
    low.paint(Tissue.MUSCLE, np.float32(0.55) * septa)
    for belly in _BELLIES:
        low.lay_both(Tissue.FAT, belly, edge_mm=3.0, amount=0.6, within=deep)
        part = low.both_sides(belly)
        shrunk = belly.distance(part.mirrored) + 0.7 + np.float32(0.9) * low.cut(uneven, part)
        part.paint(Tissue.MUSCLE, 0.95 * coverage(shrunk, 1.3) * low.cut(deep, part))
    low.paint(Tissue.FAT, np.float32(0.7) * fleshy * coverage(planes, 2.0))
    marbled = smooth_step(fibre, 0.5, 2.4) * deep
    low.paint(Tissue.FAT, np.float32(0.4) * marbled)
    strands = smooth_step(-fibre, 0.7, 2.4) * deep
    low.paint(Tissue.TENDON, np.float32(0.35) * strands)


def _paint_bones(low: Canvas) -> None:
    for path, squeeze, part in _BONES:
        low.lay_both(Tissue.BONE, Tube(path, squeeze), edge_mm=1.3)
        if part:
            inner = tuple((x, y, z, part * radius) for x, y, z, radius in path)
            low.lay_both(Tissue.MARROW, Tube(inner, squeeze), amount=0.9, edge_mm=1.3)
