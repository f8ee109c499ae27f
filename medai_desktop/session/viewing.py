"""What the viewports show: layout, hanging, scrolling, windows, planes and 3D."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.linking import linked_slice, windows_are_linked
from medai_desktop.session.opening import Opening
from medai_desktop.text import Message, message
from medai_desktop.view.camera import turned
from medai_desktop.view.hanging import HangingProtocols, Slot, Stage, opening_slice
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.projection import default_orientation
from medai_desktop.view.reading_order import step
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import CUSTOM, Layout, ViewportKind, ViewportState
from medai_desktop.volume import Window

PLANES = (AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL)
NEXT_IMAGE_LPS = {
    AnatomicalPlane.AXIAL: (0.0, 0.0, -1.0),
    AnatomicalPlane.CORONAL: (0.0, 1.0, 0.0),
    AnatomicalPlane.SAGITTAL: (1.0, 0.0, 0.0),
}
"""Where the wheel goes in each plane (reading defaults 2): caudal, posterior, patient's left."""

MIN_PLANE_SLICES = 10
MAX_PLANE_STEP_MM = 5.0
ZOOM_LIMITS = (0.1, 40.0)


class Viewing:
    """The viewports of a desk.

    Args:
        context: shared by the parts of the desk.
        opening: brings display sets and pixels.
        presets: windows and 3D presets.
        protocols: hanging protocols.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        presets: WindowPresets,
        protocols: HangingProtocols,
    ) -> None:
        self._context = context
        self._opening = opening
        self._presets = presets
        self._protocols = protocols
        self.layout = Layout()
        self.stages: tuple[Stage, ...] = ()
        self.stage_index = 0
        self.tool = Tool.WINDOW
        self.crosshair_lps_mm: tuple[float, float, float] | None = None
        self.everything_is_hidden = False
        self.corner_text_mode = "full"
        self.hint: Message | None = None
        self._before_planes: Layout | None = None
        self._visited: dict[str, set[int]] = {}
        self._left_at: dict[str, int] = {}
        self._slot_presets: dict[str, str | None] = {}
        self.when_first_read_ended: Callable[[str], None] = lambda identity: None
        opening.when_study_selected = self.hang
        opening.when_slices_arrived = self._slices_arrived
        opening.is_in_view = self.is_in_view

    # -- what is there -------------------------------------------------------------------------

    def display_set_in(self, index: int) -> DisplaySet | None:
        """The display set that a viewport shows."""
        return self._opening.display_set(self.layout.viewports[index].display_set_id)

    @property
    def active_display_set(self) -> DisplaySet | None:
        """The display set of the active viewport."""
        return self.display_set_in(self.layout.active)

    def is_in_view(self, identity: str) -> bool:
        """Whether any viewport shows this display set."""
        return any(state.display_set_id == identity for state in self.layout.viewports)

    def visited(self, identity: str) -> frozenset[int]:
        """The slices of a display set that have been on screen."""
        return frozenset(self._visited.get(identity, ()))

    def mark_visited(self, identity: str, slice_index: int) -> None:
        """Notes that a slice is on screen; called by whoever paints it."""
        seen = self._visited.setdefault(identity, set())
        seen.add(slice_index)

    # -- hanging -------------------------------------------------------------------------------

    def hang(self, study: Study) -> None:
        """Hangs a study by its protocol, first stage."""
        self.stages = self._protocols.stages(study)
        self._before_planes = None
        self.crosshair_lps_mm = None
        self.tool = Tool.WINDOW
        self._apply_stage(0)

    def change_stage(self, steps: int) -> None:
        """The next or previous stage of the protocol; stays at the ends."""
        if self.stages:
            self._before_planes = None
            self._apply_stage(max(0, min(len(self.stages) - 1, self.stage_index + steps)))

    def set_layout(self, rows: int, columns: int) -> None:
        """A grid of the reader's choice; display sets of the study fill new viewports."""
        study = self._opening.current_study
        shown = [v for v in self.layout.viewports if v.kind is ViewportKind.STACK]
        used = {state.display_set_id for state in shown}
        others = [d for d in (study.display_sets if study else ()) if d.id not in used]
        while len(shown) < rows * columns and others:
            shown.append(self._state_for(others.pop(0), None))
        shown += [ViewportState()] * (rows * columns - len(shown))
        self._before_planes = None
        self._set_layout(Layout(rows, columns, tuple(shown[: rows * columns])))

    def show(self, display_set_id: str, viewport: int) -> None:
        """Shows a display set in a viewport, at the same place when the frame is the same."""
        chosen = self._opening.display_set(display_set_id)
        study = self._opening.study_of(display_set_id)
        if chosen is None or study is None:
            return
        if study is not self._opening.current_study:
            self._opening.select_study(study.id)
            return
        before = self.display_set_in(viewport)
        state = self._state_for(chosen, None)
        if before is not None:
            old = self.layout.viewports[viewport]
            self._left_at[before.id] = old.slice_index
            same = linked_slice(before, old.slice_index, chosen)
            if same is not None:
                state = replace(state, slice_index=same)
        self._before_planes = None
        self._set_layout(replace(self.layout.with_viewport(viewport, state), active=viewport))

    def show_neighbour(self, steps: int) -> None:
        """The next or previous series of the study in the active viewport."""
        study, shown = self._opening.current_study, self.active_display_set
        if study is None or shown is None:
            return
        ids = [candidate.id for candidate in study.display_sets]
        place = ids.index(shown.id) + steps
        if 0 <= place < len(ids):
            self.show(ids[place], self.layout.active)

    def activate(self, index: int) -> None:
        """Makes a viewport the active one."""
        if index != self.layout.active and 0 <= index < len(self.layout.viewports):
            self.layout = replace(self.layout, active=index)
            self._changed_all()

    def toggle_maximise(self, index: int) -> None:
        """Shows one viewport alone, or the whole grid again."""
        alone = None if self.layout.maximised is not None else index
        self.layout = replace(self.layout, active=index, maximised=alone)
        self._context.changed(Changes(layout=True, viewports=self._all()))

    # -- scrolling -----------------------------------------------------------------------------

    def scroll(self, index: int, steps: int) -> bool:
        """Goes on by images in reading direction; returns whether an end was hit."""
        state, shown = self.layout.viewports[index], self.display_set_in(index)
        if shown is None:
            return False
        if state.kind is ViewportKind.PLANE and state.plane is not None:
            return self._scroll_plane(shown, state.plane, steps)
        if state.kind is ViewportKind.VOLUME:
            return False
        target, hit_end = step(shown, state.slice_index, steps)
        self.go_to_slice(index, target)
        return hit_end

    def go_to_slice(self, index: int, slice_index: int) -> None:
        """Shows a stored slice (array index) and the same place in linked viewports."""
        shown = self.display_set_in(index)
        state = self.layout.viewports[index]
        if shown is None or state.kind is not ViewportKind.STACK:
            return
        wanted = max(0, min(len(shown.frames) - 1, slice_index))
        self._opening.ensure_loaded(shown.id, wanted)
        self.layout = self.layout.with_viewport(index, replace(state, slice_index=wanted))
        touched = {index}
        for other, candidate in enumerate(self.layout.viewports):
            target = self.display_set_in(other)
            if other == index or target is None or candidate.kind is not ViewportKind.STACK:
                continue
            same = linked_slice(shown, wanted, target)
            if same is not None and same != candidate.slice_index:
                self.layout = self.layout.with_viewport(other, replace(candidate, slice_index=same))
                touched.add(other)
        self._changed(touched)

    def show_position(self, position_lps_mm: npt.ArrayLike, frame_uid: str | None) -> None:
        """Goes to a patient position in every viewport of this frame of reference."""
        position = np.asarray(position_lps_mm, dtype=np.float64)
        for index, state in enumerate(self.layout.viewports):
            shown = self.display_set_in(index)
            if shown is None or shown.geometry is None or frame_uid is None:
                continue
            if shown.geometry.frame_of_reference_uid != frame_uid:
                continue
            if state.kind is ViewportKind.STACK:
                k = round(float(shown.geometry.voxel_from_world(position)[2]))
                if 0 <= k < len(shown.frames):
                    self._opening.ensure_loaded(shown.id, k)
                    self.layout = self.layout.with_viewport(index, replace(state, slice_index=k))
        x, y, z = (float(v) for v in position)
        self.crosshair_lps_mm = (x, y, z)
        self._changed_all()

    def place_crosshair(self, position_lps_mm: npt.ArrayLike) -> None:
        """Moves the crosshair: every plane passes through it."""
        shown = self.active_display_set
        if shown is not None and shown.geometry is not None:
            self.show_position(position_lps_mm, shown.geometry.frame_of_reference_uid)

    # -- grey ----------------------------------------------------------------------------------

    def set_window(self, index: int, window: Window) -> None:
        """A window by hand; linked CT tiles of the same preset follow."""
        self._apply_window(index, window, CUSTOM)

    def set_preset(self, index: int, preset: str) -> None:
        """A window preset by id."""
        shown = self.display_set_in(index)
        if shown is None:
            return
        window = self._presets.window_for(preset, shown, self._opening.loaded_part(shown.id))
        if window is not None:
            self._apply_window(index, window, preset)

    def press_number_key(self, number: int) -> None:
        """The preset behind a number key, or a sentence why the key does nothing."""
        shown = self.active_display_set
        if shown is None:
            return
        chosen = self._presets.key_preset(shown, number)
        if isinstance(chosen, Message):
            self.say(chosen)
        else:
            self.set_preset(self.layout.active, chosen)

    def invert(self, index: int) -> None:
        """Dark for bright."""
        state = self.layout.viewports[index]
        self._replace(index, replace(state, is_inverted=not state.is_inverted))

    # -- place on the screen -------------------------------------------------------------------

    def zoom(self, index: int, factor: float, anchor_px: tuple[float, float]) -> None:
        """Enlarges around a point, given relative to the middle of the viewport, in pixels."""
        state = self.layout.viewports[index]
        low, high = ZOOM_LIMITS
        if state.kind is ViewportKind.VOLUME:
            camera = state.camera
            wanted = max(low, min(high, camera.zoom * factor))
            self._replace(index, replace(state, camera=replace(camera, zoom=wanted)))
            return
        wanted = max(low, min(high, state.zoom * factor))
        share = wanted / state.zoom
        pan = (
            anchor_px[0] - (anchor_px[0] - state.pan_px[0]) * share,
            anchor_px[1] - (anchor_px[1] - state.pan_px[1]) * share,
        )
        self._replace(index, replace(state, zoom=wanted, pan_px=pan))
        if state.kind is ViewportKind.PLANE:
            for other, candidate in enumerate(self.layout.viewports):
                if candidate.kind is ViewportKind.PLANE and other != index:
                    self._replace(other, replace(candidate, zoom=wanted))

    def pan(self, index: int, right_px: float, down_px: float) -> None:
        """Shifts the picture."""
        state = self.layout.viewports[index]
        if state.kind is ViewportKind.VOLUME:
            x, y = state.camera.pan_px
            camera = replace(state.camera, pan_px=(x + right_px, y + down_px))
            self._replace(index, replace(state, camera=camera))
            return
        pan = (state.pan_px[0] + right_px, state.pan_px[1] + down_px)
        self._replace(index, replace(state, pan_px=pan))

    def reset_view(self, index: int) -> None:
        """Fit, no turns, the window that opened."""
        state, shown = self.layout.viewports[index], self.display_set_in(index)
        if shown is None:
            return
        fresh = self._state_for(shown, self._slot_presets.get(shown.id))
        self._replace(
            index,
            replace(
                state,
                zoom=1.0,
                pan_px=(0.0, 0.0),
                quarter_turns=fresh.quarter_turns,
                is_flipped_horizontally=fresh.is_flipped_horizontally,
                is_flipped_vertically=fresh.is_flipped_vertically,
                is_inverted=False,
                window=None,
                camera=ViewportState().camera,
            ),
        )
        self._choose_windows(shown)

    def turn(self, index: int, quarters: int) -> None:
        """Turns a stack clockwise by quarters; planes stay patient-orthogonal."""
        state = self.layout.viewports[index]
        if state.kind is ViewportKind.STACK:
            self._replace(index, replace(state, quarter_turns=(state.quarter_turns + quarters) % 4))

    def flip(self, index: int, *, is_horizontal: bool) -> None:
        """Mirrors a stack; the side letters follow."""
        state = self.layout.viewports[index]
        if state.kind is not ViewportKind.STACK:
            return
        if is_horizontal:
            flipped = replace(state, is_flipped_horizontally=not state.is_flipped_horizontally)
        else:
            flipped = replace(state, is_flipped_vertically=not state.is_flipped_vertically)
        self._replace(index, flipped)

    def turn_camera(self, index: int, right_px: float, down_px: float) -> None:
        """Turns a 3D picture by a drag."""
        state = self.layout.viewports[index]
        if state.kind is ViewportKind.VOLUME:
            camera = turned(state.camera, right_px, down_px)
            self._replace(index, replace(state, camera=camera))

    def set_preset_3d(self, preset: str) -> None:
        """A 3D preset for the active viewport."""
        state = self.layout.active_viewport
        if state.kind is ViewportKind.VOLUME:
            self._replace(self.layout.active, replace(state, preset_3d=preset))

    # -- planes and 3D -------------------------------------------------------------------------

    def toggle_planes(self) -> None:
        """Three planes of the active display set, or back."""
        if self._back_from({ViewportKind.PLANE}):
            return
        shown = self.active_display_set
        if shown is None or not self._can_be_volume(shown):
            return
        spacing = 0.0 if shown.geometry is None else shown.geometry.spacing_mm[0]
        if spacing > MAX_PLANE_STEP_MM:
            self.say(message("session.coarse_planes", step=f"{spacing:.1f}"))
        base = self._base_state(shown)
        self.crosshair_lps_mm = self._crosshair_for(shown)
        states = tuple(replace(base, kind=ViewportKind.PLANE, plane=plane) for plane in PLANES)
        self._enter(Layout(1, 3, states))

    def toggle_volume(self) -> None:
        """The active display set in 3D, or back."""
        if self._back_from({ViewportKind.VOLUME}):
            return
        shown = self.active_display_set
        if shown is None or not self._can_be_volume(shown):
            return
        base = replace(
            self._base_state(shown),
            kind=ViewportKind.VOLUME,
            preset_3d=self._presets.opening_3d(shown),
        )
        self._enter(Layout(1, 1, (base,)))

    # -- the rest ------------------------------------------------------------------------------

    def set_tool(self, tool: Tool) -> None:
        """Another tool for the left mouse button."""
        self.tool = tool
        self._context.changed(Changes(tool=True))

    def hide_everything(self, is_hidden: bool) -> None:
        """Everything drawn is gone while Space is held."""
        if is_hidden != self.everything_is_hidden:
            self.everything_is_hidden = is_hidden
            self._changed_all()

    def cycle_corner_text(self) -> None:
        """Full, minimal, off."""
        modes = ("full", "minimal", "off")
        self.corner_text_mode = modes[(modes.index(self.corner_text_mode) + 1) % 3]
        self._changed_all()

    def say(self, said: Message) -> None:
        """A short sentence in the status bar."""
        self.hint = said
        self._context.changed(Changes(tool=True))

    # -- inner ---------------------------------------------------------------------------------

    def _apply_stage(self, index: int) -> None:
        self.stage_index = index
        stage = self.stages[index]
        states = tuple(self._state_for_slot(slot) for slot in stage.slots)
        missing = stage.rows * stage.columns - len(states)
        self._set_layout(Layout(stage.rows, stage.columns, states + (ViewportState(),) * missing))

    def _state_for_slot(self, slot: Slot) -> ViewportState:
        shown = self._opening.display_set(slot.display_set_id)
        if shown is None:
            return ViewportState()
        self._slot_presets[shown.id] = slot.preset
        state = self._state_for(shown, slot.preset)
        start = self._left_at.get(shown.id, opening_slice(shown, slot))
        is_plane = slot.kind is ViewportKind.PLANE and shown.allows_volume
        if is_plane:
            self.crosshair_lps_mm = self._crosshair_for(shown)
        return replace(
            state,
            slice_index=start,
            kind=ViewportKind.PLANE if is_plane else ViewportKind.STACK,
            plane=slot.plane if is_plane else None,
            slab=slot.slab,
        )

    def _state_for(self, shown: DisplaySet, preset: str | None) -> ViewportState:
        turns, horizontally, vertically = default_orientation(shown)
        return ViewportState(
            display_set_id=shown.id,
            slice_index=self._left_at.get(shown.id, len(shown.frames) // 2),
            preset=preset or "",
            quarter_turns=turns,
            is_flipped_horizontally=horizontally,
            is_flipped_vertically=vertically,
        )

    def _base_state(self, shown: DisplaySet) -> ViewportState:
        now = self.layout.active_viewport
        return ViewportState(
            display_set_id=shown.id,
            slice_index=now.slice_index,
            window=now.window,
            preset=now.preset,
            is_inverted=now.is_inverted,
        )

    def _crosshair_for(self, shown: DisplaySet) -> tuple[float, float, float] | None:
        if shown.geometry is None:
            return None
        if self.crosshair_lps_mm is not None and shown.geometry.contains(self.crosshair_lps_mm):
            return self.crosshair_lps_mm
        _, rows, columns = shown.shape
        k = self.layout.active_viewport.slice_index
        if self.layout.active_viewport.display_set_id != shown.id:
            k = len(shown.frames) // 2
        x, y, z = shown.geometry.world_from_voxel([(columns - 1) / 2, (rows - 1) / 2, k])
        return float(x), float(y), float(z)

    def _can_be_volume(self, shown: DisplaySet) -> bool:
        if not shown.allows_volume:
            reason = shown.messages[0] if shown.messages else message("session.no_geometry")
            self._context.notify(Notice(message("session.no_planes", reason=reason)))
            return False
        if len(shown.frames) < MIN_PLANE_SLICES:
            self.say(message("session.too_few_slices", least=MIN_PLANE_SLICES))
            return False
        return True

    def _enter(self, layout: Layout) -> None:
        if self._before_planes is None:
            self._before_planes = self.layout
        self._set_layout(layout)

    def _back_from(self, kinds: set[ViewportKind]) -> bool:
        if self.layout.active_viewport.kind not in kinds or self._before_planes is None:
            return False
        before, self._before_planes = self._before_planes, None
        self._set_layout(before)
        return True

    def _scroll_plane(self, shown: DisplaySet, plane: AnatomicalPlane, steps: int) -> bool:
        geometry, cross = shown.geometry, self.crosshair_lps_mm
        if geometry is None or cross is None:
            return False
        direction = np.array(NEXT_IMAGE_LPS[plane])
        per_index = np.abs(direction @ geometry.affine[:3, :3])
        target = np.array(cross) + direction * steps * float(per_index.max())
        if not geometry.contains(target):
            return True
        self.place_crosshair(target)
        return False

    def _apply_window(self, index: int, window: Window, preset: str) -> None:
        if not math.isfinite(window.center) or not math.isfinite(window.width):
            return
        before = self.layout.viewports[index]
        touched = set()
        for other, state in enumerate(self.layout.viewports):
            same = other == index or windows_are_linked(
                before, self.display_set_in(index), state, self.display_set_in(other)
            )
            if same:
                changed = replace(state, window=window, preset=preset)
                self.layout = self.layout.with_viewport(other, changed)
                touched.add(other)
        self._changed(touched)

    def _slices_arrived(self, identity: str) -> None:
        shown = self._opening.display_set(identity)
        if shown is not None:
            self._choose_windows(shown)
            self._changed(
                {i for i, v in enumerate(self.layout.viewports) if v.display_set_id == identity}
            )

    def _choose_windows(self, shown: DisplaySet) -> None:
        is_complete = self._opening.loading(shown.id).is_complete
        part = self._opening.loaded_part(shown.id)
        if part is None:
            return
        for index, state in enumerate(self.layout.viewports):
            if state.display_set_id != shown.id:
                continue
            if state.window is None or (is_complete and state.preset == "auto"):
                wanted = self._slot_presets.get(shown.id)
                preset, window = self._presets.opening(shown, part, wanted)
                changed = replace(state, preset=preset, window=window)
                self.layout = self.layout.with_viewport(index, changed)
                self._changed({index})

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

    def _replace(self, index: int, state: ViewportState) -> None:
        self.layout = self.layout.with_viewport(index, state)
        self._changed({index})

    def _all(self) -> frozenset[int]:
        return frozenset(range(len(self.layout.viewports)))

    def _changed_all(self) -> None:
        self._context.changed(Changes(viewports=self._all()))

    def _changed(self, indices: set[int]) -> None:
        if indices:
            self._context.changed(Changes(viewports=frozenset(indices)))
