"""Silence is never an answer: the state of each model on each display set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from medai_desktop.text import Message


class DetectionState(Enum):
    """State of one model on one display set; the value stands in findings.json."""

    NOT_RUN = "not_run"
    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    NOTHING_ABOVE_THRESHOLD = "nothing_above_threshold"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class RunStatus:
    """What is known about one model on one display set.

    Attributes:
        model_id: which model.
        model_title: as a reader sees it.
        display_set_id: which display set.
        state: see `DetectionState`.
        reason: why not run, failed or stale; None otherwise.
        outside_training: why marks may be wrong; None when inside or not known yet.
    """

    model_id: str
    model_title: str
    display_set_id: str
    state: DetectionState
    reason: Message | None = None
    outside_training: Message | None = None
