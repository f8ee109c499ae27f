"""What was open last, and where it lay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RecentStudy:
    """A line of the start screen.

    Attributes:
        study_instance_uid: of the study.
        title: description and patient, as shown.
        paths: what was opened.
        opened_at: ISO 8601, UTC.
    """

    study_instance_uid: str
    title: str
    paths: tuple[Path, ...]
    opened_at: str
