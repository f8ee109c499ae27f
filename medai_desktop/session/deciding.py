"""Every decision names its reader, is journalled before it counts, and can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from medai_desktop.detection.naming import model_name
from medai_desktop.errors import StorageError
from medai_desktop.findings import Finding, FindingSet
from medai_desktop.review import Decision, DecisionKind, RejectReason, ReviewHistory
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.known_images import KnownImages, Sameness
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
        found: the run that it is about; None for a reader's own mark.
    """

    kind: DecisionKind
    finding: Finding | uuid.UUID
    display_set_id: str
    place: Message
    reason: RejectReason = RejectReason.NONE
    threshold: float | None = None
    seen_before_mark: bool = False
    found: FindingSet | None = None


class Deciding:
    """The reader and the journal of what they decided.

    Args:
        context: shared by the parts of the desk.
        viewing: says what was kept.
        journal: keeps decisions as they happen.
        undoing: one order with the measurements.
        images: tells on which images decisions were made.
    """

    def __init__(
        self,
        context: DeskContext,
        viewing: Viewing,
        journal: Journal,
        undoing: Undoing,
        images: KnownImages,
    ) -> None:
        self._context = context
        self._viewing = viewing
        self._journal = journal
        self._undoing = undoing
        self._images = images
        self._study: Study | None = None
        self._untold: frozenset[uuid.UUID] = frozenset()
        self.history = ReviewHistory((), journal.append_decision)
        self._reader: str | None = None
        self.ask_reader: Callable[[Callable[[], None]], None] = lambda then: None
        """Asks for the name and goes on once it is given, at once or later."""
        self.when_turned: Callable[[Decision], None] = lambda decision: None
        self.version = 0
        self.place_of_decision: Callable[[Decision], Message] = _nowhere
        """Where a decision was made, in words."""
        self._drafts: dict[tuple[str, str, str], float] = {}
        context.subscribe(self._look)

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

    def restore(self, study: Study) -> None:
        """Takes the decisions on a study back from the journal, as far as they are about it.

        What this reader decided last can still be taken back.
        """
        self._study = study
        self._drafts.clear()
        kept = self._journal.decisions([shown.id for shown in study.display_sets])
        placed = []
        for entry in kept:
            shown = self._images.place(entry.made_on, entry.display_set_id, study)
            if shown is not None:
                placed.append(replace(entry, display_set_id=shown.id))
        self.history = ReviewHistory(placed, self._journal.append_decision)
        standing = ReviewHistory(kept).standing
        self._say_left_out(len(standing) - len(self.history.standing))
        self._untold = self._find_untold()
        self._begin_undoing()
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
        """What counts as positive for a run now: the reader's threshold, or the model's.

        Each model and each version of it has its own on each display set.
        """
        made_by = found.provenance
        draft = self._drafts.get(_whose(found))
        if draft is not None:
            return draft
        return self.history.threshold(
            found.display_set_id, made_by.threshold, made_by.model_id, made_by.weights_sha256
        )

    def set_threshold(self, found: FindingSet, value: float, *, is_final: bool) -> None:
        """Moves the threshold; the final position of a drag is journalled, once.

        Without a named reader it falls back: a decision without a name is none.
        """
        wanted = max(LEAST_THRESHOLD, min(1.0, value))
        if not is_final:
            self._drafts[_whose(found)] = wanted
            self._changed()
            return
        self._drafts.pop(_whose(found), None)
        if wanted != self.threshold(found):
            made_by = found.provenance
            name = model_name(made_by.model_id, made_by.model_title)
            place = message("session.place_model", model=name)
            kind, where = DecisionKind.MOVE_THRESHOLD, found.display_set_id
            self.decide(Wanted(kind, NO_FINDING, where, place, threshold=wanted, found=found))
        self._changed()

    def say_without_mark(self, listed: Collection[uuid.UUID]) -> None:
        """Says how many decisions are about marks that the list has no more.

        Args:
            listed: ids of the findings of the newest runs.
        """
        last = {
            entry.finding_id: entry.kind
            for entry in self.history.standing
            if entry.kind is not DecisionKind.MOVE_THRESHOLD
        }
        added = {e.finding_id for e in self.history.standing if e.kind is DecisionKind.ADD}
        gone = [
            identity
            for identity, kind in last.items()
            if kind is not DecisionKind.REOPEN and identity not in added and identity not in listed
        ]
        if gone:
            self._context.notify(Notice(message("session.decisions_without_mark", count=len(gone))))

    def _keep(self, wanted: Wanted, then: Callable[[], None]) -> None:
        made_by = None if wanted.found is None else wanted.found.provenance
        try:
            self.history.append(
                wanted.kind,
                wanted.finding,
                reader=self.reader,
                display_set_id=wanted.display_set_id,
                reason=wanted.reason,
                threshold=wanted.threshold,
                seen_before_mark=wanted.seen_before_mark,
                made_on=self._images.made_on(wanted.display_set_id, wanted.found),
                model_id="" if made_by is None else made_by.model_id,
                weights_sha256="" if made_by is None else made_by.weights_sha256,
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

    def _begin_undoing(self) -> None:
        steps: list[Step] = []
        for entry in reversed(self.history.standing):
            if entry.reader != self.reader:
                break
            said = did(entry.kind, self.place_of_decision(entry), entry.threshold)
            steps.append(self._step(said))
        self._undoing.begin(tuple(reversed(steps)))

    def _look(self, changes: Changes) -> None:
        """Pixels have come: are they those that decisions were made on?"""
        if not changes.loading or not self._untold:
            return
        before, self._untold = self._untold, self._find_untold()
        if self._untold == before:
            return
        other = [e.id for e in self.history.entries if self._sameness(e) is Sameness.OTHER]
        if other:
            standing = len(self.history.standing)
            self.history.leave_out(other)
            self._say_left_out(standing - len(self.history.standing))
            self._begin_undoing()
        self._changed()

    def _find_untold(self) -> frozenset[uuid.UUID]:
        entries = self.history.entries
        return frozenset(e.id for e in entries if self._sameness(e) is Sameness.UNTOLD)

    def _sameness(self, entry: Decision) -> Sameness:
        sets = () if self._study is None else self._study.display_sets
        shown = next((shown for shown in sets if shown.id == entry.display_set_id), None)
        return Sameness.OTHER if shown is None else self._images.sameness(entry.made_on, shown)

    def _say_left_out(self, count: int) -> None:
        if count > 0:
            self._context.notify(Notice(message("session.decisions_left_out", count=count)))

    def _changed(self) -> None:
        self.version += 1
        everything = frozenset(range(len(self._viewing.layout.viewports)))
        self._context.changed(Changes(findings=True, viewports=everything))


def _nowhere(decision: Decision) -> Message:
    return message("session.place_study")


def _whose(found: FindingSet) -> tuple[str, str, str]:
    made_by = found.provenance
    return found.display_set_id, made_by.model_id, made_by.weights_sha256


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
