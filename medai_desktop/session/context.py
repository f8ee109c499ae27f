"""What the parts of the desk share: listeners, notices, jobs, language."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.session.changes import Changes
from medai_desktop.session.mailbox import Mailbox
from medai_desktop.text import Catalogues, Language, Message

_log = logging.getLogger(__name__)
T = TypeVar("T")
Listener = Callable[[Changes], None]

WAITED_FOR = ("session.detecting", "session.scanning", "session.exporting", "session.loading")
"""Titles of jobs, the one that a reader waits for most first."""

NOT_WAITED_FOR = frozenset({"session.restoring"})
"""Titles of jobs that nobody waits for or could cancel."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in the bar above the viewports.

    Attributes:
        message: what happened, to what, what still works, what to do.
        details: one line each, copyable, without patient data.
        is_warning: something is missing or wrong; else it is only said.
    """

    message: Message
    details: tuple[Message, ...] = ()
    is_warning: bool = True


class DeskContext:
    """What the parts of the desk share.

    Args:
        catalogues: wording of every message.
        language: to begin with.
    """

    def __init__(self, catalogues: Catalogues, language: Language) -> None:
        self.catalogues = catalogues
        self.language = language
        self.mailbox = Mailbox()
        self.notices: tuple[Notice, ...] = ()
        self.jobs: tuple[Job[object], ...] = ()
        self._listeners: list[Listener] = []
        self._pending_progress: set[int] = set()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener, called on the desk's thread; returns what takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self, changes: Changes) -> None:
        """Tells the listeners."""
        for listener in tuple(self._listeners):
            listener(changes)

    def render(self, said: Message) -> str:
        """A sentence in the reader's language."""
        return self.catalogues.render(said, self.language)

    def notify(self, notice: Notice) -> None:
        """Shows a notice; the same one is not shown twice."""
        if notice not in self.notices:
            self.notices = (*self.notices, notice)
            self.changed(Changes(notices=True))

    def dismiss(self, notice: Notice) -> None:
        """Takes a notice away."""
        self.notices = tuple(known for known in self.notices if known != notice)
        self.changed(Changes(notices=True))

    def run(
        self,
        threads: JobThreads,
        title: Message,
        work: Callable[[JobContext], T],
        when_ended: Callable[[Job[T]], None],
        *,
        is_quiet: bool = False,
    ) -> Job[T]:
        """Runs work on a job thread and what follows on the desk's thread.

        Args:
            threads: which threads.
            title: what the status bar shows.
            work: the work.
            when_ended: called on the desk's thread, whatever the end was.
            is_quiet: too small to be shown among the jobs.
        """
        job: Job[T] = Job(title, work, lambda changed: self._job_changed(changed, when_ended))
        if not is_quiet:
            self.jobs = (*self.jobs, job)  # type: ignore[arg-type]
            self.changed(Changes(jobs=True))
        threads.submit(job)
        return job

    @property
    def foremost_job(self) -> Job[object] | None:
        """The job that the reader waits for: detection before loading, running before queued."""
        shown = (job for job in self.jobs if job.title.id not in NOT_WAITED_FOR)
        return min(shown, key=_urgency, default=None)

    def cancel(self, job_id: int) -> None:
        """Asks a job to end."""
        for job in self.jobs:
            if job.id == job_id:
                job.cancel()

    def _job_changed(self, job: Job[T], when_ended: Callable[[Job[T]], None]) -> None:
        if job.state.has_ended:
            self.mailbox.post(lambda: self._finish(job, when_ended))
        elif job.id not in self._pending_progress:
            self._pending_progress.add(job.id)
            self.mailbox.post(lambda: self._progressed(job.id))

    def _progressed(self, job_id: int) -> None:
        self._pending_progress.discard(job_id)
        self.changed(Changes(jobs=True))

    def _finish(self, job: Job[T], when_ended: Callable[[Job[T]], None]) -> None:
        self.jobs = tuple(known for known in self.jobs if known.id != job.id)
        if job.state is JobState.FAILED:
            _log.warning("%s failed: %s", job.title.id, job.failure and job.failure.id)
        when_ended(job)
        self.changed(Changes(jobs=True))


def _urgency(job: Job[object]) -> tuple[bool, int, int]:
    name = job.title.id
    rank = WAITED_FOR.index(name) if name in WAITED_FOR else len(WAITED_FOR)
    return job.state is JobState.QUEUED, rank, job.id
