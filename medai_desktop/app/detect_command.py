"""``medai detect``: runs the models that fit, without the window."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.detection_run import DetectionRun, StudyResult
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.interrupts import on_interrupt
from medai_desktop.app.locations import Locations
from medai_desktop.app.reading import read_studies
from medai_desktop.app.wiring import LocalDetectors
from medai_desktop.detection.naming import label_name
from medai_desktop.detection.registry import ModelEntry, ModelRegistry
from medai_desktop.errors import ReportError, SourceError, StorageError, UsageError
from medai_desktop.jobs import Cancellation
from medai_desktop.report.atomic_file import check_writable, write_together
from medai_desktop.report.entries import ReportContent, ReportEntry
from medai_desktop.report.findings_document import (
    ResultEntry,
    document_bytes,
    findings_document,
)
from medai_desktop.report.sentences import state_sentence
from medai_desktop.report.structured_report import report_bytes
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import Study
from medai_desktop.settings import SettingsStore
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message, message

DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
MOST_REASONS = 20
"""So many files that could not be used are named."""


def detect(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Runs models on studies; writes findings.json and SR when told where.

    Returns:
        0 when any model ran, 3 when nothing was readable, 4 when no model fitted or ran, 130 when
        cancelled.
    """
    models = _asked_models(parsed, ModelRegistry(locations.models))
    paths = _asked_paths(parsed, locations)
    if parsed.out is not None:
        check_writable(Path(parsed.out))
    found, skipped = read_studies(paths, console)
    _say_skipped(skipped, console)
    if not found.studies:
        return _nothing_readable(parsed, console)
    studies = _asked_studies(parsed, found.studies)
    cancellation = Cancellation()
    detectors = LocalDetectors(locations.models, parsed.device, settings.number("worker_silence_s"))
    try:
        with on_interrupt(cancellation.cancel), DecodeWorkers() as decoders:
            run = DetectionRun(detectors, decoders, console, cancellation, parsed.threshold)
            done = tuple(run.study(study, models) for study in studies)
    finally:
        detectors.close()
    return _deliver(parsed, done, console, is_cancelled=cancellation.is_cancelled)


def _asked_models(parsed: argparse.Namespace, registry: ModelRegistry) -> tuple[ModelEntry, ...]:
    if parsed.endpoint is not None:
        raise UsageError(message("app.no_endpoint", name=parsed.endpoint))
    if parsed.threshold is not None and not 0 <= parsed.threshold <= 1:
        raise UsageError(message("app.threshold_range"))
    if DEVICE.fullmatch(parsed.device) is None:
        raise UsageError(message("runtimes.unknown_device", device=parsed.device))
    entries = registry.entries()
    if parsed.model is None:
        return entries
    asked = tuple(entry for entry in entries if entry.id == parsed.model)
    if not asked:
        raise UsageError(message("detection.unknown_model", model=parsed.model))
    return asked


def _asked_paths(parsed: argparse.Namespace, locations: Locations) -> list[Path]:
    paths = [Path(path) for path in parsed.paths]
    if parsed.sample:
        paths.append(locations.sample)
    if not paths:
        raise UsageError(message("app.no_path"))
    return paths


def _asked_studies(parsed: argparse.Namespace, studies: Sequence[Study]) -> list[Study]:
    """The studies, cut down to the series that was asked for."""
    if parsed.series is None:
        return list(studies)
    asked = []
    for study in studies:
        shown = tuple(
            s for s in study.display_sets if parsed.series in (s.id, s.series.series_instance_uid)
        )
        if shown:
            asked.append(replace(study, display_sets=shown))
    if not asked:
        raise UsageError(message("app.no_series", series=parsed.series))
    return asked


def _say_skipped(skipped: Sequence[SkippedFile], console: Console) -> None:
    for item in skipped[:MOST_REASONS]:
        console.say(item.reason)
    if len(skipped) > MOST_REASONS:
        more = len(skipped) - MOST_REASONS
        one = message("app.one_more_skipped")
        console.say(one if more == 1 else message("app.more_skipped", more=more))


def _nothing_readable(parsed: argparse.Namespace, console: Console) -> int:
    said = message("app.nothing_readable")
    console.say(said)
    if parsed.json:
        document = findings_document((), (), console.render)
        console.document({**document, "error": console.render(said)})
    return ExitCode.NOTHING_READABLE


def _deliver(
    parsed: argparse.Namespace,
    done: tuple[StudyResult, ...],
    console: Console,
    *,
    is_cancelled: bool,
) -> int:
    results = tuple(result for part in done for result in part.results)
    skipped = tuple(item for part in done for item in part.skipped)
    reports: dict[Path, bytes] = {}
    warnings: tuple[Message, ...] = ()
    if parsed.out is not None and not is_cancelled:
        reports, warnings = _reports(Path(parsed.out), done, console)
    document = findings_document(results, skipped, console.render, warnings=warnings)
    unwritten: StorageError | None = None
    if parsed.out is not None and not is_cancelled:
        try:
            _write(Path(parsed.out), document, reports, console)
        except StorageError as error:
            unwritten = error
            document["error"] = console.render(error.message)
    if parsed.json:
        console.document(document)
    else:
        _print(done, console)
    if unwritten is not None:
        raise unwritten
    if is_cancelled:
        console.say(message("jobs.cancelled"))
        return ExitCode.CANCELLED
    if not results:
        console.say(message("session.no_model_fits"))
    ran = any(result.found is not None for result in results)
    return ExitCode.USABLE if ran else ExitCode.NOTHING_DETECTED


def _reports(
    folder: Path, done: tuple[StudyResult, ...], console: Console
) -> tuple[dict[Path, bytes], tuple[Message, ...]]:
    """A report of each study, and why there is none of some: detections are never lost for it."""
    reports: dict[Path, bytes] = {}
    warnings: list[Message] = []
    looked_at = [part for part in done if part.results]
    for number, part in enumerate(looked_at, start=1):
        name = "report.dcm" if len(looked_at) == 1 else f"report-{number}.dcm"
        try:
            reports[folder / name] = report_bytes(_content(part), console.render_english)
        except (SourceError, ReportError) as error:
            console.say(error.message)
            warnings.append(error.message)
    return reports, tuple(warnings)


def _write(
    folder: Path, document: dict[str, object], reports: dict[Path, bytes], console: Console
) -> None:
    write_together({folder / "findings.json": document_bytes(document), **reports})
    console.say(message("app.written", folder=str(folder.resolve())))


def _content(part: StudyResult) -> ReportContent:
    sets = tuple(result.found for result in part.results if result.found is not None)
    entries = tuple(
        ReportEntry(finding, result.display_set, found.provenance, None, "", "", finding.score)
        for result in part.results
        if (found := result.found) is not None
        for finding in found.at_or_above(found.provenance.threshold)
    )
    return ReportContent(part.study, entries, part.statuses, sets)


def _print(done: tuple[StudyResult, ...], console: Console) -> None:
    for part in done:
        for result in part.results:
            _print_result(result, console)
        shown = {candidate.id: candidate for candidate in part.study.display_sets}
        asked = {(r.display_set.id, r.status.model_id) for r in part.results}
        for status in part.statuses:
            if (status.display_set_id, status.model_id) not in asked:
                images = shown[status.display_set_id]
                console.tell(state_sentence(status, images, None, console.render))
    console.say(message("view.research"))


def _print_result(result: ResultEntry, console: Console) -> None:
    found = result.found
    console.answer(state_sentence(result.status, result.display_set, found, console.render))
    if found is None:
        return
    for finding in found.at_or_above(found.provenance.threshold):
        place = finding.box.center_lps_mm if finding.box is not None else ()
        where = " ".join(f"{value:.1f}" for value in place)
        label = console.render(label_name(finding.label))
        console.answer(f"  {label}  {finding.score:.2f}  {where}".rstrip())
