"""Look at marks and decide: agree, reject, edit, add; every decision is journalled."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from medai_desktop.findings import (
    CodedConcept,
    Finding,
    FindingOrigin,
    FindingSet,
    reader_finding_id,
)
from medai_desktop.review import Decision, DecisionKind, FindingStatus, RejectReason, ReviewHistory
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.box_editing import BoxEditing
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.deciding import Deciding, Wanted
from medai_desktop.session.finding_rows import (
    FindingRow,
    place_of,
    rows_of_study,
    rows_to_draw,
    was_marked_before,
)
from medai_desktop.session.known_images import KnownImages
from medai_desktop.session.mark_places import Sight, crosses, jump_to
from medai_desktop.session.memo import Memo
from medai_desktop.session.opening import Opening
from medai_desktop.session.ports import Journal
from medai_desktop.session.run_detection import Detection
from medai_desktop.session.undoing import Undoing
from medai_desktop.session.viewing import Viewing
from medai_desktop.text import Message, message
from medai_desktop.view.box_edit import VoxelBox, with_box
from medai_desktop.view.viewport import ViewportKind

__all__ = ["FindingRow", "Reviewing"]

READERS_LABEL = "lesion"
READERS_CODE = CodedConcept("SCT", "52988006", "Lesion")
"""What a reader's own mark is called: a place, no judgement of what it is."""

OF_PROGRAM = frozenset({DecisionKind.AGREE, DecisionKind.REJECT, DecisionKind.UNSURE})
"""What is decided on a program's mark; the reader's own is edited or removed."""


class Reviewing:
    """The marks of a desk and the reader's decisions.

    Args:
        context: shared by the parts of the desk.
        opening: which study is open.
        viewing: follows the selection.
        detection: brings findings.
        journal: keeps decisions as they happen.
        undoing: one order with the measurements.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the desk
        self,
        context: DeskContext,
        opening: Opening,
        viewing: Viewing,
        detection: Detection,
        journal: Journal,
        undoing: Undoing,
    ) -> None:
        self._context = context
        self._opening = opening
        self._viewing = viewing
        self._detection = detection
        self.images = KnownImages(opening)
        self._deciding = Deciding(context, viewing, journal, undoing, self.images)
        self._deciding.when_turned = self._turned
        self._deciding.place_of_decision = self._place
        self.editing = BoxEditing(self.edit, self._changed)
        self.selected: uuid.UUID | None = None
        self.marks_are_shown = True
        self.is_unfolded = False
        self.sights: list[Sight] = []
        self.when_selected: Callable[[], None] = lambda: None
        self._revealed: uuid.UUID | None = None
        self._left_at: object = None
        self._rows: Memo[tuple[FindingRow, ...]] = Memo()
        self._drawn: Memo[tuple[FindingRow, ...]] = Memo()
        detection.when_started = self._started
        detection.when_found = self._found

    # -- the reader ----------------------------------------------------------------------------

    @property
    def reader(self) -> str:
        """Name of the reader; empty while unknown."""
        return self._deciding.reader

    @property
    def needs_reader(self) -> bool:
        """Whether the name of the reader is not known yet; asked once, before a decision."""
        return not self._deciding.reader

    @property
    def history(self) -> ReviewHistory:
        """The decisions on the current study."""
        return self._deciding.history

    def set_reader(self, name: str) -> None:
        """Names the reader; each decision from now on is theirs."""
        self._deciding.set_reader(name)

    def ask_reader_by(self, ask: Callable[[Callable[[], None]], None]) -> None:
        """How to ask for the name when a decision needs it; the window sets it."""
        self._deciding.ask_reader = ask

    def restore(self, study: Study) -> None:
        """Takes the decisions on a study back from the journal."""
        self.editing.cancel()
        self.selected = self._revealed = None
        self.is_unfolded, self.marks_are_shown = False, True
        self._deciding.restore(study)
        self._say_without_mark()

    # -- what is listed and drawn --------------------------------------------------------------

    def rows(self, display_set_id: str | None = None) -> tuple[FindingRow, ...]:
        """The findings that the list shows: at or above the threshold, or decided on.

        Args:
            display_set_id: of one display set; None for the whole current study.
        """
        study = self._opening.current_study
        if study is None:
            return ()
        rows = self._rows.of(
            (study,),
            (self._detection.version, self._deciding.version),
            lambda: rows_of_study(study, self._detection, self.history, self.threshold),
        )
        if display_set_id is None:
            return rows
        return tuple(row for row in rows if row.display_set.id == display_set_id)

    def row(self, identity: uuid.UUID | None) -> FindingRow | None:
        """The row of one finding; None when the list has it not."""
        return next((r for r in self.rows() if r.finding.id == identity), None)

    def drawn(self) -> tuple[FindingRow, ...]:
        """The rows whose marks are painted; the same object until something changes."""
        rows, draft = self.rows(), self.editing.draft
        if not self.marks_are_shown:
            return ()
        return self._drawn.of(
            (rows, draft),
            (self._revealed, self.is_unfolded),
            lambda: rows_to_draw(rows, draft, self._revealed, is_unfolded=self.is_unfolded),
        )

    def toggle_marks(self) -> None:
        """Marks on or off."""
        self.marks_are_shown = not self.marks_are_shown
        self.editing.cancel()
        self._changed()

    def toggle_folded(self) -> None:
        """Shows or hides the group of lower scores."""
        self.is_unfolded = not self.is_unfolded
        self._changed()

    # -- selection -----------------------------------------------------------------------------

    def select(self, identity: uuid.UUID | None, *, jump: bool = True) -> None:
        """Selects a finding and shows its place in every viewport."""
        if self.editing.draft is not None and self.editing.draft.id != identity:
            self.editing.accept()
        self.selected = self._revealed = identity
        row = self.row(identity)
        if row is not None:
            self.when_selected()
            if jump:
                jump_to(self._viewing, row)
        self._changed()
        if row is not None and jump:
            for sight in self.sights:
                sight.bring_into_view(row.finding.id)

    def next(self, steps: int) -> None:
        """Selects the next or previous row of the list; folded and rejected ones are left out."""
        rows = self.rows()
        ids = [row.finding.id for row in rows]
        place = ids.index(self.selected) if self.selected in ids else (-1, 0)[steps < 0]
        for offset in range(1, len(rows) + 1):
            row = rows[(place + (offset if steps > 0 else -offset)) % len(rows)]
            is_rejected = row.reviewed.status is FindingStatus.REJECTED
            if not is_rejected and (self.is_unfolded or not row.is_folded):
                self.marks_are_shown = True
                self.select(row.finding.id)
                return

    def selected_is_in_view(self) -> bool:
        """Whether the mark of the selected finding is painted in a viewport now."""
        if self._viewing.everything_is_hidden:
            return False
        row = next((r for r in self.drawn() if r.finding.id == self.selected), None)
        if row is None:
            return False
        if self.sights:
            return any(sight.shows(row.finding.id) for sight in self.sights)
        everywhere = range(len(self._viewing.layout.viewports))
        return any(crosses(self._viewing, row, index) for index in everywhere)

    # -- decisions -----------------------------------------------------------------------------

    def agree(self) -> bool:
        """Agrees with the selected finding; returns whether it counted."""
        self.editing.accept()
        return self._decide(DecisionKind.AGREE)

    def unsure(self) -> bool:
        """Leaves the selected finding as unsure."""
        self.editing.accept()
        return self._decide(DecisionKind.UNSURE)

    def reject(self, reason: RejectReason = RejectReason.NONE) -> bool:
        """Rejects the selected finding; its mark leaves the picture and stays in the list."""
        self.editing.cancel()
        return self._decide(DecisionKind.REJECT, reason)

    def toggle_edit(self) -> None:
        """Puts handles on the box of the selected finding, or accepts the box they gave."""
        if self.editing.is_active:
            self.editing.accept()
            return
        row = self._selected_in_view()
        if row is not None:
            self._deciding.when_named(lambda: self._begin_edit(row))

    def edit(self, finding: Finding) -> bool:
        """Takes the reader's box of a finding instead of the program's; the original is kept."""
        row = self.row(finding.id)
        if row is None:
            return False
        place, shown = place_of(finding, row.display_set), row.display_set.id
        return self._deciding.decide(
            Wanted(DecisionKind.EDIT, finding, shown, place, found=row.source)
        )

    def add_box(self, box: VoxelBox, shown: DisplaySet) -> bool:
        """Adds what the program left unmarked; it is selected and its mark shown."""
        origin = FindingOrigin.READER
        identity = reader_finding_id()
        empty = Finding(identity, READERS_LABEL, READERS_CODE, 1.0, None, (), (), origin)
        return self.add(with_box(empty, shown, box), shown.id)

    def add(self, finding: Finding, display_set_id: str) -> bool:
        """Adds a finding that the program left unmarked; returns whether it counts already."""
        before = len(self.history.entries)
        self._deciding.when_named(lambda: self._add(finding, display_set_id))
        return len(self.history.entries) > before

    def cancel(self) -> bool:
        """Ends an edit or a drag without effect; returns whether there was one."""
        return any([self.editing.cancel(), *(sight.cancel_drag() for sight in self.sights)])

    def remove(self) -> bool:
        """Takes away the selected finding if it is the reader's own; others can be rejected."""
        row = self.row(self.selected)
        if row is not None and not row.is_own:
            self._viewing.say(message("session.not_your_own"))
            return False
        self.editing.cancel()
        return self._decide(DecisionKind.REMOVE)

    # -- threshold -----------------------------------------------------------------------------

    def threshold(self, found: FindingSet) -> float:
        """What counts as positive for a run now: the reader's threshold, or the model's."""
        return self._deciding.threshold(found)

    def set_threshold(self, found: FindingSet, value: float, *, is_final: bool) -> None:
        """Moves the threshold; the final position of a drag is journalled.

        Whoever goes below the higher operating point wants to see what is there: those marks
        are no longer folded.
        """
        if value < min(self.threshold(found), found.provenance.threshold_solid):
            self.is_unfolded = True
        self._deciding.set_threshold(found, value, is_final=is_final)

    # -- inner ---------------------------------------------------------------------------------

    def _selected_in_view(self) -> FindingRow | None:
        row = self.row(self.selected)
        if row is None:
            return None
        if self.selected_is_in_view():
            return row
        if row.reviewed.status is FindingStatus.REJECTED:
            self.marks_are_shown = True
            self.select(row.finding.id)
            self._viewing.say(message("session.rejected_shown"))
        else:
            self._viewing.say(message("session.not_in_view"))
        return None

    def _decide(self, kind: DecisionKind, reason: RejectReason = RejectReason.NONE) -> bool:
        row = self._selected_in_view()
        if row is None:
            return False
        if row.is_own and kind in OF_PROGRAM:
            self._viewing.say(message("session.your_own"))
            return False
        seen = kind is DecisionKind.AGREE and was_marked_before(row, self.history)
        identity, shown = row.finding.id, row.display_set.id
        wanted = Wanted(
            kind, identity, shown, row.place, reason, seen_before_mark=seen, found=row.source
        )
        return self._deciding.decide(wanted, lambda: self._decided(kind))

    def _decided(self, kind: DecisionKind) -> None:
        if kind is DecisionKind.REJECT:
            self._revealed = None
            self._changed()

    def _begin_edit(self, row: FindingRow) -> None:
        slices = [
            state.slice_index
            for state in self._viewing.layout.viewports
            if state.kind is ViewportKind.STACK and state.display_set_id == row.display_set.id
        ]
        on = next((k for k in slices if k in row.finding.slice_indices), None)
        middle = row.finding.central_slice or 0
        self.editing.begin(row.finding, row.display_set, middle if on is None else on)

    def _add(self, finding: Finding, display_set_id: str) -> None:
        shown = self._opening.display_set(display_set_id)
        if shown is None:
            return
        own = replace(finding, origin=FindingOrigin.READER, reader=self.reader, score=1.0)
        kind, place = DecisionKind.ADD, place_of(own, shown)
        first = not self._detection.finding_sets(display_set_id)
        self.marks_are_shown = True
        self._deciding.decide(
            Wanted(kind, own, display_set_id, place, seen_before_mark=first),
            lambda: self.select(own.id, jump=False),
        )

    def _turned(self, decision: Decision) -> None:
        """A decision was taken back or made again: its finding is what the reader looks at."""
        row = self.row(decision.finding_id)
        if row is not None:
            self.select(row.finding.id, jump=False)
            if not self.selected_is_in_view():
                self.select(row.finding.id)
            if row.reviewed.status is FindingStatus.REJECTED:
                self._revealed = None
                self._changed()
        elif self.selected == decision.finding_id:
            self.select(None)

    def _place(self, decision: Decision) -> Message:
        shown = self._opening.display_set(decision.display_set_id)
        finding = decision.finding
        for found in self._detection.finding_sets(decision.display_set_id):
            of_run = next((f for f in found.findings if f.id == decision.finding_id), None)
            finding = finding or of_run
        if shown is None or finding is None:
            return message("session.place_study")
        return place_of(finding, shown)

    def _say_without_mark(self) -> None:
        sets = self._detection.finding_sets()
        self._deciding.say_without_mark({one.id for found in sets for one in found.findings})

    def _started(self) -> None:
        self._left_at = self._where()

    def _found(self, found: FindingSet) -> None:
        """Marks that were asked for show when ready; images move only under an idle reader."""
        self._say_without_mark()
        rows = [row for row in self.rows(found.display_set_id) if not row.is_folded]
        if not rows:
            return
        self.marks_are_shown = True
        if self.selected is None and self._left_at == self._where():
            self.select(rows[0].finding.id)
        else:
            self._viewing.say(message("session.marks_ready", count=len(rows)))
            self._changed()

    def _where(self) -> object:
        layout = self._viewing.layout
        states = layout.viewports
        return layout.active, tuple((s.display_set_id, s.kind, s.slice_index) for s in states)

    def _changed(self) -> None:
        everything = frozenset(range(len(self._viewing.layout.viewports)))
        self._context.changed(Changes(findings=True, viewports=everything))
