"""The history of decisions: append-only; the state of each finding is derived from it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from medai_desktop.findings import Finding, FindingOrigin, MadeOn
from medai_desktop.review.decision import (
    Decision,
    DecisionKind,
    FindingStatus,
    RejectReason,
    ReviewedFinding,
)

STATUS_AFTER: dict[DecisionKind, FindingStatus] = {
    DecisionKind.AGREE: FindingStatus.AGREED,
    DecisionKind.REJECT: FindingStatus.REJECTED,
    DecisionKind.UNSURE: FindingStatus.UNSURE,
    DecisionKind.EDIT: FindingStatus.EDITED,
    DecisionKind.ADD: FindingStatus.ADDED,
    DecisionKind.REMOVE: FindingStatus.REMOVED,
    DecisionKind.REOPEN: FindingStatus.OPEN,
}
"""Status of a finding whose last standing decision is of this kind."""

EXPORTED = frozenset({FindingStatus.AGREED, FindingStatus.EDITED, FindingStatus.ADDED})
"""Statuses whose findings leave in a reader's report."""

_UNSAID = MadeOn()


class ReviewHistory:
    """Decisions in the order they were made.

    Args:
        entries: what was made before (from the catalog), oldest first.
        on_append: told of each new entry before it counts; may raise `StorageError`, and then the
            entry does not count.
        clock: time of day, UTC.
    """

    def __init__(
        self,
        entries: Iterable[Decision] = (),
        on_append: Callable[[Decision], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._entries = list(entries)
        self._on_append = on_append
        self._clock = clock
        self._redoable: list[Decision] = []

    @property
    def entries(self) -> Sequence[Decision]:
        """All entries, oldest first, those taken back included."""
        return tuple(self._entries)

    @property
    def standing(self) -> Sequence[Decision]:
        """The decisions that count: neither taken back nor the taking back itself."""
        undone = self._undone()
        return tuple(e for e in self._entries if e.undoes is None and e.id not in undone)

    def append(  # noqa: PLR0913 - each is a field of the entry
        self,
        kind: DecisionKind,
        finding: Finding | uuid.UUID,
        *,
        reader: str,
        display_set_id: str,
        reason: RejectReason = RejectReason.NONE,
        threshold: float | None = None,
        seen_before_mark: bool = False,
        made_on: MadeOn = _UNSAID,
        model_id: str = "",
        weights_sha256: str = "",
    ) -> Decision:
        """Adds a decision; for EDIT and ADD `finding` is the finding as the reader wants it.

        Raises:
            ValueError: a decision without a reader, or EDIT and ADD without a finding.
            StorageError: it could not be journalled; it does not count.
        """
        _check(reader)
        carries = kind in {DecisionKind.EDIT, DecisionKind.ADD}
        if carries and not isinstance(finding, Finding):
            raise ValueError("an edited or added finding is needed")
        identity = finding.id if isinstance(finding, Finding) else finding
        entry = Decision(
            uuid.uuid4(),
            kind,
            identity,
            reader,
            self._clock(),
            display_set_id,
            reason,
            finding if carries and isinstance(finding, Finding) else None,
            threshold,
            None,
            seen_before_mark,
            made_on,
            model_id,
            weights_sha256,
        )
        self._add(entry)
        self._redoable.clear()
        return entry

    def undo(self, reader: str) -> Decision | None:
        """Takes the last standing decision back; returns it, None when there is none.

        Raises:
            ValueError: without a reader.
            StorageError: it could not be journalled; it does not count.
        """
        _check(reader)
        standing = self.standing
        if not standing:
            return None
        last = standing[-1]
        self._add(self._taking_back(last, reader))
        self._redoable.append(last)
        return last

    def redo(self, reader: str) -> Decision | None:
        """Makes the decision that was last taken back once more; returns it, None without.

        Raises:
            ValueError: without a reader.
            StorageError: it could not be journalled; it does not count.
        """
        _check(reader)
        if not self._redoable:
            return None
        last = self._redoable[-1]
        again = replace(last, id=uuid.uuid4(), reader=reader, at=self._clock())
        self._add(again)
        self._redoable.pop()
        return again

    def reviewed(
        self, findings: Iterable[Finding], display_set_id: str
    ) -> tuple[ReviewedFinding, ...]:
        """Every finding of a display set with what readers made of it, added ones last.

        A finding that a reader added and removed is left out; one of a program never is.
        """
        last: dict[uuid.UUID, Decision] = {}
        shape: dict[uuid.UUID, Decision] = {}
        for entry in self.standing:
            if entry.kind is DecisionKind.MOVE_THRESHOLD:
                continue
            last[entry.finding_id] = entry
            if entry.finding is not None:
                shape[entry.finding_id] = entry
            elif entry.kind is DecisionKind.REOPEN:
                shape.pop(entry.finding_id, None)
        known = {found.id: found for found in findings}
        added: dict[uuid.UUID, Finding] = {}
        for entry in self.standing:
            is_added = entry.kind is DecisionKind.ADD and entry.display_set_id == display_set_id
            if is_added and entry.finding is not None and entry.finding_id not in known:
                added.setdefault(entry.finding_id, entry.finding)
        result = []
        for original in [*known.values(), *added.values()]:
            decision = last.get(original.id)
            status = FindingStatus.OPEN if decision is None else STATUS_AFTER[decision.kind]
            if status is FindingStatus.REMOVED and original.origin is FindingOrigin.READER:
                continue
            result.append(_as_it_stands(original, status, decision, shape.get(original.id)))
        return tuple(result)

    def threshold(
        self, display_set_id: str, default: float, model_id: str = "", weights_sha256: str = ""
    ) -> float:
        """The reader's threshold for a model on a display set; the default when not moved."""
        moved = [
            entry.threshold
            for entry in self.standing
            if entry.kind is DecisionKind.MOVE_THRESHOLD
            and entry.display_set_id == display_set_id
            and (entry.model_id, entry.weights_sha256) == (model_id, weights_sha256)
            and entry.threshold is not None
        ]
        return moved[-1] if moved else default

    def leave_out(self, ids: Collection[uuid.UUID]) -> None:
        """Forgets entries that turn out to be about other images; the journal keeps them."""
        self._entries = [e for e in self._entries if e.id not in ids and e.undoes not in ids]
        self._redoable = [e for e in self._redoable if e.id not in ids]

    def _taking_back(self, entry: Decision, reader: str) -> Decision:
        return Decision(
            uuid.uuid4(),
            entry.kind,
            entry.finding_id,
            reader,
            self._clock(),
            entry.display_set_id,
            undoes=entry.id,
            made_on=entry.made_on,
            model_id=entry.model_id,
            weights_sha256=entry.weights_sha256,
        )

    def _undone(self) -> set[uuid.UUID]:
        return {entry.undoes for entry in self._entries if entry.undoes is not None}

    def _add(self, entry: Decision) -> None:
        if self._on_append is not None:
            self._on_append(entry)
        self._entries.append(entry)


def _check(reader: str) -> None:
    if not reader.strip():
        raise ValueError("each decision names its reader")


def _as_it_stands(
    original: Finding, status: FindingStatus, decision: Decision | None, given: Decision | None
) -> ReviewedFinding:
    """Whoever agrees after an edit agrees with the reader's box, not with the program's."""
    current = original if given is None or given.finding is None else given.finding
    if not _has_moved(current, original):
        return ReviewedFinding(current, original, status, decision)
    if status is FindingStatus.AGREED:
        status = FindingStatus.EDITED
    return ReviewedFinding(current, original, status, decision, given)


def _has_moved(current: Finding, original: Finding) -> bool:
    """Whether what stands is not the box that was marked."""
    placed, marked = ((one.box, one.boxes_px, one.slice_indices) for one in (current, original))
    return placed != marked
