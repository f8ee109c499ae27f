"""Grey: which window opens, presets, windows by hand (reading defaults 1)."""

from __future__ import annotations

import math
from dataclasses import replace

from medai_desktop.series.classification import RADIOGRAPHS
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.context import DeskContext
from medai_desktop.session.linking import windows_are_linked
from medai_desktop.session.opening import Opening
from medai_desktop.session.viewports import Viewports
from medai_desktop.text import Message
from medai_desktop.view.exposed_field import exposed_field
from medai_desktop.view.presets import WindowPresets, file_window
from medai_desktop.view.viewport import CUSTOM, ViewportState
from medai_desktop.volume import Volume, Window


class Windowing(Viewports):
    """Windows of the viewports.

    What the reader sets stays with the display set and its slot: it is there again when the slot
    comes back.
    """

    def __init__(self, context: DeskContext, opening: Opening, presets: WindowPresets) -> None:
        super().__init__(context, opening, presets)
        self._own_windows: dict[tuple[str, str], tuple[str, Window]] = {}
        self._from_part: set[str] = set()
        opening.when_slices_arrived = self._slices_arrived

    def set_window(self, index: int, window: Window) -> None:
        """A window by hand; linked CT tiles follow."""
        self._apply_window(index, window, CUSTOM)

    def set_preset(self, index: int, preset: str) -> None:
        """A window preset by id."""
        shown, state = self.display_set_in(index), self.layout.viewports[index]
        if shown is None:
            return
        if preset == "file":
            window = file_window(shown, state.slice_index)
        else:
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

    def _at_slice(self, shown: DisplaySet, state: ViewportState, index: int) -> ViewportState:
        """The same viewport at another slice, with that slice's window where the file has one."""
        window = state.window
        if state.preset == "file" and not shown.pixels.is_colour:
            window = file_window(shown, index) or window
        return replace(state, slice_index=index, window=window)

    def _forget_window(self, shown: DisplaySet, state: ViewportState) -> None:
        self._own_windows.pop((shown.id, state.slot_preset), None)

    def _choose_windows(self, shown: DisplaySet) -> set[int]:
        """Opens windows where there are none yet; returns the viewports that changed."""
        waiting = [
            (index, state)
            for index, state in enumerate(self.layout.viewports)
            if state.display_set_id == shown.id
        ]
        is_complete = self._opening.loading(shown.id).is_complete
        is_final = is_complete and shown.id in self._from_part
        open_now = [(index, state) for index, state in waiting if state.window is None]
        if not waiting or not (open_now or is_final):
            return set()
        part = self._opening.loaded_part(shown.id)
        for index, state in open_now:
            self._put(index, self._opened(shown, state, part))
        if part is not None and not is_complete:
            self._from_part.add(shown.id)
        if is_final:
            self._from_part.discard(shown.id)
            for index, _ in waiting:
                self._put(index, self._again(shown, self.layout.viewports[index], part))
        return {index for index, _ in (waiting if is_final else open_now)}

    def _opened(
        self, shown: DisplaySet, state: ViewportState, part: Volume | None
    ) -> ViewportState:
        is_film = shown.series.modality in RADIOGRAPHS and len(shown.frames) == 1
        if is_film and part is None:
            return state
        own = self._own_windows.get((shown.id, state.slot_preset))
        chosen = own or self._presets.opening(shown, part, state.slot_preset)
        if chosen is None:
            return state
        field = None
        if is_film and part is not None and not part.is_colour:
            found = exposed_field(part)
            field = None if found == (0, 0, part.shape[2], part.shape[1]) else found
        preset, window = chosen
        opened = replace(state, preset=preset, window=window, fit_px=field)
        return self._at_slice(shown, opened, state.slice_index)

    def _again(self, shown: DisplaySet, state: ViewportState, part: Volume | None) -> ViewportState:
        """A window that a part of the images gave, from all of them."""
        if state.preset == CUSTOM or not self._presets.needs_pixels(state.preset, shown):
            return state
        window = self._presets.window_for(state.preset, shown, part)
        return state if window is None else replace(state, window=window)

    def _apply_window(self, index: int, window: Window, preset: str) -> None:
        shown = self.display_set_in(index)
        is_usable = math.isfinite(window.center) and math.isfinite(window.width)
        if shown is None or not is_usable or shown.pixels.is_colour:
            return
        before = self.layout.viewports[index]
        touched = set()
        for other, state in enumerate(self.layout.viewports):
            same = self.display_set_in(other)
            if other != index and not windows_are_linked(before, shown, state, same):
                continue
            self._put(other, replace(state, window=window, preset=preset))
            self._own_windows[(state.display_set_id or "", state.slot_preset)] = (preset, window)
            touched.add(other)
        self._changed(touched)

    def _slices_arrived(self, identity: str) -> None:
        shown = self._opening.display_set(identity)
        if shown is None:
            return
        self._choose_windows(shown)
        self._changed(
            {i for i, v in enumerate(self.layout.viewports) if v.display_set_id == identity}
        )
