"""Builds everything that is painted on a picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from medai_desktop.findings import Finding, FindingOrigin, LengthMeasurement
from medai_desktop.geometry import (
    AnatomicalPlane,
    OrientedBox,
    VolumeGeometry,
    anatomical_plane,
)
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message
from medai_desktop.view.length import length_label
from medai_desktop.view.overlay import Anchor, HitArea, Ink, Overlay, OverlayText, Polyline
from medai_desktop.view.projection import Projection
from medai_desktop.view.slab import slices_in_slab
from medai_desktop.view.viewport import ViewportKind, ViewportState

MARK_MARGIN_MM = 4.0
RADIOGRAPH_MARGIN_SHARE = 0.08
CROSS_GAP_PX = 12.0
TEXT_GAP_PX = 5.0
LEAST_LINE_PX = 6.0
LABEL_GAP_PX = 16.0
"""From the end of a ruler to its label: the handle and the finger on it lie between."""
Rectangle = tuple[float, float, float, float]
_PLANE_INKS = {
    AnatomicalPlane.AXIAL: Ink.AXIAL,
    AnatomicalPlane.CORONAL: Ink.CORONAL,
    AnatomicalPlane.SAGITTAL: Ink.SAGITTAL,
    AnatomicalPlane.OBLIQUE: Ink.CROSSHAIR,
}


@dataclass(frozen=True, slots=True)
class DrawnFinding:
    """A finding as it is painted.

    Attributes:
        finding: as it now stands.
        display_set: where it was seen.
        is_solid: at or above the higher operating point, or the reader's own.
        is_selected: drawn thicker.
        is_decided: the reader agreed, edited or added it.
        original: as the program made it, when the reader has edited it; else None.
    """

    finding: Finding
    display_set: DisplaySet
    is_solid: bool
    is_selected: bool
    is_decided: bool
    original: Finding | None = None


def scale_overlay(projection: Projection, size_px: tuple[int, int]) -> Overlay:
    """A scale bar of a round length at the left edge; none without millimetres."""
    if projection.mm_per_px is None:
        return Overlay()
    for length_mm in (100, 50, 20, 10, 5, 2, 1):
        height = length_mm / projection.mm_per_px
        if height <= 0.3 * size_px[1]:
            break
    x, low_end = 12.0, size_px[1] - 110.0
    top = min(size_px[1] / 2 + 60, max(24.0, low_end - height))
    bottom = top + height
    if top - 14 < size_px[1] / 2 < bottom + 14:
        x += 18.0  # beside the side letter, not through it
    line = Polyline(((x + 5, top), (x, top), (x, bottom), (x + 5, bottom)), Ink.TEXT, width_px=1.0)
    label = f"{length_mm // 10} cm" if length_mm >= 10 else f"{length_mm} mm"
    text = OverlayText(label, (x + 8, (top + bottom) / 2), Anchor.CENTER_LEFT)
    return Overlay((line,), (text,))


def reduction_line(reduced_from: int | None, render: Callable[[Message], str]) -> tuple[str, ...]:
    """Says that a 3D picture was drawn from a smaller copy; nothing when it was not."""
    if reduced_from is None:
        return ()
    return (render(message("view.reduced_copy", voxels=reduced_from)),)


def crosshair_overlay(
    projection: Projection,
    position_lps_mm: tuple[float, float, float],
    frame: Rectangle,
    keep_out: tuple[Rectangle, ...] = (),
) -> Overlay:
    """Two lines with a gap in the middle, over the image alone and through no text.

    Each line has the colour of the plane that it stands for.

    Args:
        projection: of the viewport.
        position_lps_mm: where the planes cross.
        frame: where the image lies, x0, y0, x1, y1 in viewport pixels.
        keep_out: rectangles of texts.
    """
    at = projection.screen_from_world(position_lps_mm)
    if at is None or projection.plane is None:
        return Overlay()
    lines = []
    for axis, across in ((0, projection.plane.down), (1, projection.plane.right)):
        here, along = at[1 - axis], at[axis]
        ink = _PLANE_INKS[anatomical_plane(across)]
        ends = [(frame[axis], along - CROSS_GAP_PX), (along + CROSS_GAP_PX, frame[axis + 2])]
        if not frame[1 - axis] <= here <= frame[3 - axis]:
            continue
        here = math.floor(here) + 0.5  # a line of one pixel, not two paler ones
        for box in keep_out:
            if box[1 - axis] - TEXT_GAP_PX <= here <= box[3 - axis] + TEXT_GAP_PX:
                taken = (box[axis] - TEXT_GAP_PX, box[axis + 2] + TEXT_GAP_PX)
                ends = [part for end in ends for part in _without(end, taken)]
        for start, end in ends:
            points = ((start, here), (end, here)) if axis == 0 else ((here, start), (here, end))
            if end - start >= LEAST_LINE_PX:
                lines.append(Polyline(points, ink, width_px=1.0))
    return Overlay(tuple(lines))


def plane_badge(plane: AnatomicalPlane) -> Overlay:
    """A short bar in the colour that the plane's line has in the other planes."""
    return Overlay((Polyline(((10.0, 5.0), (34.0, 5.0)), _PLANE_INKS[plane], width_px=3.0),))


def image_frame(
    geometry: VolumeGeometry, projection: Projection, size_px: tuple[int, int]
) -> Rectangle | None:
    """Where a volume is cut by a plane on the screen, within the viewport; None: nowhere."""
    if projection.plane is None:
        return None
    slices, rows, columns = geometry.shape
    whole = OrientedBox.from_voxel_edges(geometry, (0, 0, 0), (columns, rows, slices))
    section = whole.section_lps_mm(projection.plane)
    points = [projection.screen_from_world(point) for point in section]
    flat = np.array([point for point in points if point is not None])
    if not len(flat):
        return None
    x0, y0, x1, y1 = _hull(flat)
    return max(x0, 0.0), max(y0, 0.0), min(x1, float(size_px[0])), min(y1, float(size_px[1]))


def finding_rectangle(
    drawn: DrawnFinding, shown: DisplaySet, state: ViewportState, projection: Projection
) -> Rectangle | None:
    """Where a finding lies in a viewport: x0, y0, x1, y1 in pixels; None when it is not there.

    In its own series it is the box of that image (in a slab, of the nearest image in it);
    elsewhere the section of the box with the plane; in 3D the whole box, seen through.
    """
    finding = drawn.finding
    if state.kind is ViewportKind.STACK and shown.id == drawn.display_set.id:
        crossed = {k for k, _ in slices_in_slab(shown, state)} & set(finding.slice_indices)
        if not crossed:
            return None
        nearest = min(crossed, key=lambda k: (abs(k - state.slice_index), k))
        box = finding.boxes_px[finding.slice_indices.index(nearest)]
        corners = [
            projection.screen_from_pixel(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)
        ]
        return _hull(np.array(corners))
    here, there = shown.geometry, drawn.display_set.geometry
    if finding.box is None or projection.plane is None or here is None or there is None:
        return None
    if shown.id != drawn.display_set.id and not shown.shares_frame_with(drawn.display_set):
        return None
    if state.kind is ViewportKind.VOLUME:
        outline = finding.box.corners_lps_mm()
    else:
        outline = finding.box.section_lps_mm(projection.plane)
    places = [projection.screen_from_world(point) for point in outline]
    flat = np.array([place for place in places if place is not None])
    return _hull(flat) if len(flat) else None


def findings_overlay(
    drawn: tuple[DrawnFinding, ...],
    shown: DisplaySet,
    state: ViewportState,
    projection: Projection,
) -> Overlay:
    """Corner brackets of the program, an ellipse of the reader; nothing over the finding itself.

    Brackets stay where the program put them; the ellipse follows the reader's edit.
    """
    lines: list[Polyline] = []
    hits: list[HitArea] = []
    for item in drawn:
        identity = str(item.finding.id)
        width = 2.5 if item.is_selected else 1.5
        outer = _outer(item, shown, state, projection)
        marked = outer
        if item.original is not None:
            marked = _outer(replace(item, finding=item.original), shown, state, projection)
            hits += [] if marked is None else [HitArea(identity, *marked, is_original=True)]
        hits += [] if outer is None else [HitArea(identity, *outer)]
        is_own = item.finding.origin is FindingOrigin.READER and item.original is None
        if outer is not None and (is_own or item.is_decided or item.original is not None):
            lines.append(
                Polyline(_ellipse(outer), Ink.READER, not item.is_solid, True, width, identity)
            )
        if marked is not None and not is_own:
            lines += [
                Polyline(points, Ink.PROGRAM, not item.is_solid, False, width, identity)
                for points in _brackets(marked)
            ]
    return Overlay(tuple(lines), (), tuple(hits))


def _outer(
    item: DrawnFinding, shown: DisplaySet, state: ViewportState, projection: Projection
) -> Rectangle | None:
    """The rectangle of a finding with the free margin about it."""
    place = finding_rectangle(item, shown, state, projection)
    if place is None:
        return None
    x0, y0, x1, y1 = place
    if projection.mm_per_px is not None and shown.geometry is not None:
        margin = MARK_MARGIN_MM / projection.mm_per_px
    else:
        margin = RADIOGRAPH_MARGIN_SHARE * max(x1 - x0, y1 - y0)
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin


def lengths_overlay(
    lengths: tuple[LengthMeasurement, ...],
    shown: DisplaySet,
    state: ViewportState,
    projection: Projection,
    render: Callable[[Message], str],
) -> Overlay:
    """The rulers of the image shown, each with its label."""
    lines: list[Polyline] = []
    texts: list[OverlayText] = []
    for length in lengths:
        ends = _ends(length, shown, state, projection)
        if ends is None:
            continue
        lines.append(Polyline(ends, Ink.READER))
        for x, y in ends:
            lines.append(Polyline(((x - 4, y), (x + 4, y)), Ink.READER, width_px=1.0))
            lines.append(Polyline(((x, y - 4), (x, y + 4)), Ink.READER, width_px=1.0))
        right = max(ends)
        place = (right[0] + LABEL_GAP_PX, right[1])
        texts.append(
            OverlayText(render(length_label(length, shown)), place, Anchor.CENTER_LEFT, Ink.READER)
        )
    return Overlay(tuple(lines), tuple(texts))


def joined(*overlays: Overlay) -> Overlay:
    """All of them on one another."""
    return Overlay(
        tuple(line for o in overlays for line in o.lines),
        tuple(text for o in overlays for text in o.texts),
        tuple(hit for o in overlays for hit in o.hits),
    )


def _ends(
    length: LengthMeasurement, shown: DisplaySet, state: ViewportState, projection: Projection
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    if length.display_set_id != shown.id:
        return None
    if state.kind is ViewportKind.STACK and length.slice_index == state.slice_index:
        points = [
            projection.screen_from_pixel(c + 0.5, r + 0.5)
            for c, r in (length.start_px, length.end_px)
        ]
        return points[0], points[1]
    if state.kind is ViewportKind.PLANE and length.start_lps_mm and length.end_lps_mm:
        near = all(
            abs(projection.depth_mm(end) or 0.0) < 0.5
            for end in (length.start_lps_mm, length.end_lps_mm)
        )
        first = projection.screen_from_world(length.start_lps_mm)
        second = projection.screen_from_world(length.end_lps_mm)
        return (first, second) if near and first and second else None
    return None


def _without(part: tuple[float, float], taken: tuple[float, float]) -> list[tuple[float, float]]:
    """What is left of a stretch of a line."""
    if taken[1] <= part[0] or taken[0] >= part[1]:
        return [part]
    return [(a, b) for a, b in ((part[0], taken[0]), (taken[1], part[1])) if b > a]


def _hull(points: np.ndarray) -> Rectangle:
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _brackets(outer: Rectangle) -> list[tuple[tuple[float, float], ...]]:
    x0, y0, x1, y1 = outer
    arm = max(4.0, 0.22 * min(x1 - x0, y1 - y0))
    return [
        ((x0, y0 + arm), (x0, y0), (x0 + arm, y0)),
        ((x1 - arm, y0), (x1, y0), (x1, y0 + arm)),
        ((x1, y1 - arm), (x1, y1), (x1 - arm, y1)),
        ((x0 + arm, y1), (x0, y1), (x0, y1 - arm)),
    ]


def _ellipse(outer: Rectangle) -> tuple[tuple[float, float], ...]:
    x0, y0, x1, y1 = outer
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    xs = (x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(angles)
    ys = (y0 + y1) / 2 + (y1 - y0) / 2 * np.sin(angles)
    return tuple((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
