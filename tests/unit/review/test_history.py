"""Decisions are only ever appended; what stands follows from them, as in a naive model."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from medai_desktop.errors import StorageError
from medai_desktop.findings import Finding
from medai_desktop.review import (
    Decision,
    DecisionKind,
    FindingStatus,
    RejectReason,
    ReviewHistory,
)
from medai_desktop.review.history import EXPORTED, STATUS_AFTER
from medai_desktop.text import message
from tests.unit.findings.made import finding, own

SET = "1.2"
PROGRAM = tuple(finding(n, 0.9 - 0.1 * n) for n in range(3))
NOTHING = uuid.UUID(int=0)


def decided(history: ReviewHistory, kind: DecisionKind, target: Finding | uuid.UUID) -> Decision:
    return history.append(kind, target, reader="A", display_set_id=SET)


def statuses(history: ReviewHistory) -> list[FindingStatus]:
    return [row.status for row in history.reviewed(PROGRAM, SET)]


def test_nothing_decided_is_open() -> None:
    rows = ReviewHistory().reviewed(PROGRAM, SET)
    assert [(row.finding, row.original, row.status, row.decision) for row in rows] == [
        (one, one, FindingStatus.OPEN, None) for one in PROGRAM
    ]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DecisionKind.AGREE, FindingStatus.AGREED),
        (DecisionKind.REJECT, FindingStatus.REJECTED),
        (DecisionKind.UNSURE, FindingStatus.UNSURE),
        (DecisionKind.REOPEN, FindingStatus.OPEN),
    ],
)
def test_a_decision_gives_its_status_to_one_finding(
    kind: DecisionKind, status: FindingStatus
) -> None:
    history = ReviewHistory()
    made = decided(history, kind, PROGRAM[1].id)
    assert statuses(history) == [FindingStatus.OPEN, status, FindingStatus.OPEN]
    assert history.reviewed(PROGRAM, SET)[1].decision == made
    assert STATUS_AFTER[kind] is status


def test_a_decision_keeps_who_when_why() -> None:
    at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    history = ReviewHistory(clock=lambda: at)
    made = history.append(
        DecisionKind.REJECT,
        PROGRAM[0].id,
        reader="Dr. Wang",
        display_set_id=SET,
        reason=RejectReason.VESSEL,
        seen_before_mark=True,
    )
    assert (made.reader, made.at, made.reason) == ("Dr. Wang", at, RejectReason.VESSEL)
    assert made.seen_before_mark
    assert made.display_set_id == SET
    assert made.undoes is None


@pytest.mark.parametrize("reader", ["", "  ", "\t"])
def test_no_decision_without_a_reader(reader: str) -> None:
    history = ReviewHistory()
    decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    with pytest.raises(ValueError, match="reader"):
        history.append(DecisionKind.AGREE, PROGRAM[0].id, reader=reader, display_set_id=SET)
    with pytest.raises(ValueError, match="reader"):
        history.undo(reader)
    history.undo("A")
    with pytest.raises(ValueError, match="reader"):
        history.redo(reader)
    assert len(history.entries) == 2


@pytest.mark.parametrize("kind", [DecisionKind.EDIT, DecisionKind.ADD])
def test_edited_and_added_need_a_finding(kind: DecisionKind) -> None:
    with pytest.raises(ValueError, match="finding"):
        decided(ReviewHistory(), kind, PROGRAM[0].id)


def test_an_edit_shows_the_readers_box_and_keeps_the_programs() -> None:
    history = ReviewHistory()
    wanted = replace(PROGRAM[0], slice_indices=(7,))
    decided(history, DecisionKind.EDIT, wanted)
    row = history.reviewed(PROGRAM, SET)[0]
    assert (row.finding, row.original, row.status) == (wanted, PROGRAM[0], FindingStatus.EDITED)
    decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    row = history.reviewed(PROGRAM, SET)[0]
    assert (row.finding, row.status) == (wanted, FindingStatus.EDITED), "not the program's box"
    decided(history, DecisionKind.REOPEN, PROGRAM[0].id)
    row = history.reviewed(PROGRAM, SET)[0]
    assert (row.finding, row.status) == (PROGRAM[0], FindingStatus.OPEN)


def test_added_ones_come_last_on_their_display_set_and_can_be_removed() -> None:
    history = ReviewHistory()
    added = own(50)
    decided(history, DecisionKind.ADD, added)
    rows = history.reviewed(PROGRAM, SET)
    assert rows[-1].finding == added
    assert rows[-1].status is FindingStatus.ADDED
    assert len(history.reviewed((), "another")) == 0
    decided(history, DecisionKind.EDIT, replace(added, slice_indices=(9,)))
    row = history.reviewed(PROGRAM, SET)[-1]
    assert (row.status, row.finding.slice_indices, row.original) == (
        FindingStatus.EDITED,
        (9,),
        added,
    )
    decided(history, DecisionKind.REMOVE, added.id)
    assert len(history.reviewed(PROGRAM, SET)) == len(PROGRAM)
    history.undo("A")
    assert len(history.reviewed(PROGRAM, SET)) == len(PROGRAM) + 1


def test_evidence_of_a_program_is_never_out_of_sight() -> None:
    history = ReviewHistory()
    decided(history, DecisionKind.REMOVE, PROGRAM[0].id)
    assert len(history.reviewed(PROGRAM, SET)) == len(PROGRAM)


def test_undo_appends_and_names_who_undid() -> None:
    history = ReviewHistory()
    made = decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    assert history.undo("B") == made
    assert len(history.entries) == 2
    assert history.entries[1].undoes == made.id
    assert history.entries[1].reader == "B"
    assert history.standing == ()
    assert history.undo("B") is None


def test_redo_is_a_new_decision_and_a_new_one_ends_it() -> None:
    history = ReviewHistory()
    made = decided(history, DecisionKind.REJECT, PROGRAM[0].id)
    history.undo("A")
    again = history.redo("B")
    assert again is not None
    assert again.id != made.id
    assert (again.kind, again.finding_id, again.reader) == (made.kind, made.finding_id, "B")
    assert statuses(history)[0] is FindingStatus.REJECTED
    history.undo("A")
    decided(history, DecisionKind.AGREE, PROGRAM[1].id)
    assert history.redo("A") is None


def test_what_could_not_be_kept_does_not_count() -> None:
    is_full = False

    def keep(_: Decision) -> None:
        if is_full:
            raise StorageError(message("catalog.not_kept", path="x", reason="full"))

    history = ReviewHistory((), keep)
    decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    is_full = True
    with pytest.raises(StorageError):
        decided(history, DecisionKind.REJECT, PROGRAM[0].id)
    with pytest.raises(StorageError):
        history.undo("A")
    assert statuses(history)[0] is FindingStatus.AGREED
    is_full = False
    history.undo("A")
    is_full = True
    with pytest.raises(StorageError):
        history.redo("A")
    assert statuses(history)[0] is FindingStatus.OPEN
    is_full = False
    assert history.redo("A") is not None
    assert statuses(history)[0] is FindingStatus.AGREED


def test_the_threshold_is_the_last_standing_one_of_its_display_set() -> None:
    history = ReviewHistory()
    for value, display_set in ((0.3, SET), (0.6, "another"), (0.4, SET)):
        history.append(
            DecisionKind.MOVE_THRESHOLD,
            NOTHING,
            reader="A",
            display_set_id=display_set,
            threshold=value,
        )
    assert history.threshold(SET, 0.5) == 0.4
    assert history.threshold("another", 0.5) == 0.6
    assert history.threshold("a third", 0.5) == 0.5
    history.undo("A")
    assert history.threshold(SET, 0.5) == 0.3
    assert statuses(history) == [FindingStatus.OPEN] * 3


def test_each_model_and_each_version_of_it_has_its_own_threshold() -> None:
    history = ReviewHistory()
    for value, model, weights in ((0.3, "one", "a"), (0.6, "two", "b")):
        history.append(
            DecisionKind.MOVE_THRESHOLD,
            NOTHING,
            reader="A",
            display_set_id=SET,
            threshold=value,
            model_id=model,
            weights_sha256=weights,
        )
    assert history.threshold(SET, 0.5, "one", "a") == 0.3
    assert history.threshold(SET, 0.5, "two", "b") == 0.6
    assert history.threshold(SET, 0.5, "one", "b") == 0.5, "another version"
    assert history.threshold(SET, 0.5) == 0.5
    history.undo("A")
    assert history.redo("A") is not None
    assert history.threshold(SET, 0.5, "two", "b") == 0.6


def test_what_is_left_out_counts_no_more_nor_can_it_come_back() -> None:
    history = ReviewHistory()
    first = decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    second = decided(history, DecisionKind.REJECT, PROGRAM[1].id)
    history.undo("A")
    history.leave_out([second.id])
    assert history.entries == (first,)
    assert history.redo("A") is None
    history.leave_out([first.id])
    assert statuses(history) == [FindingStatus.OPEN] * 3


def test_a_clock_that_goes_back_does_not_change_the_order() -> None:
    times = itertools.count()
    start = datetime(2026, 1, 2, tzinfo=UTC)
    history = ReviewHistory(clock=lambda: start - timedelta(days=next(times)))
    decided(history, DecisionKind.REJECT, PROGRAM[0].id)
    decided(history, DecisionKind.AGREE, PROGRAM[0].id)
    assert history.entries[1].at < history.entries[0].at
    assert statuses(history)[0] is FindingStatus.AGREED
    assert ReviewHistory(history.entries).reviewed(PROGRAM, SET) == history.reviewed(PROGRAM, SET)


def test_what_leaves_in_a_report() -> None:
    assert EXPORTED == {FindingStatus.AGREED, FindingStatus.EDITED, FindingStatus.ADDED}


class Reading(RuleBasedStateMachine):
    """A history beside two lists: what is done, and what was undone."""

    def __init__(self) -> None:
        super().__init__()
        self.journal: list[Decision] = []
        self.history = ReviewHistory((), self.journal.append)
        self.done: list[tuple[DecisionKind, uuid.UUID, Finding | None, float | None]] = []
        self.undone: list[tuple[DecisionKind, uuid.UUID, Finding | None, float | None]] = []
        self.numbers = itertools.count(100)

    def _do(
        self, kind: DecisionKind, target: Finding | uuid.UUID, threshold: float | None = None
    ) -> None:
        self.history.append(kind, target, reader="A", display_set_id=SET, threshold=threshold)
        carried = target if isinstance(target, Finding) else None
        identity = target.id if isinstance(target, Finding) else target
        self.done.append((kind, identity, carried, threshold))
        self.undone.clear()

    @rule(
        number=st.integers(0, 2),
        kind=st.sampled_from(
            [DecisionKind.AGREE, DecisionKind.REJECT, DecisionKind.UNSURE, DecisionKind.REOPEN]
        ),
    )
    def decide(self, number: int, kind: DecisionKind) -> None:
        self._do(kind, PROGRAM[number].id)

    @rule(number=st.integers(0, 2), slice_index=st.integers(0, 50))
    def edit(self, number: int, slice_index: int) -> None:
        self._do(DecisionKind.EDIT, replace(PROGRAM[number], slice_indices=(slice_index,)))

    @rule()
    def add(self) -> None:
        self._do(DecisionKind.ADD, own(next(self.numbers)))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        added = [entry[1] for entry in self.done if entry[0] is DecisionKind.ADD]
        if added:
            self._do(DecisionKind.REMOVE, data.draw(st.sampled_from(added)))

    @rule(value=st.sampled_from([0.1, 0.5, 0.9]))
    def move_threshold(self, value: float) -> None:
        self._do(DecisionKind.MOVE_THRESHOLD, NOTHING, value)

    @rule()
    def undo(self) -> None:
        last = self.history.undo("A")
        assert (last is None) is (not self.done)
        if self.done:
            self.undone.append(self.done.pop())

    @rule()
    def redo(self) -> None:
        again = self.history.redo("A")
        assert (again is None) is (not self.undone)
        if self.undone:
            self.done.append(self.undone.pop())

    @precondition(lambda self: self.journal)
    @rule()
    def restart(self) -> None:
        """After a crash the history comes back from the journal; redo does not."""
        self.history = ReviewHistory(list(self.journal), self.journal.append)
        self.undone.clear()

    @invariant()
    def stands_as_in_the_lists(self) -> None:
        standing = [(e.kind, e.finding_id, e.finding, e.threshold) for e in self.history.standing]
        assert standing == self.done
        moved = [entry[3] for entry in self.done if entry[0] is DecisionKind.MOVE_THRESHOLD]
        assert self.history.threshold(SET, 0.7) == (moved[-1] if moved else 0.7)

    @invariant()
    def rows_are_as_told_one_by_one(self) -> None:
        naive: dict[uuid.UUID, tuple[Finding, FindingStatus]] = {
            one.id: (one, FindingStatus.OPEN) for one in PROGRAM
        }
        originals = {one.id: one for one in PROGRAM}
        for kind, identity, carried, _ in self.done:
            if kind is DecisionKind.MOVE_THRESHOLD:
                continue
            if kind is DecisionKind.ADD and carried is not None:
                originals[identity] = carried
                naive[identity] = (carried, FindingStatus.ADDED)
            elif kind is DecisionKind.EDIT and carried is not None:
                naive[identity] = (carried, FindingStatus.EDITED)
            elif kind is DecisionKind.REOPEN:
                naive[identity] = (originals[identity], FindingStatus.OPEN)
            else:
                shape, status = naive[identity][0], STATUS_AFTER[kind]
                if status is FindingStatus.AGREED and shape != originals[identity]:
                    status = FindingStatus.EDITED
                naive[identity] = (shape, status)
        rows = self.history.reviewed(PROGRAM, SET)
        shown = {row.original.id: (row.finding, row.status) for row in rows}
        assert shown == {
            identity: pair
            for identity, pair in naive.items()
            if pair[1] is not FindingStatus.REMOVED
        }
        assert all(row.original == originals[row.original.id] for row in rows)

    @invariant()
    def nothing_is_ever_taken_out(self) -> None:
        assert list(self.history.entries) == self.journal
        assert len({entry.id for entry in self.journal}) == len(self.journal)


TestReading = Reading.TestCase
TestReading.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
