"""A journal whose database is opened once the first picture shows."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence

from medai_desktop.findings import FindingSet, LengthMeasurement
from medai_desktop.review import Decision
from medai_desktop.session.ports import Journal
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Message


class LateJournal:
    """The session's `Journal`, made when it is first asked for something.

    The database layer takes about as long to load as the window takes to be built; who waits for
    a picture shall not wait for it too.

    Args:
        make: makes the real one; called once.
    """

    def __init__(self, make: Callable[[], Journal]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: Journal | None = None

    @property
    def is_ready(self) -> bool:
        """Whether an answer comes at once."""
        made = self._made
        return made is not None and made.is_ready

    @property
    def complaint(self) -> Message | None:
        """Why something that was kept is not there; None when all is well, or not known yet."""
        return None if self._made is None else self._made.complaint

    def make_ready(self) -> None:
        """Opens the database; from any thread."""
        self._journal().make_ready()

    def record_run(self, found: FindingSet) -> FindingSet:
        """Keeps a run."""
        return self._journal().record_run(found)

    def runs(self, display_set_id: str) -> Sequence[FindingSet]:
        """All runs on a display set, newest first."""
        return self._journal().runs(display_set_id)

    def append_decision(self, decision: Decision) -> None:
        """Keeps a decision."""
        self._journal().append_decision(decision)

    def decisions(self, display_set_ids: Sequence[str]) -> Sequence[Decision]:
        """All decisions on these display sets in the order they were made."""
        return self._journal().decisions(display_set_ids)

    def keep_measurement(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement."""
        self._journal().keep_measurement(measurement)

    def drop_measurement(self, identity: uuid.UUID) -> None:
        """Forgets a measurement that the reader deleted."""
        self._journal().drop_measurement(identity)

    def measurements(self, display_set_id: str) -> Sequence[LengthMeasurement]:
        """The measurements of a display set, oldest first."""
        return self._journal().measurements(display_set_id)

    def reader(self) -> str:
        """Name of the last reader; empty before the first."""
        return self._journal().reader()

    def remember_reader(self, name: str) -> None:
        """Keeps the name of the reader."""
        self._journal().remember_reader(name)

    def recent_studies(self) -> Sequence[RecentStudy]:
        """What was open last, newest first."""
        return self._journal().recent_studies()

    def remember_study(self, recent: RecentStudy) -> None:
        """Keeps what was opened, for the start screen."""
        self._journal().remember_study(recent)

    def _journal(self) -> Journal:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made
