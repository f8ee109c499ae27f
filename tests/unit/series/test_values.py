"""Stored values become modality values: an oracle in float64 says which."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.native import is_plain
from medai_desktop.series.values import bytes_of, first_type, value_type
from medai_desktop.volume import IntensityUnit
from tests.phantoms import volumes
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.pixels import CT_12BIT, CT_SIGNED, PixelFormat, Rescale
from tests.phantoms.series_geometry import SeriesGeometry
from tests.unit.series.opened import by_simpleitk, loader_of, only, volume_of

STRAIGHT = SeriesGeometry.straight((2.0, 1.0, 1.0))


@dataclass(frozen=True)
class Stored:
    """How samples lie in a file, and their modality transform as it is written there."""

    bits: int
    is_signed: bool
    slope: str
    intercept: str

    @property
    def limits(self) -> tuple[int, int]:
        if self.is_signed:
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        return 0, (1 << self.bits) - 1

    def oracle(self, stored: NDArray[np.int64]) -> NDArray[np.float64]:
        return stored.astype(np.float64) * float(self.slope) + float(self.intercept)


def write(folder: Path, how: Stored, stored: NDArray[np.int64], syntax: str = "explicit") -> Path:
    """One CT image whose stored samples are given."""
    pixels = PixelFormat(bits_stored=how.bits, signed=how.is_signed)
    chosen = TransferSyntax.RLE if syntax == "rle" else TransferSyntax.EXPLICIT_LE
    more = {"RescaleSlope": how.slope, "RescaleIntercept": how.intercept, "RescaleType": "HU"}
    (path,) = write_series(
        folder,
        stored[np.newaxis],
        STRAIGHT,
        tags=SeriesTags(more=more),
        pixels=pixels,
        transfer_syntax=chosen,
    )
    return path


def spread(how: Stored) -> NDArray[np.int64]:
    """(8, 16) samples from one end of the range to the other."""
    return np.linspace(*how.limits, 128).round().astype(np.int64).reshape(8, 16)


TRANSFORMS = st.builds(
    Stored,
    bits=st.integers(9, 16),
    is_signed=st.booleans(),
    slope=st.sampled_from(["1", "2", "-1", "0.5", "1.0", "0.0123456789", "-3.7", "12"]),
    intercept=st.sampled_from(["0", "-1024", "-1000.5", "32768", "-32768", "7", "1e3"]),
)


@given(how=TRANSFORMS, syntax=st.sampled_from(["explicit", "rle"]))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_value_is_what_float64_says(
    how: Stored, syntax: str, decoders: DecodeWorkers
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stored = spread(how)
        shown = only([write(Path(folder), how, stored, syntax)])
        found = volume_of(shown, decoders).voxels
    expected = how.oracle(stored)
    if found.dtype.kind == "f":
        assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-6 * abs(expected).max())
    else:
        assert np.array_equal(found[0], expected)
    kind = value_type(shown)
    assert found.dtype in (kind, first_type(shown))
    if kind.kind in "iu":
        assert np.iinfo(kind).min <= expected.min() and expected.max() <= np.iinfo(kind).max


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        (Stored(8, False, "1", "0"), np.uint8),
        (Stored(12, False, "1", "-1024"), np.int16),
        (Stored(12, True, "1", "0"), np.int16),
        (Stored(16, False, "1", "0"), np.uint16),
        (Stored(16, True, "1", "0"), np.int16),
        (Stored(16, False, "1", "-1024"), np.int32),
        (Stored(16, True, "1", "-1024"), np.int32),
        (Stored(16, True, "2", "0"), np.int32),
        (Stored(12, False, "0.5", "0"), np.float32),
        (Stored(12, False, "1", "-0.5"), np.float32),
    ],
)
def test_the_smallest_type_that_loses_nothing(
    how: Stored, kind: type[np.generic], tmp_path: Path
) -> None:
    shown = only([write(tmp_path, how, spread(how))])
    assert value_type(shown) == kind


@pytest.mark.parametrize(
    ("how", "stored", "kind"),
    [
        (Stored(16, True, "1", "-1024"), (-2000, 3071), np.int16),
        (Stored(16, False, "1", "-1024"), (0, 33791), np.int16),
        (Stored(16, True, "1", "-1024"), (-31744, 0), np.int16),
        (Stored(16, True, "1", "-1024"), (-31745, 0), np.int32),
        (Stored(16, False, "1", "-1024"), (0, 33792), np.int32),
    ],
)
@pytest.mark.parametrize("syntax", ["explicit", "rle"])
def test_ct_takes_16_bits_unless_an_image_needs_more(
    how: Stored,
    stored: tuple[int, int],
    kind: type[np.generic],
    syntax: str,
    tmp_path: Path,
    decoders: DecodeWorkers,
) -> None:
    samples = np.linspace(*stored, 128).round().astype(np.int64).reshape(8, 16)
    shown = only([write(tmp_path, how, samples, syntax)])
    assert first_type(shown) == np.int16
    assert bytes_of(shown) == 128 * 2
    volume = volume_of(shown, decoders)
    assert volume.voxels.dtype == kind
    assert np.array_equal(volume.voxels[0], how.oracle(samples))
    assert volume.digest


def test_one_image_that_needs_more_widens_them_all(tmp_path: Path, decoders: DecodeWorkers) -> None:
    values = np.zeros((5, 8, 16))
    values[:] = np.arange(16)
    values[3, 2, 2] = 40000
    pixels = PixelFormat(rescale=Rescale(1, -1024, "HU"))
    paths = write_series(tmp_path, values, STRAIGHT, pixels=pixels)
    arrived: list[int] = []
    shown = only(paths)
    loader = loader_of(shown, decoders)
    arrived += loader.loaded.tolist()
    assert loader.volume.voxels.dtype == np.int32
    assert np.array_equal(loader.volume.voxels, values)
    assert all(arrived)


def test_each_slice_keeps_its_own_transform(tmp_path: Path, decoders: DecodeWorkers) -> None:
    phantom = volumes.per_slice_rescale(tmp_path)
    found = volume_of(only(phantom.paths), decoders).voxels
    assert found == pytest.approx(phantom.voxels, rel=1e-6)
    by_itk = np.concatenate([by_simpleitk(path) for path in phantom.paths])
    assert found == pytest.approx(by_itk, rel=1e-6)
    assert not np.allclose(found[0], found[1])


@pytest.mark.parametrize(
    ("slope", "intercept"), [("0", "-1024"), ("nan", "0"), (None, "-1024"), ("1", None)]
)
def test_without_a_usable_transform_nothing_is_called_hu(
    slope: str | None, intercept: str | None, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    how = Stored(12, False, "1", "-1024")
    path = write(tmp_path, how, spread(how))

    def change(dataset: Dataset) -> None:
        for keyword, value in (("RescaleSlope", slope), ("RescaleIntercept", intercept)):
            if value is None:
                delattr(dataset, keyword)
            else:
                dataset[keyword]._value = value

    change_file(path, change)
    shown = only([path])
    volume = volume_of(shown, decoders)
    assert shown.unit is IntensityUnit.NONE
    assert "series.no_rescale" in {said.id for said in shown.messages}
    assert np.array_equal(volume.voxels[0], spread(how))


def test_with_a_transform_it_is_hu(tmp_path: Path) -> None:
    how = Stored(12, False, "1", "-1024")
    shown = only([write(tmp_path, how, spread(how))])
    assert shown.unit is IntensityUnit.HOUNSFIELD
    assert "series.no_rescale" not in {said.id for said in shown.messages}


@pytest.mark.parametrize("units", ["BQML", "CNTS"])
def test_pet_is_in_becquerel_when_it_says_so(units: str, tmp_path: Path) -> None:
    how = Stored(16, False, "0.37", "0")
    path = write(tmp_path, how, spread(how))

    def change(dataset: Dataset) -> None:
        dataset.Modality, dataset.Units = "PT", units
        del dataset.RescaleType

    change_file(path, change)
    expected = IntensityUnit.BECQUEREL_PER_ML if units == "BQML" else IntensityUnit.NONE
    assert only([path]).unit is expected


@pytest.mark.parametrize("first", [0, 100, -50])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("syntax", [TransferSyntax.EXPLICIT_LE, TransferSyntax.EXPLICIT_BE])
def test_a_modality_table_replaces_the_slope(
    first: int,
    depth: int,
    syntax: TransferSyntax,
    tmp_path: Path,
    decoders: DecodeWorkers,
) -> None:
    """PS3.3 C.11.1.1: below the first mapped value the first entry, above the last the last."""
    table = ((np.arange(256) ** 2) % 251).astype(np.int64) << (depth - 8)
    how = Stored(12, True, "1", "0")
    samples = np.linspace(-200, 400, 128).round().astype(np.int64).reshape(8, 16)
    path = write(tmp_path, how, samples)
    add_table(path, table, first, depth, syntax)
    shown = only([path])
    assert not is_plain(shown.frames[0])
    assert value_type(shown) == (np.uint8 if depth == 8 else np.uint16)
    found = volume_of(shown, decoders).voxels[0]
    expected = table[np.clip(samples - first, 0, 255)]
    assert np.array_equal(found, expected)
    assert not np.array_equal(found, samples)


def add_table(
    path: Path, table: NDArray[np.int64], first: int, depth: int, syntax: TransferSyntax
) -> None:
    dataset = pydicom.dcmread(path)
    order = ">" if syntax is TransferSyntax.EXPLICIT_BE else "<"
    item = Dataset()
    item.add_new("LUTDescriptor", "SS", [256, first, depth])
    item.ModalityLUTType = "US"
    item.add_new("LUTData", "OW", table.astype(f"{order}u2").tobytes())
    dataset.ModalityLUTSequence = DicomSequence([item])
    samples = np.frombuffer(dataset.PixelData, "<i2")
    dataset.PixelData = samples.astype(f"{order}i2").tobytes()
    dataset.RescaleSlope = "7"  # must not be applied on top
    dataset.file_meta.TransferSyntaxUID = syntax.value
    pydicom.dcmwrite(path, dataset)


@pytest.mark.parametrize(
    ("written", "vr", "expected"),
    [(-2000, "SS", -3024), (63536, "US", -3024), (500, "SS", -524)],
)
def test_padding_is_known_in_modality_units_whatever_its_vr(
    written: int, vr: str, expected: float, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    how = Stored(16, True, "1", "-1024")
    path = write(tmp_path, how, spread(replace(how, bits=12)))
    change_file(path, lambda dataset: dataset.add_new("PixelPaddingValue", vr, written))
    volume = volume_of(only([path]), decoders)
    assert volume.padding == (expected, expected)


def test_a_padding_range_has_two_ends(tmp_path: Path, decoders: DecodeWorkers) -> None:
    how = Stored(16, True, "1", "-1024")
    path = write(tmp_path, how, spread(replace(how, bits=12)))

    def change(dataset: Dataset) -> None:
        dataset.add_new("PixelPaddingValue", "SS", -2000)
        dataset.add_new("PixelPaddingRangeLimit", "SS", -1500)

    change_file(path, change)
    assert volume_of(only([path]), decoders).padding == (-3024, -2524)


def test_without_padding_there_is_none(tmp_path: Path, decoders: DecodeWorkers) -> None:
    how = Stored(16, True, "1", "-1024")
    path = write(tmp_path, how, spread(replace(how, bits=12)))
    assert volume_of(only([path]), decoders).padding is None


def test_monochrome1_keeps_its_values(tmp_path: Path, decoders: DecodeWorkers) -> None:
    phantom = volumes.monochrome1_radiograph(tmp_path)
    volume = volume_of(only(phantom.paths), decoders)
    assert volume.is_inverted
    assert np.array_equal(volume.voxels, phantom.voxels)


@pytest.mark.parametrize("pixels", [CT_12BIT, CT_SIGNED], ids=["intercept", "no_intercept"])
def test_plain_slices_are_read_in_place_like_decoded_ones(
    pixels: PixelFormat, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    y, x = np.mgrid[:24, :40]
    values = np.stack([(x * 20 + y * 3 - 900 + 10 * k).astype(float) for k in range(3)])
    plain = only(write_series(tmp_path / "a", values, STRAIGHT, pixels=pixels))
    packed = only(
        write_series(
            tmp_path / "b", values, STRAIGHT, pixels=pixels, transfer_syntax=TransferSyntax.RLE
        )
    )
    here, there = volume_of(plain, decoders), volume_of(packed, decoders)
    assert is_plain(plain.frames[0]) and not is_plain(packed.frames[0])
    assert np.array_equal(here.voxels, there.voxels)
    assert here.digest == there.digest


def test_the_digest_knows_uids_values_and_order(tmp_path: Path, decoders: DecodeWorkers) -> None:
    def digest(name: str, shown_values: NDArray[np.float64], key: str = "series") -> str:
        tags = SeriesTags(key=key)
        paths = write_series(tmp_path / name, shown_values, STRAIGHT, tags=tags, pixels=CT_12BIT)
        return volume_of(only(paths), decoders).digest

    values = np.zeros((3, 8, 8))
    other = values.copy()
    other[1, 2, 3] = 1
    first = digest("a", values)
    assert first == digest("b", values)
    others = {digest("c", other), digest("d", values, "other"), digest("e", values[:2])}
    assert len(others | {first}) == 4


GEOMETRY_CHANGES: dict[str, dict[str, object]] = {
    "place": {"ImagePositionPatient": lambda old: [float(v) + 40 for v in old]},
    "spacing": {"PixelSpacing": lambda old: [float(v) * 2 for v in old]},
    "turn": {"ImageOrientationPatient": lambda old: [0, 1, 0, -1, 0, 0]},
    "frame": {"FrameOfReferenceUID": lambda old: "2.25.77"},
    "inverted": {"PhotometricInterpretation": lambda old: "MONOCHROME1"},
    "padding": {"PixelPaddingValue": lambda old: 3},
}


@pytest.mark.parametrize("name", sorted(GEOMETRY_CHANGES))
def test_the_digest_knows_the_geometry_too(
    tmp_path: Path, decoders: DecodeWorkers, name: str
) -> None:
    values = np.zeros((3, 8, 8))
    paths = write_series(tmp_path / "a", values, STRAIGHT, pixels=CT_12BIT)
    before = volume_of(only(paths), decoders).digest
    assert before == volume_of(only(paths), decoders).digest

    def change(dataset: pydicom.Dataset) -> None:
        for keyword, act in GEOMETRY_CHANGES[name].items():
            setattr(dataset, keyword, act(dataset.get(keyword)))  # type: ignore[operator]
            if keyword == "PixelPaddingValue":
                dataset[keyword].VR = "US"

    for path in paths:
        change_file(path, change)
    after = volume_of(only(paths), decoders)
    assert np.array_equal(after.voxels, np.zeros((3, 8, 8)))
    assert after.digest not in ("", before)


def change_file(path: Path, change: object) -> None:
    dataset = pydicom.dcmread(path)
    change(dataset)  # type: ignore[operator]
    pydicom.dcmwrite(path, dataset)


def test_display_sets_say_how_much_memory_they_take(tmp_path: Path) -> None:
    shown: DisplaySet = only(volumes.axial(tmp_path).paths)
    assert bytes_of(shown) == 20 * 40 * 48 * 2
