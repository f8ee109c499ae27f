"""Place on the screen: zoom, pan, turns, flips, the 3D camera."""

from __future__ import annotations

from dataclasses import replace

from medai_desktop.session.linking import views_are_linked
from medai_desktop.session.windowing import Windowing
from medai_desktop.view.camera import turned
from medai_desktop.view.projection import default_orientation
from medai_desktop.view.viewport import Camera, ViewportKind, ViewportState

ZOOM_LIMITS = (0.1, 40.0)
Pan = tuple[float, float]


class Placing(Windowing):
    """Zoom, pan, turns and flips of the viewports."""

    def zoom(self, index: int, factor: float, anchor_px: Pan) -> None:
        """Enlarges around a point, given relative to the middle of the viewport, in pixels.

        Linked stacks do the same; the other planes of a volume keep its scale.
        """
        state = self.layout.viewports[index]
        low, high = ZOOM_LIMITS
        if state.kind is ViewportKind.VOLUME:
            wanted = max(low, min(high, state.camera.zoom * factor))
            self._replace(index, replace(state, camera=replace(state.camera, zoom=wanted)))
            return
        wanted = max(low, min(high, state.zoom * factor))
        share = wanted / state.zoom
        pan = (
            anchor_px[0] - (anchor_px[0] - state.pan_px[0]) * share,
            anchor_px[1] - (anchor_px[1] - state.pan_px[1]) * share,
        )
        touched = self._place(index, wanted, pan)
        for other, candidate in enumerate(self.layout.viewports):
            if other != index and _are_planes_of_one(state, candidate):
                middle = (candidate.pan_px[0] * share, candidate.pan_px[1] * share)
                self._put(other, replace(candidate, zoom=wanted, pan_px=middle))
                touched.add(other)
        self._changed(touched)

    def pan(self, index: int, right_px: float, down_px: float) -> None:
        """Shifts the picture; linked stacks follow."""
        state = self.layout.viewports[index]
        if state.kind is ViewportKind.VOLUME:
            x, y = state.camera.pan_px
            camera = replace(state.camera, pan_px=(x + right_px, y + down_px))
            self._replace(index, replace(state, camera=camera))
            return
        pan = (state.pan_px[0] + right_px, state.pan_px[1] + down_px)
        self._changed(self._place(index, state.zoom, pan))

    def fit(self, index: int) -> None:
        """The whole image, or the exposed field of a radiograph, in the middle of the viewport."""
        state = self.layout.viewports[index]
        if state.kind is ViewportKind.VOLUME:
            camera = replace(state.camera, zoom=1.0, pan_px=(0.0, 0.0))
            self._replace(index, replace(state, camera=camera))
            return
        touched = self._place(index, 1.0, (0.0, 0.0))
        for other, candidate in enumerate(self.layout.viewports):
            if other != index and _are_planes_of_one(state, candidate):
                self._put(other, replace(candidate, zoom=1.0, pan_px=(0.0, 0.0)))
                touched.add(other)
        self._changed(touched)

    def reset_view(self, index: int) -> None:
        """Fit, no turns, the window that opened in this slot; linked tiles are fitted too."""
        shown = self.display_set_in(index)
        if shown is None:
            return
        self.fit(index)
        state = self.layout.viewports[index]
        turns, horizontally, vertically = default_orientation(shown)
        self._forget_window(shown, state)
        self._put(
            index,
            replace(
                state,
                quarter_turns=turns,
                is_flipped_horizontally=horizontally,
                is_flipped_vertically=vertically,
                is_inverted=state.opens_inverted,
                window=None,
                camera=Camera(),
            ),
        )
        self._changed(self._choose_windows(shown) | {index})

    def turn(self, index: int, quarters: int) -> None:
        """Turns a stack clockwise by quarters as seen; planes stay patient-orthogonal."""
        state = self.layout.viewports[index]
        if state.kind is not ViewportKind.STACK:
            return
        is_mirrored = state.is_flipped_horizontally != state.is_flipped_vertically
        turns = (state.quarter_turns + (-quarters if is_mirrored else quarters)) % 4
        self._replace(index, replace(state, quarter_turns=turns))

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

    def _place(self, index: int, zoom: float, pan_px: Pan) -> set[int]:
        """Zoom and pan of a viewport and of its linked stacks; returns which changed."""
        before, shown = self.layout.viewports[index], self.display_set_in(index)
        touched = {index}
        self._put(index, replace(before, zoom=zoom, pan_px=pan_px))
        for other, state in enumerate(self.layout.viewports):
            same = self.display_set_in(other)
            if other != index and views_are_linked(before, shown, state, same):
                self._put(other, replace(state, zoom=zoom, pan_px=pan_px))
                touched.add(other)
        return touched


def _are_planes_of_one(state: ViewportState, other: ViewportState) -> bool:
    is_plane = state.kind is other.kind is ViewportKind.PLANE
    return is_plane and state.display_set_id == other.display_set_id
