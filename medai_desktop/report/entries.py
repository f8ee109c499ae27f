"""What a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from medai_desktop.findings import Finding, FindingSet, Provenance, RunStatus
from medai_desktop.review import Decision, FindingStatus
from medai_desktop.series.display_set import DisplaySet, Study

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
class Review:
    """What readers did.

    Attributes:
        entries: every finding that was before them, rejected and undecided ones too.
        decisions: the journal, oldest first, decisions taken back included.
    """

    entries: tuple[ReportEntry, ...]
    decisions: tuple[Decision, ...]

    @property
    def readers(self) -> tuple[str, ...]:
        """Names of everyone who decided something, in the order of their first decision."""
        names = (decision.reader for decision in self.decisions)
        return tuple(dict.fromkeys(name for name in names if name not in ("", NOBODY)))

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
    def readers(self) -> Sequence[str]:
        """Who stands behind it; empty: nobody but the program."""
        return () if self.review is None else self.review.readers
