"""The surfaces that everything in the sample head refers to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.phantoms.head_canvas import Canvas
from tests.phantoms.head_fields import (
    Field,
    Points,
    smooth_common,
    smooth_step,
    smooth_union,
)
from tests.phantoms.head_shapes import Ellipsoid, Shape, Tube

# Height of the floor of the skull, (x, y, z) millimetres, the left side standing for both.
_FLOOR = (
    (0, -90, 6), (12, -70, -10), (30, -70, -6), (50, -50, -2), (0, -62, -17), (15, -50, -12),
    (32, -48, -10), (0, -35, -16), (14, -32, -15), (36, -30, -14), (52, -30, -20), (0, -16, -20),
    (24, -16, -38), (40, -14, -42), (56, -10, -40), (0, -4, -21), (24, 4, -38), (42, 6, -42),
    (60, 8, -38), (0, 6, -46), (18, 14, -34), (36, 18, -28), (56, 22, -26), (70, 16, -25),
    (0, 20, -72), (20, 32, -65), (40, 34, -58), (60, 36, -36), (0, 34, -70), (0, 46, -62),
    (24, 54, -65), (46, 50, -54), (0, 72, -55), (30, 72, -48), (0, 92, -25), (50, 70, -30),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """Distances from the surfaces of the head, millimetres, negative inside.

    Attributes:
        skin: From the outer surface.
        cavity: From the inner surface of the skull.
        vault: The same as if the skull had no floor.
        tent: Height above the roof of the posterior fossa; negative below.
        behind: Greater than 0 where the posterior fossa is (behind the clivus).
    """

    skin: Field
    cavity: Field
    vault: Field
    tent: Field
    behind: Field


def shape_surfaces(canvas: Canvas) -> Surfaces:
    """Skin, inner surface of the skull and the roof of the posterior fossa."""
    x, y, z = canvas.points
    egg = _egg(canvas.points)
    vault = Ellipsoid((0, 3, 5), (70.0, 85.0, 71), power=2.25).distance(egg)
    vault = vault + np.float32(0.5) * canvas.noise(4, 13.0)
    cavity = smooth_common(vault, _floor_height(canvas) - z, 10.0)
    side = np.abs(x)
    slope = 0.28 * side + 0.0042 * x * x + 0.0055 * np.maximum(y - 22.0, 0.0) ** 2
    tent = z - (9.5 - slope)
    behind = y - (11.0 - 0.25 * (z + 20.0)) - 0.3 * side
    return Surfaces(
        _skin(canvas, egg),
        np.asarray(cavity, np.float32),
        np.asarray(vault, np.float32),
        np.asarray(tent, np.float32),
        np.asarray(behind, np.float32),
    )


def _egg(points: Points) -> Points:
    """Heads are narrower in front: x grows there, so that a shape drawn with it shrinks."""
    x, y, z = points
    narrow = 1.0 + 0.0018 * np.maximum(22.0 - y, 0.0) + 0.0010 * np.maximum(y - 30.0, 0.0)
    return np.asarray(x * narrow, np.float32), y, z


# What is joined to the head, and how softly, millimetres; the left side standing for both.
_FEATURES: tuple[tuple[Shape, float], ...] = (
    (Ellipsoid((0, 6, -48), (69, 76, 70), power=2.2), 14.0),
    (Ellipsoid((0, -22, -64), (62, 70, 70), power=2.3), 12.0),
    (Ellipsoid((0, -70, -14), (47, 22, 17)), 14.0),  # brows
    (Ellipsoid((0, 26, -92), (60, 52, 66)), 18.0),  # neck
)
_SOCKET = Ellipsoid((33, -95, -31), (14, 13, 10))
_FACE: tuple[tuple[Shape, float], ...] = (
    (Ellipsoid((31.5, -75, -30), (14, 13, 13)), 4.0),  # lids
    (Ellipsoid((38, -60, -55), (21, 17, 17)), 16.0),  # cheek
    (Ellipsoid((0, -88, -50), (12, 17, 26)), 7.0),  # nose
    (Tube(((0, -94, -22, 5.0), (0, -104, -46, 6.0), (0, -108, -57, 8.0))), 7.0),
    (Ellipsoid((9, -96, -61), (8.5, 11, 7.5)), 5.0),
    (Ellipsoid((0, -85, -84), (26, 14, 14)), 9.0),  # lips
)
_NOSTRIL = Ellipsoid((6, -103, -68), (3.2, 4.5, 5))
_EAR: tuple[tuple[Shape, float], ...] = (
    (
        Tube(
            (
                (69, 10, -44, 3.4), (72, 20, -48, 3.8), (78, 28, -36, 2.8), (83, 30, -20, 2.8),
                (83, 24, -9, 2.8), (79, 15, -8, 2.6), (75, 10, -16, 2.6),
            )
        ),
        3.0,
    ),
    (Ellipsoid((75, 19, -27), (4.0, 13, 20), degrees=-22.0), 4.0),
)  # fmt: skip


def _skin(canvas: Canvas, egg: Points) -> Field:
    skin = Ellipsoid((0, 3, 6), (81.0, 98, 83), power=2.25).distance(egg)
    for shape, blend in _FEATURES:
        _join(canvas, skin, shape, blend)
    _join(canvas, skin, _SOCKET, 9.0, hollow=True)
    for shape, blend in _FACE:
        _join(canvas, skin, shape, blend)
    _join(canvas, skin, _NOSTRIL, 3.0, hollow=True)
    for shape, blend in _EAR:
        _join(canvas, skin, shape, blend)
    return skin


def _join(
    canvas: Canvas, skin: Field, shape: Shape, blend_mm: float, *, hollow: bool = False
) -> None:
    """Change the skin where a shape is added or taken away, on both sides."""
    (_, low_y, low_z), (x, y, z) = shape.bounds()
    reach = blend_mm + 4.0
    part = canvas.part(
        (-x - reach, low_y - reach, low_z - reach), (x + reach, y + reach, z + reach)
    )
    here = canvas.cut(skin, part)
    distance = shape.distance(part.mirrored)
    if hollow:
        here[...] = smooth_common(here, -distance, blend_mm)
    else:
        here[...] = smooth_union(here, distance, blend_mm)


def _floor_height(canvas: Canvas) -> Field:
    """The floor of the skull under each voxel, by inverse distances from known points."""
    x, y, _ = canvas.points
    total: Field = np.zeros((1, 1, 1))
    weight: Field = np.zeros((1, 1, 1))
    for point_x, point_y, height in _FLOOR:
        squared = (np.abs(x) - point_x) ** 2 + (y - point_y) ** 2
        near = 1.0 / (squared + 18.0) ** 2
        total = total + near * height
        weight = weight + near
    return np.asarray(total / weight, np.float32)


def temple(points: Points) -> Field:
    """How much of each voxel lies where the temporal muscle is, 0 to 1."""
    x, y, z = points
    side = smooth_step(np.abs(x), 36.0, 54.0) * smooth_step(z, 40.0, 18.0)
    return np.asarray(side * smooth_step(np.abs(y + 22.0), 46.0, 32.0), np.float32)
