"""The 3D cursor: the place under the mouse, shown in every viewport that shares its space."""

from __future__ import annotations

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.viewing import Viewing

Place = tuple[float, float, float]


class Pointing:
    """Where the reader points, while Shift is held or the 3D cursor tool is dragged.

    Args:
        context: shared by the parts of the desk.
        viewing: its viewports go to the place.
    """

    def __init__(self, context: DeskContext, viewing: Viewing) -> None:
        self._context = context
        self._viewing = viewing
        self.place_lps_mm: Place | None = None
        self._seen_in: DisplaySet | None = None

    def show(self, shown: DisplaySet, place_lps_mm: Place) -> None:
        """Points at a patient position; linked viewports go to its images.

        Args:
            shown: the display set pointed at.
            place_lps_mm: LPS mm in its frame of reference.
        """
        if shown.geometry is None or shown.geometry.frame_of_reference_uid is None:
            return
        self._seen_in = shown
        self.place_lps_mm = place_lps_mm
        self._viewing.show_position(place_lps_mm, shown)

    def hide(self) -> None:
        """Points at nothing."""
        if self.place_lps_mm is not None:
            self.place_lps_mm = self._seen_in = None
            everywhere = frozenset(range(len(self._viewing.layout.viewports)))
            self._context.changed(Changes(viewports=everywhere))

    def place_in(self, shown: DisplaySet) -> Place | None:
        """The place, when it means something in a display set; LPS mm."""
        if self._seen_in is None or not self._seen_in.shares_frame_with(shown):
            return None
        return self.place_lps_mm
