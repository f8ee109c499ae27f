"""Eyes, nose, sinuses, the base of the skull and the sella of the sample head."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import (
    Field,
    Points,
    coverage,
    level_distance,
    smooth_step,
    smooth_union,
)
from tests.phantoms.head_shapes import Box, Ellipsoid, Tube
from tests.phantoms.head_surfaces import Surfaces


def paint_base(canvas: Canvas, surfaces: Surfaces) -> None:
    """Clivus, petrous bone with the ear, mastoid cells, spine."""
    outside = coverage(0.5 - surfaces.cavity)
    petrous = Tube(((60, 28, -40, 11.0), (44, 20, -36, 9.0), (18, 6, -35, 6.0)))
    canvas.lay_both(Tissue.BONE, petrous, edge_mm=1.5, within=outside)
    apex = Ellipsoid((19, 4, -38), (6, 5, 4), 30.0)
    canvas.lay_both(Tissue.MARROW, apex, edge_mm=2.0, amount=0.7, within=outside)
    _paint_clivus(canvas, outside)
    wing = Tube(((26, -30, -26, 3.0), (44, -34, -22, 3.6), (54, -30, -16, 2.4)))
    canvas.lay_both(Tissue.MARROW, wing, edge_mm=2.0, amount=0.7, within=outside)
    mastoid = Ellipsoid((54, 33, -46), (9, 12, 17))
    part = canvas.both_sides(mastoid)
    cells = coverage(mastoid.distance(part.mirrored), 2.0) * canvas.cut(outside, part)
    part.paint(Tissue.BONE, cells)
    part.paint(Tissue.MARROW, 0.45 * cells * smooth_step(part.noise(61, 1.8), 0.6, 1.8))
    canal = Tube(((72, 14, -33, 2.4), (60, 13, -34, 2.4), (54, 12, -34, 3.4)))
    canvas.lay_both(Tissue.AIR, canal)
    meatus = Tube(((14, 17, -33, 2.4), (25, 19, -33, 1.9)))
    canvas.lay_both(Tissue.FLUID, meatus)
    for way in (((24, 18, -33, 1.3), (28, 16, -33, 1.3)), ((30, 24, -31, 1.0), (35, 22, -32, 1.0))):
        canvas.lay_both(Tissue.FLUID, Tube(way), amount=0.7)


def _paint_clivus(canvas: Canvas, outside: Field) -> None:
    slope = Tube(
        ((0, -8, -33, 6.5), (0, -4, -42, 7.5), (0, 2, -52, 6.5), (0, 6, -58, 4.0)), (0.7, 1.1, 1.0)
    )
    part = canvas.part(*slope.bounds())
    bent = _bent(part, 64)
    edge = slope.distance(bent)
    around = canvas.cut(outside, part)
    part.paint(Tissue.BONE, coverage(edge) * around)
    part.paint(Tissue.MARROW, 0.85 * coverage(edge + 1.8, 1.6) * around)
    for bone, marrow in (
        (Ellipsoid((17, 22, -64), (8, 13, 5), 20.0), Ellipsoid((17, 22, -64), (6, 11, 3), 20.0)),
        (Ellipsoid((18, 18, -76), (11, 9, 6)), Ellipsoid((18, 18, -76), (9, 7, 4))),
    ):
        canvas.lay_both(Tissue.BONE, bone, within=outside)
        canvas.lay_both(Tissue.MARROW, marrow, amount=0.8, within=outside)
    canvas.lay(Tissue.BONE, Tube(((0, 10, -68, 4.5), (0, 11, -92, 6.5))), within=outside)
    canvas.lay(
        Tissue.MARROW, Tube(((0, 10, -68, 2.8), (0, 11, -92, 5.0))), amount=0.8, within=outside
    )
    canvas.lay(Tissue.BONE, Ellipsoid((0, 3, -76), (10, 2.5, 4)), within=outside)
    canvas.lay(Tissue.BONE, Ellipsoid((0, 44, -77), (14, 4, 4)), within=outside)
    canvas.lay(Tissue.MARROW, Ellipsoid((0, 44, -77), (12, 2.4, 2.4)), within=outside)
    canvas.lay(Tissue.FLUID, Tube(((0, 27, -60, 8.5), (0, 28, -95, 8.5)), (0.75, 1.0, 1.0)))


def _bent(canvas: Canvas, seed: int) -> Points:
    """Places with both sides laid onto the left, moved so that no edge is straight."""
    x, y, z = canvas.mirrored
    return (
        np.asarray(x + np.float32(0.9) * canvas.noise(seed, 4.0), np.float32),
        np.asarray(y + np.float32(1.0) * canvas.noise(seed + 100, 4.0), np.float32),
        np.asarray(z + np.float32(1.2) * canvas.noise(seed + 200, 5.0), np.float32),
    )


def paint_sella(canvas: Canvas) -> None:
    """Pituitary and its stalk."""
    canvas.lay(Tissue.BONE, Box((0, -6, -26), (7, 0.2, 4), 0.8))
    canvas.lay(Tissue.PITUITARY, Ellipsoid((0, -13, -27), (6.0, 4.6, 3.4)), edge_mm=1.3)
    canvas.lay(Tissue.PITUITARY, Tube(((0, -12, -24, 1.1), (0, -8, -15, 0.9))), edge_mm=1.3)


def paint_air(canvas: Canvas) -> None:
    """Frontal, ethmoid, sphenoid and maxillary sinuses, nose, throat."""
    part = canvas.part((-50, -116, -95), (50, 0, 24))
    bent = _bent(part, 65)
    maxillary = Ellipsoid((28, -60, -61), (13, 15, 17), 20.0, power=2.5).distance(bent)
    _line(part, maxillary, 1.6)
    _paint_nose(part, bent)
    frontal = Ellipsoid((8, -80, 0), (8, 3.4, 9)).distance(bent)
    frontal = frontal + 1.4 * part.noise(66, 8.0)
    part.fill(Tissue.BONE, np.asarray(frontal - 1.4, np.float32))
    part.fill(Tissue.AIR, np.asarray(frontal, np.float32))
    _paint_ethmoid(part, bent)
    sphenoid = Box((5, -25, -37), (5.0, 5.0, 3.6), 5.0).distance(bent)
    _line(part, sphenoid, 1.4)
    part.paint(Tissue.MUCOSA, coverage(np.maximum(np.abs(part.points[0]) - 0.6, sphenoid)))
    palate = Ellipsoid((0, -62, -82), (24, 28, 3.4)).distance(bent)
    part.fill(Tissue.BONE, palate)
    part.paint(Tissue.MARROW, 0.8 * coverage(palate + 1.4, 1.5))
    throat = Ellipsoid((0, -17, -70), (15, 11, 26)).distance(bent)
    part.paint(Tissue.MUCOSA, 0.8 * coverage(throat, 2.0))
    part.fill(Tissue.AIR, Ellipsoid((0, -18, -70), (11, 6, 22)).distance(bent), 1.4)


def _line(part: Canvas, edge: Field, bone_mm: float) -> None:
    """A hollow of air with its thin lining and a wall of bone."""
    part.fill(Tissue.BONE, edge - np.float32(bone_mm))
    part.fill(Tissue.MUCOSA, edge, 1.2)
    thick = np.clip(0.7 + 0.8 * part.noise(67, 5.0), 0.5, 3.0)
    part.fill(Tissue.AIR, np.asarray(edge + thick, np.float32))


def _paint_ethmoid(part: Canvas, bent: Points) -> None:
    cells = np.abs(level_distance(part.noise(63, 2.0), part.spacing_mm, 0.05))
    block = Box((3, -56, -29), (3.5, 13, 6), 6.0).distance(bent)
    part.fill(Tissue.BONE, block - 0.8)
    part.fill(Tissue.AIR, block)
    walls = coverage(block) * coverage(cells - 0.5, 1.3)
    part.paint(Tissue.MUCOSA, 0.55 * walls * np.clip(0.6 + 0.5 * part.noise(68, 4.0), 0.0, 1.0))
    part.paint(Tissue.MUCOSA, 0.6 * coverage(block) * coverage(np.abs(part.points[0]) - 0.6))


def _paint_nose(part: Canvas, bent: Points) -> None:
    x, y, z = bent
    narrow: Points = (x * (1.0 + 0.02 * (z + 66.0)), y, z)
    nose = Box((1.0, -64, -61), (4.0, 24, 11), 6.0).distance(narrow)
    vestibule = Tube(((5, -84, -62, 4.0), (6, -97, -65, 3.2), (6, -102, -68, 2.6))).distance(bent)
    nose = smooth_union(nose, vestibule, 4.0)
    part.fill(Tissue.BONE, nose - 0.8)
    part.fill(Tissue.MUCOSA, nose + 0.2)
    part.fill(Tissue.AIR, nose + 1.8)
    for shape in (
        Tube(((6.5, -80, -68, 2.8), (8.5, -60, -69, 4.0), (8, -40, -67, 3.2)), (1.3, 1.0, 0.6)),
        Tube(((5.0, -74, -56, 1.6), (6.0, -58, -55, 2.6), (5.5, -42, -54, 2.0)), (1.4, 1.0, 0.6)),
    ):
        part.fill(Tissue.MUCOSA, shape.distance(bent), 1.3)
    bow = np.abs(part.points[0] + np.float32(0.8) * part.noise(69, 9.0)) - np.float32(0.9)
    part.paint(Tissue.MUCOSA, 0.85 * coverage(bow) * coverage(nose))


def paint_orbits(canvas: Canvas) -> None:
    """Both eyes in their fat, the optic nerves and the muscles of the eyes."""
    cone = Tube(((31, -68, -30, 17.0), (27, -52, -29, 15.0), (15, -29, -24, 4.0)))
    part = canvas.both_sides(cone)
    edge = cone.distance(_bent(part, 70))
    part.fill(Tissue.BONE, np.maximum(edge - 1.4, -66.0 - part.points[1]))
    part.fill(Tissue.FAT, edge)
    part.paint(Tissue.MUSCLE, 0.3 * coverage(edge) * smooth_step(part.noise(71, 1.8), 1.0, 2.2))
    for path in (
        ((43, -68, -30, 1.4), (38, -50, -29, 2.4), (17, -29, -25, 1.5)),
        ((20, -68, -30, 1.4), (17, -50, -28, 2.4), (14, -30, -25, 1.5)),
        ((30, -62, -18, 1.4), (26, -48, -19, 2.2), (16, -29, -23, 1.4)),
        ((31, -62, -42, 1.4), (27, -48, -40, 2.2), (17, -29, -27, 1.4)),
    ):
        canvas.lay_both(Tissue.MUSCLE, Tube(path, (1.2, 1.0, 0.8)), edge_mm=1.3)
    nerve = ((30.5, -59, -30, 1.8), (25, -44, -27, 1.8), (12, -26, -20, 1.8))
    canvas.lay_both(Tissue.FLUID, Tube(tuple((x, y, z, r + 0.6) for x, y, z, r in nerve)))
    canvas.lay_both(Tissue.NERVE, Tube(nerve))
    gland = Ellipsoid((42, -72, -22), (4, 8, 6), 20.0)
    canvas.lay_both(Tissue.GLAND, gland, edge_mm=2.0, amount=0.7)
    canvas.lay_both(Tissue.MUSCLE, Ellipsoid((31.5, -70, -30), (12.4, 12.2, 12.2)))
    canvas.lay_both(Tissue.EYE, Ellipsoid((31.5, -70, -30), (11.3, 11.1, 11.1)))
    canvas.lay_both(Tissue.LENS, Ellipsoid((31.5, -78, -30), (4.4, 2.0, 4.4)), edge_mm=1.3)
