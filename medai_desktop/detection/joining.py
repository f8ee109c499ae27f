"""Boxes on single slices become findings in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from medai_desktop.detection.manifest import Manifest
from medai_desktop.findings import Finding, finding_id, run_id
from medai_desktop.geometry import OrientedBox, PixelBox, VolumeGeometry
from medai_desktop.volume import Volume

LEAST_SCORE = 0.01
MOST_FINDINGS = 300
REACH_MM = 8.0
"""Boxes on slices further apart than this are never one finding."""


@dataclass(frozen=True, slots=True)
class SliceBox:
    """A box of one slice, in pixel edges of the stored image."""

    slice_index: int
    x0: float
    y0: float
    x1: float
    y1: float
    score: float


@dataclass(slots=True)
class _Chain:
    boxes: list[SliceBox] = field(default_factory=list)


def slice_boxes(rows: npt.NDArray[np.generic]) -> tuple[SliceBox, ...]:
    """Boxes from a checked tensor, (n, 6): slice, x0, y0, x1, y1, score."""
    return tuple(
        SliceBox(int(r[0]), float(r[1]), float(r[2]), float(r[3]), float(r[4]), float(r[5]))
        for r in rows
    )


def join(boxes: tuple[SliceBox, ...], volume: Volume, manifest: Manifest) -> tuple[Finding, ...]:
    """Links boxes across slices and gives them their place.

    A box joins the chain it overlaps most on the nearest slice within `REACH_MM`. The score of a
    chain is the mean of its two highest slices times the share of `least_slices_mm` that it
    crosses (at most 1): what shows on one thin slice only counts less.

    Returns:
        Findings, highest score first.
    """
    step_mm = volume.geometry.spacing_mm[0] if volume.geometry is not None else REACH_MM
    reach = max(1, int(REACH_MM / max(step_mm, 1e-3)))
    chains: list[_Chain] = []
    for box in sorted(boxes, key=lambda b: (b.slice_index, -b.score)):
        best, overlap = None, manifest.link_iou
        for chain in chains:
            last = chain.boxes[-1]
            if not 0 < box.slice_index - last.slice_index <= reach:
                continue
            shared = overlap_of(last, box)
            if shared >= overlap:
                best, overlap = chain, shared
        if best is None:
            chains.append(_Chain([box]))
        else:
            best.boxes.append(box)
    scored = [(_score(chain, step_mm, volume.shape[0], manifest), chain) for chain in chains]
    kept = [pair for pair in scored if pair[0] >= LEAST_SCORE]
    kept.sort(key=lambda pair: (-pair[0], pair[1].boxes[0].slice_index, pair[1].boxes[0].x0))
    run = run_id(volume.digest, manifest.weights_sha256, manifest.settings_sha256)
    label = manifest.labels[0]
    return tuple(
        Finding(
            finding_id(run, ordinal),
            label.name,
            label.code,
            score,
            None if volume.geometry is None else _box(chain, volume.geometry),
            tuple(_pixel_box(box, volume) for box in chain.boxes),
            tuple(box.slice_index for box in chain.boxes),
        )
        for ordinal, (score, chain) in enumerate(kept[:MOST_FINDINGS])
    )


def overlap_of(first: SliceBox, second: SliceBox) -> float:
    """Intersection over union of two boxes, as if they lay on one slice."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(b.x1 - b.x0) * (b.y1 - b.y0) for b in (first, second)]
    return width * height / (sum(areas) - width * height)


def _score(chain: _Chain, step_mm: float, slices: int, manifest: Manifest) -> float:
    best = sorted((box.score for box in chain.boxes), reverse=True)[:2]
    mean = float(np.mean(best))
    if slices == 1:
        return mean
    first, last = chain.boxes[0].slice_index, chain.boxes[-1].slice_index
    crossed_mm = (last - first + 1) * step_mm
    return mean * min(1.0, crossed_mm / max(manifest.least_slices_mm, 1e-6))


def _box(chain: _Chain, geometry: VolumeGeometry) -> OrientedBox:
    """The median extent over the stronger half of the slices, over all slices crossed."""
    strong = sorted(chain.boxes, key=lambda b: -b.score)[: max(1, (len(chain.boxes) + 1) // 2)]
    lower = (min(b.x0 for b in strong), min(b.y0 for b in strong), chain.boxes[0].slice_index)
    upper = (max(b.x1 for b in strong), max(b.y1 for b in strong), chain.boxes[-1].slice_index + 1)
    return OrientedBox.from_voxel_edges(
        geometry, (lower[0], lower[1], float(lower[2])), (upper[0], upper[1], float(upper[2]))
    )


def _pixel_box(box: SliceBox, volume: Volume) -> PixelBox:
    image = volume.images[box.slice_index] if volume.images else None
    uid, frame = (
        ("", box.slice_index + 1)
        if image is None
        else (
            image.sop_instance_uid,
            image.frame,
        )
    )
    return PixelBox(uid, frame, box.x0, box.y0, box.x1, box.y1)
