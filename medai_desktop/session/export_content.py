"""What an export says: all that holds for the images as they are, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from medai_desktop.detection.manifest import Manifest
from medai_desktop.findings import DetectionState, FindingSet, MadeOn, RunStatus
from medai_desktop.report.entries import LengthEntry, ReportContent, ReportEntry, Review
from medai_desktop.report.findings_document import ResultEntry, SkippedEntry
from medai_desktop.review import Decision
from medai_desktop.review.history import EXPORTED
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.plan_detection import PlannedRun, plan_detection
from medai_desktop.session.reviewing import FindingRow
from medai_desktop.text import message

ENDED = frozenset({DetectionState.DONE, DetectionState.NOTHING_ABOVE_THRESHOLD})


@dataclass(frozen=True, slots=True)
class BeforeReader:
    """All that was before the reader when the export was asked for.

    Attributes:
        study: of which study.
        rows: the list of findings.
        decisions: the journal, oldest first.
        statuses: state of each model on each display set.
        finding_sets: the newest runs.
        manifests: of the usable models.
        digests: of the display sets, by id; empty where not every pixel is here.
        lengths: what the reader measured.
    """

    study: Study
    rows: tuple[FindingRow, ...]
    decisions: tuple[Decision, ...]
    statuses: tuple[RunStatus, ...]
    finding_sets: tuple[FindingSet, ...]
    manifests: tuple[Manifest, ...]
    digests: dict[str, str]
    lengths: tuple[LengthEntry, ...]

    @property
    def spoken_of(self) -> frozenset[str]:
        """Ids of the display sets that something is said about."""
        return frozenset(
            [found.display_set_id for found in self.finding_sets]
            + [decision.display_set_id for decision in self.decisions]
            + [entry.display_set.id for entry in self.lengths]
        )


def content_of(before: BeforeReader) -> ReportContent:
    """What the report says: all that holds for the images as they are."""
    rows = [row for row in before.rows if _holds(row, before.digests)]
    digests = before.digests
    decisions = tuple(
        d for d in before.decisions if _is_made_here(d.made_on, d.display_set_id, digests)
    )
    lengths = tuple(
        entry
        for entry in before.lengths
        if _is_made_here(entry.measurement.made_on, entry.display_set.id, digests)
    )
    return ReportContent(
        before.study,
        tuple(_entry(row) for row in rows if row.reviewed.status in EXPORTED),
        _statuses(before),
        before.finding_sets,
        Review(tuple(_entry(row) for row in rows), decisions, lengths),
    )


def _holds(row: FindingRow, digests: dict[str, str]) -> bool:
    """Whether a mark, and what the reader made of it, are about the images of these digests."""
    decision, digest = row.reviewed.decision, digests.get(row.display_set.id, "")
    if decision is not None and not _is_made_here(decision.made_on, row.display_set.id, digests):
        return False
    if row.source is None:
        return True
    return not row.is_outdated and row.source.display_set_digest == digest


def _is_made_here(made_on: MadeOn, display_set_id: str, digests: dict[str, str]) -> bool:
    """Whether an entry is about these images.

    One that was made before every pixel had come was matched by its headers.
    """
    return made_on.display_set_digest in ("", digests.get(display_set_id, ""))


def _statuses(before: BeforeReader) -> tuple[RunStatus, ...]:
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


def results_of(
    before: BeforeReader,
) -> tuple[tuple[ResultEntry, ...], tuple[SkippedEntry, ...]]:
    """What each model did, and what it left out."""
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
