"""What was kept of a study comes back: at once, or once its first picture shows."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.jobs import Job, JobThreads
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.opening import Opening
from medai_desktop.session.ports import Journal
from medai_desktop.text import message


class Restoring:
    """Takes a study's findings, decisions and measurements back from the journal.

    A journal that is not ready yet is opened in the background when the first picture shows, or
    when none will come. Whatever the reader does before is journalled like everything else, so it
    comes back with the rest.

    Args:
        context: shared by the parts of the desk.
        opening: which study is open, and whether a picture is to be expected.
        journal: where it is kept.

    Attributes:
        is_over: the journal is open, and what it holds is back.
    """

    def __init__(self, context: DeskContext, opening: Opening, journal: Journal) -> None:
        self._context, self._opening, self._journal = context, opening, journal
        self._threads = JobThreads("journal")
        self._pending: Study | None = None
        self._has_begun = False
        self.is_over = False
        self.restore: Callable[[Study], None] = lambda study: None
        self.when_ready: Callable[[], None] = lambda: None
        context.subscribe(self._changed)

    def expect(self, study: Study) -> None:
        """A study was chosen."""
        if self._journal.is_ready:
            self._pending = None
            self.restore(study)
        else:
            self._pending = study

    def begin(self) -> None:
        """The reader has a picture, or waits for none: opens the journal, once."""
        if self._has_begun:
            return
        self._has_begun = True
        title = message("session.restoring")
        self._context.run(self._threads, title, lambda job: self._journal.make_ready(), self._ready)

    @property
    def has_begun(self) -> bool:
        """Whether the journal is open, or on its way."""
        return self._has_begun

    @property
    def is_under_way(self) -> bool:
        """Whether the journal is on its way."""
        return self._has_begun and not self.is_over

    def begin_if_idle(self) -> None:
        """Opens the journal unless something is being opened: then its picture goes first."""
        if not self._context.jobs and self._opening.current_study is None:
            self.begin()

    def close(self) -> None:
        """Ends the thread."""
        self._threads.close(1.0)

    def _changed(self, changes: Changes) -> None:
        """Where no picture can come, what was kept comes all the same."""
        if self._has_begun:
            return
        opening, study = self._opening, self._pending
        if study is None:
            has_scanned = opening.found is not None or opening.last_scan_failed
            if changes.studies and has_scanned and not opening.studies:
                self.begin_if_idle()
        elif changes.loading:
            states = [opening.loading(shown.id) for shown in study.display_sets]
            if any(state.is_complete and not state.loaded for state in states):
                self.begin()

    def _ready(self, job: Job[None]) -> None:
        study, self._pending = self._pending, None
        if study is not None and study is self._opening.current_study:
            self.restore(study)
        self.is_over = True
        self.when_ready()
