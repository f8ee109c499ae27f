"""A job and the threads that run it."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from medai_desktop.errors import CancelledError, MedaiError
from medai_desktop.jobs.cancellation import Cancellation
from medai_desktop.jobs.progress import Pace, Progress
from medai_desktop.text import Message, message

_log = logging.getLogger(__name__)
T = TypeVar("T")


class JobState(Enum):
    """The life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class JobContext:
    """What the work is handed: where to report, and whether to go on."""

    report: Callable[[Progress], None]
    cancellation: Cancellation


class Job(Generic[T]):
    """One piece of long work with one life.

    Args:
        title: what the reader sees in the status bar.
        work: the work; returns the outcome, raises `MedaiError` with a sentence when it fails.
        on_change: called after each change of state or progress, on the thread that brings it
            about: the job's own, or the one that cancels a job still queued. What it raises is
            logged and changes nothing.
    """

    _numbers = itertools.count(1)

    def __init__(
        self,
        title: Message,
        work: Callable[[JobContext], T],
        on_change: Callable[[Job[T]], None] | None = None,
    ) -> None:
        self.id = next(Job._numbers)
        self.title = title
        self.cancellation = Cancellation()
        self._work = work
        self._on_change = on_change
        self._state = JobState.QUEUED
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._started_at: float | None = None
        self._pace = Pace()
        self.progress: Progress | None = None
        self.outcome: T | None = None
        self.failure: Message | None = None
        self.detail = ""

    @property
    def state(self) -> JobState:
        """Where in its life the job is."""
        return self._state

    @property
    def seconds_running(self) -> float:
        """Seconds since the work began; 0 before."""
        return 0.0 if self._started_at is None else time.monotonic() - self._started_at

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace of the units finished so far; None while that is unknown."""
        return None if self._state.has_ended else self._pace.seconds_left(time.monotonic())

    def cancel(self) -> None:
        """Asks the work to end; a job still queued ends at once and never begins."""
        self.cancellation.cancel()
        if self._leave(JobState.QUEUED, JobState.CANCELLED):
            self._ended.set()
            self._notify()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits for the end; returns whether it has come."""
        return self._ended.wait(timeout_s)

    def run(self) -> None:
        """Does the work on the calling thread; never raises."""
        if not self._leave(JobState.QUEUED, JobState.RUNNING):
            return
        self._started_at = time.monotonic()
        self._notify()
        try:
            self.outcome = self._work(JobContext(self._report, self.cancellation))
        except CancelledError:
            self._end(JobState.CANCELLED)
        except MedaiError as error:
            self.failure = error.message
            _log.warning("job failed: %s", error.message.id, exc_info=True)
            self._end(JobState.FAILED)
        except Exception as error:
            _log.exception("job failed in an unforeseen way")
            self.failure = message("jobs.unforeseen", kind=type(error).__name__)
            self.detail = repr(error)
            self._end(JobState.FAILED)
        else:
            self._end(JobState.DONE)

    def _report(self, progress: Progress) -> None:
        self.progress = progress
        self._pace = self._pace.after(progress, time.monotonic())
        self._notify()

    def _leave(self, before: JobState, after: JobState) -> bool:
        """From one state into the next; False when the job is no longer in the first."""
        with self._lock:
            if self._state is not before:
                return False
            self._state = after
            return True

    def _end(self, state: JobState) -> None:
        self._leave(JobState.RUNNING, state)
        self._ended.set()
        self._notify()

    def _notify(self) -> None:
        if self._on_change is None:
            return
        try:
            self._on_change(self)
        except Exception:
            _log.exception("a listener of job %s failed", self.title.id)


class JobThreads:
    """A few threads that run jobs in the order they were handed over.

    Args:
        name: of the threads, for the log.
        count: how many jobs may run at once.
    """

    def __init__(self, name: str, count: int = 1) -> None:
        self._queue: queue.SimpleQueue[Job[object] | None] = queue.SimpleQueue()
        self._jobs: list[Job[object]] = []
        self._lock = threading.Lock()
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._loop, name=f"{name}-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job[T]) -> Job[T]:
        """Hands a job over; returns it. After `close` it is cancelled at once."""
        with self._lock:
            is_closed = self._is_closed
            self._jobs = [known for known in self._jobs if not known.state.has_ended]
            self._jobs.append(job)  # type: ignore[arg-type]
        if is_closed:
            job.cancel()
        else:
            self._queue.put(job)  # type: ignore[arg-type]
        return job

    def close(self, timeout_s: float = 5.0) -> None:
        """Cancels everything and waits for the threads to end, so long at most in all."""
        with self._lock:
            self._is_closed = True
            jobs = tuple(self._jobs)
        for job in jobs:
            job.cancel()
        for _ in self._threads:
            self._queue.put(None)
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _loop(self) -> None:
        while (job := self._queue.get()) is not None:
            job.run()
