"""What a worker answers is checked like a stranger's: a real program that speaks wrongly."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from medai_desktop.detection.joining import SliceBox, looked_at
from medai_desktop.detection.manifest import read_manifest
from medai_desktop.errors import OutOfMemoryError, ReplyError
from medai_desktop.findings import FindingSet
from medai_desktop.jobs import Cancellation
from medai_desktop.runtimes.attempts import Attempt
from medai_desktop.runtimes.local_detector import LocalDetector
from medai_desktop.runtimes.replies import checked_progress, checked_reply
from medai_desktop.text import message
from medai_desktop.wire import Frame
from tests.processes import is_gone, slots_of
from tests.unit.detection.heads import INSIDE, head
from tests.unit.detection.models import SHIPPED
from tests.unit.runtimes.odd_model_worker import MANIFEST, ODD_RESULTS, PROGRESS, result

PROGRAM = "tests.unit.runtimes.odd_model_worker"
VOLUME = replace(head(), display_set_id="1.2.3")


def detected(odd: str, monkeypatch: pytest.MonkeyPatch) -> tuple[FindingSet | ReplyError, int]:
    """What came of a run, and the process id of the worker."""
    monkeypatch.setenv("MEDAI_TEST_ODD", odd)
    detector = LocalDetector(read_manifest(SHIPPED), silence_s=30.0, program=PROGRAM)
    pids: list[int | None] = []
    try:
        found = detector.detect(
            VOLUME, INSIDE, lambda _: pids.append(detector.worker_pid), Cancellation()
        )
        return found, pids[0] or 0
    except ReplyError as error:
        assert detector.worker_pid is None
        return error, pids[0] or 0
    finally:
        detector.close()


def test_the_right_answer_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    found, pid = detected("right", monkeypatch)
    assert isinstance(found, FindingSet)
    assert [one.slice_indices for one in found.findings] == [(3,)]
    assert found.findings[0].boxes_px[0].x1 == 30.0
    assert found.seconds.inference == 0.2
    assert is_gone(pid)


@pytest.mark.parametrize("odd", ODD_RESULTS)
def test_a_result_that_cannot_be_right(odd: str) -> None:
    with pytest.raises(ReplyError) as caught:
        checked_reply(result(odd), VOLUME, MANIFEST)
    assert caught.value.message.id == "wire.nonsense"


@pytest.mark.parametrize("odd", PROGRESS)
def test_progress_that_cannot_be_right(odd: str) -> None:
    with pytest.raises(ReplyError):
        checked_progress(Frame("progress", PROGRESS[odd]), VOLUME)


def test_the_right_ones_beside_them() -> None:
    assert checked_reply(result("right"), VOLUME, MANIFEST).boxes == (
        SliceBox(3, 10.0, 12.0, 30.0, 40.0, pytest.approx(0.8)),  # type: ignore[arg-type]
    )
    assert checked_progress(Frame("progress", {"done": 9, "total": 9}), VOLUME) == (9, 9)
    assert checked_progress(Frame("progress", {"done": 0, "total": 0}), VOLUME) == (0, 0)


def test_boxes_lie_on_slices_that_were_looked_at() -> None:
    thin = replace(head((9, 256, 256), (1.0, 0.9, 0.9)), display_set_id="1.2.3")
    assert list(looked_at(9, 1.0)) == [1, 4, 7]
    with pytest.raises(ReplyError):
        checked_reply(result("right"), thin, MANIFEST)


@pytest.mark.parametrize("odd", ["bytes", "not a number", "more than all", "another kind"])
def test_nonsense_is_one_sentence_and_the_worker_goes(
    odd: str, monkeypatch: pytest.MonkeyPatch, slots_before: frozenset[str]
) -> None:
    error, pid = detected(odd, monkeypatch)
    assert isinstance(error, ReplyError)
    assert error.message.id == "wire.nonsense"
    assert pid > 0
    assert is_gone(pid)
    assert slots_of(os.getpid()) <= slots_before


# -- memory that runs out: another worker tries smaller, then the processor -------------------


@pytest.mark.parametrize(
    ("odd", "device", "warning"),
    [
        ("short at first", "cpu", "runtimes.smaller_batches"),
        ("short on a card", "auto", "runtimes.fell_back_to_cpu"),
    ],
)
def test_a_fresh_worker_tries_what_needs_less(
    odd: str, device: str, warning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDAI_TEST_ODD", odd)
    detector = LocalDetector(read_manifest(SHIPPED), device=device, program=PROGRAM)
    pids: list[int | None] = []
    found = detector.detect(
        VOLUME, INSIDE, lambda _: pids.append(detector.worker_pid), Cancellation()
    )
    assert [said.id for said in found.warnings] == [warning]
    assert found.provenance.device == "cpu"
    assert len(set(pids)) == (2 if odd == "short at first" else 3)
    detector.close()
    assert all(is_gone(pid or 0) for pid in pids)


def test_when_nothing_needs_less_it_is_said(
    monkeypatch: pytest.MonkeyPatch, slots_before: frozenset[str]
) -> None:
    monkeypatch.setenv("MEDAI_TEST_ODD", "short at all")
    detector = LocalDetector(read_manifest(SHIPPED), program=PROGRAM)
    with pytest.raises(OutOfMemoryError) as caught:
        detector.detect(VOLUME, INSIDE, lambda _: None, Cancellation())
    assert caught.value.message.id == "runtimes.out_of_memory"
    assert detector.worker_pid is None
    assert slots_of(os.getpid()) <= slots_before


def test_the_order_in_which_less_is_tried() -> None:
    first = Attempt("auto")
    small = first.smaller("cuda:0")
    assert small == Attempt("auto", True, message("runtimes.smaller_batches"))
    assert small is not None
    on_processor = small.smaller("cuda:0")
    assert on_processor == Attempt("cpu", False, message("runtimes.fell_back_to_cpu"))
    assert on_processor is not None
    last = on_processor.smaller("cpu")
    assert last == Attempt("cpu", True, message("runtimes.fell_back_to_cpu"))
    assert last is not None
    assert last.smaller("cpu") is None
    assert small.smaller("cpu") is None
    assert small.smaller("") is None
