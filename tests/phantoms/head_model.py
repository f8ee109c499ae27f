"""The sample head as it was before the mass: even on both sides, on a grid of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tests.phantoms import (
    head_cortex,
    head_deep,
    head_dura,
    head_face,
    head_hindbrain,
    head_outside,
)
from tests.phantoms.head_canvas import Canvas
from tests.phantoms.head_fields import Field, Points
from tests.phantoms.head_surfaces import shape_surfaces

_LOW, _HIGH = (-92.0, -122.0, -95.0), (92.0, 112.0, 94.0)
_SPACING_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class HeadModel:
    """A painted head.

    Attributes:
        canvas: The images.
        white: How much of each voxel is white matter, 0 to 1.
        cavity: Distance from the inner surface of the skull, millimetres, negative inside.
    """

    canvas: Canvas
    white: Field
    cavity: Field

    def at(self, points: Points) -> tuple[Field, Field, Field]:
        """Images, white matter and cavity at any places, by linear interpolation.

        Args:
            points: LPS millimetres of the even head, (slices, rows, columns) each.

        Returns:
            (2, slices, rows, columns) and twice (slices, rows, columns).
        """
        index = np.stack(
            [
                (points[axis] - np.float32(_LOW[axis])) / np.float32(_SPACING_MM)
                for axis in (2, 1, 0)
            ]
        )
        t1, with_contrast, white = (
            ndimage.map_coordinates(field, index, order=1)
            for field in (*self.canvas.images, self.white)
        )
        cavity = ndimage.map_coordinates(self.cavity, index, order=1, mode="nearest")
        return np.stack([t1, with_contrast]), white, cavity


def paint_head() -> HeadModel:
    """Paint every part, from the outside to the inside."""
    canvas = Canvas.blank(_LOW, _HIGH, _SPACING_MM)
    surfaces = shape_surfaces(canvas)
    head_outside.paint_outside(canvas, surfaces)
    head_face.paint_base(canvas, surfaces)
    hemispheres = head_cortex.paint_hemispheres(canvas, surfaces)
    head_deep.paint_deep(canvas)
    head_hindbrain.paint_hindbrain(canvas, surfaces)
    head_dura.paint_dura(canvas, surfaces, hemispheres)
    head_face.paint_sella(canvas)
    head_face.paint_air(canvas)
    head_face.paint_orbits(canvas)
    grain = 1.0 + 0.022 * canvas.noise(91, 1.2) + 0.02 * canvas.noise(92, 5.0)
    for image in canvas.images:
        image *= grain
    return HeadModel(canvas, hemispheres.white, surfaces.cavity)
