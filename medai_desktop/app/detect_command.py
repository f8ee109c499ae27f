"""``medai detect``: runs the models that fit, without the window."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.app.reading import read_studies
from medai_desktop.app.wiring import LocalDetectors
from medai_desktop.errors import CancelledError, MedaiError, UsageError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.jobs import Cancellation
from medai_desktop.report.entries import ReportContent, ReportEntry
from medai_desktop.report.findings_document import (
    ResultEntry,
    SkippedEntry,
    findings_document,
    write_document,
)
from medai_desktop.report.structured_report import write_structured_report
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import Study
from medai_desktop.series.display_sets import StudyList
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.session.plan_detection import PlannedRun, SkippedRun, plan_detection
from medai_desktop.settings import SettingsStore
from medai_desktop.text import message


@dataclass(frozen=True, slots=True)
class _StudyResult:
    study: Study
    results: tuple[ResultEntry, ...]
    skipped: tuple[SkippedEntry, ...]


def detect(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Runs models on studies; writes findings.json and SR when told where.

    Returns:
        0 when any model ran, 3 when nothing was readable, 4 when no model fitted or ran.
    """
    if parsed.endpoint is not None:
        raise UsageError(message("app.no_endpoint", name=parsed.endpoint))
    if parsed.threshold is not None and not 0 <= parsed.threshold <= 1:
        raise UsageError(message("app.threshold_range"))
    paths = [Path(p) for p in parsed.paths] or ([locations.sample] if parsed.sample else [])
    if not paths:
        raise UsageError(message("app.no_path"))
    found, _ = read_studies(paths, console)
    if not found.studies:
        console.say(message("session.nothing_readable"))
        if parsed.json:
            console.document(findings_document((), (), console.render))
        return ExitCode.NOTHING_READABLE
    detectors = LocalDetectors(locations.models, parsed.device, settings.number("worker_silence_s"))
    try:
        done = _run_all(parsed, found, detectors, console)
    finally:
        detectors.close()
    return _deliver(parsed, done, console)


def _run_all(
    parsed: argparse.Namespace, found: StudyList, detectors: LocalDetectors, console: Console
) -> tuple[_StudyResult, ...]:
    manifests = [m for m in detectors.registry.usable() if parsed.model in (None, m.id)]
    if parsed.model is not None and not manifests:
        detectors.registry.get(parsed.model)
    with DecodeWorkers() as decoders:
        return tuple(
            _run_study(parsed, study, manifests, detectors, decoders, console)
            for study in found.studies
        )


def _run_study(  # noqa: PLR0913 - one call, all of them adapters of this command
    parsed: argparse.Namespace,
    study: Study,
    manifests: list,  # type: ignore[type-arg]
    detectors: LocalDetectors,
    decoders: DecodeWorkers,
    console: Console,
) -> _StudyResult:
    results: list[ResultEntry] = []
    skipped: list[SkippedEntry] = []
    for item in plan_detection(study, manifests):
        shown = item.display_set
        if parsed.series not in (None, shown.id, shown.series.series_instance_uid):
            continue
        if isinstance(item, SkippedRun):
            skipped.append(SkippedEntry(shown, item.manifest.id, item.reason))
            continue
        results.append(_run_one(parsed, item, detectors, decoders, console))
    return _StudyResult(study, tuple(results), tuple(skipped))


def _run_one(
    parsed: argparse.Namespace,
    item: PlannedRun,
    detectors: LocalDetectors,
    decoders: DecodeWorkers,
    console: Console,
) -> ResultEntry:
    shown, manifest = item.display_set, item.manifest
    cancellation = Cancellation()
    status = RunStatus(manifest.id, manifest.title, shown.id, DetectionState.FAILED)
    try:
        volume = SeriesLoader(shown, decoders).load(
            console.progress, cancellation, first_slice=0, on_slice=lambda _: None
        )
        if not volume.digest:
            raise MedaiError(message("session.partial_volume"))
        found = detectors.detector(manifest.id).detect(
            volume, item.acquisition, console.progress, cancellation
        )
    except CancelledError:
        raise
    except MedaiError as error:
        console.say(message("session.model_failed", model=manifest.title, reason=error.message))
        return ResultEntry(replace(status, reason=error.message), shown, manifest, None)
    threshold = manifest.threshold if parsed.threshold is None else parsed.threshold
    found = replace(
        found,
        outside_training=found.outside_training or item.outside_training,
        warnings=(*item.warnings, *found.warnings),
        provenance=replace(found.provenance, threshold=threshold),
    )
    above = found.at_or_above(threshold)
    state = DetectionState.DONE if above else DetectionState.NOTHING_ABOVE_THRESHOLD
    status = replace(status, state=state, outside_training=found.outside_training)
    return ResultEntry(status, shown, manifest, found)


def _deliver(parsed: argparse.Namespace, done: tuple[_StudyResult, ...], console: Console) -> int:
    results = tuple(result for part in done for result in part.results)
    skipped = tuple(item for part in done for item in part.skipped)
    document = findings_document(results, skipped, console.render)
    if parsed.out is not None:
        folder = Path(parsed.out)
        write_document(document, folder / "findings.json")
        for number, part in enumerate(done, start=1):
            if part.results:
                name = "report.dcm" if len(done) == 1 else f"report-{number}.dcm"
                write_structured_report(_content(part), folder / name, console.render)
        console.say(message("app.written", folder=str(folder.resolve())))
    if parsed.json:
        console.document(document)
    else:
        _print(results, skipped, console)
    ran = any(result.found is not None for result in results)
    if not ran:
        console.say(message("session.no_model_fits"))
    return ExitCode.USABLE if ran else ExitCode.NOTHING_DETECTED


def _content(part: _StudyResult) -> ReportContent:
    sets = tuple(result.found for result in part.results if result.found is not None)
    entries = tuple(
        ReportEntry(finding, result.display_set, found.provenance, None, "", "", finding.score)
        for result in part.results
        if (found := result.found) is not None
        for finding in found.at_or_above(found.provenance.threshold)
    )
    statuses = [result.status for result in part.results]
    for item in part.skipped:
        statuses.append(
            RunStatus(
                item.model_id,
                item.model_id,
                item.display_set.id,
                DetectionState.NOT_RUN,
                item.reason,
            )
        )
    return ReportContent(part.study, entries, tuple(statuses), sets)


def _print(
    results: tuple[ResultEntry, ...], skipped: tuple[SkippedEntry, ...], console: Console
) -> None:
    for result in results:
        series = result.display_set.series.description or result.display_set.id
        found: FindingSet | None = result.found
        above = () if found is None else found.at_or_above(found.provenance.threshold)
        console.answer(
            f"{result.manifest.title}, {series}: {result.status.state.value}, {len(above)}"
        )
        for finding in above:
            place = finding.box.center_lps_mm if finding.box is not None else ()
            where = " ".join(f"{value:.1f}" for value in place)
            console.answer(f"  {finding.label} {finding.score:.2f}  {where}")
    for item in skipped:
        console.say(
            message(
                "app.not_run",
                model=item.model_id,
                series=item.display_set.series.description or item.display_set.id,
                reason=item.reason,
            )
        )
    console.say(message("app.research"))
