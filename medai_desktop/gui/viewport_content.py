"""What one viewport asks for and paints on top, put together from the desk."""

from __future__ import annotations

import math
import uuid
from dataclasses import replace

from medai_desktop.findings import LengthMeasurement
from medai_desktop.gui.drawn_findings import drawn_findings
from medai_desktop.gui.plane_content import plane_lines, shared_mm_per_px, with_place
from medai_desktop.gui.sights import Sight, Triple
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.memo import Memo
from medai_desktop.view.box_edit import (
    Sheet,
    handles_overlay,
    has_box_in_patient,
    image_sheet,
    patient_sheet,
)
from medai_desktop.view.corner_layout import (
    LEAST_FULL_PX,
    Measure,
    corner_overlay,
    orientation_overlay,
    text_box,
    text_width_px,
)
from medai_desktop.view.corner_text import corner_text
from medai_desktop.view.length import make_length
from medai_desktop.view.overlay import HitArea, Ink, Overlay, Polyline
from medai_desktop.view.overlays import (
    findings_overlay,
    image_frame,
    joined,
    lengths_overlay,
    scale_overlay,
)
from medai_desktop.view.picture import (
    PictureRequest,
    PlaneRequest,
    StoredSliceRequest,
    VolumeRequest,
)
from medai_desktop.view.pointer import knobs_overlay, pointer_overlay
from medai_desktop.view.projection import (
    Projection,
    plane_projection,
    stack_projection,
    volume_projection,
)
from medai_desktop.view.slab import slices_in_slab
from medai_desktop.view.viewport import ViewportKind, ViewportState
from medai_desktop.volume import Volume

Size = tuple[int, int]
Point = tuple[float, float]
Ends = tuple[Point, Point]

GRASP_PX = 8.0
"""A press this near to an end or a line takes it."""


class ViewportContent:
    """The content of one viewport.

    Args:
        desk: what is shown.
        index: of the viewport.
        measure: how wide a line of corner text is painted.

    Attributes:
        sight: the moment it is about, such as that of the picture on the screen; None: now.
        reduced_from: of the 3D picture on the screen.
    """

    def __init__(self, desk: ReadingDesk, index: int, measure: Measure = text_width_px) -> None:
        self._desk, self._index, self._measure = desk, index, measure
        self._overlay: Memo[Overlay] = Memo()
        self.sight: Sight | None = None
        self.reduced_from: int | None = None

    @property
    def now(self) -> Sight:
        """What the desk says of this viewport."""
        viewing = self._desk.viewing
        return Sight(viewing.layout.viewports[self._index], viewing.crosshair_lps_mm)

    @property
    def state(self) -> ViewportState:
        """The viewport at the moment this is about."""
        return (self.sight or self.now).state

    @property
    def cross_lps_mm(self) -> Triple | None:
        """The crosshair at the moment this is about."""
        return (self.sight or self.now).crosshair_lps_mm

    @property
    def shown(self) -> DisplaySet | None:
        """The display set in it."""
        return self._desk.opening.display_set(self.state.display_set_id)

    @property
    def is_inverted(self) -> bool:
        """Whether high values are dark: MONOCHROME1, or the reader's wish, but not both."""
        shown = self.shown
        written = "" if shown is None else shown.pixels.photometric_interpretation
        return (written == "MONOCHROME1") != self.state.is_inverted

    def projection(self, size_px: Size) -> Projection | None:
        """How this viewport maps; None for 3D and nothing."""
        state, shown, cross = self.state, self.shown, self.cross_lps_mm
        if shown is None or state.kind is ViewportKind.VOLUME:
            return None
        if state.kind is ViewportKind.PLANE:
            if shown.geometry is None or cross is None:
                return None
            told = None if self.sight is None else self.sight.fit_mm_per_px
            fit = told or shared_mm_per_px(self._desk.viewing, self._index, shown.geometry, size_px)
            return plane_projection(shown.geometry, state, cross, size_px, fit)
        return stack_projection(shown, state, size_px)

    def request(self, size_px: Size, is_draft: bool) -> PictureRequest | None:
        """What to ask of the renderer; None when there is nothing to show yet."""
        state, shown = self.state, self.shown
        volume = None if shown is None else self._desk.opening.volume(shown.id)
        if shown is None or volume is None or state.window is None:
            return None
        is_inverted = self.is_inverted
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
                presets.is_within_lungs(state.preset_3d),
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
        state, is_here = self.state, self._desk.opening.is_loaded
        if state.window is None or not is_here(shown.id, state.slice_index):
            return None
        shares = tuple(
            (k, share) for k, share in slices_in_slab(shown, state) if is_here(shown.id, k)
        )
        return StoredSliceRequest(
            volume, state.slice_index, state.window, is_inverted, state.slab.mode, shares
        )

    def overlay(self, size_px: Size) -> Overlay:
        """Everything painted on top; made once per change, not at each paint."""
        desk, viewing, shown = self._desk, self._desk.viewing, self.shown
        if shown is None:
            return Overlay()
        lengths = desk.measuring.measurements()
        editing = desk.reviewing.editing
        return self._overlay.of(
            (shown, desk.reviewing.drawn(), lengths, editing.box),
            (
                self.state,
                size_px,
                self.sight or self.cross_lps_mm,
                tuple(viewing.sizes_px.values()),
                viewing.corner_text_mode,
                desk.language,
                desk.reviewing.selected,
                desk.measuring.selected,
                desk.pointing.place_lps_mm,
                self.reduced_from,
            ),
            lambda: self._made_overlay(shown, size_px),
        )

    # -- what lies under the mouse -------------------------------------------------------------

    def mark_at(self, size_px: Size, at_px: Point) -> uuid.UUID | None:
        """The mark under a viewport position; the smallest of several."""
        x, y = at_px
        hits = [
            hit
            for hit in self.overlay(size_px).hits
            if hit.x0 <= x <= hit.x1 and hit.y0 <= y <= hit.y1
        ]
        smallest = min(hits, key=_area, default=None)
        return None if smallest is None else uuid.UUID(smallest.finding_id)

    def mark_area(self, size_px: Size, identity: uuid.UUID) -> HitArea | None:
        """Where a mark is painted, viewport pixels; None when it is not."""
        found = [h for h in self.overlay(size_px).hits if h.finding_id == str(identity)]
        return min(found, key=lambda hit: hit.is_original, default=None)

    def ruler_at(self, size_px: Size, at_px: Point) -> tuple[LengthMeasurement, int | None] | None:
        """The ruler under a viewport position, and which end of it; None: its line."""
        for length in reversed(self._lengths()):
            ends = self._ruler_ends(length, size_px)
            if ends is None:
                continue
            for end, place in enumerate(ends):
                if math.dist(place, at_px) <= GRASP_PX:
                    return length, end
            if _distance_to_line(ends, at_px) <= GRASP_PX / 2:
                return length, None
        return None

    def crosshair_px(self, size_px: Size) -> Point | None:
        """Where the crosshair of a plane crosses itself; None in stacks and 3D."""
        projection, cross = self.projection(size_px), self.cross_lps_mm
        if projection is None or cross is None or self.state.kind is not ViewportKind.PLANE:
            return None
        return projection.screen_from_world(cross)

    # -- what is drawn by hand -----------------------------------------------------------------

    def length(self, size_px: Size, ends_px: Ends) -> LengthMeasurement | None:
        """A ruler between two viewport positions."""
        projection, shown = self.projection(size_px), self.shown
        if projection is None or shown is None:
            return None
        reader = self._desk.reviewing.reader
        return make_length(shown, self.state, projection, ends_px, reader)

    def moved_length(
        self, size_px: Size, length: LengthMeasurement, end: int, to_px: Point
    ) -> LengthMeasurement | None:
        """A ruler with one end elsewhere."""
        ends = self._ruler_ends(length, size_px)
        if ends is None:
            return None
        moved = self.length(size_px, (to_px, ends[1]) if end == 0 else (ends[0], to_px))
        return None if moved is None else replace(moved, id=length.id)

    def length_overlay(self, size_px: Size, length: LengthMeasurement) -> Overlay:
        """A ruler that is not kept yet, with its label."""
        projection, shown = self.projection(size_px), self.shown
        if projection is None or shown is None:
            return Overlay()
        return lengths_overlay((length,), shown, self.state, projection, self._desk.render)

    def new_box_sheet(self, size_px: Size) -> tuple[Sheet, Triple | None] | None:
        """Where a new box is drawn, and the spacing that gives it a depth; None: nowhere."""
        projection, shown = self.projection(size_px), self.shown
        if projection is None or shown is None:
            return None
        spacing = None
        if shown.geometry is not None and has_box_in_patient(shown):
            spacing = shown.geometry.spacing_mm
        if self.state.kind is ViewportKind.STACK:
            return image_sheet(projection, shown.shape, self.state.slice_index), spacing
        if shown.geometry is None:
            return None
        sheet = patient_sheet(projection, shown.geometry)
        return None if sheet is None else (sheet, spacing)

    def edit_sheet(self, size_px: Size) -> Sheet | None:
        """Where the box under edit can be dragged here; None when it does not cross this view."""
        draft, projection = self._desk.reviewing.editing.draft, self.projection(size_px)
        area = None if draft is None else self.mark_area(size_px, draft.id)
        if projection is None or area is None or area.is_original:
            return None
        return self._sheet_of_edit(projection)

    # -- inner ---------------------------------------------------------------------------------

    def _made_overlay(self, shown: DisplaySet, size_px: Size) -> Overlay:
        parts = [self._corners(shown, size_px)]
        projection = self.projection(size_px)
        if projection is None:
            return joined(*parts, *self._on_volume(shown, size_px, parts[0]))
        parts.append(orientation_overlay(projection, size_px, parts[0], self._measure))
        parts.append(scale_overlay(projection, size_px))
        cross, geometry = self.cross_lps_mm, shown.geometry
        if self.state.plane is not None and cross is not None and geometry is not None:
            texts = tuple(text_box(text, self._measure) for part in parts for text in part.texts)
            frame = image_frame(geometry, projection, size_px)
            parts.append(plane_lines(self.state.plane, projection, cross, frame, texts))
        parts.append(self._marks(shown, projection))
        lengths, render = self._lengths(), self._desk.render
        parts.append(lengths_overlay(lengths, shown, self.state, projection, render))
        parts += self._knobs(size_px)
        parts += self._pointer(shown, projection)
        return joined(*parts)

    def _on_volume(self, shown: DisplaySet, size_px: Size, corners: Overlay) -> list[Overlay]:
        """What is drawn on 3D."""
        if self.state.kind is not ViewportKind.VOLUME or shown.geometry is None:
            return []
        projection = volume_projection(shown.geometry, self.state.camera, size_px)
        letters = orientation_overlay(projection, size_px, corners, self._measure)
        return [letters, self._marks(shown, projection)]

    def _corners(self, shown: DisplaySet, size_px: Size) -> Overlay:
        state, projection = self.state, self.projection(size_px)
        share = None
        if projection is not None and state.kind is ViewportKind.STACK:
            share = abs(projection.screen_from_source[:2, :2]).sum(axis=0).max()
        elif projection is not None and projection.mm_per_px and shown.pixel_spacing_mm:
            share = shown.pixel_spacing_mm[1] / projection.mm_per_px
        mode = self._desk.viewing.corner_text_mode
        if mode == "full" and size_px[0] < LEAST_FULL_PX:
            mode = "minimal"
        title = self._desk.presets.title(state.preset)
        corners = corner_text(shown, state, title, share, mode, self._desk.render)
        return corner_overlay(with_place(corners, state, self.cross_lps_mm), size_px, self._measure)

    def _marks(self, shown: DisplaySet, projection: Projection) -> Overlay:
        """Every mark; the one under edit as its box with handles instead of its brackets."""
        drawn = drawn_findings(self._desk.reviewing)
        marks = findings_overlay(drawn, shown, self.state, projection)
        editing = self._desk.reviewing.editing
        if editing.draft is None or editing.box is None:
            return marks
        identity = str(editing.draft.id)
        sheet = self._sheet_of_edit(projection)
        is_here = any(h.finding_id == identity and not h.is_original for h in marks.hits)
        if sheet is None or not is_here:
            return marks
        others = tuple(line for line in marks.lines if line.finding_id != identity)
        return joined(Overlay(others, marks.texts, marks.hits), handles_overlay(sheet, editing.box))

    def _sheet_of_edit(self, projection: Projection) -> Sheet | None:
        editing, shown = self._desk.reviewing.editing, self.shown
        owner, draft = editing.display_set, editing.draft
        if owner is None or draft is None or shown is None:
            return None
        if self.state.kind is ViewportKind.VOLUME:
            return None
        if self.state.kind is ViewportKind.STACK and shown.id == owner.id:
            return image_sheet(projection, owner.shape, self.state.slice_index)
        if owner.geometry is None or draft.box is None:
            return None
        return patient_sheet(projection, owner.geometry)

    def _knobs(self, size_px: Size) -> list[Overlay]:
        selected = self._desk.measuring.measurement(self._desk.measuring.selected)
        ends = None if selected is None else self._ruler_ends(selected, size_px)
        return [] if ends is None else [knobs_overlay(ends)]

    def _pointer(self, shown: DisplaySet, projection: Projection) -> list[Overlay]:
        place = self._desk.pointing.place_in(shown)
        if place is None or shown.geometry is None:
            return []
        return [pointer_overlay(projection, place, shown.geometry.spacing_mm[0] / 2 + 1e-3)]

    def _lengths(self) -> tuple[LengthMeasurement, ...]:
        shown = self.shown
        return () if shown is None else self._desk.measuring.measurements(shown.id)

    def _ruler_ends(self, length: LengthMeasurement, size_px: Size) -> Ends | None:
        projection, shown = self.projection(size_px), self.shown
        if projection is None or shown is None:
            return None
        lines = lengths_overlay((length,), shown, self.state, projection, self._desk.render).lines
        if not lines:
            return None
        first, last = lines[0].points[0], lines[0].points[-1]
        return first, last


def rectangle(first: Point, second: Point) -> Overlay:
    """A box while it is drawn."""
    (x0, y0), (x1, y1) = first, second
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Overlay((Polyline(corners, Ink.READER, is_closed=True),))


def _area(hit: HitArea) -> float:
    return (hit.x1 - hit.x0) * (hit.y1 - hit.y0)


def _distance_to_line(ends: Ends, at: Point) -> float:
    (x0, y0), (x1, y1) = ends
    dx, dy = x1 - x0, y1 - y0
    share = ((at[0] - x0) * dx + (at[1] - y0) * dy) / max(1e-9, dx * dx + dy * dy)
    share = max(0.0, min(1.0, share))
    return math.dist((x0 + share * dx, y0 + share * dy), at)
