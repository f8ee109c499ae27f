"""The hemispheres of the sample head: fissures, furrows, grey and white matter.

The outline of both hemispheres is drawn first. Every place inside then looks for the nearest
place of the outline, and a pattern that winds over the outline is carried inwards from there:
its zero lines become furrows that stand upright on the surface, everywhere alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tests.phantoms.head_canvas import Canvas, Tissue
from tests.phantoms.head_fields import (
    Field,
    Noise,
    Points,
    coverage,
    level_distance,
    smooth_common,
    smooth_step,
)
from tests.phantoms.head_shapes import Box, Ellipsoid, Tube
from tests.phantoms.head_surfaces import Surfaces

_LOW, _HIGH = (-73.0, -90.0, -50.0), (73.0, 96.0, 82.0)
_APART_MM = 14.5
_DEEPEST_MM = 21.0
_RIBBON_MM = 2.8


@dataclass(frozen=True, slots=True, eq=False)
class Hemispheres:
    """What was painted, over the whole head.

    Attributes:
        white: How much of each voxel is white matter, 0 to 1.
        furrow: How much of each voxel is fluid in or above a furrow, 0 to 1.
    """

    white: Field
    furrow: Field


def paint_hemispheres(canvas: Canvas, surfaces: Surfaces) -> Hemispheres:
    """Dura, fluid, the folded cortex and the white matter."""
    uneven = canvas.noise(21, 7.0)
    canvas.fill(Tissue.DURA, surfaces.cavity)
    canvas.fill(Tissue.FLUID, surfaces.cavity + 0.9 + np.float32(0.2) * uneven)
    part = canvas.part(_LOW, _HIGH)
    here = Surfaces(
        *(canvas.cut(getattr(surfaces, name), part) for name in Surfaces.__dataclass_fields__)
    )
    outline = _outline(part, here)
    depth, nearest = _nearest(outline, part)
    furrows = _furrows(part, depth, nearest)
    surface = np.minimum(-outline, furrows)
    part.paint(Tissue.CORTEX, coverage(-surface, 1.1))
    inner = np.minimum(np.maximum(depth, -outline), furrows)
    ribbon = np.float32(_RIBBON_MM) + np.float32(0.3) * part.noise(22, 4.0)
    white = coverage(ribbon - inner, 1.5)
    part.paint(Tissue.WHITE, white)
    found = Hemispheres(*(np.zeros(canvas.images.shape[1:], np.float32) for _ in range(2)))
    found.white[part.where] = white
    found.furrow[part.where] = coverage(surface - 0.2, 1.6) * (depth > -3.0)
    return found


def _outline(canvas: Canvas, surfaces: Surfaces) -> Field:
    """Distance from the outline of the hemispheres, negative inside.

    Which places lie inside decides which are nearest and must not differ between processors: no
    powers, exponentials or sines in single precision here.
    """
    _, y, z = canvas.points
    gap = 1.7 + np.float32(0.6) * canvas.noise(23, 8.0) + 1.6 * smooth_step(y, -30.0, -75.0)
    gap = gap + 2.2 * smooth_step(z, 52.0, 70.0)
    outer = surfaces.cavity + np.maximum(gap, 1.0)
    fossa = smooth_common(surfaces.tent, -surfaces.behind, 3.0)
    outer = smooth_common(outer, 1.4 - fossa, 2.0)
    sides = canvas.mirrored
    around = np.minimum(
        Ellipsoid((0, -13, -21), (13, 14, 13)).distance(sides),
        Tube(((0, 17, -5, 13.0), (0, 16, -14, 17.0), (0, 18, -50, 21.0))).distance(sides),
    )
    outer = smooth_common(outer, -around, 3.0)
    return np.asarray(np.maximum(outer, -_fissures(canvas)), np.float32)


def _fissures(canvas: Canvas) -> Field:
    """Distance from the fissure between the hemispheres and those above the temporal lobes."""
    x, y, z = canvas.points
    wave = np.float32(0.7) * canvas.noise(24, 12.0)
    arch = np.maximum(Ellipsoid((0, 0, 5), (1e4, 42.5, 23.5)).distance(canvas.points), 1.0 - z)
    stalk = Ellipsoid((0, 6, -3), (1e4, 23, 13)).distance(canvas.points)
    joined = np.maximum(-np.minimum(arch, stalk), 0.0)
    middle = np.sqrt((x + wave) ** 2 + joined**2) - (1.0 + 0.8 * smooth_step(y, -30.0, -80.0))
    side = np.abs(x)
    wavy = np.float32(1.8) * canvas.noise(25, 9.0)
    above = z - (-7.0 + 0.34 * (y + 14.0)) - 0.18 * (side - 45.0) + wavy
    around: Points = (side + 0.5 * wavy, y, 0.94 * above)
    lateral = Box((56, 2, 0), (17, 30, 0.1), 0.8).distance(around)
    stem = Box((29, -21, -1), (14, 5, 0.2), 0.9).distance(around)
    bent = (side - 0.008 * (y + 2.0) ** 2 + 0.4 * wavy, around[1], around[2])
    insula = Box((37.0, -3, 2), (0.2, 21, 12), 0.9).distance(bent)
    lateral = np.minimum(np.minimum(lateral, stem), insula)
    return np.asarray(np.minimum(middle, lateral), np.float32)


def _nearest(outline: Field, canvas: Canvas) -> tuple[Field, Points]:
    """Depth under the outline, and the nearest place on it, from every voxel inside."""
    inside = outline < 0
    depth, index = ndimage.distance_transform_edt(inside, return_indices=True)
    places = []
    for axis, coordinate in zip((2, 1, 0), canvas.points, strict=True):
        place = coordinate.ravel()[index[axis]]
        places.append(ndimage.gaussian_filter(place, 1.2, truncate=2.5))
    depth = np.asarray(depth, np.float32) * np.float32(canvas.spacing_mm)
    depth = ndimage.gaussian_filter(depth, 0.6) - np.float32(0.6 * canvas.spacing_mm)
    return depth, (places[0], places[1], places[2])


def _furrows(canvas: Canvas, depth: Field, nearest: Points) -> Field:
    """Distance from the nearest furrow."""
    x, y, z = nearest
    side = np.sign(canvas.points[0] + np.float32(1e-3))
    sway = np.float32(0.16) * np.clip(depth, 0.0, 20.0)
    moved: Points = (
        x + np.float32(20.0) * side + sway * canvas.noise(26, 7.0),
        y + sway * canvas.noise(27, 7.0),
        z + sway * canvas.noise(28, 7.0),
    )
    pattern = Noise.winding(29, _APART_MM).at(moved)
    sheet = np.abs(level_distance(pattern, canvas.spacing_mm, 0.09))
    reach = np.float32(14.5) + np.float32(4.5) * Noise.smooth(30, 6.0).at(moved)
    reach = np.clip(reach, 4.0, _DEEPEST_MM)
    beyond = np.maximum(depth - reach, 0.0) + _torn(canvas, nearest)
    wide = 1.0 + 1.3 * smooth_step(canvas.points[2], 38.0, 62.0)
    width = 0.2 + 0.65 * smooth_step(depth, 8.0, 0.0) * wide
    width = width + 0.2 * Noise.smooth(31, 8.0).at(moved)
    return np.asarray(np.sqrt(sheet**2 + (1.2 * beyond) ** 2) - width, np.float32)


def _torn(canvas: Canvas, nearest: Points) -> Field:
    """Greater than 0 half way between two sides, where the nearest place jumps."""
    steepest: Field = np.zeros(canvas.images.shape[1:], np.float32)
    for place in nearest:
        for slope in np.gradient(place, canvas.spacing_mm):
            steepest = np.maximum(steepest, np.abs(slope))
    return np.asarray(12.0 * smooth_step(steepest, 1.9, 3.2), np.float32)
