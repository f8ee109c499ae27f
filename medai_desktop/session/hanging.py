"""Hanging: protocols, stages, grids, and which series goes into which viewport."""

from __future__ import annotations

from dataclasses import replace

from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.linking import same_place
from medai_desktop.session.opening import Opening
from medai_desktop.session.scrolling import Scrolling
from medai_desktop.text import message
from medai_desktop.view.hanging import HangingProtocols, Slot, Stage, is_scout
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.projection import default_orientation
from medai_desktop.view.reading_order import image_center_lps_mm, opening_slice, slice_through
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import Layout, ViewportKind, ViewportState
from medai_desktop.volume import MrClass

Position = tuple[float, float, float]
DIFFUSION_PAIR = {MrClass.DWI: MrClass.ADC, MrClass.ADC: MrClass.DWI}


class Hanging(Scrolling):
    """What hangs where.

    Args:
        context: shared by the parts of the desk.
        opening: brings display sets and pixels.
        presets: windows, slabs and 3D presets.
        protocols: hanging protocols.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        presets: WindowPresets,
        protocols: HangingProtocols,
    ) -> None:
        super().__init__(context, opening, presets)
        self._protocols = protocols
        self.stages: tuple[Stage, ...] = ()
        self.stage_index = 0
        self.tool = Tool.WINDOW
        self._before_planes: Layout | None = None
        self._left_at: dict[str, int] = {}
        opening.when_study_selected = self.hang

    def hang(self, study: Study) -> None:
        """Hangs a study by its protocol, first stage."""
        self._note_where_left()
        self.stages = self._protocols.stages(study)
        self._before_planes = None
        self.crosshair_lps_mm = None
        self.tool = Tool.WINDOW
        self._apply_stage(0, None)

    def change_stage(self, steps: int) -> None:
        """The next or previous stage of the protocol; stays at the ends."""
        wanted = max(0, min(len(self.stages) - 1, self.stage_index + steps))
        if self.stages and (wanted != self.stage_index or self._before_planes is not None):
            self._note_where_left()
            self._before_planes = None
            self._apply_stage(wanted, self.layout.active_viewport)

    def set_layout(self, rows: int, columns: int) -> None:
        """A grid of the reader's choice; display sets of the study fill new viewports."""
        study, count = self._opening.current_study, rows * columns
        self._note_where_left()
        before = self._before_planes or self.layout
        active = before.active_viewport
        kept = [v for v in before.viewports if v.kind is ViewportKind.STACK and v.display_set_id]
        if active in kept[count:]:
            kept[count - 1] = active
        used = {state.display_set_id for state in kept}
        sets = study.display_sets if study else ()
        others = [d for d in sets if d.id not in used and not is_scout(d)]
        while len(kept) < count and others:
            kept.append(self._state_for(others.pop(0), active))
        kept += [ViewportState()] * (count - len(kept))
        states = tuple(kept[:count])
        self._before_planes = None
        self._set_layout(
            Layout(rows, columns, states, states.index(active) if active in states else 0)
        )

    def show(self, display_set_id: str, viewport: int) -> None:
        """Shows a display set in a viewport, at the same place when the frame is the same.

        One of another study makes that study the current one.
        """
        chosen = self._opening.display_set(display_set_id)
        study = self._opening.study_of(display_set_id)
        if chosen is None or study is None:
            return
        self._note_where_left()
        if study is not self._opening.current_study:
            self._opening.select_study(study.id)
            if self.is_in_view(display_set_id):
                return
            viewport = self.layout.active
        elif self._before_planes is not None:
            self.layout, self._before_planes = self._before_planes, None
            viewport = self.layout.active
        old, before = self.layout.viewports[viewport], self.display_set_in(viewport)
        slot_preset = ""
        if before is not None and before.series.modality == chosen.series.modality:
            slot_preset = old.slot_preset
        state = self._state_for(chosen, old, slot_preset)
        self._set_layout(replace(self.layout.with_viewport(viewport, state), active=viewport))

    def show_neighbour(self, steps: int) -> None:
        """The next or previous series of the study in the active viewport."""
        study, shown = self._opening.current_study, self.active_display_set
        if study is None or shown is None:
            return
        ids = [candidate.id for candidate in study.display_sets]
        place = ids.index(shown.id) + steps if shown.id in ids else -1
        if 0 <= place < len(ids):
            self.show(ids[place], self.layout.active)

    def swap_diffusion(self) -> None:
        """DWI for ADC in the active viewport, or back."""
        study, shown = self._opening.current_study, self.active_display_set
        if study is None or shown is None:
            return
        wanted = DIFFUSION_PAIR.get(shown.acquisition.mr_class)
        for candidate in study.display_sets:
            is_of_class = wanted is not None and candidate.acquisition.mr_class is wanted
            if is_of_class and same_place(shown, len(shown.frames) // 2, candidate) is not None:
                self.show(candidate.id, self.layout.active)
                return
        self.say(message("session.no_diffusion_pair"))

    # -- inner ---------------------------------------------------------------------------------

    def _apply_stage(self, index: int, near: ViewportState | None) -> None:
        self.stage_index = index
        stage = self.stages[index]
        states = tuple(self._state_for_slot(slot, near) for slot in stage.slots)
        missing = stage.rows * stage.columns - len(states)
        self._set_layout(Layout(stage.rows, stage.columns, states + (ViewportState(),) * missing))

    def _state_for_slot(self, slot: Slot | None, near: ViewportState | None) -> ViewportState:
        shown = None if slot is None else self._opening.display_set(slot.display_set_id)
        if shown is None or slot is None:
            return ViewportState()
        state = replace(
            self._state_for(shown, near, slot.preset),
            is_inverted=slot.is_inverted,
            opens_inverted=slot.is_inverted,
        )
        if slot.kind is not ViewportKind.PLANE or slot.plane is None or not shown.allows_volume:
            return state
        self.crosshair_lps_mm = self._crosshair_for(shown, state.slice_index)
        return replace(state, kind=ViewportKind.PLANE, plane=slot.plane)

    def _state_for(
        self, shown: DisplaySet, near: ViewportState | None, slot_preset: str = ""
    ) -> ViewportState:
        """A fresh viewport: same place as its neighbour, else where it was left, else its start."""
        turns, horizontally, vertically = default_orientation(shown)
        place = None if near is None else self._place_near(shown, near)
        if place is None:
            place = self._left_at.get(shown.id, opening_slice(shown))
        preset = self._presets.opening_preset(shown, slot_preset)
        return ViewportState(
            display_set_id=shown.id,
            slice_index=place,
            slot_preset=slot_preset,
            quarter_turns=turns,
            is_flipped_horizontally=horizontally,
            is_flipped_vertically=vertically,
            slab=self._presets.slabs.opening(shown, preset),
        )

    def _place_near(self, shown: DisplaySet, near: ViewportState) -> int | None:
        neighbour = self._opening.display_set(near.display_set_id)
        if neighbour is None:
            return None
        if near.kind is not ViewportKind.STACK and self.crosshair_lps_mm is not None:
            is_there = shown.id == neighbour.id or neighbour.shares_frame_with(shown)
            return slice_through(shown, self.crosshair_lps_mm) if is_there else None
        return same_place(neighbour, near.slice_index, shown)

    def _crosshair_for(self, shown: DisplaySet, slice_index: int) -> Position | None:
        """The crosshair on a slice: where it was in the plane, else in the middle."""
        middle, geometry = image_center_lps_mm(shown, slice_index), shown.geometry
        if middle is None or geometry is None:
            return None
        place = middle
        if self.crosshair_lps_mm is not None:
            before = middle * 0 + self.crosshair_lps_mm
            moved = before - float((before - middle) @ geometry.normal) * geometry.normal
            place = moved if geometry.contains(moved) else middle
        x, y, z = (float(v) for v in place)
        return x, y, z

    def _note_where_left(self) -> None:
        for state in (*self.layout.viewports, self.layout.active_viewport):
            if state.display_set_id is not None and state.kind is ViewportKind.STACK:
                self._left_at[state.display_set_id] = state.slice_index

    def _set_layout(self, layout: Layout) -> None:
        self.layout = layout
        for state in (layout.active_viewport, *layout.viewports):
            if state.display_set_id is not None:
                self._opening.ensure_loaded(state.display_set_id, state.slice_index)
        for identity in {state.display_set_id for state in layout.viewports}:
            shown = self._opening.display_set(identity)
            if shown is not None:
                self._choose_windows(shown)
        self._context.changed(Changes(layout=True, viewports=self._all(), findings=True))
