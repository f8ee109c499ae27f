"""Studies made up from headers, without files: what hanging, windows and corner text look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.instance import (
    InstanceHeader,
    PatientFacts,
    PixelFacts,
    PositionFacts,
    SeriesFacts,
    StudyFacts,
    TechniqueFacts,
)
from medai_desktop.volume import Volume

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)

PATIENT = PatientFacts("李 娜 (Li Na)", "P-7", "", "F", "1971-12-31", "053Y")
STUDY = StudyFacts("1.2.3", "2025-06-30", "10:42", "", "A-1", "Hospital")


@dataclass(frozen=True)
class Made:
    """One series that does not exist.

    Attributes:
        description: of the series.
        modality: CT, MR, DX, ...
        body_part: as written.
        number: of the series.
        count: of its images.
        orientation: row and column direction; None for a radiograph.
        step_mm: between slices; its sign is against or along row x column.
        technique: of every image.
        pixels: of every image.
        series: other facts of the series, by name.
        position: other facts of the place, by name.
    """

    description: str = ""
    modality: str = "CT"
    body_part: str = "CHEST"
    number: int = 1
    count: int = 12
    orientation: tuple[float, ...] | None = AXIAL
    step_mm: float = 5.0
    technique: TechniqueFacts = TechniqueFacts()
    pixels: PixelFacts = PixelFacts(64, 64, rescale_type="HU", has_rescale=True)
    series: dict[str, str] = field(default_factory=dict)
    position: dict[str, tuple[float, float]] = field(default_factory=dict)

    def headers(self, study: StudyFacts, patient: PatientFacts) -> list[InstanceHeader]:
        uid = f"1.2.3.{self.number}"
        facts = SeriesFacts(
            uid,
            self.number,
            self.modality,
            self.description,
            body_part=self.body_part,
            frame_of_reference_uid=None if self.orientation is None else "1.2.9",
        )
        facts = replace(facts, **self.series)
        return [
            InstanceHeader(
                Path(f"/nowhere/{self.number}-{index:04d}.dcm"),
                f"{uid}.{index + 1}",
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                index + 1,
                patient,
                study,
                facts,
                self.technique,
                self.pixels,
                self._place(index),
            )
            for index in range(self.count)
        ]

    def _place(self, index: int) -> PositionFacts:
        if self.orientation is None:
            return PositionFacts(**self.position)  # type: ignore[arg-type]
        row, column = np.array(self.orientation[:3]), np.array(self.orientation[3:])
        x, y, z = np.cross(row, column) * self.step_mm * index
        return PositionFacts((x, y, z), self.orientation, (1.0, 1.0))  # type: ignore[arg-type]


def study_of(*made: Made, study: StudyFacts = STUDY, patient: PatientFacts = PATIENT) -> Study:
    """The study of these series, grouped and classified as files would be."""
    headers = [header for series in made for header in series.headers(study, patient)]
    found = build_studies(headers)
    assert not found.skipped and len(found.studies) == 1
    return found.studies[0]


def display_set(made: Made, study: StudyFacts = STUDY) -> DisplaySet:
    """The one display set of a series."""
    (only,) = study_of(made, study=study).display_sets
    return only


def film(description: str, number: int = 1, **facts: object) -> Made:
    """A radiograph."""
    return replace(
        Made(
            description,
            "DX",
            "WRIST",
            number,
            1,
            None,
            pixels=PixelFacts(64, 64),
        ),
        **facts,  # type: ignore[arg-type]
    )


def volume_of(
    shown: DisplaySet, voxels: NDArray[np.generic], padding: tuple[float, float] | None = None
) -> Volume:
    """Pixels of a display set."""
    inverted = shown.pixels.photometric_interpretation == "MONOCHROME1"
    return Volume(
        voxels,
        shown.geometry,
        shown.pixel_spacing_mm,
        shown.unit,
        is_inverted=inverted,
        padding=padding,
        display_set_id=shown.id,
    )


def ids(slots: Sequence[object]) -> list[object]:
    return [getattr(slot, "display_set_id", None) for slot in slots]
