"""Results leave as standard DICOM and as findings.json."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from medai_desktop.detection.manifest import Manifest
from medai_desktop.errors import CancelledError, MedaiError, ReportError, SourceError, StorageError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
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
from medai_desktop.review import Decision
from medai_desktop.review.history import EXPORTED
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.every_state import every_state
from medai_desktop.session.opening import Opening
from medai_desktop.session.plan_detection import PlannedRun, plan_detection
from medai_desktop.session.reviewing import FindingRow, Reviewing
from medai_desktop.session.run_detection import Detection
from medai_desktop.text import Language, Message, message

_log = logging.getLogger(__name__)
Render = Callable[[Message], str]
ENDED = frozenset({DetectionState.DONE, DetectionState.NOTHING_ABOVE_THRESHOLD})
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
    """

    structured_report: Path | None
    findings_document: Path
    findings: int
    left_out: Message | None = None
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class _BeforeReader:
    """All that was before the reader when the export was asked for.

    Attributes:
        study: of which study.
        rows: the list of findings.
        decisions: the journal, oldest first.
        statuses: state of each model on each display set.
        finding_sets: the newest runs.
        manifests: of the usable models.
        digests: of the display sets, by id; empty where not every pixel is here.
    """

    study: Study
    rows: tuple[FindingRow, ...]
    decisions: tuple[Decision, ...]
    statuses: tuple[RunStatus, ...]
    finding_sets: tuple[FindingSet, ...]
    manifests: tuple[Manifest, ...]
    digests: dict[str, str]


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
    made = report if left_out is None else None
    return Exported(made, document, len(content.entries), left_out)


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
            job.report(Progress(1, 2, stage))
            exported = write_export(_content(read), *_results(read), folder, wording)
            job.report(Progress(2, 2, stage))
            agreed = sum(row.reviewed.status in EXPORTED for row in before.rows)
            return replace(exported, held_back=agreed - exported.findings)

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

    def _before_reader(self, study: Study) -> _BeforeReader:
        manifests = self._detection.models()
        entries = self._detection.model_entries()
        ids = {shown.id for shown in study.display_sets}
        return _BeforeReader(
            study,
            self._reviewing.rows(),
            tuple(d for d in self._reviewing.history.entries if d.display_set_id in ids),
            every_state(study, entries, self._detection.statuses()),
            self._detection.finding_sets(),
            manifests,
            {shown.id: self._reviewing.images.digest(shown) for shown in study.display_sets},
        )

    def _with_digests(self, before: _BeforeReader, job: JobContext) -> _BeforeReader:
        """With the digests of all images that something is said about; on a job thread."""
        digests = dict(before.digests)
        wanted = {found.display_set_id for found in before.finding_sets}
        wanted |= {decision.display_set_id for decision in before.decisions}
        for identity in sorted(wanted):
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
            folder, why = str(done.findings_document.parent), done.left_out
            said = message("session.exported", findings=done.findings, folder=folder)
            if done.findings == 1:
                said = message("session.exported_one", folder=folder)
            if why is not None:
                said = message("session.exported_without_report", folder=folder, reason=why)
            self._context.notify(Notice(said, is_warning=why is not None))
            if done.held_back:
                held = message("session.export_left_out", count=done.held_back)
                self._context.notify(Notice(held))
        self._context.changed(Changes(findings=True))


def _content(before: _BeforeReader) -> ReportContent:
    """What the report says: all that holds for the images as they are."""
    rows = [row for row in before.rows if _holds(row, before.digests)]
    decisions = tuple(d for d in before.decisions if _is_made_here(d, before.digests))
    return ReportContent(
        before.study,
        tuple(_entry(row) for row in rows if row.reviewed.status in EXPORTED),
        _statuses(before),
        before.finding_sets,
        Review(tuple(_entry(row) for row in rows), decisions),
    )


def _holds(row: FindingRow, digests: dict[str, str]) -> bool:
    """Whether a mark, and what the reader made of it, are about the images of these digests."""
    decision, digest = row.reviewed.decision, digests.get(row.display_set.id, "")
    if decision is not None and not _is_made_here(decision, digests):
        return False
    if row.source is None:
        return True
    return not row.is_outdated and row.source.display_set_digest == digest


def _is_made_here(decision: Decision, digests: dict[str, str]) -> bool:
    """One that was made before every pixel had come was matched by its headers."""
    return decision.made_on.display_set_digest in ("", digests.get(decision.display_set_id, ""))


def _statuses(before: _BeforeReader) -> tuple[RunStatus, ...]:
    """States of the models; images that were read for the export may prove to be others."""
    saw = {(f.display_set_id, f.provenance.model_id): f for f in before.finding_sets}
    told = []
    for status in before.statuses:
        found = saw.get((status.display_set_id, status.model_id))
        digest = before.digests.get(status.display_set_id, "")
        is_other = found is not None and digest not in ("", found.display_set_digest)
        if is_other and status.state in ENDED:
            reason = message("session.images_changed")
            status = replace(status, state=DetectionState.STALE, reason=reason)
        told.append(status)
    return tuple(told)


def _results(
    before: _BeforeReader,
) -> tuple[tuple[ResultEntry, ...], tuple[SkippedEntry, ...]]:
    manifests = {manifest.id: manifest for manifest in before.manifests}
    sets = {(f.display_set_id, f.provenance.model_id): f for f in before.finding_sets}
    shown_by_id = {shown.id: shown for shown in before.study.display_sets}
    planned = {
        (item.display_set.id, item.manifest.id)
        for item in plan_detection(before.study, before.manifests)
        if isinstance(item, PlannedRun)
    }
    results, skipped = [], []
    for status in _statuses(before):
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
        "" if row.reviewed.edit is None else row.reviewed.edit.reader,
    )
