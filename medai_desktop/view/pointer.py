"""Small things drawn for the mouse: the 3D cursor, and the ends of the selected ruler."""

from __future__ import annotations

from medai_desktop.view.overlay import Ink, Overlay, Polyline
from medai_desktop.view.projection import Projection

ARM_PX, GAP_PX = 14.0, 4.0
KNOB_PX = 7.0
Point = tuple[float, float]


def pointer_overlay(
    projection: Projection, place_lps_mm: tuple[float, float, float], reach_mm: float
) -> Overlay:
    """A small cross with an open middle where the 3D cursor lies.

    Args:
        projection: of the viewport.
        place_lps_mm: LPS mm.
        reach_mm: further from the plane than this, nothing is drawn.
    """
    at, depth = projection.screen_from_world(place_lps_mm), projection.depth_mm(place_lps_mm)
    if at is None or depth is None or abs(depth) > reach_mm:
        return Overlay()
    x, y = at
    arms = (
        ((x - ARM_PX, y), (x - GAP_PX, y)),
        ((x + GAP_PX, y), (x + ARM_PX, y)),
        ((x, y - ARM_PX), (x, y - GAP_PX)),
        ((x, y + GAP_PX), (x, y + ARM_PX)),
    )
    return Overlay(tuple(Polyline(arm, Ink.TEXT) for arm in arms))


def knobs_overlay(ends_px: tuple[Point, Point]) -> Overlay:
    """The two ends of a ruler that can be dragged."""
    half = KNOB_PX / 2
    return Overlay(
        tuple(
            Polyline(
                (
                    (x - half, y - half),
                    (x + half, y - half),
                    (x + half, y + half),
                    (x - half, y + half),
                ),
                Ink.READER,
                is_closed=True,
            )
            for x, y in ends_px
        )
    )
