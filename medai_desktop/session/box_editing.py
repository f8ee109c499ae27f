"""The box of one finding under the reader's hand: a draft until it is accepted."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.findings import Finding
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.box_edit import VoxelBox, voxel_box, with_box


class BoxEditing:
    """At most one box at a time.

    Args:
        decide: makes the decision of an accepted draft; returns whether it counted.
        changed: called after each change of the draft.
    """

    def __init__(self, decide: Callable[[Finding], bool], changed: Callable[[], None]) -> None:
        self._decide = decide
        self._changed = changed
        self._before: VoxelBox | None = None
        self._finding: Finding | None = None
        self.display_set: DisplaySet | None = None
        self.box: VoxelBox | None = None
        self.draft: Finding | None = None

    @property
    def is_active(self) -> bool:
        """Whether handles are shown."""
        return self.box is not None

    def begin(self, finding: Finding, shown: DisplaySet, slice_index: int) -> bool:
        """Puts handles on the box of a finding.

        Args:
            finding: as it now stands.
            shown: where it was seen.
            slice_index: whose box it is when the finding has pixels only.

        Returns:
            Whether there is a box to edit.
        """
        box = voxel_box(finding, shown, slice_index)
        if box is None:
            return False
        self._finding, self._before = finding, box
        self.display_set, self.box, self.draft = shown, box, finding
        self._changed()
        return True

    def propose(self, box: VoxelBox) -> None:
        """Shows another box; nothing is decided yet."""
        if self._finding is None or self.display_set is None or box == self.box:
            return
        self.box = box
        self.draft = with_box(self._finding, self.display_set, box)
        self._changed()

    def accept(self) -> bool:
        """Decides for the draft; a box that was not changed is no decision."""
        draft, is_same = self.draft, self.box == self._before
        if draft is None:
            return False
        self._end()
        is_decided = not is_same and self._decide(draft)
        self._changed()
        return is_decided

    def cancel(self) -> bool:
        """Ends without effect; returns whether there was anything to end."""
        was_active = self.is_active
        if was_active:
            self._end()
            self._changed()
        return was_active

    def _end(self) -> None:
        self._finding = self._before = self.display_set = self.box = self.draft = None
