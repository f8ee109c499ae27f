"""The reader decides: on what is in view, by name, kept as it happens, taken back in one order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.errors import StorageError
from medai_desktop.findings import FindingOrigin, LengthMeasurement
from medai_desktop.review import DecisionKind, FindingStatus, RejectReason
from medai_desktop.session.finding_rows import FindingRow
from medai_desktop.text import message
from medai_desktop.view.box_edit import VoxelBox, voxel_box
from medai_desktop.view.viewport import ViewportKind
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.detectors import Mark
from tests.doubles.heads import LOWER, UPPER, HeadWords, bright_mark, write_head

LOW_MARK = Mark((8.0, 8.0, 15.0), (16.0, 18.0, 19.0), 0.65)
"""Between the two operating points of the model: dashed, folded."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    write_head(tmp_path / "head")
    made = make_workplace(tmp_path / "catalog.sqlite", marks=[bright_mark(), LOW_MARK])
    made.open(tmp_path / "head")
    made.detect()
    yield made
    made.close()


def first(place: Workplace) -> FindingRow:
    return place.desk.reviewing.rows()[0]


def status(place: Workplace) -> FindingStatus:
    return first(place).reviewed.status


def ruler(place: Workplace) -> LengthMeasurement:
    shown = place.desk.viewing.display_set_in(0)
    assert shown is not None
    return LengthMeasurement(uuid.uuid4(), shown.id, 8, (1, 1), (5, 9), None, None, 12.5)


def reopened(place: Workplace, tmp_path: Path) -> Workplace:
    """What another window finds in the journal."""
    place.close()
    again = make_workplace(tmp_path / "catalog.sqlite")
    again.open(tmp_path / "head")
    return again


def test_the_list_has_both_and_the_lower_one_is_folded(place: Workplace) -> None:
    rows = place.desk.reviewing.rows()
    assert [(row.is_solid, row.is_folded) for row in rows] == [(True, False), (False, True)]
    assert [row.finding.id for row in place.desk.reviewing.drawn()] == [rows[0].finding.id]
    place.desk.reviewing.toggle_folded()
    assert len(place.desk.reviewing.drawn()) == 2


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        ("agree", FindingStatus.AGREED),
        ("unsure", FindingStatus.UNSURE),
        ("reject", FindingStatus.REJECTED),
    ],
)
def test_a_decision_counts_names_its_reader_and_says_how_to_undo(
    place: Workplace, decide: str, expected: FindingStatus
) -> None:
    assert getattr(place.desk.reviewing, decide)()
    assert status(place) is expected
    decision = first(place).reviewed.decision
    assert decision is not None
    assert decision.reader == "Dr Weiss"
    hint = place.desk.viewing.hint
    assert hint is not None
    said = place.desk.render(hint)
    assert "Ctrl+Z" in said
    assert "image" in said
    place.desk.undoing.undo()
    assert status(place) is FindingStatus.OPEN


def test_nothing_is_decided_on_what_is_not_in_view(place: Workplace) -> None:
    desk = place.desk
    desk.viewing.go_to_slice(0, 0)
    assert not desk.reviewing.selected_is_in_view()
    for act in (desk.reviewing.agree, desk.reviewing.reject, desk.reviewing.unsure):
        assert not act()
    desk.reviewing.toggle_edit()
    assert not desk.reviewing.editing.is_active
    assert status(place) is FindingStatus.OPEN
    assert desk.viewing.hint == message("session.not_in_view")
    desk.viewing.go_to_slice(0, 8)
    desk.viewing.hide_everything(True)
    assert not desk.reviewing.agree(), "while Space is held nothing is in view"
    desk.viewing.hide_everything(False)
    desk.reviewing.toggle_marks()
    assert not desk.reviewing.agree(), "marks are off"
    desk.reviewing.toggle_marks()
    assert desk.reviewing.agree()


def test_what_the_window_really_paints_decides(place: Workplace) -> None:
    class Blind:
        def shows(self, finding_id: uuid.UUID) -> bool:
            return False

        def bring_into_view(self, finding_id: uuid.UUID) -> None:
            raise AssertionError("nobody jumped")

    blind = Blind()
    place.desk.reviewing.sights.append(blind)
    assert not place.desk.reviewing.agree()
    place.desk.reviewing.sights.remove(blind)
    assert place.desk.reviewing.agree()


def test_a_rejected_mark_leaves_the_picture_and_stays_in_the_list(place: Workplace) -> None:
    reviewing, row = place.desk.reviewing, first(place)
    assert reviewing.reject(RejectReason.VESSEL)
    assert reviewing.drawn() == ()
    assert first(place).finding.id == row.finding.id
    decision = first(place).reviewed.decision
    assert decision is not None
    assert decision.reason is RejectReason.VESSEL
    reviewing.select(row.finding.id)
    assert [r.finding.id for r in reviewing.drawn()] == [row.finding.id], "chosen in the list"
    reviewing.select(None)
    assert reviewing.drawn() == ()


def test_a_rejected_mark_comes_back_into_view_before_another_decision(place: Workplace) -> None:
    reviewing, row = place.desk.reviewing, first(place)
    assert reviewing.reject()
    assert not reviewing.agree(), "nothing is decided on what is not seen"
    assert status(place) is FindingStatus.REJECTED
    assert place.desk.viewing.hint == message("session.rejected_shown")
    assert [r.finding.id for r in reviewing.drawn()] == [row.finding.id]
    assert reviewing.agree()
    assert status(place) is FindingStatus.AGREED


def test_a_rejection_made_again_leaves_the_picture_as_it_did(place: Workplace) -> None:
    reviewing, undoing = place.desk.reviewing, place.desk.undoing
    assert reviewing.reject()
    undoing.undo()
    assert len(reviewing.drawn()) == 1
    undoing.redo()
    assert status(place) is FindingStatus.REJECTED
    assert reviewing.drawn() == ()


def test_going_on_leaves_out_folded_and_rejected_marks(place: Workplace) -> None:
    reviewing = place.desk.reviewing
    bright, low = (row.finding.id for row in reviewing.rows())
    reviewing.next(1)
    assert reviewing.selected == bright
    reviewing.toggle_folded()
    reviewing.next(1)
    assert reviewing.selected == low
    reviewing.next(1)
    assert reviewing.selected == bright
    reviewing.next(-1)
    assert reviewing.selected == low
    assert reviewing.reject()
    reviewing.next(1)
    reviewing.next(1)
    assert reviewing.selected == bright


def test_a_jump_shows_the_place_in_every_viewport(tmp_path: Path) -> None:
    for number, words in enumerate(
        (HeadWords(), HeadWords(series="flair", number=2, description="Ax FLAIR")), start=1
    ):
        write_head(tmp_path / f"{number}", words)
    made = make_workplace(marks=[bright_mark()])
    made.open(tmp_path / "1", tmp_path / "2")
    made.detect()
    viewing, reviewing = made.desk.viewing, made.desk.reviewing
    viewing.set_layout(1, 2)
    for index in (0, 1):
        viewing.go_to_slice(index, 0)
    row = reviewing.rows()[0]
    reviewing.select(row.finding.id)
    assert {state.slice_index for state in viewing.layout.viewports} == {row.finding.central_slice}
    viewing.toggle_planes()
    viewing.place_crosshair((0.0, 0.0, 0.0))
    reviewing.select(row.finding.id)
    assert row.finding.box is not None
    assert viewing.crosshair_lps_mm == pytest.approx(row.finding.box.center_lps_mm)
    assert reviewing.selected_is_in_view()
    viewing.place_crosshair((-30.0, 20.0, 20.0))
    assert not reviewing.selected_is_in_view()
    made.close()


def test_a_jump_opens_the_series_when_no_viewport_shows_it(tmp_path: Path) -> None:
    write_head(tmp_path / "1")
    write_head(tmp_path / "2", HeadWords(series="other", number=2, description="Ax DWI"))
    made = make_workplace(marks=[bright_mark()])
    made.open(tmp_path / "1", tmp_path / "2")
    made.detect()
    viewing, row = made.desk.viewing, made.desk.reviewing.rows()[0]
    viewing.set_layout(1, 2)
    viewing.toggle_maximise(1)
    made.desk.reviewing.select(row.finding.id)
    visible = viewing.layout.maximised
    assert visible is None or viewing.layout.viewports[visible].kind is ViewportKind.STACK
    assert made.desk.reviewing.selected_is_in_view()
    made.close()


# -- edit ------------------------------------------------------------------------------------


def test_an_edit_moves_millimetres_pixels_and_slices_together_and_keeps_the_original(
    place: Workplace, tmp_path: Path
) -> None:
    reviewing, original = place.desk.reviewing, first(place).finding
    reviewing.toggle_edit()
    assert reviewing.editing.box is not None
    assert np.allclose(reviewing.editing.box.lower, LOWER)
    assert np.allclose(reviewing.editing.box.upper, UPPER)
    wanted = VoxelBox((30.0, 12.0, 3.0), (52.0, 28.5, 12.0))
    reviewing.editing.propose(wanted)
    assert status(place) is FindingStatus.OPEN, "a draft decides nothing"
    assert reviewing.drawn()[0].finding.slice_indices == tuple(range(3, 12))
    assert reviewing.editing.accept()
    assert status(place) is FindingStatus.EDITED
    edited = first(place)
    assert edited.reviewed.original == original
    assert edited.finding.slice_indices == tuple(range(3, 12))
    assert np.allclose([box.x0 for box in edited.finding.boxes_px], 30.0)
    assert edited.finding.box is not None
    assert edited.finding.box.size_mm == pytest.approx((22 * 1.1, 16.5 * 0.9, 9 * 3.0))
    assert voxel_box(edited.finding, edited.display_set, 3) is not None
    again = reopened(place, tmp_path)
    assert first(again).finding == edited.finding
    assert first(again).reviewed.original == original
    again.desk.undoing.undo()
    assert first(again).finding == original
    again.desk.undoing.redo()
    assert first(again).finding == edited.finding
    again.close()


def test_escape_and_an_unchanged_box_decide_nothing(place: Workplace) -> None:
    reviewing = place.desk.reviewing
    reviewing.toggle_edit()
    reviewing.editing.propose(VoxelBox((30.0, 12.0, 3.0), (52.0, 28.5, 12.0)))
    assert reviewing.editing.cancel()
    assert not reviewing.editing.cancel()
    assert first(place).finding.slice_indices == tuple(range(5, 12))
    reviewing.toggle_edit()
    assert not reviewing.editing.accept()
    assert status(place) is FindingStatus.OPEN
    assert [e.kind for e in reviewing.history.entries] == []


def test_going_elsewhere_accepts_and_rejecting_cancels(place: Workplace) -> None:
    reviewing = place.desk.reviewing
    bright, low = (row.finding.id for row in reviewing.rows())
    box = VoxelBox((30.0, 12.0, 3.0), (52.0, 28.5, 12.0))
    reviewing.toggle_edit()
    reviewing.editing.propose(box)
    reviewing.select(low)
    assert not reviewing.editing.is_active
    assert status(place) is FindingStatus.EDITED
    reviewing.select(bright)
    reviewing.toggle_edit()
    reviewing.editing.propose(VoxelBox((31.0, 12.0, 3.0), (52.0, 28.5, 12.0)))
    reviewing.reject()
    kinds = [e.kind for e in reviewing.history.entries]
    assert kinds == [DecisionKind.EDIT, DecisionKind.REJECT]


# -- add -------------------------------------------------------------------------------------


def test_a_mark_of_the_reader_is_listed_edited_and_removed(
    place: Workplace, tmp_path: Path
) -> None:
    reviewing = place.desk.reviewing
    shown = first(place).display_set
    place.desk.viewing.go_to_slice(0, 15)
    assert reviewing.add_box(VoxelBox((5.0, 6.0, 14.0), (15.0, 20.0, 17.0)), shown)
    own = reviewing.rows()[-1]
    assert own.finding.id == reviewing.selected
    assert own.finding.origin is FindingOrigin.READER
    assert own.finding.reader == "Dr Weiss"
    assert (own.finding.code.scheme, own.finding.code.value) == ("SCT", "52988006")
    assert own.finding.label != first(place).finding.label, "no model's word for it"
    assert own.finding.slice_indices == (14, 15, 16)
    assert own.provenance is None
    assert own in reviewing.drawn()
    reviewing.toggle_edit()
    reviewing.editing.propose(VoxelBox((5.0, 6.0, 13.0), (15.0, 20.0, 17.0)))
    assert reviewing.editing.accept()
    edited = reviewing.rows()[-1]
    assert edited.finding.slice_indices == (13, 14, 15, 16)
    assert reviewing.remove()
    assert len(reviewing.rows()) == 2
    place.desk.undoing.undo()
    assert reviewing.rows()[-1].finding == edited.finding
    place.desk.undoing.undo()
    assert reviewing.rows()[-1].finding.slice_indices == (14, 15, 16)
    place.desk.undoing.undo()
    assert len(reviewing.rows()) == 2
    place.desk.undoing.redo()
    again = reopened(place, tmp_path)
    assert again.desk.reviewing.rows()[-1].finding.slice_indices == (14, 15, 16)
    again.close()


def test_a_mark_of_the_program_cannot_be_removed(place: Workplace) -> None:
    assert not place.desk.reviewing.remove()
    assert place.desk.viewing.hint == message("session.not_your_own")
    assert len(place.desk.reviewing.rows()) == 2


def test_what_was_seen_before_the_mark_is_noted(tmp_path: Path) -> None:
    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark(), LOW_MARK])
    made.open(tmp_path / "head")
    reviewing = made.desk.reviewing
    shown = made.desk.viewing.display_set_in(0)
    assert shown is not None
    assert reviewing.add_box(VoxelBox((40.0, 14.0, 6.0), (50.0, 24.0, 11.0)), shown)
    made.detect()
    bright = next(row for row in reviewing.rows() if row.provenance and row.is_solid)
    reviewing.select(bright.finding.id)
    assert reviewing.agree()
    assert reviewing.add_box(VoxelBox((3.0, 3.0, 6.0), (9.0, 9.0, 11.0)), shown)
    seen = [entry.seen_before_mark for entry in reviewing.history.entries]
    assert seen == [True, True, False]
    made.close()


# -- the reader's name -----------------------------------------------------------------------


def test_the_name_is_asked_once_and_only_when_something_can_be_decided(tmp_path: Path) -> None:
    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark()], reader="")
    made.open(tmp_path / "head")
    made.detect()
    asked: list[str] = []
    reviewing = made.desk.reviewing

    def ask(then: Callable[[], None]) -> None:
        asked.append("asked")
        if len(asked) > 1:
            reviewing.set_reader(" Dr Grün ")
            then()

    reviewing.ask_reader_by(ask)
    made.desk.viewing.go_to_slice(0, 0)
    assert not reviewing.agree()
    assert asked == [], "not in view: nothing to ask for"
    made.desk.viewing.go_to_slice(0, 8)
    assert not reviewing.agree(), "the reader closed the question"
    assert reviewing.history.entries == ()
    assert reviewing.agree()
    assert reviewing.reject()
    assert len(asked) == 2
    assert {entry.reader for entry in reviewing.history.entries} == {"Dr Grün"}
    made.close()


# -- threshold -------------------------------------------------------------------------------


def test_a_drag_of_the_threshold_is_journalled_once_and_falls_back_with_the_next_study(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        write_head(tmp_path / name, HeadWords(study=name))
    made = make_workplace(tmp_path / "catalog.sqlite", marks=[bright_mark(), LOW_MARK])
    made.open(tmp_path / "one", tmp_path / "two")
    desk, reviewing = made.desk, made.desk.reviewing
    first_study, second_study = (s.facts.study_instance_uid for s in desk.opening.studies)
    for study in (second_study, first_study):
        desk.opening.select_study(study)
        made.detect()
    (found,) = desk.detection.finding_sets()
    default = found.provenance.threshold
    for value in (0.63, 0.66, 0.7):
        reviewing.set_threshold(found, value, is_final=False)
        assert reviewing.threshold(found) == value
    assert len(reviewing.rows()) == 1, "the lower mark falls out while dragging"
    assert reviewing.history.entries == ()
    reviewing.set_threshold(found, 0.7, is_final=True)
    (entry,) = reviewing.history.entries
    assert (entry.kind, entry.threshold, entry.reader) == (
        DecisionKind.MOVE_THRESHOLD,
        0.7,
        "Dr Weiss",
    )
    reviewing.set_threshold(found, 0.7, is_final=True)
    assert len(reviewing.history.entries) == 1, "not moved, not journalled"
    desk.opening.select_study(second_study)
    (other,) = desk.detection.finding_sets()
    assert reviewing.threshold(other) == default
    desk.opening.select_study(first_study)
    assert reviewing.threshold(found) == 0.7
    desk.undoing.undo()
    assert reviewing.threshold(found) == default
    made.close()


def test_decided_marks_stay_listed_below_the_threshold(place: Workplace) -> None:
    reviewing = place.desk.reviewing
    (found,) = place.desk.detection.finding_sets()
    assert reviewing.agree()
    reviewing.set_threshold(found, 0.99, is_final=True)
    assert [(row.is_below, row.is_folded) for row in reviewing.rows()] == [(True, False)]
    place.desk.undoing.undo()
    assert [row.is_below for row in reviewing.rows()] == [False, False]


def test_going_lower_unfolds_what_comes(place: Workplace) -> None:
    reviewing = place.desk.reviewing
    (found,) = place.desk.detection.finding_sets()
    assert len(reviewing.drawn()) == 1
    reviewing.set_threshold(found, 0.5, is_final=False)
    assert len(reviewing.drawn()) == 2


def test_a_threshold_without_a_reader_falls_back(tmp_path: Path) -> None:
    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark()], reader="")
    made.open(tmp_path / "head")
    made.detect()
    (found,) = made.desk.detection.finding_sets()
    made.desk.reviewing.set_threshold(found, 0.9, is_final=False)
    made.desk.reviewing.set_threshold(found, 0.9, is_final=True)
    assert made.desk.reviewing.threshold(found) == found.provenance.threshold
    assert made.desk.reviewing.history.entries == ()
    made.close()


# -- undo ------------------------------------------------------------------------------------


def test_decisions_and_rulers_are_taken_back_in_one_order(place: Workplace) -> None:
    desk = place.desk
    one, two = ruler(place), ruler(place)
    desk.measuring.add(one)
    assert desk.reviewing.agree()
    desk.measuring.add(two)
    assert desk.measuring.delete_selected()
    assert desk.reviewing.reject()

    def now() -> tuple[FindingStatus, list[uuid.UUID]]:
        return status(place), [m.id for m in desk.measuring.measurements()]

    states = [now()]
    for _ in range(5):
        assert desk.undoing.undo() is not None
        states.append(now())
    assert desk.undoing.undo() is None
    assert states == [
        (FindingStatus.REJECTED, [one.id]),
        (FindingStatus.AGREED, [one.id]),
        (FindingStatus.AGREED, [one.id, two.id]),
        (FindingStatus.AGREED, [one.id]),
        (FindingStatus.OPEN, [one.id]),
        (FindingStatus.OPEN, []),
    ]
    for expected in reversed(states[:-1]):
        assert desk.undoing.redo() is not None
        assert now() == expected
    assert desk.undoing.redo() is None


def test_only_the_own_decisions_of_before_can_be_taken_back(
    place: Workplace, tmp_path: Path
) -> None:
    assert place.desk.reviewing.agree()
    place.close()
    other = make_workplace(tmp_path / "catalog.sqlite", reader="Dr Schwarz")
    other.open(tmp_path / "head")
    assert status(other) is FindingStatus.AGREED
    assert other.desk.undoing.undo() is None
    assert status(other) is FindingStatus.AGREED
    other.close()
    same = make_workplace(tmp_path / "catalog.sqlite", reader="Dr Weiss")
    same.open(tmp_path / "head")
    assert same.desk.undoing.undo() is not None
    assert status(same) is FindingStatus.OPEN
    same.close()


def test_another_reader_does_not_take_back_what_the_first_one_did(place: Workplace) -> None:
    assert place.desk.reviewing.agree()
    place.desk.reviewing.set_reader(" Dr Weiss ")
    assert place.desk.undoing.undo() is not None, "the same name is the same reader"
    place.desk.undoing.redo()
    place.desk.reviewing.set_reader("Dr Schwarz")
    assert place.desk.undoing.undo() is None
    assert status(place) is FindingStatus.AGREED


def test_a_full_disk_lets_nothing_count_and_says_so(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError(message("catalog.not_kept", path="p", reason="disk is full"))

    desk = place.desk
    monkeypatch.setattr(desk.reviewing.history, "_on_append", refuse)
    assert not desk.reviewing.agree()
    assert status(place) is FindingStatus.OPEN
    assert [n.message.id for n in desk.notices] == ["catalog.not_kept"]
    assert desk.undoing.undo() is None


def test_what_waits_for_the_name_is_done_once_it_is_given(tmp_path: Path) -> None:
    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark()], reader="")
    made.open(tmp_path / "head")
    made.detect()
    reviewing = made.desk.reviewing
    waiting: list[Callable[[], None]] = []
    reviewing.ask_reader_by(waiting.append)
    shown = made.desk.viewing.display_set_in(0)
    assert shown is not None
    assert not reviewing.add_box(VoxelBox((5.0, 6.0, 14.0), (15.0, 20.0, 17.0)), shown)
    assert not reviewing.reject()
    reviewing.toggle_edit()
    (found,) = made.desk.detection.finding_sets()
    reviewing.set_threshold(found, 0.7, is_final=True)
    assert reviewing.history.entries == ()
    assert not reviewing.editing.is_active
    reviewing.set_reader("Dr Rot")
    for then in waiting:
        then()
    kinds = [entry.kind for entry in reviewing.history.entries]
    assert kinds == [DecisionKind.ADD, DecisionKind.REJECT, DecisionKind.MOVE_THRESHOLD]
    assert reviewing.editing.is_active
    assert {entry.reader for entry in reviewing.history.entries} == {"Dr Rot"}
    assert reviewing.rows()[-1].finding.reader == "Dr Rot"
    made.close()
