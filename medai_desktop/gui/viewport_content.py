"""What one viewport asks for and paints on top, put together from the desk."""

from __future__ import annotations

import uuid

from medai_desktop.findings import Finding, reader_finding_id
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.review import FindingStatus
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.corner_text import corner_text
from medai_desktop.view.overlay import Ink, Overlay, Polyline
from medai_desktop.view.overlays import (
    DrawnFinding,
    corner_overlay,
    crosshair_overlay,
    findings_overlay,
    joined,
    lengths_overlay,
    orientation_overlay,
    scale_overlay,
)
from medai_desktop.view.picture import (
    PictureRequest,
    PlaneRequest,
    StoredSliceRequest,
    VolumeRequest,
)
from medai_desktop.view.projection import Projection, plane_projection, stack_projection
from medai_desktop.view.slab import slices_in_slab
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import ViewportKind
from medai_desktop.volume import Volume

Size = tuple[int, int]
Ends = tuple[tuple[float, float], tuple[float, float]]


class ViewportContent:
    """The content of viewport ``index``."""

    def __init__(self, desk: ReadingDesk, index: int) -> None:
        self._desk, self._index = desk, index

    def projection(self, size_px: Size) -> Projection | None:
        """How this viewport maps; None for 3D and nothing."""
        viewing = self._desk.viewing
        state, shown = viewing.layout.viewports[self._index], viewing.display_set_in(self._index)
        if shown is None or state.kind is ViewportKind.VOLUME:
            return None
        if state.kind is ViewportKind.PLANE:
            if shown.geometry is None or viewing.crosshair_lps_mm is None:
                return None
            return plane_projection(shown.geometry, state, viewing.crosshair_lps_mm, size_px)
        return stack_projection(shown, state, size_px)

    def request(self, size_px: Size, is_draft: bool) -> PictureRequest | None:
        """What to ask of the renderer; None when there is nothing to show yet."""
        viewing = self._desk.viewing
        state, shown = viewing.layout.viewports[self._index], viewing.display_set_in(self._index)
        volume = None if shown is None else self._desk.opening.volume(shown.id)
        if shown is None or volume is None or state.window is None:
            return None
        is_inverted = volume.is_inverted != state.is_inverted
        if state.kind is ViewportKind.STACK:
            return self._stored(shown, volume, is_inverted)
        if volume.geometry is None:
            return None
        if state.kind is ViewportKind.VOLUME:
            presets = self._desk.presets
            return VolumeRequest(
                volume,
                state.camera,
                size_px,
                state.preset_3d,
                presets.points_3d(state.preset_3d, volume),
                presets.is_mip(state.preset_3d),
                state.window,
                is_draft,
            )
        projection = self.projection(size_px)
        if projection is None or projection.plane is None or projection.mm_per_px is None:
            return None
        middle = projection.world_from_screen(size_px[0] / 2, size_px[1] / 2)
        if middle is None:
            return None
        plane = projection.plane.moved_to(middle)
        mm = projection.mm_per_px
        return PlaneRequest(
            volume, plane, size_px, mm, state.slab, state.window, is_inverted, is_draft
        )

    def _stored(
        self, shown: DisplaySet, volume: Volume, is_inverted: bool
    ) -> StoredSliceRequest | None:
        state = self._desk.viewing.layout.viewports[self._index]
        is_here = self._desk.opening.is_loaded
        if state.window is None or not is_here(shown.id, state.slice_index):
            return None
        shares = tuple(
            (k, share) for k, share in slices_in_slab(shown, state) if is_here(shown.id, k)
        )
        return StoredSliceRequest(
            volume, state.slice_index, state.window, is_inverted, state.slab.mode, shares
        )

    def overlay(self, size_px: Size, drawing: Ends | None) -> Overlay:
        """Everything painted on top."""
        desk, viewing = self._desk, self._desk.viewing
        state, shown = viewing.layout.viewports[self._index], viewing.display_set_in(self._index)
        if shown is None:
            return Overlay()
        projection = self.projection(size_px)
        share = None
        if projection is not None and state.kind is ViewportKind.STACK:
            share = abs(projection.screen_from_source[:2, :2]).sum(axis=0).max()
        elif projection is not None and projection.mm_per_px and shown.pixel_spacing_mm:
            share = shown.pixel_spacing_mm[1] / projection.mm_per_px
        corners = corner_text(
            shown,
            state,
            desk.presets.title(state.preset),
            share,
            viewing.corner_text_mode,
            desk.render,
        )
        parts = [corner_overlay(corners, size_px)]
        if projection is not None:
            parts += [orientation_overlay(projection, size_px), scale_overlay(projection, size_px)]
            if state.kind is ViewportKind.PLANE and viewing.crosshair_lps_mm is not None:
                parts.append(crosshair_overlay(projection, viewing.crosshair_lps_mm, size_px))
            parts.append(findings_overlay(self._drawn(), shown, state, projection))
            lengths = desk.measuring.measurements(shown.id)
            parts.append(lengths_overlay(lengths, shown, state, projection, desk.render))
        if drawing is not None:
            parts.append(Overlay((self._being_drawn(drawing),)))
        return joined(*parts)

    def finding_at(self, size_px: Size, at_px: tuple[float, float]) -> uuid.UUID | None:
        """The mark under a viewport position."""
        x, y = at_px
        for hit in self.overlay(size_px, None).hits:
            if hit.x0 <= x <= hit.x1 and hit.y0 <= y <= hit.y1:
                return uuid.UUID(hit.finding_id)
        return None

    def add_finding(self, projection: Projection, ends: Ends) -> None:
        """Adds what the reader has boxed on a stored image, one slice thick."""
        viewing = self._desk.viewing
        state, shown = viewing.layout.viewports[self._index], viewing.display_set_in(self._index)
        models = self._desk.detection.models()
        if shown is None or state.kind is not ViewportKind.STACK or not models:
            return
        (u0, v0), (u1, v1) = (projection.pixel_from_screen(*end) for end in ends)
        low, high = (min(u0, u1), min(v0, v1)), (max(u0, u1), max(v0, v1))
        k, image = state.slice_index, shown.frames[state.slice_index].reference
        label = models[0].labels[0]
        box = None
        if shown.geometry is not None:
            box = OrientedBox.from_voxel_edges(shown.geometry, (*low, float(k)), (*high, k + 1.0))
        finding = Finding(
            reader_finding_id(),
            label.name,
            label.code,
            1.0,
            box,
            (PixelBox(image.sop_instance_uid, image.frame, *low, *high),),
            (k,),
        )
        self._desk.reviewing.add(finding, shown.id)

    def _drawn(self) -> tuple[DrawnFinding, ...]:
        reviewing = self._desk.reviewing
        return tuple(
            DrawnFinding(
                row.finding,
                row.display_set,
                row.is_solid,
                row.finding.id == reviewing.selected,
                row.reviewed.status is not FindingStatus.OPEN,
            )
            for row in reviewing.drawn()
        )

    def _being_drawn(self, ends: Ends) -> Polyline:
        (x0, y0), (x1, y1) = ends
        if self._desk.viewing.tool is Tool.BOX:
            return Polyline(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), Ink.READER, is_closed=True)
        return Polyline(ends, Ink.READER)
