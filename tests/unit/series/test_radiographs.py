"""Radiographs: what their millimetres rest on, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pydicom
import pytest

from medai_desktop.series.display_set import SpacingSource, Verdict
from medai_desktop.volume import RadiographView, Region, Side
from tests.phantoms import volumes
from tests.unit.series.opened import only, say

AT_DETECTOR = "Millimetres hold at the detector, not in the patient."
NO_SPACING = "No pixel spacing: lengths are in pixels."


def radiograph(folder: Path, tags: Mapping[str, object]) -> Path:
    """A hand of 0.8 mm at the detector, with some attributes changed; None removes one."""
    (path,) = volumes.hand_radiograph(folder).paths
    dataset = pydicom.dcmread(path)
    for keyword, value in tags.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize(
    ("tags", "spacing", "source", "sentence"),
    [
        ({}, (0.8, 0.8), SpacingSource.DETECTOR, AT_DETECTOR),
        ({"PixelSpacing": [0.8, 0.8]}, (0.8, 0.8), SpacingSource.DETECTOR, AT_DETECTOR),
        ({"PixelSpacing": [0.5, 0.5]}, (0.5, 0.5), SpacingSource.CALIBRATED, None),
        (
            {"PixelSpacing": [0.8, 0.8], "PixelSpacingCalibrationType": "FIDUCIAL"},
            (0.8, 0.8),
            SpacingSource.CALIBRATED,
            None,
        ),
        (
            {"EstimatedRadiographicMagnificationFactor": "1.6"},
            (0.5, 0.5),
            SpacingSource.CALIBRATED,
            None,
        ),
        (
            {"ImagerPixelSpacing": None, "PixelSpacing": [0.3, 0.4]},
            (0.3, 0.4),
            SpacingSource.DETECTOR,
            AT_DETECTOR,
        ),
        ({"ImagerPixelSpacing": None}, None, SpacingSource.NONE, NO_SPACING),
        ({"ImagerPixelSpacing": [0, 0]}, None, SpacingSource.NONE, NO_SPACING),
    ],
)
def test_millimetres_and_what_they_rest_on(
    tags: Mapping[str, object],
    spacing: tuple[float, float] | None,
    source: SpacingSource,
    sentence: str | None,
    tmp_path: Path,
) -> None:
    shown = only([radiograph(tmp_path, tags)])
    assert shown.spacing_source is source
    assert shown.pixel_spacing_mm == (None if spacing is None else pytest.approx(spacing))
    said = {say(message) for message in shown.messages}
    assert {AT_DETECTOR, NO_SPACING} & said == ({sentence} if sentence else set())


def test_a_radiograph_has_no_geometry_and_its_facts(tmp_path: Path) -> None:
    shown = only([radiograph(tmp_path, {})])
    assert shown.verdict is Verdict.NO_GEOMETRY
    assert shown.geometry is None and shown.plane is None
    assert shown.shape == (1, 300, 240)
    assert shown.acquisition.region is Region.EXTREMITY
    assert shown.acquisition.side is Side.LEFT
    assert shown.acquisition.view is RadiographView.FRONTAL


def test_millimetres_of_a_ct_are_those_of_the_patient(tmp_path: Path) -> None:
    shown = only(volumes.axial(tmp_path).paths)
    assert shown.spacing_source is SpacingSource.PATIENT
    assert AT_DETECTOR not in {say(message) for message in shown.messages}
