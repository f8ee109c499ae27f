"""Of one acquisition one series is looked at (reading defaults 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from medai_desktop.series.acquisition_groups import choose_per_acquisition
from medai_desktop.series.display_set import DisplaySet
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
from tests.unit.series.opened import say

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


@dataclass(frozen=True)
class Scan:
    """A series that does not exist."""

    number: int
    step_mm: float = 5.0
    count: int = 20
    start_mm: float = 0.0
    acquisition: int | None = 1
    time: str = ""
    frame: str | None = "1.9"
    orientation: tuple[float, ...] = AXIAL
    is_derived: bool = False
    description: str = "Ax"
    modality: str = "CT"

    def headers(self) -> list[InstanceHeader]:
        kind = "DERIVED" if self.is_derived else "ORIGINAL"
        technique = TechniqueFacts(
            image_type=(kind, "PRIMARY"),
            acquisition_number=self.acquisition,
            acquisition_time=self.time,
        )
        uid = f"1.2.{self.number}"
        return [
            InstanceHeader(
                Path(f"{self.number}-{k:03d}"),
                f"{uid}.{k}",
                "",
                "1.2.840.10008.1.2.1",
                k,
                PatientFacts(),
                StudyFacts("1.2"),
                SeriesFacts(
                    uid,
                    self.number,
                    self.modality,
                    self.description,
                    frame_of_reference_uid=self.frame,
                ),
                technique,
                PixelFacts(4, 4),
                PositionFacts(
                    (0.0, 0.0, self.start_mm + k * self.step_mm)
                    if self.orientation == AXIAL
                    else (0.0, self.start_mm + k * self.step_mm, 0.0),
                    self.orientation,  # type: ignore[arg-type]
                    (1.0, 1.0),
                ),
            )
            for k in range(self.count)
        ]


def chosen(*scans: Scan) -> dict[int, list[int]]:
    """Numbers of the series that run, and of those that each stands for."""
    headers = [header for scan in scans for header in scan.headers()]
    (study,) = build_studies(headers).studies
    sets: list[DisplaySet] = list(study.display_sets)
    result = {}
    for best, others in choose_per_acquisition(sets):
        result[best.series.number or 0] = [other.series.number or 0 for other, _ in others]
        for other, reason in others:
            assert other is not best
            assert say(reason) == f"same scan as series {best.series.number}: not run"
    return result


def test_the_thinner_one_runs() -> None:
    assert chosen(Scan(1), Scan(2, step_mm=1.25, count=80)) == {2: [1]}


def test_the_original_one_runs_before_a_thinner_derived_one() -> None:
    assert chosen(Scan(1), Scan(2, step_mm=1.25, count=80, is_derived=True)) == {1: [2]}


def test_of_two_as_thin_the_one_with_more_images_runs_then_the_lower_number() -> None:
    assert chosen(Scan(1, count=18), Scan(2)) == {2: [1]}
    assert chosen(Scan(4), Scan(3)) == {3: [4]}


@pytest.mark.parametrize(
    "other",
    [
        Scan(2, acquisition=2),
        Scan(2, acquisition=None),
        Scan(2, frame="1.8"),
        Scan(2, orientation=CORONAL),
        Scan(2, start_mm=500.0),
        Scan(2, description="Ax +C"),
        Scan(2, time="101500"),
    ],
    ids=["number", "no number", "frame", "plane", "range", "contrast", "time"],
)
def test_other_scans_run_beside_it(other: Scan) -> None:
    first = Scan(1, time="101000") if other.time else Scan(1)
    assert set(chosen(first, other)) == {1, 2}


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [("101500", "101501.5", True), ("101500", "101503", False), ("10:15:00", "101500", True)],
)
def test_two_seconds_are_one_scan(first: str, second: str, is_same: bool) -> None:
    found = chosen(Scan(1, time=first, acquisition=1), Scan(2, time=second, acquisition=2))
    assert (len(found) == 1) == is_same


def test_without_a_frame_of_reference_nothing_is_the_same() -> None:
    assert set(chosen(Scan(1, frame=None), Scan(2, frame=None))) == {1, 2}
