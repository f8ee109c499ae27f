"""Augmentation: the same head, seen otherwise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatImage = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]


def augmented(
    grey: FloatImage, box: Box | None, side: int, random: np.random.Generator
) -> tuple[FloatImage, Box | None]:
    """A slice turned, scaled, mirrored, with other contrast, noise and bias field.

    Args:
        grey: (rows, columns) as `normalise_slice` has it.
        box: x0, y0, x1, y1 in pixel edges; None without.
        side: of the square result.
        random: source of all chance.

    Returns:
        The slice, (side, side), and its box (the hull of the turned box, tightened for the corners
        that an ellipse does not fill).
    """
    angle = np.deg2rad(random.uniform(-20, 20))
    if random.random() < 0.1:
        angle += np.pi / 2 * random.integers(1, 4)
    scale = np.exp(random.uniform(-0.25, 0.2))
    mirror = -1.0 if random.random() < 0.5 else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = turn @ np.diag([scale, scale * mirror * np.exp(random.uniform(-0.08, 0.08))])
    rows, columns = grey.shape
    center_in = np.array([(rows - 1) / 2, (columns - 1) / 2])
    center_out = np.array([(side - 1) / 2, (side - 1) / 2]) + random.uniform(-16, 16, 2)
    inverse = np.linalg.inv(forward)
    moved = ndimage.affine_transform(
        grey, inverse, center_in - inverse @ center_out, (side, side), order=1
    ).astype(np.float32)
    if box is not None:
        middle = np.array([(box[1] + box[3]) / 2 - 0.5, (box[0] + box[2]) / 2 - 0.5])
        half = np.array([(box[3] - box[1]) / 2, (box[2] - box[0]) / 2])
        place = forward @ (middle - center_in) + center_out
        reach = np.sqrt((forward**2) @ (half**2))
        box = (
            float(place[1] + 0.5 - reach[1]),
            float(place[0] + 0.5 - reach[0]),
            float(place[1] + 0.5 + reach[1]),
            float(place[0] + 0.5 + reach[0]),
        )
    return _other_contrast(moved, random), box


def _other_contrast(grey: FloatImage, random: np.random.Generator) -> FloatImage:
    out = np.clip(grey, 0, None) ** np.exp(random.uniform(-0.35, 0.35)).astype(np.float32)
    out = out * random.uniform(0.75, 1.2)
    if random.random() < 0.4:
        side = grey.shape[0]
        ramp = np.linspace(-1, 1, side, dtype=np.float32)
        bend = random.uniform(-0.25, 0.25, 4)
        field = bend[0] * ramp[:, None] + bend[1] * ramp[None] + bend[2] * ramp[:, None] ** 2
        out = out * (1 + field + bend[3] * ramp[None] ** 2)
    if random.random() < 0.3:
        out = ndimage.gaussian_filter(out, random.uniform(0.4, 1.1))
    elif random.random() < 0.2:
        out = out + 0.6 * (out - ndimage.gaussian_filter(out, 1.2))
    if random.random() < 0.5:
        out = out + random.normal(0, random.uniform(0.005, 0.05), out.shape)
    return np.asarray(np.clip(out, 0, 1.25), dtype=np.float32)
