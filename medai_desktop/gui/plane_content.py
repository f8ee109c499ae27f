"""What planes side by side share, and what tells them apart."""

from __future__ import annotations

from dataclasses import replace

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry
from medai_desktop.session.viewing import Viewing
from medai_desktop.view.corner_text import CornerText
from medai_desktop.view.overlay import Overlay
from medai_desktop.view.overlays import Rectangle, crosshair_overlay, joined, plane_badge
from medai_desktop.view.projection import Projection, planes_mm_per_px
from medai_desktop.view.technique_text import plane_place_text
from medai_desktop.view.viewport import ViewportKind, ViewportState

Position = tuple[float, float, float]


def shared_mm_per_px(
    viewing: Viewing, index: int, geometry: VolumeGeometry, size_px: tuple[int, int]
) -> float:
    """The scale of the planes of a volume side by side; of one alone when it is maximised."""
    layout = viewing.layout
    here = layout.viewports[index]
    sizes = {} if here.plane is None else {here.plane: size_px}
    for other, state in enumerate(layout.viewports):
        is_beside = state.kind is ViewportKind.PLANE and layout.maximised is None
        is_same = state.display_set_id == here.display_set_id
        if is_beside and is_same and state.plane is not None:
            sizes.setdefault(state.plane, viewing.sizes_px.get(other, size_px))
    return planes_mm_per_px(geometry, sizes)


def plane_lines(
    plane: AnatomicalPlane,
    projection: Projection,
    position_lps_mm: Position,
    frame: Rectangle | None,
    texts: tuple[Rectangle, ...],
) -> Overlay:
    """The crosshair over the image, and a bar in the colour of this plane's own line."""
    badge = plane_badge(plane)
    if frame is None:
        return badge
    return joined(badge, crosshair_overlay(projection, position_lps_mm, frame, texts))


def with_place(
    corners: CornerText, state: ViewportState, position_lps_mm: Position | None
) -> CornerText:
    """The corner text with the place of a plane in the patient."""
    is_plane = state.kind is ViewportKind.PLANE and position_lps_mm is not None
    if not is_plane or position_lps_mm is None or not corners.bottom_left:
        return corners
    first, *others = corners.bottom_left
    first = f"{first} · {plane_place_text(state.plane, position_lps_mm)}"
    return replace(corners, bottom_left=(first, *others))
