"""A job has one life, cancels, tells how far it is, and takes no thread down with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from medai_desktop.errors import CancelledError, StorageError
from medai_desktop.jobs import Cancellation, Job, JobContext, JobState, JobThreads, Progress
from medai_desktop.text import message

TITLE = message("jobs.cancelled")
WAIT_S = 10.0


@pytest.fixture
def threads() -> Iterator[JobThreads]:
    made = JobThreads("test")
    yield made
    made.close()


def holding(gate: threading.Event) -> Job[str]:
    """Runs until the gate opens or it is cancelled."""

    def work(context: JobContext) -> str:
        while not gate.wait(0.01):
            context.cancellation.raise_if_cancelled()
        return "through"

    return Job(TITLE, work)


def test_life_of_a_job_that_succeeds(threads: JobThreads) -> None:
    seen: list[tuple[JobState, str]] = []
    job: Job[int] = Job(
        TITLE, lambda _: 42, lambda j: seen.append((j.state, threading.current_thread().name))
    )
    assert job.state is JobState.QUEUED
    assert job.seconds_running == 0.0
    threads.submit(job)
    assert job.wait(WAIT_S)
    assert job.outcome == 42
    assert job.failure is None
    assert [state for state, _ in seen] == [JobState.RUNNING, JobState.DONE]
    assert {name for _, name in seen} == {"test-0"}
    assert job.seconds_running > 0.0


def test_failure_carries_its_sentence(threads: JobThreads) -> None:
    said = message("settings.not_written", path="x", reason="full")

    def work(_: JobContext) -> int:
        raise StorageError(said)

    job = threads.submit(Job(TITLE, work))
    assert job.wait(WAIT_S)
    assert (job.state, job.failure, job.outcome) == (JobState.FAILED, said, None)


@pytest.mark.parametrize("error", [ZeroDivisionError("a / 0"), MemoryError(), RecursionError()])
def test_what_nobody_foresaw_is_a_failure_with_a_sentence(
    threads: JobThreads, error: Exception
) -> None:
    def work(_: JobContext) -> int:
        raise error

    job = threads.submit(Job(TITLE, work))
    assert job.wait(WAIT_S)
    assert job.state is JobState.FAILED
    assert job.failure == message("jobs.unforeseen", kind=type(error).__name__)
    assert job.detail == repr(error)
    after = threads.submit(Job(TITLE, lambda _: "next"))
    assert after.wait(WAIT_S)
    assert after.outcome == "next"


def test_a_listener_that_fails_harms_neither_job_nor_thread(threads: JobThreads) -> None:
    def fail(_: Job[int]) -> None:
        raise ValueError("listener")

    def work(context: JobContext) -> int:
        context.report(Progress(1, 2, TITLE))
        return 7

    job = threads.submit(Job(TITLE, work, fail))
    assert job.wait(WAIT_S)
    assert (job.state, job.outcome) == (JobState.DONE, 7)
    after = threads.submit(Job(TITLE, lambda _: "alive"))
    assert after.wait(WAIT_S)


def test_cancel_while_running(threads: JobThreads) -> None:
    job = threads.submit(holding(threading.Event()))
    while job.state is not JobState.RUNNING:
        time.sleep(0.005)
    job.cancel()
    assert job.wait(WAIT_S)
    assert job.state is JobState.CANCELLED
    assert job.failure is None


def test_cancel_while_queued_ends_it_at_once_and_it_never_begins(threads: JobThreads) -> None:
    gate, begun = threading.Event(), threading.Event()
    first = threads.submit(holding(gate))
    while first.state is not JobState.RUNNING:
        time.sleep(0.005)
    ended: list[JobState] = []
    second: Job[None] = Job(TITLE, lambda _: begun.set(), lambda j: ended.append(j.state))
    threads.submit(second)
    second.cancel()
    # The first still holds the thread.
    assert first.state is JobState.RUNNING
    assert second.state is JobState.CANCELLED
    assert second.wait(0.0)
    assert ended == [JobState.CANCELLED]
    gate.set()
    assert first.wait(WAIT_S)
    third = threads.submit(Job(TITLE, lambda _: None))
    assert third.wait(WAIT_S)
    assert not begun.is_set()
    assert ended == [JobState.CANCELLED]


def test_cancel_after_the_end_changes_nothing(threads: JobThreads) -> None:
    job = threads.submit(Job(TITLE, lambda _: 1))
    assert job.wait(WAIT_S)
    job.cancel()
    assert (job.state, job.outcome) == (JobState.DONE, 1)


def test_jobs_of_one_thread_run_in_order(threads: JobThreads) -> None:
    order: list[int] = []
    jobs = [threads.submit(Job(TITLE, lambda _, n=n: order.append(n))) for n in range(20)]  # type: ignore[misc]
    assert all(job.wait(WAIT_S) for job in jobs)
    assert order == list(range(20))
    assert len({job.id for job in jobs}) == 20


def test_two_threads_run_two_jobs_at_once() -> None:
    threads, meeting = JobThreads("pair", 2), threading.Barrier(2, timeout=WAIT_S)
    jobs = [threads.submit(Job(TITLE, lambda _: meeting.wait())) for _ in range(2)]
    assert all(job.wait(WAIT_S) for job in jobs)
    assert [job.state for job in jobs] == [JobState.DONE] * 2
    threads.close()


def test_close_cancels_running_and_queued_jobs_and_takes_no_more() -> None:
    threads = JobThreads("closing")
    running, queued = holding(threading.Event()), holding(threading.Event())
    threads.submit(running)
    threads.submit(queued)
    while running.state is not JobState.RUNNING:
        time.sleep(0.005)
    threads.close(WAIT_S)
    assert running.state is JobState.CANCELLED
    assert queued.state is JobState.CANCELLED
    late = threads.submit(Job(TITLE, lambda _: 1))
    assert late.state is JobState.CANCELLED
    assert not [t for t in threading.enumerate() if t.name.startswith("closing")]


def test_cancellation_wakes_a_sleeper() -> None:
    cancellation = Cancellation()
    assert not cancellation.wait(0.01)
    cancellation.raise_if_cancelled()
    threading.Timer(0.05, cancellation.cancel).start()
    assert cancellation.wait(WAIT_S)
    with pytest.raises(CancelledError) as caught:
        cancellation.raise_if_cancelled()
    assert caught.value.message.id == "jobs.cancelled"


def test_time_left_of_a_job(threads: JobThreads) -> None:
    gate, reported = threading.Event(), threading.Event()

    def work(context: JobContext) -> None:
        context.report(Progress(0, 4, TITLE))
        time.sleep(0.05)
        context.report(Progress(2, 4, TITLE))
        reported.set()
        gate.wait(WAIT_S)

    job = threads.submit(Job(TITLE, work))
    assert reported.wait(WAIT_S)
    left = job.seconds_left
    assert left is not None
    assert left >= 0.05
    gate.set()
    assert job.wait(WAIT_S)
    assert job.seconds_left is None
