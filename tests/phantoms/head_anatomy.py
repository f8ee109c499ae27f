"""The parts of the sample head, laid from the outside to the inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import (
    Field,
    Noise,
    Points,
    box,
    coverage,
    ellipsoid,
    level_distance,
    smooth_common,
    smooth_step,
    smooth_union,
    tube,
)

# Height of the floor of the skull, (x, y, z) millimetres, the left side standing for both.
_FLOOR = (
    (0, -90, 6), (12, -70, -12), (30, -70, -6), (50, -50, -2), (0, -62, -19), (15, -50, -14),
    (32, -48, -12), (0, -35, -16), (14, -32, -16), (36, -30, -16), (52, -30, -22), (0, -16, -20),
    (24, -16, -38), (40, -14, -42), (56, -10, -40), (0, -4, -21), (24, 4, -38), (42, 6, -42),
    (60, 8, -38), (0, 6, -46), (18, 14, -34), (36, 18, -28), (56, 22, -26), (70, 16, -25),
    (0, 20, -70), (20, 30, -62), (40, 32, -56), (60, 36, -36), (0, 44, -70), (24, 54, -62),
    (46, 50, -50), (0, 72, -52), (30, 72, -44), (0, 92, -25), (50, 70, -30),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Skull:
    """Distances from the surfaces of the head, millimetres, negative inside.

    Attributes:
        skin: From the outer surface.
        cavity: From the inner surface of the skull.
        tent: Height above the roof of the posterior fossa; negative below.
        behind: Greater than 0 where the posterior fossa is (behind the clivus).
    """

    skin: Field
    cavity: Field
    tent: Field
    behind: Field


def shape_skull(canvas: Canvas) -> Skull:
    """The surfaces that everything else refers to."""
    x, y, z = canvas.points
    skin = ellipsoid((x, y, z), (0, 3, 6), (79, 101, 84))
    lower = ellipsoid((x, y, z), (0, -4, -45), (71, 88, 92))
    nose = ellipsoid((x, y, z), (0, -92, -56), (13, 22, 30))
    brow = ellipsoid((x, y, z), (0, -74, -12), (46, 23, 22))
    neck = ellipsoid((x, y, z), (0, 38, -84), (62, 56, 52))
    skin = smooth_union(smooth_union(skin, lower, 10.0), brow, 14.0)
    skin = smooth_union(smooth_union(skin, nose, 12.0), neck, 14.0)
    vault = ellipsoid((x, y, z), (0, 3, 5), (67.5, 87, 71))
    floor = _floor_height(canvas)
    cavity = smooth_common(vault, floor - z, 10.0)
    tent = z - (13.0 - 0.0065 * x * x - 0.0062 * np.maximum(y - 22.0, 0.0) ** 2)
    behind = y - (5.0 - 0.25 * (z + 20.0)) - 0.25 * np.abs(x)
    return Skull(skin, cavity, np.asarray(tent, np.float32), np.asarray(behind, np.float32))


def _floor_height(canvas: Canvas) -> Field:
    """The floor of the skull under each voxel, by inverse distances from known points."""
    x, y = canvas.points[0], canvas.points[1]
    middle = x.shape[0] // 2
    flat_x, flat_y = np.abs(x[middle]), y[middle]
    total = np.zeros_like(flat_x)
    weight = np.zeros_like(flat_x)
    for point_x, point_y, height in _FLOOR:
        squared = (flat_x - point_x) ** 2 + (flat_y - point_y) ** 2
        near = 1.0 / (squared + 18.0) ** 2
        total += near * height
        weight += near
    return np.asarray((total / weight)[np.newaxis], np.float32)


def paint_outside(canvas: Canvas, skull: Skull) -> None:
    """Skin, fat, muscle, both tables of the skull and the marrow between them."""
    x, y, z = canvas.points
    uneven = Noise.make(11, 9.0).at(canvas.points)
    fine = Noise.make(12, 2.6).at(canvas.points)
    canvas.fill(Tissue.SKIN, skull.skin)
    canvas.fill(Tissue.FAT, skull.skin + 1.6 + 0.15 * fine)
    streak = np.abs(level_distance(Noise.make(13, 4.5).at(canvas.points), canvas.spacing_mm))
    canvas.paint(Tissue.SKIN, 0.55 * coverage(streak - 0.3) * coverage(skull.skin + 3.0))
    below = skull.cavity - 9.5 - 1.2 * uneven
    deep = smooth_step(z, -18.0, -34.0)
    flesh = coverage(skull.skin + 6.0 + 1.5 * uneven) * deep
    canvas.paint(Tissue.MUSCLE, 0.9 * flesh)
    fascia = coverage(streak - 0.8) * flesh
    canvas.paint(Tissue.FAT, 0.75 * fascia)
    side = smooth_step(np.abs(x), 40.0, 58.0) * smooth_step(z, 34.0, 14.0)
    side = side * smooth_step(np.abs(y + 16.0), 44.0, 34.0)
    canvas.paint(Tissue.MUSCLE, coverage(skull.skin + 4.2 + 0.8 * uneven) * side)
    outer = skull.cavity - (7.2 + 1.1 * uneven + 1.6 * smooth_step(y, 40.0, 80.0))
    base = smooth_step(z, -8.0, -30.0)
    bone = coverage(np.maximum(outer, skull.skin + 4.0))
    canvas.paint(Tissue.BONE, bone * (1.0 - 0.25 * base))
    thick = smooth_step(np.abs(x), 62.0, 40.0) * 0.6 + 0.4
    marrow = np.maximum(outer + 2.1, 2.0 - skull.cavity)
    marrow = np.maximum(marrow, skull.skin + 6.0)
    amount = coverage(marrow) * thick * (0.72 + 0.16 * fine)
    canvas.paint(Tissue.MARROW, np.clip(amount, 0.0, 1.0) * (below < 6.0))


def paint_brain(canvas: Canvas, skull: Skull) -> Field:
    """Dura, fluid, the folded cortex and the white matter of the hemispheres.

    Returns:
        How much of each voxel is white matter, 0 to 1.
    """
    x, y, z = canvas.points
    canvas.fill(Tissue.DURA, skull.cavity)
    canvas.fill(Tissue.FLUID, skull.cavity + 1.1)
    infra = smooth_common(skull.tent, -skull.behind, 3.0)
    gap = 2.0 + 0.7 * Noise.make(21, 8.0).at(canvas.points)
    gap = gap + 1.4 * smooth_step(y, -40.0, -75.0)
    hemisphere = np.maximum(skull.cavity + np.maximum(gap, 1.3), 1.4 - skull.tent * _lower(skull))
    depth = -hemisphere
    pial = np.minimum(depth, _fissures(canvas))
    folds = _sulci(canvas, depth)
    surface = np.minimum(pial, folds)
    ribbon = 2.9 + 0.35 * Noise.make(22, 5.0).at(canvas.points)
    inside = coverage(hemisphere)
    canvas.paint(Tissue.CORTEX, inside * coverage(0.55 - surface, 1.1))
    white = inside * coverage(ribbon - surface, 1.6)
    canvas.paint(Tissue.WHITE, white)
    _paint_cortical_vessels(canvas, surface, depth, infra)
    return white


def _lower(skull: Skull) -> Field:
    """1 where the tent bounds the hemispheres: behind the clivus only."""
    return smooth_step(skull.behind, -4.0, 4.0)


def _fissures(canvas: Canvas) -> Field:
    """Distance from the fissure between the hemispheres and the one above the temporal lobe."""
    x, y, z = canvas.points
    wave = 0.8 * Noise.make(23, 12.0).at(canvas.points)
    inner = np.sqrt(((y + 1.0) / 41.0) ** 2 + ((z - 4.0) / 25.0) ** 2)
    closed = np.maximum(1.0 - inner, 0.0) * 30.0
    middle = np.sqrt((x + wave) ** 2 + closed**2) - 0.35
    mirrored = (np.abs(x) + wave, y, z + 0.16 * (y + 10.0))
    insula = box(mirrored, (39.0, -3.0, 3.0), (0.4, 19.0, 10.0), 0.9)
    lateral = (mirrored[0], y, mirrored[2] - 0.12 * (mirrored[0] - 40.0))
    cleft = box(lateral, (56.0, -3.0, -1.0), (17.0, 24.0, 0.3), 0.9)
    return np.asarray(np.minimum(middle, np.minimum(insula, cleft)), np.float32)


def _sulci(canvas: Canvas, depth: Field) -> Field:
    """Distance from the nearest furrow: zero surfaces of a field that runs towards the middle."""
    x, y, z = canvas.points
    rho = np.sqrt((x / 66.0) ** 2 + (y / 86.0) ** 2 + ((z - 5.0) / 68.0) ** 2)
    stretch = 1.0 / np.maximum(rho, 0.3) ** 0.78
    radial: Points = (x * stretch, y * stretch, (z - 5.0) * stretch)
    coarse = Noise.make(24, 4.1).at(radial) + 0.22 * Noise.make(25, 2.2).at(canvas.points)
    sheet = np.abs(level_distance(coarse, canvas.spacing_mm))
    reach = 15.0 + 5.0 * Noise.make(26, 7.0).at(canvas.points)
    beyond = np.maximum(depth - np.clip(reach, 5.0, 24.0), 0.0)
    width = 0.75 * smooth_step(depth, 16.0, 0.0)
    return np.asarray(np.sqrt(sheet**2 + (1.3 * beyond) ** 2) - width, np.float32)


def _paint_cortical_vessels(canvas: Canvas, surface: Field, depth: Field, infra: Field) -> None:
    """Veins in the furrows and on the surface, seen after contrast."""
    spots = Noise.make(27, 1.7).at(canvas.points)
    where = coverage(surface - 0.9, 1.4) * smooth_step(depth, 26.0, 10.0) * (infra < 0)
    canvas.paint(Tissue.VESSEL, 0.75 * where * smooth_step(spots, 1.15, 1.9) * (depth > -1.5))


def paint_falx(canvas: Canvas, skull: Skull) -> None:
    """The falx, the superior sagittal, straight and transverse sinuses, the deep veins."""
    x, y, z = canvas.points
    inner = np.sqrt(((y + 1.0) / 47.0) ** 2 + ((z - 4.0) / 33.0) ** 2)
    sheet = np.abs(x) - 0.45
    falx = np.maximum(np.maximum(sheet, (1.0 - inner) * 30.0), skull.cavity)
    canvas.paint(Tissue.DURA, 0.8 * coverage(falx) * smooth_step(z, -12.0, -4.0))
    depth = -skull.cavity
    edge = np.sqrt((0.85 * x) ** 2 + (depth - 2.4) ** 2) - 2.9 * smooth_step(y, -75.0, 20.0) - 0.4
    canvas.paint(Tissue.VEIN, coverage(edge) * smooth_step(z, -8.0, 2.0))
    rim = np.sqrt(skull.tent**2 + (depth - 3.0) ** 2) - 3.0
    lateral = smooth_step(y, 22.0, 32.0) * smooth_step(skull.behind, 8.0, 14.0)
    canvas.paint(Tissue.VEIN, coverage(rim) * lateral * smooth_step(z, 4.0, -6.0))
    canvas.fill(
        Tissue.VEIN, tube(canvas.points, ((0, 40, 10, 1.7), (0, 62, 0, 2.2), (0, 82, -14, 3.0)))
    )
    canvas.fill(
        Tissue.VEIN,
        tube(
            canvas.mirrored,
            ((1.6, 4, 9, 0.8), (1.8, 20, 10, 1.0), (0, 34, 7, 1.6), (0, 40, 10, 1.8)),
        ),
    )


def paint_ventricles(canvas: Canvas) -> None:
    """Grey nuclei, lateral, third and fourth ventricles, choroid plexus."""
    head = canvas.part((-48, -45, -36), (48, 60, 36))
    points = head.mirrored
    head.fill(Tissue.WHITE, ellipsoid(points, (0, -2, 6), (25, 34, 15)), 3.0)
    head.fill(Tissue.NUCLEUS, ellipsoid(points, (13.5, -20, 8), (5.5, 10, 8)))
    tail = ((15, -14, 14, 4.0), (17, 2, 19, 2.6), (20, 16, 19, 1.8))
    head.fill(Tissue.NUCLEUS, tube(points, tail))
    putamen = ellipsoid(_turned(points, (25, -2, 2), 12.0), (25, -2, 2), (4.6, 15, 9))
    head.fill(Tissue.NUCLEUS, putamen)
    pallidum = ellipsoid(_turned(points, (19, 0, 0), 14.0), (19, 0, 0), (3.4, 8, 6))
    head.fill(Tissue.PALLIDUM, pallidum)
    head.fill(
        Tissue.NUCLEUS, ellipsoid(_turned(points, (10, 12, 5), -22.0), (10, 12, 5), (8, 14, 9)), 2.0
    )
    lateral = smooth_union(tube(points, _LATERAL), tube(points, _TEMPORAL_HORN), 3.0)
    lateral = np.maximum(lateral, 0.7 - points[0])
    head.fill(Tissue.FLUID, lateral)
    head.fill(
        Tissue.CHOROID,
        np.maximum(tube(points, ((21, 24, 15, 1.2), (25, 33, 8, 2.2))), lateral + 0.7),
    )
    head.fill(Tissue.FLUID, ellipsoid(points, (0, 4, -3), (2.2, 13, 11)))
    head.fill(Tissue.WHITE, ellipsoid(points, (0, -28, 8), (6, 4.5, 9)), 3.0)
    head.fill(Tissue.WHITE, ellipsoid(points, (0, 36, 15), (8, 5.5, 6)), 3.0)


_LATERAL = (
    (9, -33, 4, 3.6), (8.5, -22, 10, 5.0), (7.5, -8, 17, 4.8), (9, 6, 20, 4.8), (15, 20, 18, 5.2),
    (23, 31, 10, 6.2), (25, 42, 7, 3.8), (23, 56, 5, 1.8),
)  # fmt: skip
_TEMPORAL_HORN = ((25, 30, 6, 4.6), (31, 20, -6, 2.6), (33, 6, -15, 2.2), (31, -6, -19, 2.0))


def _turned(points: Points, centre: tuple[float, float, float], degrees: float) -> Points:
    """The points turned about the z axis through a centre."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    x, y = points[0] - centre[0], points[1] - centre[1]
    turned_x = np.asarray(cosine * x - sine * y + centre[0], np.float32)
    turned_y = np.asarray(sine * x + cosine * y + centre[1], np.float32)
    return turned_x, turned_y, points[2]


def paint_hindbrain(canvas: Canvas, skull: Skull) -> None:
    """Cisterns, brainstem, cerebellum with its leaves, fourth ventricle."""
    x, y, z = canvas.points
    fossa = np.maximum(np.maximum(skull.tent, -skull.behind), skull.cavity + 1.1)
    canvas.fill(Tissue.FLUID, fossa)
    cistern = ellipsoid(canvas.points, (0, -6, -15), (15, 13, 8))
    around = tube(
        canvas.mirrored,
        ((12, -2, -14, 5.0), (19, 16, -10, 4.0), (10, 33, -2, 4.0), (0, 36, 0, 5.0)),
    )
    canvas.fill(Tissue.FLUID, np.maximum(np.minimum(cistern, around), skull.cavity))
    wave = Noise.make(31, 7.0).at(canvas.points)
    hemi = ellipsoid(canvas.mirrored, (24, 50, -34), (31, 31, 23))
    vermis = ellipsoid(canvas.points, (0, 50, -28), (14, 27, 24))
    leaf = smooth_union(hemi, vermis, 4.0)
    leaf = np.maximum(np.maximum(leaf, skull.cavity + 3.0), skull.tent + 2.0)
    radius = np.sqrt((0.8 * np.abs(x) - 5) ** 2 + (y - 30) ** 2 + (1.35 * (z + 28)) ** 2)
    leaves = np.sin((radius + 2.2 * wave) * np.float32(2 * np.pi / 5.2))
    dark = smooth_step(leaves, 0.5, 1.0) * smooth_step(-leaf, 15.0, 3.0)
    canvas.fill(Tissue.CORTEX, leaf)
    canvas.paint(Tissue.FLUID, 0.5 * dark * coverage(leaf))
    pale = coverage(leaf + 9.0 + 2.5 * leaves + 1.2 * wave, 3.0)
    canvas.paint(Tissue.WHITE, pale * 0.9)
    _paint_stem(canvas)


def _paint_stem(canvas: Canvas) -> None:
    stem = canvas.part((-40, -2, -80), (40, 56, 14))
    peduncle = tube(stem.mirrored, ((7, 10, 0, 6.0), (6, 17, -12, 7.5)))
    trunk = tube(
        stem.points,
        (
            (0, 20, -6, 11.0),
            (0, 20, -16, 11.0),
            (0, 17, -27, 14.0),
            (0, 21, -40, 10.0),
            (0, 30, -80, 7.0),
        ),
    )
    arm = tube(stem.mirrored, ((8, 20, -28, 8.0), (19, 34, -30, 7.5)))
    whole = smooth_union(smooth_union(peduncle, trunk, 4.0), arm, 5.0)
    stem.fill(Tissue.STEM, whole, 1.4)
    stem.fill(Tissue.FLUID, ellipsoid(stem.points, (0, 35.5, -31), (8, 4.0, 11)))
    stem.fill(Tissue.FLUID, tube(stem.points, ((0, 26, -4, 0.8), (0, 31, -22, 0.9))))
    stem.fill(Tissue.ARTERY, tube(stem.points, ((0, 3.5, -18, 1.5), (0, 2.5, -36, 1.6))))
