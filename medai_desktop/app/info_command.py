"""``medai info``: what lies in files and folders."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.app.reading import read_studies
from medai_desktop.errors import MedaiError
from medai_desktop.jobs import Cancellation
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.description import Intensity, study_document
from medai_desktop.series.display_sets import StudyList
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.settings import SettingsStore
from medai_desktop.source.instance import SkippedFile


def info(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Says which studies and series lie there, with geometry and verdict.

    Returns:
        0 when anything was readable, 3 when nothing was.
    """
    found, skipped = read_studies([Path(path) for path in parsed.paths], console)
    intensity = _intensities(found, console) if parsed.pixels else None
    if parsed.json:
        console.document(study_document(found, skipped, console.render, intensity))
    else:
        _print(found, skipped, console)
    return ExitCode.USABLE if found.studies else ExitCode.NOTHING_READABLE


def _intensities(found: StudyList, console: Console) -> dict[str, Intensity]:
    values: dict[str, Intensity] = {}
    with DecodeWorkers() as decoders:
        for study in found.studies:
            for shown in study.display_sets:
                try:
                    volume = SeriesLoader(shown, decoders).load(
                        console.progress, Cancellation(), first_slice=0, on_slice=lambda _: None
                    )
                except MedaiError as error:
                    console.say(error.message)
                    continue
                voxels = volume.voxels
                values[shown.id] = Intensity(
                    volume.unit.value,
                    float(voxels.min()),
                    float(voxels.max()),
                    float(voxels.mean(dtype=np.float64)),
                )
    return values


def _print(found: StudyList, skipped: tuple[SkippedFile, ...], console: Console) -> None:
    for study in found.studies:
        facts = study.facts
        console.answer(f"{facts.date} {facts.description} {study.patient.name}".strip())
        for shown in study.display_sets:
            slices, rows, columns = shown.shape
            console.answer(
                f"  {shown.series.number or ''} {shown.series.modality} "
                f"{shown.series.description}  {slices} x {rows} x {columns}  "
                f"{shown.verdict.value}"
            )
            for said in shown.messages:
                console.answer(f"    {console.render(said)}")
    for item in skipped:
        console.say(item.reason)
