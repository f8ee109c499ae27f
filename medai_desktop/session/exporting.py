"""Results leave as standard DICOM and as findings.json."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from medai_desktop.errors import CancelledError, MedaiError, ReportError, SourceError, StorageError
from medai_desktop.jobs import Job, JobContext, JobThreads, Progress
from medai_desktop.report.atomic_file import write_atomically, write_together
from medai_desktop.report.entries import LengthEntry, ReportContent
from medai_desktop.report.findings_document import (
    ResultEntry,
    SkippedEntry,
    document_bytes,
    findings_document,
)
from medai_desktop.report.structured_report import report_bytes
from medai_desktop.review import FindingStatus
from medai_desktop.review.history import EXPORTED
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.every_state import every_state
from medai_desktop.session.export_content import BeforeReader, content_of, results_of
from medai_desktop.session.measuring import Measuring
from medai_desktop.session.opening import Opening
from medai_desktop.session.reviewing import Reviewing
from medai_desktop.session.run_detection import Detection
from medai_desktop.text import Language, Message, message

_log = logging.getLogger(__name__)
Render = Callable[[Message], str]
PATIENCE_S = 20.0
"""A window that is closed waits no longer than this for its export."""


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written.

    Attributes:
        structured_report: None when none could be made.
        findings_document: findings.json.
        findings: how many are reported.
        left_out: why there is no structured report; None when there is one.
        held_back: agreed findings that are not reported, because the images are others now.
        lengths: so many measured lengths are in the report.
        undecided: so many marks are not in it, because nobody has decided on them.
        lengths_held_back: measured lengths that are not in it, for the same reason as findings.
    """

    structured_report: Path | None
    findings_document: Path
    findings: int
    left_out: Message | None = None
    held_back: int = 0
    lengths: int = 0
    undecided: int = 0
    lengths_held_back: int = 0


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

    Where no report can be made, ``findings.json`` alone, which says why. An earlier export in the
    folder is left alone: the next one is ``report-2.dcm``.

    Raises:
        StorageError: there is no room or no right to write.
    """
    report, document = _free_names(folder)
    files: dict[Path, bytes] = {}
    left_out: Message | None = None
    try:
        files[report] = report_bytes(content, wording.report)
    except (SourceError, ReportError) as error:
        left_out = error.message
    warnings = () if left_out is None else (left_out,)
    told = findings_document(results, skipped, wording.document, content.review, warnings)
    write_together({**files, document: document_bytes(told)})
    return Exported(
        report if left_out is None else None,
        document,
        len(content.entries),
        left_out,
        lengths=len(content.lengths),
        undecided=0 if content.review is None else content.review.undecided,
    )


class Exporting:
    """Writes what the reader agreed with.

    Args:
        context: shared by the parts of the desk.
        opening: which study is open.
        detection: states of the models.
        reviewing: findings and decisions.
        measuring: what the reader measured.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        detection: Detection,
        reviewing: Reviewing,
        measuring: Measuring,
    ) -> None:
        self._context = context
        self._opening = opening
        self._detection = detection
        self._reviewing = reviewing
        self._measuring = measuring
        self._threads = JobThreads("export")
        self.last: Exported | None = None
        self._job: Job[Exported] | None = None

    def outlook(self) -> tuple[int, int]:
        """How many marks nobody has decided on, and how many findings a report would hold now."""
        statuses = [row.reviewed.status for row in self._reviewing.rows()]
        undecided = sum(status is FindingStatus.OPEN for status in statuses)
        return undecided, sum(status in EXPORTED for status in statuses)

    def export(self, folder: Path) -> Job[Exported] | None:
        """Writes SR and findings.json into a folder; None with nothing open.

        Only what was marked and decided on these very images leaves; images that are not here yet
        are read for that.
        """
        study = self._opening.current_study
        if study is None:
            return None
        before = self._before_reader(study)
        catalogues, render = self._context.catalogues, self._context.render
        wording = ExportWording(lambda said: catalogues.render(said, Language.ENGLISH), render)

        def work(job: JobContext) -> Exported:
            stage = message("session.exporting")
            job.report(Progress(0, 2, stage))
            read = self._with_digests(before, job)
            content = content_of(read)
            job.report(Progress(1, 2, stage))
            exported = write_export(content, *results_of(read), folder, wording)
            job.report(Progress(2, 2, stage))
            agreed = sum(row.reviewed.status in EXPORTED for row in before.rows)
            return replace(
                exported,
                held_back=agreed - exported.findings,
                lengths_held_back=len(before.lengths) - len(content.lengths),
            )

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

    def _before_reader(self, study: Study) -> BeforeReader:
        manifests = self._detection.models()
        entries = self._detection.model_entries()
        ids = {shown.id for shown in study.display_sets}
        return BeforeReader(
            study,
            self._reviewing.rows(),
            tuple(d for d in self._reviewing.history.entries if d.display_set_id in ids),
            every_state(study, entries, self._detection.statuses()),
            self._detection.finding_sets(),
            manifests,
            {shown.id: self._reviewing.images.digest(shown) for shown in study.display_sets},
            self._lengths(study),
        )

    def _lengths(self, study: Study) -> tuple[LengthEntry, ...]:
        shown = {candidate.id: candidate for candidate in study.display_sets}
        return tuple(
            LengthEntry(line, shown[line.display_set_id])
            for line in self._measuring.measurements()
            if line.display_set_id in shown
        )

    def _with_digests(self, before: BeforeReader, job: JobContext) -> BeforeReader:
        """With the digests of all images that something is said about; on a job thread."""
        digests = dict(before.digests)
        for identity in sorted(before.spoken_of):
            if not digests.get(identity):
                try:
                    digests[identity] = self._opening.complete_volume(identity, job).digest
                except CancelledError:
                    raise
                except MedaiError:
                    _log.warning("a series cannot be had whole: its marks are not exported")
        return replace(before, digests=digests)

    def _ended(self, job: Job[Exported]) -> None:
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        elif job.outcome is not None:
            self.last = done = job.outcome
            is_warning = done.left_out is not None
            self._context.notify(Notice(exported_words(done), is_warning=is_warning))
            if done.held_back:
                held = message("session.export_left_out", count=done.held_back)
                self._context.notify(Notice(held))
            if done.lengths_held_back:
                held = message("session.export_lengths_left_out", count=done.lengths_held_back)
                self._context.notify(Notice(held))
        self._context.changed(Changes(findings=True))


def exported_words(done: Exported) -> Message:
    """What was written, and what is not in it."""
    folder = str(done.findings_document.parent)
    if done.left_out is not None:
        reason = done.left_out
        return message("session.exported_without_report", folder=folder, reason=reason)
    said = message("session.exported", findings=done.findings, folder=folder)
    if done.findings == 1:
        said = message("session.exported_one", folder=folder)
    if done.lengths:
        number = {1: message("session.exported_one_length", said=said)}
        many = message("session.exported_lengths", said=said, count=done.lengths)
        said = number.get(done.lengths, many)
    if not done.undecided:
        return said
    if done.undecided == 1:
        return message("session.exported_one_undecided", said=said)
    return message("session.exported_undecided", said=said, count=done.undecided)


def _free_names(folder: Path) -> tuple[Path, Path]:
    number = 1
    while True:
        ending = "" if number == 1 else f"-{number}"
        report, document = folder / f"report{ending}.dcm", folder / f"findings{ending}.json"
        if not os.path.lexists(report) and not os.path.lexists(document):
            return report, document
        number += 1
