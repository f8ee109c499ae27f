"""The ruler: a length from two screen positions, and its label (reading defaults 7)."""

from __future__ import annotations

import math
import uuid

import numpy as np

from medai_desktop.findings import LengthMeasurement
from medai_desktop.series.display_set import DisplaySet, SpacingSource
from medai_desktop.text import Message, message
from medai_desktop.view.projection import Projection
from medai_desktop.view.viewport import ViewportKind, ViewportState

Point = tuple[float, float]


def make_length(
    shown: DisplaySet,
    state: ViewportState,
    projection: Projection,
    ends_px: tuple[Point, Point],
    reader: str,
) -> LengthMeasurement:
    """A length between two viewport positions; millimetres when the geometry allows them."""
    source = [projection.pixel_from_screen(*end) for end in ends_px]
    world = [projection.world_from_screen(*end) for end in ends_px]
    is_stack = state.kind is ViewportKind.STACK
    pixels = [(u - 0.5, v - 0.5) if is_stack else (u, v) for u, v in source]
    return LengthMeasurement(
        uuid.uuid4(),
        shown.id,
        state.slice_index if is_stack else None,
        pixels[0],
        pixels[1],
        None if world[0] is None else _triple(world[0]),
        None if world[1] is None else _triple(world[1]),
        _length_mm(shown, source, world),
        shown.spacing_source is SpacingSource.DETECTOR,
        reader,
    )


def length_label(measurement: LengthMeasurement, shown: DisplaySet) -> Message:
    """What stands beside a ruler."""
    if measurement.length_mm is None:
        return message("view.length_px", pixels=round(measurement.length_px))
    digits = 0 if _voxel_along_mm(measurement, shown) > 1 + 1e-6 else 1
    length = f"{measurement.length_mm:.{digits}f}"
    if measurement.is_at_detector:
        return message("view.length_at_detector", mm=length)
    return message("view.length_mm", mm=length)


def _voxel_along_mm(measurement: LengthMeasurement, shown: DisplaySet) -> float:
    """How fine the voxels are: in the image, or along a ruler in a reformatted plane."""
    ends, geometry = (measurement.start_lps_mm, measurement.end_lps_mm), shown.geometry
    if measurement.slice_index is not None or geometry is None or None in ends:
        return max(shown.pixel_spacing_mm or (0.0,))
    first, last = geometry.voxel_from_world(np.array(ends, dtype=np.float64))
    steps = float(np.abs(last - first).max())
    return 0.0 if steps == 0 else (measurement.length_mm or 0.0) / steps


def _length_mm(
    shown: DisplaySet, source: list[Point], world: list[np.ndarray | None]
) -> float | None:
    if world[0] is not None and world[1] is not None:
        return float(np.linalg.norm(world[0] - world[1]))
    if shown.pixel_spacing_mm is None:
        return None
    row_mm, column_mm = shown.pixel_spacing_mm
    (u0, v0), (u1, v1) = source
    return math.hypot((u1 - u0) * column_mm, (v1 - v0) * row_mm)


def _triple(vector: np.ndarray) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
