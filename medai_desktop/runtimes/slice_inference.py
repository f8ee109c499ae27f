"""Runs a slice detector over a volume; boxes come back in pixels of the stored images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from medai_desktop.runtimes.networks.slice_detector import SliceDetector, boxes_from_output
from medai_desktop.runtimes.slice_grey import normalise_slice

DETECTION_STEP_MM = 3.0
"""Thinner slices are looked at in steps of about this; the training slices were thicker."""


@dataclass(frozen=True, slots=True)
class SliceInput:
    """What the network takes.

    Attributes:
        spacing_mm: physical size of its pixels.
        canvas_px: side of its square input.
        batch: slices at once.
    """

    spacing_mm: float
    canvas_px: int
    batch: int = 4


def run_slice_detector(
    network: SliceDetector,
    voxels: npt.NDArray[np.generic],
    spacing_mm: tuple[float, float, float],
    given: SliceInput,
    on_unit_done: Callable[[int, int], None],
) -> npt.NDArray[np.float32]:
    """Looks at the slices of a volume.

    Args:
        network: on its device.
        voxels: (slices, rows, columns), modality units.
        spacing_mm: between slices, rows, columns.
        given: what the network takes.
        on_unit_done: told of finished slices and all slices; may raise to stop.

    Returns:
        (n, 6): slice, x0, y0, x1, y1 in pixel edges of the stored image, score.
    """
    step = max(1, round(DETECTION_STEP_MM / max(spacing_mm[0], 1e-3)))
    slices = voxels.shape[0]
    chosen = list(range((slices - 1) % step // 2, slices, step))
    device = next(network.parameters()).device
    found: list[tuple[float, ...]] = []
    for start in range(0, len(chosen), given.batch):
        indices = chosen[start : start + given.batch]
        pictures = [to_canvas(voxels[k], spacing_mm[1:], given) for k in indices]
        batch = torch.from_numpy(np.stack(pictures)[:, None]).to(device)
        with torch.inference_mode():
            answers = boxes_from_output(network(batch))
        for k, boxes in zip(indices, answers, strict=True):
            for x0, y0, x1, y1, score, _ in boxes.cpu().tolist():
                box = from_canvas((x0, y0, x1, y1), voxels.shape[1:], spacing_mm[1:], given)
                if box is not None:
                    found.append((float(k), *box, score))
        on_unit_done(min(len(chosen), start + len(indices)), len(chosen))
    return np.array(found, dtype=np.float32).reshape(-1, 6)


def to_canvas(
    values: npt.NDArray[np.generic], spacing_mm: tuple[float, ...], given: SliceInput
) -> npt.NDArray[np.float32]:
    """One slice at the network's scale, its middle in the middle of the canvas.

    Args:
        values: (rows, columns), modality units.
        spacing_mm: between rows, between columns.
        given: scale and side of the canvas.

    Returns:
        (canvas, canvas) grey.
    """
    grey = normalise_slice(values)
    factors = np.array([given.spacing_mm / spacing_mm[0], given.spacing_mm / spacing_mm[1]])
    blur = np.where(factors > 1.2, 0.4 * factors, 0)
    if blur.any():
        grey = ndimage.gaussian_filter(grey, blur)
    middle_in = (np.array(grey.shape) - 1) / 2
    middle_out = (given.canvas_px - 1) / 2
    offset = middle_in - factors * middle_out
    shape = (given.canvas_px, given.canvas_px)
    moved = ndimage.affine_transform(grey, factors, offset, shape, order=1)
    return np.asarray(moved, dtype=np.float32)


def from_canvas(
    box: tuple[float, float, float, float],
    shape: tuple[int, ...],
    spacing_mm: tuple[float, ...],
    given: SliceInput,
) -> tuple[float, float, float, float] | None:
    """A box of the canvas in pixel edges of the stored slice; None when it lies outside.

    Args:
        box: x0, y0, x1, y1 in pixel edges of the canvas.
        shape: rows, columns of the slice.
        spacing_mm: between rows, between columns.
        given: scale and side of the canvas.
    """
    half = given.canvas_px / 2
    x0, x1 = ((v - half) * given.spacing_mm / spacing_mm[1] + shape[1] / 2 for v in box[0::2])
    y0, y1 = ((v - half) * given.spacing_mm / spacing_mm[0] + shape[0] / 2 for v in box[1::2])
    x0, x1 = max(0.0, x0), min(float(shape[1]), x1)
    y0, y1 = max(0.0, y0), min(float(shape[0]), y1)
    return (x0, y0, x1, y1) if x1 - x0 > 0.5 and y1 - y0 > 0.5 else None
