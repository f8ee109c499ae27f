"""Reports to be written, made of real files on disk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from medai_desktop.app.locations import find_locations
from medai_desktop.findings import (
    CodedConcept,
    DetectionState,
    Finding,
    FindingOrigin,
    FindingSet,
    Provenance,
    RunStatus,
    StageSeconds,
)
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.jobs import Cancellation
from medai_desktop.report.entries import ReportContent, ReportEntry, Review
from medai_desktop.review import Decision, DecisionKind, FindingStatus
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Catalogues, Language, Message

AT = datetime(2026, 3, 14, 10, 42, tzinfo=UTC)
THRESHOLD = 0.5
MASS = CodedConcept("SCT", "4147007", "Mass")
MADE_BY = Provenance(
    "brain-tumour-mr",
    "Brain mass MR",
    "1.0.0",
    "a" * 64,
    "b" * 64,
    THRESHOLD,
    0.8,
    False,
    "0.1.0",
    "cpu",
)
Corner = tuple[float, float, float]


def english(said: Message) -> str:
    """English wording."""
    return Catalogues(find_locations().translations).render(said, Language.ENGLISH)


def chinese(said: Message) -> str:
    """Chinese wording."""
    return Catalogues(find_locations().translations).render(said, Language.CHINESE)


def study_in(folder: Path) -> Study:
    """The one study of a folder."""
    items = scan([folder], progress=lambda _: None, cancellation=Cancellation())
    headers = [item for item in items if not isinstance(item, SkippedFile)]
    (study,) = build_studies(headers).studies
    return study


def finding_on(
    shown: DisplaySet, lower: Corner, upper: Corner, score: float = 0.75, number: int = 1
) -> Finding:
    """A finding whose box spans voxel edges (column, row, slice)."""
    slices = range(int(lower[2]), int(upper[2]))
    images = [shown.frames[k].reference for k in slices]
    box = None
    if shown.geometry is not None:
        box = OrientedBox.from_voxel_edges(shown.geometry, lower, upper)
    return Finding(
        uuid.uuid5(uuid.NAMESPACE_OID, f"{shown.id}{lower}{number}"),
        "enhancing mass",
        MASS,
        score,
        box,
        tuple(
            PixelBox(i.sop_instance_uid, i.frame, lower[0], lower[1], upper[0], upper[1])
            for i in images
        ),
        tuple(slices),
    )


@dataclass(slots=True)
class Desk:
    """One run of a model on one display set, and what a reader did with it."""

    study: Study
    shown: DisplaySet
    findings: tuple[Finding, ...]

    def found(self) -> FindingSet:
        """What the model said."""
        return FindingSet(
            uuid.uuid5(uuid.NAMESPACE_OID, self.shown.id),
            self.shown.id,
            "digest",
            MADE_BY,
            self.findings,
            StageSeconds(0.1, 0.2, 0.3, 0.4, 1.0),
        )

    def status(self) -> RunStatus:
        """Its state."""
        above = self.found().at_or_above(THRESHOLD)
        state = DetectionState.DONE if above else DetectionState.NOTHING_ABOVE_THRESHOLD
        return RunStatus("brain-tumour-mr", "Brain mass MR", self.shown.id, state)

    def unread(self) -> ReportContent:
        """As a run without a window reports it."""
        found = self.found()
        entries = tuple(
            ReportEntry(f, self.shown, MADE_BY, None, "", "", f.score)
            for f in found.at_or_above(THRESHOLD)
        )
        return ReportContent(self.study, entries, (self.status(),), (found,))

    def read_by(self, reader: str, *statuses: FindingStatus) -> ReportContent:
        """As a reader reports it, who gave each finding a status."""
        entries = [
            ReportEntry(f, self.shown, MADE_BY, status, reader, "", f.score, AT)
            for f, status in zip(self.findings, statuses, strict=True)
        ]
        return self.with_entries(entries, reader)

    def with_entries(self, entries: list[ReportEntry], reader: str) -> ReportContent:
        """A reader's report of some entries; rejected and open ones do not leave."""
        kinds = {
            FindingStatus.AGREED: DecisionKind.AGREE,
            FindingStatus.EDITED: DecisionKind.EDIT,
            FindingStatus.ADDED: DecisionKind.ADD,
            FindingStatus.REJECTED: DecisionKind.REJECT,
        }
        decisions = tuple(
            Decision(uuid.uuid4(), kinds[e.status], e.finding.id, reader, AT, self.shown.id)
            for e in entries
            if e.status in kinds
        )
        leaving = (FindingStatus.AGREED, FindingStatus.EDITED, FindingStatus.ADDED)
        return ReportContent(
            self.study,
            tuple(e for e in entries if e.status in leaving),
            (self.status(),),
            (self.found(),),
            Review(tuple(entries), decisions),
        )


def added(shown: DisplaySet, finding: Finding, reader: str) -> ReportEntry:
    """A finding of the reader's own."""
    own = Finding(
        finding.id,
        finding.label,
        finding.code,
        1.0,
        finding.box,
        finding.boxes_px,
        finding.slice_indices,
        FindingOrigin.READER,
        reader,
    )
    return ReportEntry(own, shown, None, FindingStatus.ADDED, reader, "", None, AT)


def desk_on(folder: Path, *boxes: tuple[Corner, Corner]) -> Desk:
    """The study of a folder, its first display set marked in these boxes."""
    study = study_in(folder)
    shown = study.display_sets[0]
    findings = [
        finding_on(shown, lower, upper, 0.9 - 0.1 * number, number)
        for number, (lower, upper) in enumerate(boxes)
    ]
    return Desk(study, shown, tuple(findings))
