"""The phantoms are what they say: SimpleITK and dcmtk read them back."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK

from tests.phantoms import volumes
from tests.phantoms.dicom_writer import FileNames, SeriesTags, uid_of, write_series
from tests.phantoms.encoding import NEAR_LOSSLESS_ERROR, TransferSyntax
from tests.phantoms.phantom import BALL_VALUE, BOX_VALUE, Phantom, ramp_value
from tests.phantoms.pixels import (
    CT_12BIT,
    CT_SIGNED,
    GREY_8BIT,
    MR_12BIT,
    PixelFormat,
    Rescale,
)
from tests.phantoms.series_geometry import SeriesGeometry, rotation

STRAIGHT = SeriesGeometry.straight((2.0, 0.5, 0.7), (1.0, 2.0, 3.0))


def read_slices(paths: list[Path] | tuple[Path, ...]) -> np.ndarray:
    return np.stack(
        [SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))[0] for path in paths]
    )


@pytest.mark.parametrize("syntax", TransferSyntax, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize(
    "pixels", [GREY_8BIT, MR_12BIT, CT_12BIT, CT_SIGNED], ids=["8bit", "mr12", "ct12", "signed"]
)
def test_simpleitk_reads_back_what_was_written(
    tmp_path: Path, syntax: TransferSyntax, pixels: PixelFormat
) -> None:
    if pixels.bits_stored not in syntax.bits:
        pytest.skip("this syntax does not hold so many bits")
    if not syntax.writable:
        pytest.skip("dcmcjpeg is not installed")
    y, x = np.mgrid[:32, :48]
    values = np.stack([(x * 3 + y * 2 + k * 11).astype(np.float64) for k in range(2)])
    if pixels in (CT_12BIT, CT_SIGNED):
        values = values * 5 - 1000
    tags = SeriesTags(modality="MR" if pixels is MR_12BIT else "CT")
    paths = write_series(
        tmp_path, values, STRAIGHT, tags=tags, pixels=pixels, transfer_syntax=syntax
    )
    allowed = 0
    if syntax.lossy:
        allowed = NEAR_LOSSLESS_ERROR if syntax is TransferSyntax.JPEG_LS_NEAR else 9
    assert np.abs(read_slices(paths) - values).max() <= allowed
    header = pydicom.dcmread(paths[0])
    assert header.file_meta.TransferSyntaxUID == syntax.value
    assert ("LossyImageCompression" in header) == syntax.lossy


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="dcmtk is not installed")
def test_dcmtk_decodes_real_twelve_bit_jpeg(tmp_path: Path) -> None:
    y, x = np.mgrid[:32, :48]
    values = (x * 60 + y * 20).astype(np.float64)[np.newaxis]
    (path,) = write_series(
        tmp_path,
        values,
        STRAIGHT,
        tags=SeriesTags(modality="MR"),
        pixels=MR_12BIT,
        transfer_syntax=TransferSyntax.JPEG_EXTENDED_12BIT,
    )
    plain = tmp_path / "plain.dcm"
    subprocess.run(["dcmdjpeg", str(path), str(plain)], check=True)
    assert np.abs(pydicom.dcmread(plain).pixel_array - values[0]).max() <= 4


@pytest.mark.parametrize("make", volumes.GEOMETRY_PHANTOMS, ids=lambda make: str(make.__name__))
def test_every_volume_reads_back_with_its_values_and_places(
    tmp_path: Path, make: volumes.Callable[[Path], Phantom]
) -> None:
    phantom = make(tmp_path)
    assert np.array_equal(read_slices(phantom.paths), phantom.voxels)
    steps = phantom.geometry.steps(len(phantom.voxels))
    for path, step in zip(phantom.paths, steps, strict=True):
        image = SimpleITK.ReadImage(str(path))
        if phantom.geometry.has_spacing and phantom.geometry.has_position:
            place = image.TransformIndexToPhysicalPoint((5, 7, 0))
            assert place == pytest.approx(phantom.geometry.at(5, 7, step), abs=1e-4)


def test_an_oblique_volume_holds_its_markers_at_the_promised_millimetres(tmp_path: Path) -> None:
    phantom = volumes.oblique_anisotropic(tmp_path)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in phantom.paths])
    volume = reader.Execute()
    assert volume.GetSpacing() == pytest.approx((1.3, 0.9, 3.0), abs=1e-4)
    for name, value in (("ball", BALL_VALUE), ("box", BOX_VALUE)):
        index = volume.TransformPhysicalPointToIndex(phantom.landmarks[name])
        assert volume[index] == value
    background = (-10.0, -10.0, 10.0)
    inside = volume.TransformPhysicalPointToContinuousIndex(background)
    assert volume.EvaluateAtContinuousIndex(inside) == pytest.approx(
        ramp_value(background), abs=1.0
    )
    assert volume.EvaluateAtContinuousIndex(inside) != pytest.approx(
        ramp_value((10.0, -10.0, 10.0)), abs=1.0
    )


def test_a_tilted_gantry_moves_along_the_table_not_the_normal(tmp_path: Path) -> None:
    phantom = volumes.gantry_tilt(tmp_path)
    first, second = (pydicom.dcmread(path) for path in phantom.paths[:2])
    step = np.subtract(second.ImagePositionPatient, first.ImagePositionPatient)
    assert step == pytest.approx([0.0, 0.0, 2.5])
    normal = np.cross(first.ImageOrientationPatient[:3], first.ImageOrientationPatient[3:])
    assert np.degrees(np.arccos(normal @ step / 2.5)) == pytest.approx(20.0)


def test_numbers_above_the_stored_bits_are_noise(tmp_path: Path) -> None:
    dirty = pydicom.dcmread(volumes.signed_12bit(tmp_path / "dirty").paths[3])
    raw = np.frombuffer(dirty.PixelData, "<u2")
    assert len(np.unique(raw >> 12)) == 16


def test_names_are_shuffled_and_have_no_extension(tmp_path: Path) -> None:
    phantom = volumes.oblique_anisotropic(tmp_path)
    assert [path.name for path in phantom.paths] != sorted(path.name for path in phantom.paths)
    assert all(path.suffix == "" for path in phantom.paths)


@pytest.mark.parametrize("character_set", ["GB18030", "ISO_IR 192", "ISO 2022 IR 87"])
def test_names_keep_all_three_groups(tmp_path: Path, character_set: str) -> None:
    phantom = volumes.chinese_name(tmp_path, character_set)
    name = pydicom.dcmread(phantom.paths[0]).PatientName
    expected = "山田^太郎" if "2022" in character_set else "王^小东"
    assert name.ideographic == expected


def test_the_same_words_give_the_same_uids_and_others_do_not() -> None:
    assert uid_of("study", "a") == uid_of("study", "a")
    assert uid_of("study", "a") != uid_of("study", "b")
    assert len(uid_of("x")) <= 64


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    one = volumes.axial(tmp_path / "a", TransferSyntax.JPEG_2000_LOSSLESS).paths[3].read_bytes()
    two = volumes.axial(tmp_path / "b", TransferSyntax.JPEG_2000_LOSSLESS).paths[3].read_bytes()
    assert one == two


def test_a_value_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        write_series(tmp_path, np.full((1, 4, 4), 5000.0), STRAIGHT, pixels=MR_12BIT)


def test_each_slice_keeps_its_own_rescale(tmp_path: Path) -> None:
    scales = (Rescale(1.0, 0.0), Rescale(2.0, 10.0))
    pixels = PixelFormat(rescale_of_slice=scales)
    paths = write_series(tmp_path, np.full((2, 4, 4), 50.0), STRAIGHT, pixels=pixels)
    stored = [int(pydicom.dcmread(path).pixel_array[0, 0]) for path in paths]
    assert stored == [50, 20]


def test_turning_keeps_lengths_and_names_the_normal() -> None:
    geometry = SeriesGeometry.turned(rotation((0, 0, 1), 90.0), (3.0, 2.0, 1.0))
    assert geometry.row_direction == pytest.approx([0.0, 1.0, 0.0])
    assert geometry.normal == pytest.approx([0.0, 0.0, 1.0])
    assert geometry.pixel_spacing_mm == pytest.approx((2.0, 1.0))
    assert replace(geometry, slice_steps=(0.0, 2.0)).steps(2) == (0.0, 2.0)
    with pytest.raises(ValueError, match="3 slices"):
        replace(geometry, slice_steps=(0.0, 2.0)).steps(3)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
def test_dciodvfy_finds_no_error(tmp_path: Path) -> None:
    study = volumes.brain_mr(tmp_path / "mr")
    phantoms = [
        volumes.chest_ct(tmp_path / "ct"),
        volumes.head_ct(tmp_path / "head"),
        volumes.chest_radiograph(tmp_path / "cr"),
        volumes.hand_radiograph(tmp_path / "dx"),
        volumes.monochrome1_radiograph(tmp_path / "inverse"),
        *study.series.values(),
    ]
    for phantom in phantoms:
        done = subprocess.run(
            ["dciodvfy", str(phantom.paths[0])], capture_output=True, text=True, check=False
        )
        errors = [line for line in done.stderr.splitlines() if line.startswith("Error")]
        assert not errors, f"{phantom.name}: {errors}"


def test_the_brain_study_is_one_study_in_one_frame(tmp_path: Path) -> None:
    study = volumes.brain_mr(tmp_path)
    headers = [pydicom.dcmread(phantom.paths[0]) for phantom in study.series.values()]
    assert len({header.StudyInstanceUID for header in headers}) == 1
    assert len({header.FrameOfReferenceUID for header in headers}) == 1
    assert len({header.SeriesInstanceUID for header in headers}) == 5


def test_two_patients_are_two_people(tmp_path: Path) -> None:
    one, two = (pydicom.dcmread(phantom.paths[0]) for phantom in volumes.two_patients(tmp_path))
    assert one.PatientID != two.PatientID
    assert one.StudyInstanceUID != two.StudyInstanceUID
    assert FileNames().of(2) == ["IM00001.dcm", "IM00002.dcm"]
