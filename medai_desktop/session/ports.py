"""What the session needs from outside; `app` brings the adapters."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Protocol

from medai_desktop.detection.detector import Detector
from medai_desktop.detection.registry import ModelRegistry
from medai_desktop.findings import FindingSet, LengthMeasurement
from medai_desktop.review import Decision
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Message


class Journal(Protocol):
    """Where evidence and decisions are kept as they happen; comes back after a crash.

    Every method that writes raises `StorageError` with a sentence when it cannot; what cannot be
    read counts as not there, and is complained of.
    """

    @property
    def complaint(self) -> Message | None:
        """Why something that was kept is not there; None when all is well."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether an answer comes at once, without a database being opened first."""
        ...

    def make_ready(self) -> None:
        """Opens what must be opened; called from a job thread."""
        ...

    def record_run(self, found: FindingSet) -> FindingSet:
        """Keeps a run; returns it with the findings that were first recorded under its id."""
        ...

    def runs(self, display_set_id: str) -> Sequence[FindingSet]:
        """All runs on a display set and on other parts of its series, newest first."""
        ...

    def append_decision(self, decision: Decision) -> None:
        """Keeps a decision."""
        ...

    def decisions(self, display_set_ids: Sequence[str]) -> Sequence[Decision]:
        """All decisions on the series of these display sets in the order they were made."""
        ...

    def keep_measurement(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement; one with the same id is replaced, a dropped one comes back."""
        ...

    def drop_measurement(self, identity: uuid.UUID) -> None:
        """Forgets a measurement that the reader deleted."""
        ...

    def measurements(self, display_set_id: str) -> Sequence[LengthMeasurement]:
        """The measurements on the series of a display set, oldest first."""
        ...

    def reader(self) -> str:
        """Name of the last reader; empty before the first."""
        ...

    def remember_reader(self, name: str) -> None:
        """Keeps the name of the reader."""
        ...

    def recent_studies(self) -> Sequence[RecentStudy]:
        """What was open last, newest first, at most ten."""
        ...

    def remember_study(self, recent: RecentStudy) -> None:
        """Keeps what was opened, for the start screen."""
        ...


class DetectorSource(Protocol):
    """Brings detectors for models."""

    @property
    def registry(self) -> ModelRegistry:
        """The models on this computer."""
        ...

    def detector(self, model_id: str) -> Detector:
        """A detector for one model; a warm one is used again."""
        ...

    def device_name(self) -> str:
        """What the last run used, or would use; empty while unknown."""
        ...

    def close(self) -> None:
        """Ends every worker program."""
        ...
