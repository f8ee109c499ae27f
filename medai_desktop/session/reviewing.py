"""Look at marks and decide: agree, reject, edit, add; every decision is journalled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from medai_desktop.errors import StorageError
from medai_desktop.findings import Finding, FindingOrigin, FindingSet, Provenance
from medai_desktop.geometry import standard_plane
from medai_desktop.review import (
    Decision,
    DecisionKind,
    FindingStatus,
    RejectReason,
    ReviewedFinding,
    ReviewHistory,
)
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.opening import Opening
from medai_desktop.session.ports import Journal
from medai_desktop.session.run_detection import Detection
from medai_desktop.session.viewing import Viewing
from medai_desktop.text import message
from medai_desktop.view.slab import slices_in_slab
from medai_desktop.view.viewport import ViewportKind

NO_FINDING = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as the list shows it.

    Attributes:
        reviewed: the finding and what readers made of it.
        display_set: where it was seen.
        provenance: of the program; None for a reader's own.
        is_solid: at or above the higher operating point, or the reader's own.
        is_folded: waits in the group of lower scores.
    """

    reviewed: ReviewedFinding
    display_set: DisplaySet
    provenance: Provenance | None
    is_solid: bool
    is_folded: bool

    @property
    def finding(self) -> Finding:
        """As it now stands."""
        return self.reviewed.finding


class Reviewing:
    """The marks of a desk and the reader's decisions.

    Args:
        context: shared by the parts of the desk.
        opening: which study is open.
        viewing: follows the selection.
        detection: brings findings.
        journal: keeps decisions as they happen.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        viewing: Viewing,
        detection: Detection,
        journal: Journal,
    ) -> None:
        self._context = context
        self._opening = opening
        self._viewing = viewing
        self._detection = detection
        self._journal = journal
        self.history = ReviewHistory((), journal.append_decision)
        self.selected: uuid.UUID | None = None
        self.marks_are_shown = True
        self.is_unfolded = False
        self.reader = journal.reader()
        self._draft_threshold: dict[str, float] = {}
        self._last_threshold: dict[str, float] = {}
        detection.when_found = self._found

    @property
    def needs_reader(self) -> bool:
        """Whether the name of the reader is not known yet; asked once, before a decision."""
        return not self.reader

    def set_reader(self, name: str) -> None:
        """Names the reader; each decision from now on is theirs."""
        self.reader = name.strip()
        try:
            self._journal.remember_reader(self.reader)
        except StorageError as error:
            self._context.notify(Notice(error.message))
        self._context.changed(Changes(findings=True))

    def restore(self, study: Study) -> None:
        """Takes the decisions on a study back from the journal."""
        ids = [shown.id for shown in study.display_sets]
        self.history = ReviewHistory(self._journal.decisions(ids), self._journal.append_decision)
        self.selected = None
        self.is_unfolded = False
        self._draft_threshold.clear()

    def rows(self, display_set_id: str | None = None) -> tuple[FindingRow, ...]:
        """The findings that the list shows: at or above the threshold, or decided on.

        Args:
            display_set_id: of one display set; None for the whole current study.
        """
        study = self._opening.current_study
        if study is None:
            return ()
        result: list[FindingRow] = []
        for shown in study.display_sets:
            if display_set_id in (None, shown.id):
                result += self._rows_of(shown)
        return tuple(sorted(result, key=_list_order))

    def row(self, identity: uuid.UUID | None) -> FindingRow | None:
        """The row of one finding, below the threshold too."""
        return next((r for r in self.rows() if r.finding.id == identity), None)

    def drawn(self) -> tuple[FindingRow, ...]:
        """The rows whose marks are painted."""
        if not self.marks_are_shown:
            return ()
        return tuple(
            row
            for row in self.rows()
            if row.finding.id == self.selected
            or (
                (self.is_unfolded or not row.is_folded)
                and row.reviewed.status is not FindingStatus.REJECTED
            )
        )

    # -- selection -----------------------------------------------------------------------------

    def select(self, identity: uuid.UUID | None, *, jump: bool = True) -> None:
        """Selects a finding and shows its place in every viewport."""
        self.selected = identity
        row = self.row(identity)
        if row is not None and jump:
            self._jump(row)
        self._context.changed(Changes(findings=True, viewports=self._all()))

    def next(self, steps: int) -> None:
        """Selects the next or previous row of the list; folded ones are left out."""
        rows = [row for row in self.rows() if self.is_unfolded or not row.is_folded]
        if not rows:
            return
        ids = [row.finding.id for row in rows]
        place = ids.index(self.selected) + steps if self.selected in ids else (0, -1)[steps < 0]
        self.select(ids[place % len(ids)])

    def selected_is_in_view(self) -> bool:
        """Whether the selected finding crosses what a viewport shows now."""
        row = self.row(self.selected)
        if row is None or not self.marks_are_shown:
            return False
        return any(
            self._crosses(row, index) for index in range(len(self._viewing.layout.viewports))
        )

    # -- decisions -----------------------------------------------------------------------------

    def agree(self) -> bool:
        """Agrees with the selected finding; returns whether it counted."""
        return self._decide(DecisionKind.AGREE)

    def unsure(self) -> bool:
        """Leaves the selected finding as unsure."""
        return self._decide(DecisionKind.UNSURE)

    def reject(self, reason: RejectReason = RejectReason.NONE) -> bool:
        """Rejects the selected finding."""
        return self._decide(DecisionKind.REJECT, reason)

    def edit(self, finding: Finding) -> bool:
        """Takes the reader's box of a finding instead of the program's; the original is kept."""
        row = self.row(finding.id)
        if row is None or self.needs_reader:
            return False
        return self._append(DecisionKind.EDIT, finding, row.display_set.id)

    def add(self, finding: Finding, display_set_id: str) -> bool:
        """Adds a finding that the program left unmarked."""
        if self.needs_reader:
            return False
        own = replace(finding, origin=FindingOrigin.READER, reader=self.reader, score=1.0)
        if not self._append(DecisionKind.ADD, own, display_set_id):
            return False
        self.select(own.id, jump=False)
        return True

    def remove(self) -> bool:
        """Takes away the selected finding if it is the reader's own."""
        row = self.row(self.selected)
        if row is None or row.finding.origin is not FindingOrigin.READER or self.needs_reader:
            return False
        return self._append(DecisionKind.REMOVE, row.finding.id, row.display_set.id)

    def undo(self) -> Decision | None:
        """Takes the last decision back."""
        undone = self.history.undo(self.reader) if self.reader else None
        self._context.changed(Changes(findings=True, viewports=self._all()))
        return undone

    def redo(self) -> Decision | None:
        """Makes the decision again that was taken back last."""
        again = self.history.redo(self.reader) if self.reader else None
        self._context.changed(Changes(findings=True, viewports=self._all()))
        return again

    # -- threshold and visibility --------------------------------------------------------------

    def threshold(self, found: FindingSet) -> float:
        """What counts as positive for a run now: the reader's threshold, or the model's."""
        default = found.provenance.threshold
        draft = self._draft_threshold.get(found.display_set_id)
        return self.history.threshold(found.display_set_id, default) if draft is None else draft

    def set_threshold(self, found: FindingSet, value: float, *, is_final: bool) -> None:
        """Moves the threshold; the final position of a drag is journalled."""
        wanted = max(0.01, min(1.0, value))
        if is_final:
            self._draft_threshold.pop(found.display_set_id, None)
            self._append_threshold(found.display_set_id, wanted)
        else:
            self._draft_threshold[found.display_set_id] = wanted
        self._context.changed(Changes(findings=True, viewports=self._all()))

    def toggle_marks(self) -> None:
        """Marks on or off."""
        self.marks_are_shown = not self.marks_are_shown
        self._context.changed(Changes(findings=True, viewports=self._all()))

    def toggle_folded(self) -> None:
        """Shows or hides the group of lower scores."""
        self.is_unfolded = not self.is_unfolded
        self._context.changed(Changes(findings=True, viewports=self._all()))

    # -- inner ---------------------------------------------------------------------------------

    def _rows_of(self, shown: DisplaySet) -> list[FindingRow]:
        sets = self._detection.finding_sets(shown.id)
        by_finding = {f.id: s for s in sets for f in s.findings}
        all_found = [finding for s in sets for finding in s.findings]
        rows = []
        for reviewed in self.history.reviewed(all_found, shown.id):
            source = by_finding.get(reviewed.original.id)
            if source is None:
                rows.append(FindingRow(reviewed, shown, None, True, False))
                continue
            score = reviewed.original.score
            is_decided = reviewed.status is not FindingStatus.OPEN
            if score < self.threshold(source) and not is_decided:
                continue
            is_solid = score >= source.provenance.threshold_solid
            is_folded = not is_decided and (not is_solid or source.outside_training is not None)
            rows.append(FindingRow(reviewed, shown, source.provenance, is_solid, is_folded))
        return rows

    def _decide(self, kind: DecisionKind, reason: RejectReason = RejectReason.NONE) -> bool:
        row = self.row(self.selected)
        if row is None or self.needs_reader:
            return False
        if not self.selected_is_in_view():
            self._viewing.say(message("session.not_in_view"))
            return False
        return self._append(kind, row.finding.id, row.display_set.id, reason)

    def _append(
        self,
        kind: DecisionKind,
        finding: Finding | uuid.UUID,
        display_set_id: str,
        reason: RejectReason = RejectReason.NONE,
    ) -> bool:
        try:
            self.history.append(
                kind, finding, reader=self.reader, display_set_id=display_set_id, reason=reason
            )
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return False
        self._context.changed(Changes(findings=True, viewports=self._all()))
        return True

    def _append_threshold(self, display_set_id: str, value: float) -> None:
        try:
            self.history.append(
                DecisionKind.MOVE_THRESHOLD,
                NO_FINDING,
                reader=self.reader or "-",
                display_set_id=display_set_id,
                threshold=value,
            )
        except StorageError as error:
            self._context.notify(Notice(error.message))

    def _jump(self, row: FindingRow) -> None:
        finding, shown = row.finding, row.display_set
        viewing = self._viewing
        for index, state in enumerate(viewing.layout.viewports):
            is_stack = state.kind is ViewportKind.STACK and state.display_set_id == shown.id
            if is_stack and finding.central_slice is not None:
                viewing.go_to_slice(index, finding.central_slice)
        if finding.box is not None and shown.geometry is not None:
            uid = shown.geometry.frame_of_reference_uid
            viewing.show_position(finding.box.center_lps_mm, uid)
        if not any(s.display_set_id == shown.id for s in viewing.layout.viewports):
            viewing.show(shown.id, viewing.layout.active)
            if finding.central_slice is not None:
                viewing.go_to_slice(viewing.layout.active, finding.central_slice)

    def _crosses(self, row: FindingRow, index: int) -> bool:
        state = self._viewing.layout.viewports[index]
        shown = self._viewing.display_set_in(index)
        if shown is None:
            return False
        if state.kind is ViewportKind.STACK and shown.id == row.display_set.id:
            return any(k in row.finding.slice_indices for k, _ in slices_in_slab(shown, state))
        cross, box = self._viewing.crosshair_lps_mm, row.finding.box
        if cross is None or box is None or state.plane is None or shown.id != row.display_set.id:
            return False
        return len(box.section_lps_mm(standard_plane(state.plane, cross))) > 0

    def _found(self, found: FindingSet) -> None:
        self.marks_are_shown = True
        first = next((row for row in self.rows(found.display_set_id) if not row.is_folded), None)
        if first is not None and self.selected is None:
            self.select(first.finding.id)

    def _all(self) -> frozenset[int]:
        return frozenset(range(len(self._viewing.layout.viewports)))


def _list_order(row: FindingRow) -> tuple[int, str, float]:
    is_own = row.provenance is None
    return (int(is_own), row.display_set.id, -row.finding.score)
