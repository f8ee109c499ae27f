"""The document of ``medai info --json`` (DESIGN section 5: a contract)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.series.display_sets import StudyList
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message

Render = Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class Intensity:
    """Over every pixel that could be read, after the modality transform, padding included."""

    unit: str
    low: float
    high: float
    mean: float


@dataclass(frozen=True, slots=True)
class PixelReport:
    """What reading the pixels of a display set brought.

    Attributes:
        intensity: None when not one image could be read.
        failures: a sentence for each image that could not.
    """

    intensity: Intensity | None
    failures: tuple[Message, ...] = ()


NOTHING_READ = PixelReport(None)


def study_document(
    found: StudyList,
    skipped: Sequence[SkippedFile],
    render: Render,
    pixels: Mapping[str, PixelReport] | None,
) -> dict[str, object]:
    """What was found, as JSON values; one entry for each display set."""
    return {
        "studies": [
            {
                "study_instance_uid": study.facts.study_instance_uid,
                "patient_id": study.patient.patient_id or None,
                "patient_name": study.patient.name or None,
                "study_date": study.facts.date or None,
                "description": study.facts.description or None,
                "series": [_series(s, render, pixels) for s in study.display_sets],
            }
            for study in found.studies
        ],
        "skipped": [{"path": str(s.path), "reason": render(s.reason)} for s in skipped],
    }


def _series(
    shown: DisplaySet, render: Render, pixels: Mapping[str, PixelReport] | None
) -> dict[str, object]:
    part = shown.part
    report = None if pixels is None else pixels.get(shown.id, NOTHING_READ)
    document: dict[str, object] = {
        "series_instance_uid": shown.series.series_instance_uid,
        "display_set_id": shown.id,
        "part": None if part is None else {"index": part.index, "of": part.of, "by": part.by.value},
        "modality": shown.series.modality or None,
        "description": shown.series.description or None,
        "instances": len({frame.instance.sop_instance_uid for frame in shown.frames}),
        "frames": len(shown.frames),
        "transfer_syntaxes": list(shown.transfer_syntax_uids),
        "geometry": _geometry(shown, render, () if report is None else report.failures),
    }
    if report is not None:
        values = report.intensity
        document["intensity"] = {
            "unit": shown.unit.value if values is None else values.unit,
            "min": None if values is None else values.low,
            "max": None if values is None else values.high,
            "mean": None if values is None else values.mean,
        }
    return document


def _geometry(
    shown: DisplaySet, render: Render, failures: tuple[Message, ...]
) -> dict[str, object]:
    geometry = shown.geometry
    spacing: list[float | None] = [None, None, None]
    if geometry is not None:
        spacing = [*geometry.spacing_mm]
        if len(shown.frames) == 1:
            spacing[0] = None
    elif shown.pixel_spacing_mm is not None:
        spacing = [None, *shown.pixel_spacing_mm]
    flags = shown.flags | {Flag.INCOMPLETE} if failures else shown.flags
    return {
        "shape": list(shown.shape),
        "spacing_mm": spacing,
        "origin_lps_mm": None if geometry is None else geometry.origin_lps_mm.tolist(),
        "direction": None if geometry is None else geometry.direction.ravel().tolist(),
        "frame_of_reference_uid": shown.series.frame_of_reference_uid,
        "verdict": shown.verdict.value,
        "flags": sorted(flag.value for flag in flags),
        "messages": [render(said) for said in (*shown.messages, *failures)],
    }
