"""Runs a slice detector over a volume; boxes come back in pixels of the stored images."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from medai_desktop.detection.joining import looked_at
from medai_desktop.runtimes.networks.slice_detector import SliceDetector, boxes_from_output
from medai_desktop.runtimes.slice_grey import normalise_slice

PRECISIONS = {"fp16": torch.float16, "bf16": torch.bfloat16}
"""Half precisions by name; anything else computes in full."""


@dataclass(slots=True)
class StageClock:
    """Seconds that the network and its boxes took."""

    inference_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SliceInput:
    """What the network takes.

    Attributes:
        spacing_mm: physical size of its pixels.
        canvas_px: side of its square input.
        batch: slices at once.
        precision: fp32, or one of `PRECISIONS`.
        clock: is told how long the network takes.
    """

    spacing_mm: float
    canvas_px: int
    batch: int = 4
    precision: str = "fp32"
    clock: StageClock = field(default_factory=StageClock, compare=False)


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
    chosen = looked_at(voxels.shape[0], spacing_mm[0])
    found: list[tuple[float, ...]] = []
    on_unit_done(0, len(chosen))
    for start in range(0, len(chosen), given.batch):
        indices = chosen[start : start + given.batch]
        pictures = np.stack([to_canvas(voxels[k], spacing_mm[1:], given) for k in indices])
        ready = time.monotonic()
        answers = _boxes(network, pictures, given)
        given.clock.inference_s += time.monotonic() - ready
        for k, boxes in zip(indices, answers, strict=True):
            for x0, y0, x1, y1, score, _ in boxes:
                box = from_canvas((x0, y0, x1, y1), voxels.shape[1:], spacing_mm[1:], given)
                if box is not None:
                    found.append((float(k), *box, score))
        on_unit_done(start + len(indices), len(chosen))
    return np.array(found, dtype=np.float32).reshape(-1, 6)


def _boxes(
    network: SliceDetector, pictures: npt.NDArray[np.float32], given: SliceInput
) -> list[list[list[float]]]:
    device = next(network.parameters()).device
    half = PRECISIONS.get(given.precision)
    batch = torch.from_numpy(pictures[:, None]).to(device)
    with torch.inference_mode(), torch.autocast(device.type, half, enabled=half is not None):
        output = network(batch)
    if not all(torch.isfinite(part).all() for part in (output.heatmap, output.image)):
        # Comparisons with such values would leave no boxes: silence instead of a failure.
        raise RuntimeError("the network gave values that are no numbers")
    with torch.inference_mode():
        return [boxes.cpu().tolist() for boxes in boxes_from_output(output)]


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
