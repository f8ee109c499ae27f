"""What a report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medai_desktop.findings import Finding, FindingSet, Provenance, RunStatus
from medai_desktop.review import FindingStatus
from medai_desktop.series.display_set import DisplaySet, Study


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
    """

    finding: Finding
    display_set: DisplaySet
    provenance: Provenance | None
    status: FindingStatus | None
    reader: str
    reason: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that one report says.

    Attributes:
        study: of which study.
        entries: the findings it reports.
        statuses: state of each model on each display set: silence is never an answer.
        finding_sets: the runs behind the entries.
        reader: who answers for it; empty: unverified.
        decided_at: when the last decision was made, UTC; None without one.
    """

    study: Study
    entries: tuple[ReportEntry, ...]
    statuses: tuple[RunStatus, ...]
    finding_sets: tuple[FindingSet, ...]
    reader: str = ""
    decided_at: datetime | None = None
