"""Silence is never an answer: every state of a model, reached on real files."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.detection.naming import model_name
from medai_desktop.errors import StorageError, WorkerError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.text import message
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.detectors import Mark
from tests.doubles.heads import HeadWords, bright_mark, write_head
from tests.phantoms.encoding import TransferSyntax

State = DetectionState
Make = Callable[..., Workplace]

BRAIN = model_name("brain-tumour-mr", "Brain mass MR")


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Workplace] = []

    def workplace(*arguments: object, **named: object) -> Workplace:
        made.append(make_workplace(*arguments, **named))  # type: ignore[arg-type]
        return made[-1]

    yield workplace
    for place in made:
        place.close()


@pytest.fixture
def head(tmp_path: Path) -> Path:
    write_head(tmp_path / "head")
    return tmp_path / "head"


def only(place: Workplace) -> RunStatus:
    (status,) = place.desk.detection.statuses()
    return status


def test_nothing_open_says_so(make: Make) -> None:
    place = make()
    assert place.desk.detection.start() == message("session.nothing_open")
    assert place.desk.detection.statuses() == ()
    assert not place.desk.detection.can_start


def test_not_run_queued_running_done(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    assert (only(place).state, only(place).reason) == (
        State.NOT_RUN,
        message("session.not_asked"),
    )
    place.script.gate.clear()
    seen = [only(place).state]
    place.desk.subscribe(lambda changes: seen.append(only(place).state))
    assert place.desk.detection.start() is None
    place.settle(lambda: only(place).state is State.RUNNING)
    assert not place.desk.detection.can_start
    assert place.desk.detection.start() == message("session.already_running")
    place.script.gate.set()
    place.settle()
    order = [state for n, state in enumerate(seen) if n == 0 or seen[n - 1] is not state]
    assert order == [State.NOT_RUN, State.QUEUED, State.RUNNING, State.DONE]
    assert only(place).reason is None
    assert place.desk.detection.can_start


def test_nothing_above_the_threshold_is_another_answer_than_done(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark(0.3)])
    place.open(head)
    place.detect()
    assert only(place).state is State.NOTHING_ABOVE_THRESHOLD
    assert place.desk.reviewing.rows() == ()
    assert len(place.desk.detection.finding_sets()[0].findings) == 1


def test_failure_says_why_and_can_be_tried_again(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    place.script.error = WorkerError(message("runtimes.failed", model="m", reason="r"))
    place.detect()
    assert only(place).state is State.FAILED
    assert only(place).reason == message("runtimes.failed", model="m", reason="r")
    assert [n.message.id for n in place.desk.notices] == ["session.model_failed"]
    place.detect()
    assert only(place).state is State.DONE


@pytest.mark.parametrize("earlier", ["nothing", "done", "failed"])
def test_cancelling_returns_to_the_earlier_state(make: Make, head: Path, earlier: str) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    if earlier == "failed":
        place.script.error = WorkerError(message("runtimes.failed", model="m", reason="r"))
    if earlier != "nothing":
        place.detect()
    before = only(place)
    place.script.gate.clear()
    place.desk.detection.start()
    place.settle(lambda: only(place).state is State.RUNNING)
    for job in place.desk.jobs:
        place.desk.cancel(job.id)
    place.settle()
    if earlier == "nothing":
        assert only(place).state is State.NOT_RUN
        assert only(place).reason == message("session.cancelled")
    else:
        assert only(place) == before
    assert len(place.desk.reviewing.rows()) == (1 if earlier == "done" else 0)


def test_an_image_that_cannot_be_decoded_never_gives_done(make: Make, tmp_path: Path) -> None:
    head = tmp_path / "compressed"
    write_head(head, transfer_syntax=TransferSyntax.JPEG_2000_LOSSLESS)
    broken = sorted(head.iterdir())[4]
    raw = broken.read_bytes()
    start = raw.index(b"\xff\x4f\xff\x51") + 60
    broken.write_bytes(raw[:start] + random.Random(5).randbytes(len(raw) - 8 - start) + raw[-8:])
    place = make(marks=[bright_mark()])
    place.open(head)
    place.detect()
    assert only(place).state is State.FAILED
    assert only(place).reason == message("session.partial_volume")
    assert place.desk.reviewing.rows() == ()


def test_a_truncated_file_never_gives_done(make: Make, head: Path) -> None:
    broken = sorted(head.iterdir())[4]
    broken.write_bytes(broken.read_bytes()[:-2000])
    place = make(marks=[bright_mark()])
    place.open(head)
    place.desk.detection.start()
    place.settle()
    assert only(place).state in {State.FAILED, State.NOT_RUN}
    assert only(place).reason is not None
    assert place.desk.reviewing.rows() == ()


def test_a_gap_is_not_run_and_says_which(make: Make, head: Path) -> None:
    sorted(head.iterdir())[10].unlink()
    place = make(marks=[bright_mark()])
    place.open(head)
    assert only(place).state is State.NOT_RUN
    assert only(place).reason is not None
    assert only(place).reason != message("session.not_asked")
    assert place.desk.detection.start() == message("session.no_whole_series")


def test_other_pixels_under_the_same_ids_make_an_old_run_stale(
    make: Make, head: Path, tmp_path: Path
) -> None:
    first = make(tmp_path / "catalog.sqlite", marks=[bright_mark()])
    first.open(head)
    first.detect()
    first.close()
    same = make(tmp_path / "catalog.sqlite")
    same.open(head)
    assert only(same).state is State.DONE
    assert not same.desk.reviewing.rows()[0].is_folded
    same.close()
    shutil.rmtree(head)
    write_head(head, brightness=777.0)
    other = make(tmp_path / "catalog.sqlite")
    other.open(head)
    assert (only(other).state, only(other).reason) == (
        State.STALE,
        message("session.images_changed"),
    )
    assert other.desk.reviewing.rows()[0].is_folded, "marks of other pixels are folded"
    other.script.marks = [bright_mark()]
    other.detect()
    assert only(other).state is State.DONE


def test_an_old_run_on_a_series_that_lost_images_is_stale(
    make: Make, head: Path, tmp_path: Path
) -> None:
    first = make(tmp_path / "catalog.sqlite", marks=[bright_mark()])
    first.open(head)
    first.detect()
    first.close()
    sorted(head.iterdir())[7].unlink()
    second = make(tmp_path / "catalog.sqlite")
    second.open(head)
    assert only(second).state is State.STALE
    assert only(second).reason is not None


def test_another_model_makes_an_old_run_stale(make: Make, head: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.sqlite"
    first = make(catalog, marks=[bright_mark()])
    first.open(head)
    first.detect()
    (found,) = first.desk.detection.finding_sets()
    made_by = replace(found.provenance, weights_sha256="0" * 64, model_version="0.9")
    first.journal.record_run(replace(found, provenance=made_by))
    first.close()
    second = make(catalog)
    second.open(head)
    assert only(second).state is State.STALE
    assert only(second).reason == message(
        "session.other_version",
        model=BRAIN,
        old="0.9",
        new=made_version(),
    )
    assert not second.desk.reviewing.rows()[0].is_folded, "its marks lie on these images"


def made_version() -> str:
    from medai_desktop.detection.registry import ModelRegistry

    return ModelRegistry(find_locations().models).get("brain-tumour-mr").version


def test_other_settings_make_an_old_run_stale(make: Make, head: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.sqlite"
    first = make(catalog, marks=[bright_mark()])
    first.open(head)
    first.detect()
    (found,) = first.desk.detection.finding_sets()
    other = replace(found.provenance, settings_sha256="1" * 64)
    first.journal.record_run(replace(found, provenance=other))
    first.close()
    second = make(catalog)
    second.open(head)
    assert only(second).reason == message("session.other_settings", model=BRAIN)


def test_outside_training_is_said_before_and_after(make: Make, tmp_path: Path) -> None:
    words = HeadWords(description="Ax T1")
    write_head(tmp_path / "plain", words)
    place = make(marks=[bright_mark()])
    place.open(tmp_path / "plain")
    assert only(place).outside_training is not None
    place.detect()
    assert only(place).state is State.DONE
    assert only(place).outside_training is not None
    assert [row.is_folded for row in place.desk.reviewing.rows()] == [True]


def test_two_studies_run_side_by_side_and_marks_stay_with_their_own(
    make: Make, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_head(tmp_path / name, HeadWords(study=name))
    place = make(marks=[bright_mark()])
    place.open(tmp_path / "one", tmp_path / "two")
    desk = place.desk
    first, second = (s.facts.study_instance_uid for s in desk.opening.studies)
    place.script.gate.clear()
    desk.opening.select_study(first)
    assert desk.detection.start() is None
    place.settle(lambda: only(place).state is State.RUNNING)
    desk.opening.select_study(second)
    assert only(place).state is State.NOT_RUN
    assert desk.detection.can_start, "the other study can be asked while the first one runs"
    assert desk.detection.start() is None
    assert only(place).state is State.QUEUED
    desk.opening.select_study(first)
    place.script.gate.set()
    place.settle()
    assert only(place).state is State.DONE
    assert len(desk.reviewing.drawn()) == 1
    desk.opening.select_study(second)
    assert only(place).state is State.DONE
    assert len(desk.reviewing.rows()) == 1


def test_marks_of_a_study_in_the_background_touch_nothing(make: Make, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_head(tmp_path / name, HeadWords(study=name))
    place = make(marks=[bright_mark()])
    place.open(tmp_path / "one", tmp_path / "two")
    desk = place.desk
    first, second = (s.facts.study_instance_uid for s in desk.opening.studies)
    desk.opening.select_study(first)
    place.script.gate.clear()
    desk.detection.start()
    desk.opening.select_study(second)
    place.settle(lambda: len(desk.jobs) == 1)
    desk.reviewing.toggle_marks()
    layout = desk.viewing.layout
    place.script.gate.set()
    place.settle()
    assert desk.viewing.layout == layout
    assert not desk.reviewing.marks_are_shown
    assert desk.reviewing.selected is None


def test_images_move_only_under_an_idle_reader(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    desk = place.desk
    place.script.gate.clear()
    desk.detection.start()
    desk.viewing.scroll(0, 3)
    at = desk.viewing.layout.viewports[0].slice_index
    place.script.gate.set()
    place.settle()
    assert desk.viewing.layout.viewports[0].slice_index == at
    assert desk.reviewing.selected is None
    assert desk.viewing.hint == message("session.marks_ready", count=1)
    assert len(desk.reviewing.drawn()) == 1
    idle = make(marks=[bright_mark()])
    idle.open(head)
    idle.detect()
    row = idle.desk.reviewing.rows()[0]
    assert idle.desk.reviewing.selected == row.finding.id
    assert idle.desk.viewing.layout.viewports[0].slice_index == row.finding.central_slice


class FullDisk:
    """The journal of a full disk, as far as runs go."""

    def __init__(self, place: Workplace) -> None:
        self._journal = place.journal

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def record_run(self, found: FindingSet) -> None:
        raise StorageError(message("catalog.not_kept", path="p", reason="database or disk is full"))


def test_marks_that_cannot_be_kept_are_shown_with_a_sentence(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    place.desk.detection._journal = FullDisk(place)  # type: ignore[assignment]
    place.detect()
    assert only(place).state is State.DONE
    assert len(place.desk.reviewing.drawn()) == 1
    assert [n.message.id for n in place.desk.notices] == ["catalog.not_kept"]


def test_a_desk_closed_while_running_leaves_no_job_behind(make: Make, head: Path) -> None:
    place = make(marks=[bright_mark()])
    place.open(head)
    place.script.gate.clear()
    place.desk.detection.start()
    place.settle(lambda: only(place).state is State.RUNNING)
    (job,) = place.desk.jobs
    place.desk.close()
    assert job.wait(5)
    assert place.journal.runs(place.desk.opening.studies[0].display_sets[0].id) == ()


def test_many_marks_are_listed_quickly(make: Make, head: Path) -> None:
    marks = [
        Mark((2.0 + n % 50, 2.0 + n // 50, n % 20), (8.0 + n % 50, 9.0 + n // 50, n % 20 + 3.0))
        for n in range(300)
    ]
    place = make(marks=marks)
    place.open(head)
    place.detect()
    rows = place.desk.reviewing.rows()
    assert len(rows) == 300
    assert place.desk.reviewing.rows() is rows, "made once until something changes"
    assert place.desk.reviewing.drawn() is place.desk.reviewing.drawn()
    place.desk.reviewing.agree()
    assert place.desk.reviewing.rows() is not rows


def test_a_series_known_to_be_incomplete_is_never_started(tmp_path: Path) -> None:
    files = write_head(tmp_path / "head")
    dataset = pydicom.dcmread(files[-1])
    del dataset.PixelData
    dataset.save_as(files[-1])
    place = make_workplace()
    place.open(tmp_path / "head")
    said = place.desk.detection.start()
    (status,) = place.desk.detection.statuses()
    place.close()
    assert said == message("session.no_whole_series")
    assert status.state is DetectionState.NOT_RUN
    assert status.reason == message("session.partial_volume")
