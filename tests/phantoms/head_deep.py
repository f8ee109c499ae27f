"""The middle of the brain in the sample head: ventricles, nuclei, commissures."""

from __future__ import annotations

import numpy as np

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import coverage, smooth_union
from tests.phantoms.head_shapes import Ellipsoid, Tube

_CALLOSUM = Tube(
    (
        (0, -22, 0, 1.2), (0, -34, 1, 3.0), (0, -38, 8, 4.6), (0, -35, 17, 4.2), (0, -24, 23, 3.4),
        (0, -4, 27, 3.0), (0, 14, 26, 2.8), (0, 27, 22, 3.6), (0, 34, 15, 5.0), (0, 32, 9, 4.2),
    ),
    (0.25, 1.0, 1.0),
)  # fmt: skip
_FRONT_HORN = Tube(
    ((13, -37, 3, 1.8), (9.0, -31, 7, 4.2), (5.2, -19, 13, 5.2), (4.2, -6, 17, 5.0)),
    (1.2, 1.0, 0.85),
)
_BODY = Tube(
    (
        (4.2, -8, 17, 4.8), (5.2, 6, 19, 4.8), (9.5, 18, 18, 4.8), (18, 27, 14, 5.0),
        (23.5, 33, 8, 6.0),
    ),
    (1.0, 1.0, 1.15),
)  # fmt: skip
_HIND_HORN = Tube(
    ((23, 32, 8, 5.6), (25, 41, 6, 3.6), (23, 52, 4, 2.2), (20, 60, 3, 0.8)), (1.1, 1.0, 0.8)
)
_TEMPORAL_HORN = Tube(
    (
        (24, 31, 5, 4.8),
        (30, 22, -4, 2.4),
        (33, 10, -11, 1.8),
        (33, -2, -17, 1.7),
        (29, -9, -19, 1.9),
    ),
    (0.7, 1.0, 1.4),
)
_HIPPOCAMPUS = Tube(
    ((25, 28, -2, 2.4), (28, 18, -9, 3.2), (28, 6, -15, 3.9), (25, -5, -19, 4.8)), (0.8, 1.0, 1.0)
)


def paint_deep(canvas: Canvas) -> None:
    """Grey nuclei, commissures, lateral and third ventricles, choroid plexus."""
    head = canvas.part((-50, -50, -30), (50, 66, 40))
    _paint_core(head)
    _paint_nuclei(head)
    _paint_ventricles(head)
    _paint_midline(head)


def _paint_core(head: Canvas) -> None:
    """White matter where the furrows of the rest must not reach."""
    head.lay(Tissue.WHITE, Ellipsoid((0, -3, 8), (27, 36, 17)), edge_mm=2.0)
    head.lay_both(Tissue.WHITE, Ellipsoid((22, 32, 8), (11, 17, 11)), edge_mm=2.0)
    head.lay(Tissue.WHITE, _CALLOSUM, edge_mm=1.2)
    uncus = Ellipsoid((24, -10, -19), (8, 8, 7))
    head.lay_both(Tissue.NUCLEUS, uncus, edge_mm=1.6)
    head.lay_both(Tissue.CORTEX, _HIPPOCAMPUS, edge_mm=1.6)


def _paint_nuclei(head: Canvas) -> None:
    uneven = np.float32(0.5) * head.noise(32, 4.0)
    soft = 1.6
    claustrum = Ellipsoid((33.2, -3, 3), (0.9, 16, 10), 4.0)
    head.lay_both(Tissue.NUCLEUS, claustrum, amount=0.7)
    for tissue, shape in (
        (Tissue.NUCLEUS, Ellipsoid((24.8, -3, 3), (5.0, 16, 9.5), 11.0)),
        (Tissue.PALLIDUM, Ellipsoid((19.0, 1, 1), (4.0, 9, 6.5), 24.0)),
        (Tissue.NUCLEUS, Ellipsoid((13.0, -20, 8), (5.6, 11, 9), 14.0)),
        (Tissue.NUCLEUS, Tube(((14, -14, 15, 4.0), (15, 2, 19, 2.6), (19, 16, 18, 1.7)))),
        (Tissue.NUCLEUS, Ellipsoid((12, -22, 0), (8, 8, 5))),
        (Tissue.THALAMUS, Ellipsoid((10.5, 9, 6), (7.6, 15, 9.0), -20.0)),
        (Tissue.THALAMUS, Ellipsoid((14, 19, 5), (7.0, 7.5, 6.5))),
        (Tissue.THALAMUS, Ellipsoid((4.5, 0, -7), (4.5, 11, 6))),
    ):
        part = head.both_sides(shape)
        shifted = shape.distance(part.mirrored) + head.cut(uneven, part)
        part.paint(tissue, coverage(shifted, soft))
    head.lay(Tissue.WHITE, Tube(((-20, -7, -3, 1.4), (0, -9, 0, 1.5), (20, -7, -3, 1.4))))


def _paint_ventricles(head: Canvas) -> None:
    points = head.mirrored
    lateral = smooth_union(_FRONT_HORN.distance(points), _BODY.distance(points), 2.0)
    lateral = smooth_union(lateral, _HIND_HORN.distance(points), 2.0)
    lateral = smooth_union(lateral, _TEMPORAL_HORN.distance(points), 1.5)
    lateral = lateral + np.float32(0.35) * head.noise(33, 5.0)
    lateral = np.maximum(lateral, 0.45 - points[0])
    head.fill(Tissue.WHITE, lateral - 0.6, 1.6)
    head.fill(Tissue.FLUID, lateral, 1.4)
    caudate = Tube(((11.5, -24, 8, 3.4), (11.5, -14, 13, 3.0), (12.5, -2, 18, 2.0)))
    head.lay_both(Tissue.NUCLEUS, caudate, edge_mm=1.6)
    plexus = Tube(
        (
            (3.5, 2, 14, 0.9),
            (8, 14, 15, 1.1),
            (17, 25, 12, 1.3),
            (22.5, 31, 6, 2.3),
            (25, 28, 0, 1.2),
        )
    )
    rough = plexus.distance(points) + 0.9 * head.noise(34, 1.6)
    head.fill(Tissue.CHOROID, np.maximum(rough, lateral + 0.5), 1.4)


def _paint_midline(head: Canvas) -> None:
    for tissue, shape in (
        (Tissue.WHITE, Tube(((0, -9, 2, 1.8), (0, -6, 12, 1.8), (0, 8, 18, 2.0)))),
        (Tissue.FLUID, Tube(((0, 16, 12, 1.0), (0, 26, 11, 2.6), (0, 33, 5, 3.4)))),
        (Tissue.FLUID, Ellipsoid((0, 2, -1), (1.9, 13.5, 9.5))),
        (Tissue.FLUID, Ellipsoid((0, -9, -9), (1.6, 4, 5))),
        (Tissue.THALAMUS, Ellipsoid((0, 4, 3), (3.0, 3.0, 2.6))),
        (Tissue.THALAMUS, Ellipsoid((0, 23, 4), (2.4, 4.0, 2.4))),
    ):
        head.lay(tissue, shape, edge_mm=1.3)
