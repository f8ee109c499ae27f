"""What was open last, and whether it is still where it lay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from medai_desktop.errors import StorageError
from medai_desktop.jobs import Job, JobContext, JobThreads
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.ports import Journal
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Message, message

REMOVABLE = ("/media/", "/run/media/", "/mnt/", "/Volumes/", "//", "\\\\")
"""Where systems put drives and network folders that come and go."""

MOUNT_DEPTHS = (("/run/media/", 5), ("/media/", 4))
OTHER_DEPTH = 3
"""So many parts of a path name the place where a drive is hung in: ``/media/reader/STICK``."""


@dataclass(frozen=True, slots=True)
class RecentEntry:
    """A line of the start screen; `missing` says why it cannot be opened, None when it can."""

    study: RecentStudy
    missing: Message | None


class RecentStudies:
    """The last studies. A drive that is gone may answer late, so a job thread asks.

    Args:
        context: shared by the parts of the desk.
        journal: remembers them.
    """

    def __init__(self, context: DeskContext, journal: Journal) -> None:
        self._context = context
        self._journal = journal
        self._threads = JobThreads("recent")
        self.entries: tuple[RecentEntry, ...] = ()

    def refresh(self) -> None:
        """Looks again, in the background."""
        self._context.run(
            self._threads, message("session.recent"), self._look, self._looked, is_quiet=True
        )

    def remember(self, study: RecentStudy) -> None:
        """Puts a study first."""
        try:
            self._journal.remember_study(study)
        except StorageError as error:
            self._context.notify(Notice(error.message))

    def close(self) -> None:
        """Ends the thread."""
        self._threads.close(1.0)

    def _look(self, job: JobContext) -> tuple[RecentEntry, ...]:
        return tuple(RecentEntry(s, why_missing(s.paths)) for s in self._journal.recent_studies())

    def _looked(self, job: Job[tuple[RecentEntry, ...]]) -> None:
        if job.outcome is not None and job.outcome != self.entries:
            self.entries = job.outcome
            self._context.changed(Changes(recent=True))


def why_missing(
    paths: Sequence[Path], is_there: Callable[[Path], bool] = Path.exists
) -> Message | None:
    """Why none of some paths can be opened; None when one is there."""
    if any(_answers(path, is_there) for path in paths):
        return None
    if not paths or not _is_on_a_drive_that_is_gone(paths[0], is_there):
        return message("session.recent_moved")
    return message("session.recent_no_drive")


def _answers(path: Path, is_there: Callable[[Path], bool]) -> bool:
    try:
        return is_there(path)
    except OSError:
        return False


def _is_on_a_drive_that_is_gone(path: Path, is_there: Callable[[Path], bool]) -> bool:
    written = str(PurePath(path))
    if path.drive:
        return not _answers(Path(path.anchor), is_there)
    if not written.startswith(REMOVABLE):
        return False
    depth = next((n for start, n in MOUNT_DEPTHS if written.startswith(start)), OTHER_DEPTH)
    return not _answers(Path(*path.parts[:depth]), is_there)
