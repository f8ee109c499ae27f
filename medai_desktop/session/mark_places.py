"""Where a mark lies in the viewports: going there, and whether it is there."""

from __future__ import annotations

import uuid
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import ViewPlane, standard_plane
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.finding_rows import FindingRow
from medai_desktop.session.viewing import Viewing
from medai_desktop.view.slab import slices_in_slab
from medai_desktop.view.viewport import ViewportKind


class Sight(Protocol):
    """A viewport that knows what it really paints."""

    def shows(self, finding_id: uuid.UUID) -> bool:
        """Whether the mark of a finding is inside the picture now."""
        ...

    def bring_into_view(self, finding_id: uuid.UUID) -> None:
        """Moves the picture when the mark lies beside it."""
        ...

    def cancel_drag(self) -> bool:
        """Ends a drag without effect; returns whether there was one."""
        ...


def jump_to(viewing: Viewing, row: FindingRow) -> None:
    """Shows the middle of a finding in every viewport that can show it, linked ones too.

    A viewport with the finding's own series becomes the active one: planes, 3D and presets are
    then those of the series that was looked at.
    """
    finding, shown = row.finding, row.display_set
    _make_visible(viewing, shown)
    _activate_own(viewing, shown)
    if finding.box is not None and shown.geometry is not None:
        viewing.show_position(finding.box.center_lps_mm, shown)
    if finding.central_slice is None:
        return
    for index, state in enumerate(viewing.layout.viewports):
        if state.kind is ViewportKind.STACK and state.display_set_id == shown.id:
            viewing.go_to_slice(index, finding.central_slice)


def crosses(viewing: Viewing, row: FindingRow, index: int) -> bool:
    """Whether a finding crosses the image or plane of a viewport."""
    layout = viewing.layout
    if layout.maximised not in (None, index):
        return False
    state, shown = layout.viewports[index], viewing.display_set_in(index)
    if shown is None:
        return False
    if state.kind is ViewportKind.STACK and shown.id == row.display_set.id:
        return any(k in row.finding.slice_indices for k, _ in slices_in_slab(shown, state))
    box, plane = row.finding.box, _plane(viewing, index)
    if box is None or plane is None or not _share(shown, row.display_set):
        return False
    return len(box.section_lps_mm(plane)) > 0


def _plane(viewing: Viewing, index: int) -> ViewPlane | None:
    """The plane that a viewport looks at; None for 3D and without geometry."""
    state, shown = viewing.layout.viewports[index], viewing.display_set_in(index)
    if state.kind is ViewportKind.PLANE and state.plane is not None:
        cross = viewing.crosshair_lps_mm
        return None if cross is None else standard_plane(state.plane, cross)
    if state.kind is not ViewportKind.STACK or shown is None or shown.geometry is None:
        return None
    right, down = shown.geometry.direction[:, 0], shown.geometry.direction[:, 1]
    middle = shown.geometry.world_from_voxel([0.0, 0.0, float(state.slice_index)])
    return ViewPlane(_triple(middle), _triple(right), _triple(down))


def _make_visible(viewing: Viewing, shown: DisplaySet) -> None:
    layout = viewing.layout
    visible = range(len(layout.viewports)) if layout.maximised is None else [layout.maximised]
    for index in visible:
        other = viewing.display_set_in(index)
        if other is not None and _share(other, shown):
            return
    if layout.maximised is not None and any(
        state.display_set_id == shown.id for state in layout.viewports
    ):
        viewing.toggle_maximise(layout.active)
    else:
        viewing.show(shown.id, layout.active)


def _activate_own(viewing: Viewing, shown: DisplaySet) -> None:
    layout = viewing.layout
    if layout.maximised is not None or layout.active_viewport.display_set_id == shown.id:
        return
    for index, state in enumerate(layout.viewports):
        if state.display_set_id == shown.id:
            viewing.activate(index)
            return


def _share(first: DisplaySet, second: DisplaySet) -> bool:
    return first.id == second.id or first.shares_frame_with(second)


def _triple(vector: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
