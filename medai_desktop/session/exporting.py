"""Results leave as standard DICOM and as findings.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.jobs import Job, JobContext, JobThreads, Progress
from medai_desktop.report.entries import ReportContent, ReportEntry
from medai_desktop.report.findings_document import (
    ResultEntry,
    findings_document,
    write_document,
)
from medai_desktop.report.structured_report import write_structured_report
from medai_desktop.review.history import EXPORTED
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.opening import Opening
from medai_desktop.session.reviewing import FindingRow, Reviewing
from medai_desktop.session.run_detection import Detection
from medai_desktop.text import Message, message


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written."""

    structured_report: Path
    findings_document: Path
    findings: int


def write_export(
    content: ReportContent,
    results: tuple[ResultEntry, ...],
    folder: Path,
    render: Callable[[Message], str],
) -> Exported:
    """Writes ``report.dcm`` and ``findings.json``.

    Raises:
        StorageError: there is no room or no right to write.
    """
    report, document = folder / "report.dcm", folder / "findings.json"
    write_structured_report(content, report, render)
    write_document(findings_document(results, (), render), document)
    return Exported(report, document, len(content.entries))


class Exporting:
    """Writes what the reader agreed with.

    Args:
        context: shared by the parts of the desk.
        opening: which study is open.
        detection: states of the models.
        reviewing: findings and decisions.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        detection: Detection,
        reviewing: Reviewing,
    ) -> None:
        self._context = context
        self._opening = opening
        self._detection = detection
        self._reviewing = reviewing
        self._threads = JobThreads("export")
        self.last: Exported | None = None

    def content(self) -> ReportContent | None:
        """What a report would say now; None with nothing open."""
        study = self._opening.current_study
        if study is None:
            return None
        rows = [row for row in self._reviewing.rows() if row.reviewed.status in EXPORTED]
        decided = [r.reviewed.decision.at for r in rows if r.reviewed.decision is not None]
        return ReportContent(
            study,
            tuple(_entry(row) for row in rows),
            self._detection.statuses(),
            self._detection.finding_sets(),
            self._reviewing.reader if rows else "",
            max(decided) if decided else None,
        )

    def export(self, folder: Path) -> Job[Exported] | None:
        """Writes SR and findings.json into a folder; None with nothing open."""
        content = self.content()
        if content is None:
            return None

        def work(job: JobContext) -> Exported:
            stage = message("session.exporting")
            job.report(Progress(0, 2, stage))
            exported = write_export(content, self._results(content), folder, self._context.render)
            job.report(Progress(2, 2, stage))
            return exported

        return self._context.run(self._threads, message("session.exporting"), work, self._ended)

    def _results(self, content: ReportContent) -> tuple[ResultEntry, ...]:
        manifests = {manifest.id: manifest for manifest in self._detection.models()}
        sets = {(f.display_set_id, f.provenance.model_id): f for f in content.finding_sets}
        results = []
        for status in content.statuses:
            shown = self._opening.display_set(status.display_set_id)
            manifest = manifests.get(status.model_id)
            if shown is not None and manifest is not None:
                found = sets.get((shown.id, manifest.id))
                results.append(ResultEntry(status, shown, manifest, found))
        return tuple(results)

    def _ended(self, job: Job[Exported]) -> None:
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        elif job.outcome is not None:
            self.last = job.outcome
            said = message(
                "session.exported",
                findings=job.outcome.findings,
                folder=str(job.outcome.structured_report.parent),
            )
            self._context.notify(Notice(said, is_warning=False))
        self._context.changed(Changes(findings=True))


def _entry(row: FindingRow) -> ReportEntry:
    decision = row.reviewed.decision
    return ReportEntry(
        row.finding,
        row.display_set,
        row.provenance,
        row.reviewed.status,
        "" if decision is None else decision.reader,
        "" if decision is None else decision.reason.value,
        None if row.provenance is None else row.reviewed.original.score,
    )
