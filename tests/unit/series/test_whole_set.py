"""What a display set says of itself holds for every image of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Flag, SplitBy, Verdict
from medai_desktop.volume import IntensityUnit
from tests.phantoms import volumes
from tests.phantoms.clinical import chest_ct
from tests.unit.series.opened import only, say, sets_of, volume_of

ODD = 7


def with_odd(
    folder: Path,
    edit: Callable[[Dataset], object],
    write: Callable[[Path], volumes.Phantom] = chest_ct,
) -> list[Path]:
    """A series of which one image differs."""
    paths = list(write(folder).paths)
    dataset = pydicom.dcmread(paths[ODD])
    edit(dataset)
    dataset.save_as(paths[ODD])
    return paths


def apart(paths: list[Path], by: SplitBy) -> tuple[DisplaySet, DisplaySet]:
    """The odd image, and the others."""
    odd, rest = sorted(sets_of(paths), key=lambda shown: len(shown.frames))
    assert odd.part is not None and odd.part.by is by
    assert [frame.instance.path for frame in odd.frames] == [paths[ODD]]
    assert len(rest.frames) == len(paths) - 1
    return odd, rest


def drop_intercept(dataset: Dataset) -> None:
    del dataset.RescaleIntercept


def test_a_slice_without_a_rescale_has_no_hounsfield_units(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    odd, rest = apart(with_odd(tmp_path, drop_intercept), SplitBy.RESCALE)
    assert odd.unit is IntensityUnit.NONE
    assert "series.no_rescale" in [said.id for said in odd.messages]
    assert "whether a rescale is stated" in say(odd.messages[-1])
    assert rest.unit is IntensityUnit.HOUNSFIELD
    assert rest.verdict is Verdict.MISSING_SLICES and rest.has_gap
    assert volume_of(rest, decoders).voxels.min() == -1000
    assert volume_of(odd, decoders).unit is IntensityUnit.NONE


def test_an_inverted_slice_stands_apart(tmp_path: Path, decoders: DecodeWorkers) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.PhotometricInterpretation = "MONOCHROME1"

    odd, rest = apart(with_odd(tmp_path, edit), SplitBy.PHOTOMETRIC)
    assert volume_of(odd, decoders).is_inverted
    assert not volume_of(rest, decoders).is_inverted


def test_one_slice_in_another_unit_takes_the_unit_from_all(tmp_path: Path) -> None:
    shown = only(with_odd(tmp_path, lambda dataset: setattr(dataset, "RescaleType", "US")))
    assert shown.unit is IntensityUnit.NONE
    assert "series.mixed_units" in [said.id for said in shown.messages]


def test_a_plain_series_keeps_its_unit_and_says_nothing(tmp_path: Path) -> None:
    shown = only(chest_ct(tmp_path).paths)
    assert (shown.unit, shown.messages) == (IntensityUnit.HOUNSFIELD, ())
    assert not shown.has_gap and shown.is_on_grid


@pytest.mark.parametrize(
    ("keyword", "value", "flag"),
    [
        ("BurnedInAnnotation", "YES", Flag.BURNT_IN_TEXT_LIKELY),
        ("ImageComments", "synthetic", Flag.SYNTHETIC),
        ("LossyImageCompression", "01", Flag.LOSSY),
    ],
)
def test_one_image_is_enough_for_a_warning(
    keyword: str, value: str, flag: Flag, tmp_path: Path
) -> None:
    before = only(volumes.axial(tmp_path / "before").paths)
    assert flag not in before.flags
    edited = with_odd(tmp_path / "after", lambda d: setattr(d, keyword, value), volumes.axial)
    assert flag in only(edited).flags


def test_padding_is_that_of_each_slice(tmp_path: Path, decoders: DecodeWorkers) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.add_new("PixelPaddingValue", "SS", 0)

    shown = only(with_odd(tmp_path, edit, volumes.axial))
    intercept = shown.frames[ODD].instance.rescale_of(1)[1]
    volume = volume_of(shown, decoders)
    assert volume.padding is None
    assert volume.padding_of(ODD) == (intercept, intercept)
    assert volume.padding_of(ODD + 1) is None
    volume.voxels[:, 0, 0] = intercept
    volume.voxels[:, 0, 1:] = intercept + 50
    volume.voxels[:, 1:] = intercept + 60
    assert volume.signal(ODD)[0, 0] == intercept + 50
    assert volume.signal(ODD + 1)[0, 0] == intercept


def test_equal_padding_is_said_once(tmp_path: Path, decoders: DecodeWorkers) -> None:
    volume = volume_of(only(volumes.axial(tmp_path).paths), decoders)
    assert volume.paddings == ()
    assert np.array_equal(volume.signal(3), volume.voxels[3])
