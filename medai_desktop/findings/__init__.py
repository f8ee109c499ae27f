"""What was seen, where, how sure, and by whom.

Lives here: findings and sets of them, coded concepts, provenance, ids, measurements, matching by
place. May import `geometry`, `volume` values, `errors`, `text`.
Terms: finding (evidence, appended, never changed), run (one model on one display set), mark (what a
reader sees of a program's finding).
"""

from medai_desktop.findings.coded_concept import CodedConcept
from medai_desktop.findings.finding import (
    Finding,
    FindingOrigin,
    FindingSet,
    Provenance,
    StageSeconds,
)
from medai_desktop.findings.identity import finding_id, reader_finding_id, run_id, tracking_uid
from medai_desktop.findings.made_on import MadeOn
from medai_desktop.findings.measurement import LengthMeasurement
from medai_desktop.findings.same_run import is_same_run, with_run_id
from medai_desktop.findings.state import DetectionState, RunStatus

__all__ = [
    "CodedConcept",
    "DetectionState",
    "Finding",
    "FindingOrigin",
    "FindingSet",
    "LengthMeasurement",
    "MadeOn",
    "Provenance",
    "RunStatus",
    "StageSeconds",
    "finding_id",
    "is_same_run",
    "reader_finding_id",
    "run_id",
    "tracking_uid",
    "with_run_id",
]
