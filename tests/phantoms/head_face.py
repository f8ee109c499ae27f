"""Orbits, air, the base of the skull and its vessels in the sample head."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_anatomy import Skull
from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import (
    Noise,
    box,
    coverage,
    ellipsoid,
    level_distance,
    smooth_step,
    tube,
)


def paint_base(canvas: Canvas, skull: Skull) -> None:
    """Clivus, petrous bone, mastoid cells, sinuses beside the sella, pituitary."""
    part = canvas.part((-75, -50, -90), (75, 60, -8))
    points = part.mirrored
    fine = Noise.make(41, 2.2).at(part.points)
    outside = part.cut(skull.cavity)
    part.paint(
        Tissue.BONE, coverage(ellipsoid(points, (40, 18, -40), (28, 13, 12))) * (outside > 0)
    )
    clivus = box(part.points, (0, -6, -42), (7, 5, 12), 4.0)
    part.paint(Tissue.MARROW, 0.85 * coverage(clivus) * (outside > 1))
    mastoid = coverage(ellipsoid(points, (56, 34, -46), (12, 15, 20))) * (outside > 1)
    part.paint(Tissue.BONE, mastoid)
    part.paint(Tissue.MUCOSA, 0.35 * mastoid * smooth_step(fine, 0.6, 1.8))
    jugular = ((44, 48, -30, 3.6), (47, 34, -42, 3.8), (30, 22, -60, 4.0), (28, 16, -90, 4.5))
    part.fill(Tissue.VEIN, tube(points, jugular))


def paint_sella(canvas: Canvas) -> None:
    """Pituitary and stalk, optic nerves, carotids and the veins beside them."""
    part = canvas.part((-45, -40, -50), (45, 5, -8))
    points = part.mirrored
    part.fill(Tissue.VEIN, ellipsoid(points, (13, -14, -26), (3.4, 9, 5.0)))
    part.fill(
        Tissue.ARTERY,
        tube(
            points,
            ((12, -6, -40, 2.4), (13, -8, -29, 2.3), (12, -19, -27, 2.2), (11, -18, -19, 2.0)),
        ),
    )
    part.fill(Tissue.PITUITARY, ellipsoid(part.points, (0, -14, -26), (5.5, 4.2, 3.4)))
    part.fill(Tissue.PITUITARY, tube(part.points, ((0, -13, -24, 1.1), (0, -9, -15, 0.9))))
    part.fill(Tissue.NERVE, tube(points, ((0, -10, -15, 1.8), (9, -20, -18, 1.8))))
    part.fill(
        Tissue.ARTERY, tube(points, ((11, -16, -15, 1.6), (24, -14, -13, 1.3), (38, -8, -8, 1.1)))
    )


def paint_air(canvas: Canvas) -> None:
    """Frontal, ethmoid, sphenoid and maxillary sinuses, the nose with its turbinates."""
    part = canvas.part((-48, -112, -95), (48, 0, 24))
    points = part.mirrored
    fine = Noise.make(42, 2.4).at(part.points)
    cells = np.abs(level_distance(Noise.make(43, 2.4).at(part.points), part.spacing_mm))
    part.fill(Tissue.AIR, ellipsoid(points, (9, -83, 4), (9, 3.5, 10)) + 0.8 * fine)
    block = box(points, (4, -54, -30), (5, 17, 9), 4.0)
    part.fill(Tissue.BONE, block - 1.0)
    part.fill(Tissue.AIR, block)
    part.paint(Tissue.MUCOSA, 0.6 * coverage(block) * coverage(cells - 0.35))
    part.fill(Tissue.MUCOSA, box(points, (5, -24, -36), (6, 8, 6), 4.5))
    part.fill(Tissue.AIR, box(points, (6, -24, -36), (4.4, 7, 5), 4.0) + 0.3 * fine)
    maxillary = ellipsoid(points, (28, -58, -62), (14, 17, 18))
    part.fill(Tissue.BONE, maxillary - 2.2)
    part.fill(Tissue.MUCOSA, maxillary - 0.9)
    part.fill(Tissue.AIR, maxillary + 0.4 + 0.3 * fine)
    nose = box(points, (3, -62, -62), (5, 24, 17), 4.0)
    part.fill(Tissue.AIR, nose)
    turbinate = box(points, (6.5, -58, -64), (1.4, 17, 3.0), 1.8)
    upper = box(points, (6.0, -54, -52), (1.0, 13, 2.0), 1.3)
    part.fill(Tissue.MUCOSA, np.minimum(turbinate, upper))
    part.paint(Tissue.MUCOSA, coverage(nose) * coverage(points[0] - 1.1))
    part.fill(Tissue.AIR, ellipsoid(part.points, (0, -22, -72), (13, 12, 20)))


def paint_orbits(canvas: Canvas) -> None:
    """Both eyes in their fat, the optic nerves and the muscles of the eyes."""
    part = canvas.part((-58, -96, -52), (58, -16, -6))
    points = part.mirrored
    cone = tube(points, ((31, -66, -29, 17.0), (27, -52, -28, 15.0), (16, -30, -24, 5.0)))
    part.fill(Tissue.BONE, cone - 1.6)
    part.fill(Tissue.FAT, cone)
    for path in (
        ((43, -66, -29, 1.5), (37, -48, -28, 2.2), (17, -29, -24, 1.4)),
        ((20, -66, -29, 1.5), (17, -50, -27, 2.1), (14, -30, -24, 1.4)),
        ((30, -60, -17, 1.4), (26, -48, -18, 2.0), (16, -29, -22, 1.4)),
        ((31, -60, -41, 1.4), (27, -48, -39, 2.0), (17, -29, -26, 1.4)),
    ):
        part.fill(Tissue.MUSCLE, tube(points, path))
    nerve = ((30.5, -58, -29, 1.9), (25, -44, -26, 1.9), (11, -22, -19, 1.9))
    part.fill(Tissue.FLUID, tube(points, tuple((x, y, z, r + 0.9) for x, y, z, r in nerve)))
    part.fill(Tissue.NERVE, tube(points, nerve))
    globe = ellipsoid(points, (31.5, -69, -29), (12.2, 12.0, 12.0))
    part.fill(Tissue.MUSCLE, globe - 0.4)
    part.fill(Tissue.EYE, globe + 1.1)
    part.fill(Tissue.LENS, ellipsoid(points, (31.5, -77, -29), (4.6, 2.2, 4.6)))
