"""Planes, slabs and 3D (reading defaults 3)."""

from __future__ import annotations

from dataclasses import replace

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.context import Notice
from medai_desktop.session.hanging import Hanging, Position
from medai_desktop.text import Message, message
from medai_desktop.view.projection import SHOWN_PLANES
from medai_desktop.view.reading_order import slice_through
from medai_desktop.view.series_words import slice_step_mm
from medai_desktop.view.slot_rule import LEAST_PLANE_SLICES, MOST_PLANE_STEP_MM
from medai_desktop.view.viewport import Layout, Slab, ViewportKind, ViewportState


class Planes(Hanging):
    """Three planes, slabs, and 3D of one display set, and the way back."""

    _entered_at: Position | None = None

    def toggle_planes(self) -> None:
        """Three planes of the active display set, or back."""
        if self._back_from(ViewportKind.PLANE):
            return
        shown = self.active_display_set
        if shown is None or not self._can_be_volume(shown):
            return
        step_mm = slice_step_mm(shown) or 0.0
        if step_mm > MOST_PLANE_STEP_MM:
            self.say(message("session.coarse_planes", step=f"{step_mm:.1f}"))
        base = self._base_state(shown)
        states = tuple(
            replace(base, kind=ViewportKind.PLANE, plane=plane) for plane in SHOWN_PLANES
        )
        self._enter(Layout(2, 2, states, first_is_tall=True), shown)

    def toggle_volume(self) -> None:
        """The active display set in 3D, or back."""
        if self._back_from(ViewportKind.VOLUME):
            return
        shown = self.active_display_set
        if shown is None or not self._can_be_volume(shown):
            return
        base = replace(
            self._base_state(shown),
            kind=ViewportKind.VOLUME,
            preset_3d=self._presets.opening_3d(shown),
            slab=Slab(),
        )
        self._enter(Layout(1, 1, (base,)), shown)

    def cycle_slab(self) -> None:
        """The next slab of the active viewport, then none again; planes of a volume share it."""
        state, shown = self.layout.active_viewport, self.active_display_set
        if shown is None or state.kind is ViewportKind.VOLUME:
            return
        choices = (Slab(), *self._presets.slabs.choices(shown, state.preset))
        if len(choices) == 1:
            self.say(message("session.no_slab"))
            return
        place = choices.index(state.slab) if state.slab in choices else -1
        slab = choices[(place + 1) % len(choices)]
        touched = set()
        for index, other in enumerate(self.layout.viewports):
            is_plane = other.kind is state.kind is ViewportKind.PLANE
            same = is_plane and other.display_set_id == state.display_set_id
            if index == self.layout.active or same:
                self._put(index, replace(other, slab=slab))
                touched.add(index)
        self._changed(touched)

    # -- inner ---------------------------------------------------------------------------------

    def _base_state(self, shown: DisplaySet) -> ViewportState:
        now = self.layout.active_viewport
        return ViewportState(
            display_set_id=shown.id,
            slice_index=now.slice_index,
            window=now.window,
            preset=now.preset,
            slot_preset=now.slot_preset,
            is_inverted=now.is_inverted,
            slab=now.slab,
        )

    def _can_be_volume(self, shown: DisplaySet) -> bool:
        if len(shown.frames) < LEAST_PLANE_SLICES:
            self.say(message("session.too_few_slices", least=LEAST_PLANE_SLICES))
            return False
        reason = self._why_no_volume(shown)
        if reason is not None:
            self._context.notify(Notice(message("session.no_planes", reason=reason)))
        return reason is None

    def _why_no_volume(self, shown: DisplaySet) -> Message | None:
        if not shown.allows_volume:
            return shown.messages[0] if shown.messages else message("session.no_geometry")
        if shown.pixels.is_colour:
            return message("session.colour_images")
        failures = self._opening.failures(shown.id)
        return failures[0][1] if failures else self._opening.shortage(shown.id)

    def _enter(self, layout: Layout, shown: DisplaySet) -> None:
        now = self.layout.active_viewport
        if now.kind is ViewportKind.STACK or self.crosshair_lps_mm is None:
            self.crosshair_lps_mm = self._crosshair_for(shown, now.slice_index)
        if self._before_planes is None:
            self._before_planes = self.layout
            self._entered_at = self.crosshair_lps_mm
        self._set_layout(layout)

    def _back_from(self, kind: ViewportKind) -> bool:
        """To the stacks, at the place and with the window that planes or 3D were left with."""
        now = self.layout.active_viewport
        if now.kind is not kind or self._before_planes is None:
            return False
        self.layout, self._before_planes = self._before_planes, None
        home = self.layout.active_viewport
        if home.display_set_id == now.display_set_id:
            kept = replace(home, window=now.window, preset=now.preset, is_inverted=now.is_inverted)
            self._put(self.layout.active, kept)
        if self.crosshair_lps_mm is not None and self.crosshair_lps_mm != self._entered_at:
            self._follow_crosshair(self.crosshair_lps_mm, now.display_set_id)
        self._set_layout(self.layout)
        return True

    def _follow_crosshair(self, position: Position, identity: str | None) -> None:
        source = self._opening.display_set(identity)
        for index, state in enumerate(self.layout.viewports):
            shown = self.display_set_in(index)
            if shown is None or source is None or state.kind is not ViewportKind.STACK:
                continue
            is_there = shown.id == source.id or source.shares_frame_with(shown)
            k = slice_through(shown, position) if is_there else None
            if k is not None:
                self._put(index, self._at_slice(shown, state, k))
