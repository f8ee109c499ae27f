"""Scrolling: one notch, one image; linked viewports, crosshair and planes follow."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.context import DeskContext
from medai_desktop.session.linking import linked_slice
from medai_desktop.session.opening import Opening
from medai_desktop.session.placing import Placing
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.reading_order import slice_through, step
from medai_desktop.view.slab import slices_in_slab, slices_per_step
from medai_desktop.view.viewport import SlabMode, ViewportKind, ViewportState

NEXT_IMAGE_LPS = {
    AnatomicalPlane.AXIAL: (0.0, 0.0, -1.0),
    AnatomicalPlane.CORONAL: (0.0, 1.0, 0.0),
    AnatomicalPlane.SAGITTAL: (1.0, 0.0, 0.0),
}
"""Where the wheel goes in each plane (reading defaults 2): caudal, posterior, patient's left."""


class Scrolling(Placing):
    """Images, planes and the crosshair."""

    def __init__(self, context: DeskContext, opening: Opening, presets: WindowPresets) -> None:
        super().__init__(context, opening, presets)
        self._visited: dict[str, set[int]] = {}

    def visited(self, identity: str) -> frozenset[int]:
        """The slices of a display set that have been on screen."""
        return frozenset(self._visited.get(identity, ()))

    def mark_visited(self, identity: str, slice_index: int) -> None:
        """Notes that a slice is on screen, with its slab; called by whoever paints it."""
        seen = self._visited.setdefault(identity, set())
        seen.add(slice_index)
        for index, state in enumerate(self.layout.viewports):
            shown = self.display_set_in(index)
            is_it = state.display_set_id == identity and state.slice_index == slice_index
            if is_it and shown is not None:
                seen.update(k for k, _ in slices_in_slab(shown, state))

    def scroll(self, index: int, steps: int) -> bool:
        """Goes on by images in reading direction; returns whether an end was hit."""
        state, shown = self.layout.viewports[index], self.display_set_in(index)
        if shown is None:
            return False
        if state.kind is ViewportKind.PLANE:
            return self._scroll_plane(shown, state, steps)
        if state.kind is ViewportKind.VOLUME:
            return False
        target, hit_end = step(shown, state.slice_index, steps * slices_per_step(shown, state))
        self.go_to_slice(index, target)
        return hit_end

    def go_to_slice(self, index: int, slice_index: int) -> None:
        """Shows a stored slice (array index) and the same place in linked viewports."""
        shown = self.display_set_in(index)
        state = self.layout.viewports[index]
        if shown is None or state.kind is not ViewportKind.STACK:
            return
        wanted = max(0, min(len(shown.frames) - 1, slice_index))
        touched = {index}
        for other, candidate in enumerate(self.layout.viewports):
            target = self.display_set_in(other)
            if other == index or target is None or candidate.kind is not ViewportKind.STACK:
                continue
            same = linked_slice(shown, wanted, target)
            if same is not None and same != candidate.slice_index:
                self._show_slice(other, target, same)
                touched.add(other)
        self._show_slice(index, shown, wanted)
        self._changed(touched)

    def show_position(self, position_lps_mm: npt.ArrayLike, seen_in: DisplaySet) -> None:
        """Goes to a patient position in every viewport that shares its frame of reference."""
        self._go_to(position_lps_mm, seen_in.shares_frame_with)

    def place_crosshair(self, position_lps_mm: npt.ArrayLike) -> None:
        """Moves the crosshair: every plane passes through it, linked stacks go there.

        A place outside the active volume changes nothing.
        """
        active = self.active_display_set
        if active is None or active.geometry is None:
            return
        if active.geometry.contains(position_lps_mm):
            self._cross(active, position_lps_mm)

    def _cross(self, through: DisplaySet, position_lps_mm: npt.ArrayLike) -> None:
        self._go_to(
            position_lps_mm,
            lambda shown: shown.id == through.id or through.shares_frame_with(shown),
        )

    def _go_to(
        self, position_lps_mm: npt.ArrayLike, is_there: Callable[[DisplaySet], bool]
    ) -> None:
        position = np.asarray(position_lps_mm, dtype=np.float64)
        is_shown = False
        for index, state in enumerate(self.layout.viewports):
            shown = self.display_set_in(index)
            if shown is None or not is_there(shown):
                continue
            is_shown = True
            if state.kind is ViewportKind.STACK:
                k = slice_through(shown, position)
                if k is not None:
                    self._show_slice(index, shown, k)
        if is_shown:
            x, y, z = (float(v) for v in position)
            self.crosshair_lps_mm = (x, y, z)
            self._changed_all()

    def _show_slice(self, index: int, shown: DisplaySet, slice_index: int) -> None:
        self._opening.ensure_loaded(shown.id, slice_index)
        self._put(index, self._at_slice(shown, self.layout.viewports[index], slice_index))

    def _scroll_plane(self, shown: DisplaySet, state: ViewportState, steps: int) -> bool:
        geometry, cross = shown.geometry, self.crosshair_lps_mm
        if geometry is None or cross is None or state.plane is None:
            return False
        direction = np.array(NEXT_IMAGE_LPS[state.plane])
        step_mm = plane_step_mm(geometry, state)
        first, last = _depths(geometry, direction)
        now = float(np.array(cross) @ direction)
        fewest = min(math.ceil((first - now) / step_mm - 1e-6), 0)
        most = max(math.floor((last - now) / step_mm + 1e-6), 0)
        count = max(fewest, min(most, steps))
        if count:
            self._cross(shown, np.array(cross) + direction * count * step_mm)
        return count != steps


def plane_step_mm(geometry: VolumeGeometry, state: ViewportState) -> float:
    """How far one notch of the wheel moves a plane: one voxel, or half the slab if that is more."""
    if state.plane is None:
        raise ValueError("a plane viewport names its plane")
    direction = np.array(NEXT_IMAGE_LPS[state.plane])
    voxel_mm = float(np.abs(direction @ geometry.affine[:3, :3]).max())
    half_mm = state.slab.thickness_mm / 2 if state.slab.mode is not SlabMode.NONE else 0.0
    return max(voxel_mm, half_mm)


def _depths(geometry: VolumeGeometry, direction: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Where the outermost voxels lie along a direction, millimetres."""
    slices, rows, columns = geometry.shape
    corners = geometry.world_from_voxel(
        [[i, j, k] for i in (0, columns - 1) for j in (0, rows - 1) for k in (0, slices - 1)]
    )
    depths = corners @ direction
    return float(depths.min()), float(depths.max())
