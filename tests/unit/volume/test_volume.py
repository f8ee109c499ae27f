"""What a volume says of itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from medai_desktop.volume import Acquisition, Contrast, IntensityUnit, MrClass, Region, Volume


def test_shape_counts_slices_rows_and_columns() -> None:
    grey = Volume(np.zeros((3, 5, 7), np.int16), None)
    colour = Volume(np.zeros((3, 5, 7, 3), np.uint8), None)
    assert grey.shape == colour.shape == (3, 5, 7)
    assert not grey.is_colour
    assert colour.is_colour


def test_facts_are_unknown_unless_told() -> None:
    made = Acquisition("MR")
    assert made.region is Region.UNKNOWN
    assert made.contrast is Contrast.UNKNOWN
    assert made.mr_class is MrClass.UNKNOWN
    assert made.age_years is None
    assert made == Acquisition("MR")
    assert made != Acquisition("CT")


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Acquisition("MR").modality = "CT"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Volume(np.zeros((1, 1, 1)), None).digest = "x"  # type: ignore[misc]


def test_no_identifier_is_among_the_facts() -> None:
    names = {field.name for field in dataclasses.fields(Acquisition)}
    assert not {
        name for name in names if "uid" in name or "name" in name or "id" in name.split("_")
    }


def test_units_are_printed_behind_a_number() -> None:
    assert IntensityUnit.HOUNSFIELD.value == "HU"
    assert IntensityUnit.NONE.value == ""
