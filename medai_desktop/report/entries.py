"""What a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from medai_desktop.findings import (
    DetectionState,
    Finding,
    FindingSet,
    LengthMeasurement,
    Provenance,
    RunStatus,
)
from medai_desktop.review import Decision, FindingStatus
from medai_desktop.series.display_set import DisplaySet, Study

UNENDED = frozenset({DetectionState.QUEUED, DetectionState.RUNNING, DetectionState.FAILED})
"""A model that was asked and has not answered."""
NOBODY = "-"
"""Stands for the reader of a threshold that was moved before anyone was named."""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A finding that a report speaks of.

    Attributes:
        finding: as it now stands.
        display_set: where it was seen.
        provenance: of the program; None for a reader's own.
        status: what readers made of it; None when no reader has looked (headless runs).
        reader: who decided; empty for none.
        reason: why, as a code of `RejectReason`; empty for none.
        score: of the program, 0 to 1; None for a reader's own.
        decided_at: when it was decided, UTC; None when it was not.
        editor: who gave it another box than the program's; empty for nobody.
    """

    finding: Finding
    display_set: DisplaySet
    provenance: Provenance | None
    status: FindingStatus | None
    reader: str
    reason: str
    score: float | None
    decided_at: datetime | None = None
    editor: str = ""


@dataclass(frozen=True, slots=True)
class LengthEntry:
    """A length that a reader measured, and on what."""

    measurement: LengthMeasurement
    display_set: DisplaySet


@dataclass(frozen=True, slots=True)
class Review:
    """What readers did.

    Attributes:
        entries: every finding that was before them, rejected and undecided ones too.
        decisions: the journal, oldest first, decisions taken back included.
        lengths: what they measured, oldest first.
    """

    entries: tuple[ReportEntry, ...]
    decisions: tuple[Decision, ...]
    lengths: tuple[LengthEntry, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Everyone who decided or measured something, in the order of their first decision."""
        names = [decision.reader for decision in self.decisions]
        names += [entry.measurement.reader for entry in self.lengths]
        return tuple(dict.fromkeys(name for name in names if name not in ("", NOBODY)))

    @property
    def undecided(self) -> int:
        """How many marks nobody has decided on; they are in no report."""
        return self.count(FindingStatus.OPEN)

    def count(self, *statuses: FindingStatus) -> int:
        """How many findings have one of these statuses."""
        return sum(entry.status in statuses for entry in self.entries)


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that one report says.

    Attributes:
        study: of which study.
        entries: the findings it reports.
        statuses: state of each model on each display set: silence is never an answer.
        finding_sets: the runs behind the entries.
        review: what readers did; None when no reader was there (headless runs).
    """

    study: Study
    entries: tuple[ReportEntry, ...]
    statuses: tuple[RunStatus, ...]
    finding_sets: tuple[FindingSet, ...]
    review: Review | None = None

    @property
    def lengths(self) -> Sequence[LengthEntry]:
        """What readers measured."""
        return () if self.review is None else self.review.lengths

    @property
    def is_whole(self) -> bool:
        """Whether nothing is outstanding: no undecided mark, no model that was asked in vain.

        Without a reader nobody is waited for: what the models said is all that there is to say.
        """
        if any(status.state in UNENDED for status in self.statuses):
            return False
        return self.review is None or self.review.undecided == 0

    @property
    def readers(self) -> Sequence[str]:
        """Who stands behind it; empty: nobody but the program."""
        return () if self.review is None else self.review.readers
