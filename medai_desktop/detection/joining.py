"""Boxes on single slices become findings in the patient."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.detection.manifest import (
    END_SHARE,
    LEAST_SCORE,
    MOST_FINDINGS,
    REACH_MM,
    STEP_MM,
    Manifest,
)
from medai_desktop.findings import Finding, finding_id
from medai_desktop.geometry import OrientedBox, PixelBox, VolumeGeometry
from medai_desktop.volume import Volume


@dataclass(frozen=True, slots=True)
class SliceBox:
    """A box of one slice, in pixel edges of the stored image."""

    slice_index: int
    x0: float
    y0: float
    x1: float
    y1: float
    score: float


def looked_at(slices: int, step_mm: float) -> range:
    """The slices that a slice detector looks at: all, or evenly some of thin ones.

    Args:
        slices: of the volume.
        step_mm: between slices.
    """
    step = max(1, min(slices, round(STEP_MM / max(step_mm, 1e-3))))
    return range((slices - 1) % step // 2, slices, step)


def step_mm_of(volume: Volume) -> float:
    """Millimetres between slices; without geometry every slice is looked at for itself."""
    return volume.geometry.spacing_mm[0] if volume.geometry is not None else REACH_MM


def slice_boxes(rows: npt.NDArray[np.generic]) -> tuple[SliceBox, ...]:
    """Boxes from a checked tensor, (n, 6): slice, x0, y0, x1, y1, score."""
    return tuple(
        SliceBox(int(r[0]), float(r[1]), float(r[2]), float(r[3]), float(r[4]), float(r[5]))
        for r in rows
    )


def join(
    boxes: Sequence[SliceBox], volume: Volume, manifest: Manifest, run: uuid.UUID
) -> tuple[Finding, ...]:
    """Links boxes across slices and gives them their place.

    The highest box that is free takes, slice by slice in both directions, the free box that it
    overlaps most, until none overlaps by `link_iou` and reaches `END_SHARE` of its score within
    `REACH_MM`. The score of a finding is the mean of its two highest slices times the share of
    `least_slices_mm` that it crosses (at most 1): what shows on one thin slice only counts less.

    A finding has a box on every image that it crosses. Where thin slices were looked at in steps,
    each stands for the images that are nearer to it than to the next, and boxes between two that
    were looked at lie between theirs. The box in the patient holds all of them.

    Args:
        boxes: of slices that were looked at (see `looked_at`).
        volume: in which they lie.
        manifest: of the model that marked them.
        run: id of the run, from which the findings take theirs.

    Returns:
        Findings, highest score first.
    """
    step_mm = step_mm_of(volume)
    slices = looked_at(volume.shape[0], step_mm)
    scored = []
    for chain in _chains(boxes, slices, step_mm * slices.step, manifest.link_iou):
        images = _every_image(chain, (slices.step - 1) // 2, volume.shape[0])
        crossed_mm = len(images) * step_mm if volume.shape[0] > 1 else float("inf")
        scored.append((_score(chain, crossed_mm, manifest.least_slices_mm), images))
    kept = [pair for pair in scored if pair[0] >= LEAST_SCORE]
    kept.sort(key=lambda pair: (-pair[0], pair[1][0].slice_index, pair[1][0].x0, pair[1][0].y0))
    label = manifest.labels[0]
    return tuple(
        Finding(
            finding_id(run, ordinal),
            label.name,
            label.code,
            score,
            None if volume.geometry is None else _box(images, volume.geometry),
            tuple(_pixel_box(image, volume) for image in images),
            tuple(image.slice_index for image in images),
        )
        for ordinal, (score, images) in enumerate(kept[:MOST_FINDINGS])
    )


def overlap_of(first: SliceBox, second: SliceBox) -> float:
    """Intersection over union of two boxes, as if they lay on one slice."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(b.x1 - b.x0) * (b.y1 - b.y0) for b in (first, second)]
    return width * height / (sum(areas) - width * height)


def _chains(
    boxes: Sequence[SliceBox], slices: range, step_mm: float, link_iou: float
) -> list[list[SliceBox]]:
    """Boxes that belong together, each chain in order of its slices."""
    free: dict[int, list[SliceBox]] = {index: [] for index in slices}
    for box in boxes:
        free[box.slice_index].append(box)
    reach = max(1, int(REACH_MM / step_mm))
    chains = []
    for seed in sorted(boxes, key=lambda b: (-b.score, b.slice_index, b.x0, b.y0)):
        if not any(box is seed for box in free[seed.slice_index]):
            continue
        _take(free[seed.slice_index], seed)
        place = slices.index(seed.slice_index)
        up = _followed(seed, free, slices[place + 1 :], reach, link_iou)
        down = _followed(seed, free, slices[:place][::-1], reach, link_iou)
        chains.append([*reversed(down), seed, *up])
    return chains


def _followed(
    seed: SliceBox, free: dict[int, list[SliceBox]], slices: range, reach: int, link_iou: float
) -> list[SliceBox]:
    """The boxes that continue a seed over slices in one direction; they are free no longer."""
    found: list[SliceBox] = []
    last, missed = seed, 0
    for index in slices:
        fitting = [
            (overlap_of(last, box), box)
            for box in free[index]
            if box.score >= END_SHARE * seed.score
        ]
        overlap, best = max(fitting, key=lambda pair: pair[0], default=(0.0, None))
        if best is not None and overlap >= link_iou:
            _take(free[index], best)
            found.append(best)
            last, missed = best, 0
        else:
            missed += 1
            if missed >= reach:
                break
    return found


def _take(boxes: list[SliceBox], taken: SliceBox) -> None:
    boxes[:] = [box for box in boxes if box is not taken]


def _every_image(chain: list[SliceBox], beside: int, slices: int) -> list[SliceBox]:
    """A box for each image from the first to the last, and so many beside them."""
    known = [box.slice_index for box in chain]
    first, last = max(0, known[0] - beside), min(slices - 1, known[-1] + beside)
    wanted = np.arange(first, last + 1)
    edges = np.array([(b.x0, b.y0, b.x1, b.y1, b.score) for b in chain])
    columns = [np.interp(wanted, known, edges[:, n]) for n in range(5)]
    return [
        SliceBox(int(index), *(float(column[n]) for column in columns))
        for n, index in enumerate(wanted)
    ]


def _score(chain: list[SliceBox], crossed_mm: float, least_mm: float) -> float:
    best = sorted((box.score for box in chain), reverse=True)[:2]
    return float(np.mean(best)) * (min(1.0, crossed_mm / least_mm) if least_mm > 0 else 1.0)


def _box(images: list[SliceBox], geometry: VolumeGeometry) -> OrientedBox:
    """The smallest box along the volume's axes that holds the box of every image."""
    lower = (min(b.x0 for b in images), min(b.y0 for b in images), images[0].slice_index)
    upper = (max(b.x1 for b in images), max(b.y1 for b in images), images[-1].slice_index + 1)
    return OrientedBox.from_voxel_edges(geometry, lower, upper)


def _pixel_box(box: SliceBox, volume: Volume) -> PixelBox:
    uid, frame = "", box.slice_index + 1
    if volume.images:
        image = volume.images[box.slice_index]
        uid, frame = image.sop_instance_uid, image.frame
    return PixelBox(uid, frame, box.x0, box.y0, box.x1, box.y1)
