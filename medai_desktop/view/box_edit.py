"""Editing a box with the mouse: which handle is hit, and the box after a drag; pure.

A viewport cuts the voxel grid in a sheet. Two axes of the grid lie (nearly) in the sheet, and their
edges are linear in the position on the screen: in a stored image, in a plane through an oblique
volume, in a turned or mirrored view alike. So one way of dragging serves every viewport.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from medai_desktop.findings import Finding
from medai_desktop.geometry import OrientedBox, PixelBox, VolumeGeometry
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.overlay import Ink, Overlay, Polyline
from medai_desktop.view.projection import Projection

Point = tuple[float, float]
Triple = tuple[float, float, float]
Matrix = npt.NDArray[np.float64]

HANDLE_PX = 8.0
"""Side of a handle."""

REACH_PX = 9.0
"""A press this near to the middle of a handle takes it."""

CROWDED_PX = 40.0
"""A side shorter than this has handles at its corners only, so that the finding is not covered."""

LEAST_EDGE = 1.0
"""A box is at least one voxel wide in every direction."""

LEAST_SLICES = 3
"""A box drawn on one slice of a volume crosses at least so many."""

SLICE_AXIS = 2


@dataclass(frozen=True, slots=True)
class VoxelBox:
    """A box along the axes of a voxel grid.

    Attributes:
        lower: (i, j, k) edges: voxel n covers [n, n + 1).
        upper: likewise, exclusive.
    """

    lower: Triple
    upper: Triple

    def edge(self, axis: int, side: int) -> float:
        """The lower (-1) or upper (1) edge, or the middle (0), along an axis."""
        return (self.lower[axis] * (1 - side) + self.upper[axis] * (1 + side)) / 2


class BoxHandle(Enum):
    """What can be dragged: the sides along the two axes of the sheet, -1, 0 or 1 each."""

    LOW_LOW = (-1, -1)
    MIDDLE_LOW = (0, -1)
    HIGH_LOW = (1, -1)
    LOW_MIDDLE = (-1, 0)
    BODY = (0, 0)
    HIGH_MIDDLE = (1, 0)
    LOW_HIGH = (-1, 1)
    MIDDLE_HIGH = (0, 1)
    HIGH_HIGH = (1, 1)


@dataclass(frozen=True, eq=False)
class Sheet:
    """How a viewport cuts the voxel grid of a finding.

    Attributes:
        axes: the two axes of the grid that lie in the sheet, then the one across.
        edges_from_screen: (3, 3), a viewport position (x, y, 1) to edge coordinates (i, j, k).
        shape: slices, rows and columns of the grid.
    """

    axes: tuple[int, int, int]
    edges_from_screen: Matrix
    shape: tuple[int, int, int]

    def edges(self, at_px: Point) -> Matrix:
        """Edge coordinates (i, j, k), shape (3,), under a viewport position."""
        return np.asarray(self.edges_from_screen @ np.array([*at_px, 1.0]))

    def screen(self, first: float, second: float) -> Point:
        """Viewport position of edge coordinates along the two axes of the sheet."""
        rows = self.edges_from_screen[list(self.axes[:2])]
        x, y = np.linalg.solve(rows[:, :2], np.array([first, second]) - rows[:, 2])
        return float(x), float(y)

    def limit(self, axis: int) -> float:
        """Length of the grid along an axis, in voxels."""
        return float(self.shape[2 - axis])


def image_sheet(projection: Projection, shape: tuple[int, int, int], slice_index: int) -> Sheet:
    """The sheet of a stored image, in its own pixels; needs no place in the patient."""
    matrix = np.zeros((3, 3))
    matrix[:2] = np.linalg.inv(projection.screen_from_source)[:2]
    matrix[2, 2] = slice_index + 0.5
    return Sheet((0, 1, 2), matrix, shape)


def patient_sheet(projection: Projection, geometry: VolumeGeometry) -> Sheet | None:
    """The sheet of any viewport with a place in the patient; None without one."""
    if projection.world_from_source is None:
        return None
    world = projection.world_from_source @ np.linalg.inv(projection.screen_from_source)
    matrix = (np.linalg.inv(geometry.affine) @ world)[:3]
    matrix[:, 2] += 0.5
    slices, rows, columns = geometry.spacing_mm
    in_mm = matrix[:, :2] * np.array([[columns], [rows], [slices]])
    pairs = ((1, 2, 0), (0, 2, 1), (0, 1, 2))
    areas = [abs(np.linalg.det(in_mm[list(pair[:2])])) for pair in pairs]
    best = pairs[int(np.argmax(areas))]
    return Sheet(best, np.asarray(matrix, dtype=np.float64), geometry.shape)


def has_box_in_patient(shown: DisplaySet) -> bool:
    """Whether one box over several slices tells the truth (no gap, no doubt)."""
    return shown.is_on_grid


def voxel_box(finding: Finding, shown: DisplaySet, slice_index: int) -> VoxelBox | None:
    """The box of a finding along the axes of its own display set.

    Args:
        finding: with a box in the patient, or with pixels only.
        shown: where it was seen.
        slice_index: which image counts when it has pixels only.

    Returns:
        None when it has pixels only and none on this image.
    """
    if finding.box is not None and shown.geometry is not None and has_box_in_patient(shown):
        corners = shown.geometry.voxel_from_world(finding.box.corners_lps_mm()) + 0.5
        return VoxelBox(_triple(corners.min(axis=0)), _triple(corners.max(axis=0)))
    if slice_index not in finding.slice_indices:
        return None
    box = finding.boxes_px[finding.slice_indices.index(slice_index)]
    k = float(slice_index)
    return VoxelBox((box.x0, box.y0, k), (box.x1, box.y1, k + 1))


def with_box(finding: Finding, shown: DisplaySet, box: VoxelBox) -> Finding:
    """A finding with another box: millimetres, crossed images and their pixels agree.

    It crosses the slices whose middle lies in the box. Without a place in the patient only the
    image of the box changes.
    """
    last = len(shown.frames) - 1
    low = max(0, min(last, round(box.lower[SLICE_AXIS])))
    crossed = tuple(range(low, max(low, min(last, round(box.upper[SLICE_AXIS]) - 1)) + 1))
    x0, y0, x1, y1 = box.lower[0], box.lower[1], box.upper[0], box.upper[1]
    pixels = []
    for k in crossed:
        image = shown.frames[k].reference
        pixels.append(PixelBox(image.sop_instance_uid, image.frame, x0, y0, x1, y1))
    if shown.geometry is not None and has_box_in_patient(shown):
        lower, upper = (x0, y0, float(crossed[0])), (x1, y1, float(crossed[-1] + 1))
        placed = OrientedBox.from_voxel_edges(shown.geometry, lower, upper)
        return replace(finding, box=placed, boxes_px=tuple(pixels), slice_indices=crossed)
    others = {k: b for k, b in zip(finding.slice_indices, finding.boxes_px, strict=True)}
    others.update(zip(crossed, pixels, strict=True))
    ordered = tuple(sorted(others))
    return replace(finding, boxes_px=tuple(others[k] for k in ordered), slice_indices=ordered)


def handle_places(sheet: Sheet, box: VoxelBox) -> dict[BoxHandle, Point]:
    """The middle of each handle, viewport pixels; `BODY` is the middle of the box.

    A side that is short on the screen has no handle in its middle.
    """
    a, b, _ = sheet.axes
    places = {
        handle: sheet.screen(box.edge(a, handle.value[0]), box.edge(b, handle.value[1]))
        for handle in BoxHandle
    }
    across, down = _sides_px(places)
    crowded = {
        *((BoxHandle.MIDDLE_LOW, BoxHandle.MIDDLE_HIGH) if across < CROWDED_PX else ()),
        *((BoxHandle.LOW_MIDDLE, BoxHandle.HIGH_MIDDLE) if down < CROWDED_PX else ()),
    }
    return {handle: place for handle, place in places.items() if handle not in crowded}


def handle_at(sheet: Sheet, box: VoxelBox, at_px: Point) -> BoxHandle | None:
    """The handle under a viewport position: corners before sides before the body."""
    places = handle_places(sheet, box)
    a, b, _ = sheet.axes
    edges = sheet.edges(at_px)
    inside = all(box.lower[axis] <= edges[axis] <= box.upper[axis] for axis in (a, b))
    reach = min(REACH_PX, max(3.0, min(_sides_px(places)) / 4)) if inside else REACH_PX
    near = [
        (abs(h.value[0]) + abs(h.value[1]), -_distance(place, at_px), h)
        for h, place in places.items()
        if h is not BoxHandle.BODY and _distance(place, at_px) <= reach
    ]
    if near:
        return max(near, key=lambda item: item[:2])[2]
    return BoxHandle.BODY if inside else None


def dragged_box(
    sheet: Sheet, box: VoxelBox, handle: BoxHandle, from_px: Point, to_px: Point
) -> VoxelBox:
    """The box after a drag; it stays inside the grid, slices are taken whole.

    Args:
        sheet: where it was dragged.
        box: at the press.
        handle: what was pressed.
        from_px: of the press.
        to_px: now.
    """
    moved = sheet.edges(to_px) - sheet.edges(from_px)
    lower, upper = list(box.lower), list(box.upper)
    for axis, side in zip(sheet.axes[:2], handle.value, strict=True):
        limit = sheet.limit(axis)
        step = float(moved[axis])
        if handle is BoxHandle.BODY:
            step = _whole(axis, max(-lower[axis], min(limit - upper[axis], step)))
            lower[axis], upper[axis] = lower[axis] + step, upper[axis] + step
        elif side < 0:
            wanted = _whole(axis, lower[axis] + step)
            lower[axis] = max(0.0, min(upper[axis] - LEAST_EDGE, wanted))
        elif side > 0:
            wanted = _whole(axis, upper[axis] + step)
            upper[axis] = min(limit, max(lower[axis] + LEAST_EDGE, wanted))
    return VoxelBox(_triple(lower), _triple(upper))


def drawn_box(
    sheet: Sheet, from_px: Point, to_px: Point, spacing_mm: Triple | None
) -> VoxelBox | None:
    """A new box from a drag: what was drawn, and a sensible depth across the sheet.

    The depth is the mean of the two sides, at least `LEAST_SLICES` along the slice axis, within the
    grid; one image without millimetres.

    Args:
        sheet: where it was drawn.
        from_px: of the press.
        to_px: of the release.
        spacing_mm: between slices, rows and columns; None: pixels only.

    Returns:
        None when the drag lies outside the grid.
    """
    a, b, across = sheet.axes
    middle = sheet.edges(((from_px[0] + to_px[0]) / 2, (from_px[1] + to_px[1]) / 2))
    sides = _sides(sheet, abs(to_px[0] - from_px[0]), abs(to_px[1] - from_px[1]))
    lower, upper = [0.0] * 3, [0.0] * 3
    for axis, length in zip((a, b), sides, strict=True):
        wanted = max(LEAST_EDGE, length)
        lower[axis], upper[axis] = _clipped(axis, middle[axis], wanted, sheet.limit(axis))
    depth = _depth(sheet.axes, sides, spacing_mm)
    if across == SLICE_AXIS:
        middle[across] = np.floor(middle[across]) + 0.5
    lower[across], upper[across] = _clipped(across, middle[across], depth, sheet.limit(across))
    if any(high - low < LEAST_EDGE / 2 for low, high in zip(lower, upper, strict=True)):
        return None
    return VoxelBox(_triple(lower), _triple(upper))


def handles_overlay(sheet: Sheet, box: VoxelBox) -> Overlay:
    """The outline of the box and its eight handles."""
    places = handle_places(sheet, box)
    around = (BoxHandle.LOW_LOW, BoxHandle.HIGH_LOW, BoxHandle.HIGH_HIGH, BoxHandle.LOW_HIGH)
    lines = [Polyline(tuple(places[h] for h in around), Ink.READER, is_closed=True, width_px=1.0)]
    half = HANDLE_PX / 2
    for handle, (x, y) in places.items():
        if handle is not BoxHandle.BODY:
            square = (
                (x - half, y - half),
                (x + half, y - half),
                (x + half, y + half),
                (x - half, y + half),
            )
            lines.append(Polyline(square, Ink.READER, is_closed=True, width_px=1.5))
    return Overlay(tuple(lines))


def _sides(sheet: Sheet, width_px: float, height_px: float) -> tuple[float, float]:
    """Side lengths, in voxels, of the box whose outline fills a rectangle of the screen."""
    a, b, _ = sheet.axes
    per_voxel = np.abs(np.linalg.inv(sheet.edges_from_screen[[a, b], :2]))
    wanted = np.array([width_px, height_px])
    if abs(np.linalg.det(per_voxel)) > 1e-9:
        sides = np.linalg.solve(per_voxel, wanted)
        if (sides > 0).all():
            return float(sides[0]), float(sides[1])
    share = float((wanted / np.maximum(per_voxel.sum(axis=1), 1e-9)).min())
    return max(share, LEAST_EDGE), max(share, LEAST_EDGE)


def _depth(
    axes: tuple[int, int, int], sides: tuple[float, float], spacing_mm: Triple | None
) -> float:
    if spacing_mm is None:
        return LEAST_EDGE
    a, b, across = axes
    per_axis = spacing_mm[::-1]
    depth = (sides[0] * per_axis[a] + sides[1] * per_axis[b]) / 2 / per_axis[across]
    if across == SLICE_AXIS:
        return float(2 * int(max(float(LEAST_SLICES), depth) // 2) + 1)
    return max(LEAST_EDGE, depth)


def _clipped(axis: int, middle: float, length: float, limit: float) -> tuple[float, float]:
    low, high = _whole(axis, middle - length / 2), _whole(axis, middle + length / 2)
    if axis == SLICE_AXIS:
        high = max(high, low + LEAST_EDGE)
    return min(limit, max(0.0, low)), max(0.0, min(limit, high))


def _whole(axis: int, value: float) -> float:
    return float(np.floor(value + 0.5)) if axis == SLICE_AXIS else float(value)


def _sides_px(places: dict[BoxHandle, Point]) -> tuple[float, float]:
    corner = places[BoxHandle.LOW_LOW]
    return (
        _distance(corner, places[BoxHandle.HIGH_LOW]),
        _distance(corner, places[BoxHandle.LOW_HIGH]),
    )


def _distance(first: Point, second: Point) -> float:
    return float(np.hypot(first[0] - second[0], first[1] - second[1]))


def _triple(values: npt.ArrayLike) -> Triple:
    x, y, z = (float(v) for v in np.asarray(values, dtype=np.float64))
    return x, y, z
