"""Results leave as standard DICOM and as findings.json."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.detection.registry import ModelEntry
from medai_desktop.errors import StorageError
from medai_desktop.findings import DetectionState, RunStatus
from medai_desktop.jobs import Job, JobContext, JobThreads, Progress
from medai_desktop.report.atomic_file import write_atomically, write_together
from medai_desktop.report.entries import ReportContent, ReportEntry, Review
from medai_desktop.report.findings_document import (
    ResultEntry,
    SkippedEntry,
    document_bytes,
    findings_document,
)
from medai_desktop.report.structured_report import report_bytes
from medai_desktop.review.history import EXPORTED
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.every_state import every_state
from medai_desktop.session.opening import Opening
from medai_desktop.session.plan_detection import PlannedRun, plan_detection
from medai_desktop.session.reviewing import FindingRow, Reviewing
from medai_desktop.session.run_detection import Detection
from medai_desktop.text import Language, Message, message

Render = Callable[[Message], str]
PATIENCE_S = 20.0
"""A window that is closed waits no longer than this for its export."""


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written."""

    structured_report: Path
    findings_document: Path
    findings: int


@dataclass(frozen=True, slots=True)
class ExportWording:
    """Wording of an export.

    Attributes:
        report: of the structured report, whose language is English.
        document: of findings.json, in the language of whoever asked.
    """

    report: Render
    document: Render


def write_export(
    content: ReportContent,
    results: tuple[ResultEntry, ...],
    skipped: tuple[SkippedEntry, ...],
    folder: Path,
    wording: ExportWording,
) -> Exported:
    """Writes ``report.dcm`` and ``findings.json``, both or neither.

    An earlier export in the folder is left alone: the next one is ``report-2.dcm``.

    Raises:
        StorageError: there is no room or no right to write.
        SourceError: the images it refers to are gone.
    """
    report, document = _free_names(folder)
    told = findings_document(results, skipped, wording.document, content.review)
    write_together({report: report_bytes(content, wording.report), document: document_bytes(told)})
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
        self._job: Job[Exported] | None = None

    def content(self) -> ReportContent | None:
        """What a report would say now; None with nothing open."""
        study = self._opening.current_study
        if study is None:
            return None
        rows = self._reviewing.rows()
        models = [ModelEntry(made.id, made, None) for made in self._detection.models()]
        ids = {shown.id for shown in study.display_sets}
        decisions = tuple(d for d in self._reviewing.history.entries if d.display_set_id in ids)
        return ReportContent(
            study,
            tuple(_entry(row) for row in rows if row.reviewed.status in EXPORTED),
            every_state(study, models, self._detection.statuses()),
            self._detection.finding_sets(),
            Review(tuple(_entry(row) for row in rows), decisions),
        )

    def export(self, folder: Path) -> Job[Exported] | None:
        """Writes SR and findings.json into a folder; None with nothing open."""
        content = self.content()
        if content is None:
            return None
        results, skipped = self._results(content)
        catalogues, render = self._context.catalogues, self._context.render
        wording = ExportWording(lambda said: catalogues.render(said, Language.ENGLISH), render)

        def work(job: JobContext) -> Exported:
            stage = message("session.exporting")
            job.report(Progress(0, 2, stage))
            exported = write_export(content, results, skipped, folder, wording)
            job.report(Progress(2, 2, stage))
            return exported

        title = message("session.exporting")
        self._job = self._context.run(self._threads, title, work, self._ended)
        return self._job

    def save_picture(self, path: Path, data: bytes) -> bool:
        """Writes a picture of the view; says why when it cannot be written.

        Args:
            path: of the file.
            data: PNG.

        Returns:
            Whether it was written.
        """
        try:
            write_atomically(path, data)
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return False
        return True

    def close(self) -> None:
        """Waits for an export that was asked for; a window that goes must not lose it."""
        if self._job is not None:
            self._job.wait(PATIENCE_S)
        self._threads.close()

    def _results(
        self, content: ReportContent
    ) -> tuple[tuple[ResultEntry, ...], tuple[SkippedEntry, ...]]:
        manifests = {manifest.id: manifest for manifest in self._detection.models()}
        sets = {(f.display_set_id, f.provenance.model_id): f for f in content.finding_sets}
        shown_by_id = {shown.id: shown for shown in content.study.display_sets}
        planned = {
            (item.display_set.id, item.manifest.id)
            for item in plan_detection(content.study, tuple(manifests.values()))
            if isinstance(item, PlannedRun)
        }
        results, skipped = [], []
        for status in content.statuses:
            shown = shown_by_id.get(status.display_set_id)
            if shown is None:
                continue
            key = (status.display_set_id, status.model_id)
            if status.state is DetectionState.NOT_RUN and key not in planned:
                skipped.append(_skipped(status, shown))
            else:
                manifest = manifests.get(status.model_id)
                results.append(ResultEntry(status, shown, manifest, sets.get(key)))
        return tuple(results), tuple(skipped)

    def _ended(self, job: Job[Exported]) -> None:
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        elif job.outcome is not None:
            self.last = job.outcome
            count, folder = job.outcome.findings, str(job.outcome.structured_report.parent)
            said = message("session.exported", findings=count, folder=folder)
            if count == 1:
                said = message("session.exported_one", folder=folder)
            self._context.notify(Notice(said, is_warning=False))
        self._context.changed(Changes(findings=True))


def _free_names(folder: Path) -> tuple[Path, Path]:
    number = 1
    while True:
        ending = "" if number == 1 else f"-{number}"
        report, document = folder / f"report{ending}.dcm", folder / f"findings{ending}.json"
        if not os.path.lexists(report) and not os.path.lexists(document):
            return report, document
        number += 1


def _skipped(status: RunStatus, shown: DisplaySet) -> SkippedEntry:
    return SkippedEntry(shown, status.model_id, status.reason or message("session.not_asked"))


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
        None if decision is None else decision.at,
    )
