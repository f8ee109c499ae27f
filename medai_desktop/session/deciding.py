"""Every decision names its reader, is journalled before it counts, and can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop.detection.naming import model_name
from medai_desktop.errors import StorageError
from medai_desktop.findings import Finding, FindingSet
from medai_desktop.review import Decision, DecisionKind, RejectReason, ReviewHistory
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.ports import Journal
from medai_desktop.session.undoing import Step, Undoing
from medai_desktop.session.viewing import Viewing
from medai_desktop.text import Message, message

NO_FINDING = uuid.UUID(int=0)
LEAST_THRESHOLD = 0.01


def _nothing_more() -> None:
    """Nothing follows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision as the reader wants it, before it has a name and a time.

    Attributes:
        kind: what to do.
        finding: the finding as it shall be (edited, added), or the id of the one decided on.
        display_set_id: where.
        place: of the finding, for the status bar.
        reason: of a rejection.
        threshold: of a moved threshold.
        seen_before_mark: the reader had seen it before any program marked it.
    """

    kind: DecisionKind
    finding: Finding | uuid.UUID
    display_set_id: str
    place: Message
    reason: RejectReason = RejectReason.NONE
    threshold: float | None = None
    seen_before_mark: bool = False


class Deciding:
    """The reader and the journal of what they decided.

    Args:
        context: shared by the parts of the desk.
        viewing: says what was kept.
        journal: keeps decisions as they happen.
        undoing: one order with the measurements.
    """

    def __init__(
        self, context: DeskContext, viewing: Viewing, journal: Journal, undoing: Undoing
    ) -> None:
        self._context = context
        self._viewing = viewing
        self._journal = journal
        self._undoing = undoing
        self.history = ReviewHistory((), journal.append_decision)
        self._reader: str | None = None
        self.ask_reader: Callable[[Callable[[], None]], None] = lambda then: None
        """Asks for the name and goes on once it is given, at once or later."""
        self.when_turned: Callable[[Decision], None] = lambda decision: None
        self.version = 0
        self._drafts: dict[str, float] = {}

    @property
    def reader(self) -> str:
        """Name of the reader, the last one at first; empty while unknown."""
        if self._reader is None:
            self._reader = self._journal.reader()
        return self._reader

    def set_reader(self, name: str) -> None:
        """Names the reader; each decision from now on is theirs, and so is what can be undone."""
        if self.reader not in ("", name.strip()):
            self._undoing.begin()
        self._reader = name.strip()
        try:
            self._journal.remember_reader(self.reader)
        except StorageError as error:
            self._context.notify(Notice(error.message))
        self._changed()

    def when_named(self, then: Callable[[], None]) -> None:
        """Goes on at once when the reader is known, else once the question is answered."""
        if self.reader:
            then()
        else:
            self.ask_reader(then)

    def restore(self, study: Study, place: Callable[[Decision], Message]) -> None:
        """Takes the decisions on a study back from the journal.

        What this reader decided last can still be taken back.

        Args:
            study: whose.
            place: where a decision was made, in words.
        """
        ids = [shown.id for shown in study.display_sets]
        self.history = ReviewHistory(self._journal.decisions(ids), self._journal.append_decision)
        self._drafts.clear()
        steps: list[Step] = []
        for entry in reversed(self.history.standing):
            if entry.reader != self.reader:
                break
            steps.append(self._step(did(entry.kind, place(entry), entry.threshold)))
        self._undoing.begin(tuple(reversed(steps)))
        self._changed()

    def decide(self, wanted: Wanted, then: Callable[[], None] = _nothing_more) -> bool:
        """Journals a decision and says so.

        Args:
            wanted: what to decide.
            then: called when it counts.

        Returns:
            Whether it counts already; while the reader is asked for a name it does not.
        """
        before = len(self.history.entries)
        self.when_named(lambda: self._keep(wanted, then))
        return len(self.history.entries) > before

    def threshold(self, found: FindingSet) -> float:
        """What counts as positive for a run now: the reader's threshold, or the model's."""
        default = found.provenance.threshold
        draft = self._drafts.get(found.display_set_id)
        return self.history.threshold(found.display_set_id, default) if draft is None else draft

    def set_threshold(self, found: FindingSet, value: float, *, is_final: bool) -> None:
        """Moves the threshold; the final position of a drag is journalled, once.

        Without a named reader it falls back: a decision without a name is none.
        """
        wanted = max(LEAST_THRESHOLD, min(1.0, value))
        identity = found.display_set_id
        if not is_final:
            self._drafts[identity] = wanted
            self._changed()
            return
        self._drafts.pop(identity, None)
        if wanted != self.threshold(found):
            made_by = found.provenance
            name = model_name(made_by.model_id, made_by.model_title)
            place = message("session.place_model", model=name)
            kind = DecisionKind.MOVE_THRESHOLD
            self.decide(Wanted(kind, NO_FINDING, identity, place, threshold=wanted))
        self._changed()

    def _keep(self, wanted: Wanted, then: Callable[[], None]) -> None:
        try:
            self.history.append(
                wanted.kind,
                wanted.finding,
                reader=self.reader,
                display_set_id=wanted.display_set_id,
                reason=wanted.reason,
                threshold=wanted.threshold,
                seen_before_mark=wanted.seen_before_mark,
            )
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return
        said = did(wanted.kind, wanted.place, wanted.threshold)
        self._undoing.record(self._step(said))
        self._changed()
        self._viewing.say(message("session.kept", did=said))
        then()

    def _step(self, said: Message) -> Step:
        return Step(
            said,
            lambda: self._turn(self.history.undo),
            lambda: self._turn(self.history.redo),
        )

    def _turn(self, act: Callable[[str], Decision | None]) -> bool:
        try:
            turned = act(self.reader)
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return False
        self._changed()
        if turned is None:
            return False
        self.when_turned(turned)
        return True

    def _changed(self) -> None:
        self.version += 1
        everything = frozenset(range(len(self._viewing.layout.viewports)))
        self._context.changed(Changes(findings=True, viewports=everything))


def did(kind: DecisionKind, place: Message, threshold: float | None) -> Message:
    """What was done, in words."""
    if kind is DecisionKind.MOVE_THRESHOLD:
        return message("session.did_move_threshold", place=place, value=f"{threshold or 0:.2f}")
    return {
        DecisionKind.AGREE: message("session.did_agree", place=place),
        DecisionKind.REJECT: message("session.did_reject", place=place),
        DecisionKind.UNSURE: message("session.did_leave_unsure", place=place),
        DecisionKind.EDIT: message("session.did_edit", place=place),
        DecisionKind.ADD: message("session.did_add", place=place),
        DecisionKind.REMOVE: message("session.did_remove", place=place),
        DecisionKind.REOPEN: message("session.did_reopen", place=place),
    }[kind]
