"""``medai info``: what lies in files and folders."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.app.reading import read_studies
from medai_desktop.errors import MedaiError, PixelDataError
from medai_desktop.jobs import Cancellation
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.description import Intensity, PixelReport, study_document
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import StudyList
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.settings import SettingsStore
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message, message

Reports = dict[str, PixelReport]


def info(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Says which studies and series lie there, with geometry and verdict.

    Returns:
        0 when anything was readable, 3 when nothing was.
    """
    reports: Reports | None = {} if parsed.pixels else None
    found, skipped = read_studies([Path(path) for path in parsed.paths], console)
    if reports is not None:
        skipped = (*skipped, *_read_pixels(found, console, reports))
    if parsed.json:
        console.document(study_document(found, skipped, console.render, reports))
    else:
        _print(found, skipped, reports, console)
    return ExitCode.USABLE if found.studies else ExitCode.NOTHING_READABLE


def _read_pixels(found: StudyList, console: Console, reports: Reports) -> list[SkippedFile]:
    """Fills in a report for each display set; returns the files that could not be decoded."""
    unusable: list[SkippedFile] = []
    with DecodeWorkers() as decoders:
        for study in found.studies:
            for shown in study.display_sets:
                reports[shown.id], lost = _report(shown, decoders, console)
                unusable += lost
    return unusable


def _report(
    shown: DisplaySet, decoders: DecodeWorkers, console: Console
) -> tuple[PixelReport, list[SkippedFile]]:
    try:
        loader = SeriesLoader(shown, decoders)
    except MedaiError as error:
        return PixelReport(None, (error.message,)), []
    try:
        loader.load(console.progress, Cancellation(), first_slice=0, on_slice=lambda _: None)
    except PixelDataError:
        pass  # every image has its own sentence
    failures = sorted(loader.failures.items())
    reasons: dict[Path, Message] = {}
    for index, reason in failures:
        reasons.setdefault(shown.frames[index].instance.path, reason)
    whole = {
        frame.instance.path
        for frame, is_there in zip(shown.frames, loader.loaded, strict=True)
        if is_there
    }
    lost = [SkippedFile(path, reason) for path, reason in reasons.items() if path not in whole]
    return PixelReport(_intensity(shown, loader), tuple(reasons.values())), lost


def _intensity(shown: DisplaySet, loader: SeriesLoader) -> Intensity | None:
    """Range and mean of the images that could be read; numbers that are none are left out."""
    low, high, total, count = np.inf, -np.inf, 0.0, 0
    for index in np.flatnonzero(loader.loaded):
        values = loader.volume.voxels[index]
        if values.dtype.kind == "f":
            values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
            total += float(values.sum(dtype=np.float64))
            count += values.size
    if not count:
        return None
    return Intensity(shown.unit.value, low, high, total / count)


def _said(values: Intensity) -> Message:
    return message(
        "series.values",
        low=f"{values.low:g}",
        high=f"{values.high:g}",
        mean=f"{values.mean:.6g}",
        unit=values.unit,
    )


def _print(
    found: StudyList, skipped: tuple[SkippedFile, ...], reports: Reports | None, console: Console
) -> None:
    for study in found.studies:
        facts, patient = study.facts, study.patient
        named = (facts.date, facts.description, patient.name or patient.patient_id)
        console.answer("  ".join(part for part in named if part))
        for shown in study.display_sets:
            slices, rows, columns = shown.shape
            number = "" if shown.series.number is None else str(shown.series.number)
            about = (number, shown.series.modality, shown.series.description)
            console.answer(
                f"  {' '.join(part for part in about if part)}  "
                f"{slices} x {rows} x {columns}  {shown.verdict.value}"
            )
            report = (reports or {}).get(shown.id, PixelReport(None))
            values = report.intensity
            if values is not None:
                console.answer(f"    {console.render(_said(values))}")
            for said in (*shown.messages, *report.failures):
                console.answer(f"    {console.render(said)}")
    for item in skipped:
        console.say(item.reason)
