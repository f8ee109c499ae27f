"""Every phantom lies where it was put: known millimetres, and SimpleITK's answer for each file."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Verdict
from tests.phantoms import volumes
from tests.phantoms.dicom_writer import FileNames, write_series
from tests.phantoms.phantom import BALL_VALUE, BOX_VALUE, Phantom, ramp_value
from tests.phantoms.pixels import CT_SIGNED
from tests.phantoms.series_geometry import SeriesGeometry, rotation
from tests.unit.series.opened import only, say, volume_of

Make = Callable[[Path], Phantom]
PhantomOf = Callable[[Make], Phantom]
PLACED = [
    make
    for make in volumes.GEOMETRY_PHANTOMS
    if make not in (volumes.no_position, volumes.no_spacing)
]
EVEN = [
    volumes.axial,
    volumes.oblique_anisotropic,
    volumes.gantry_tilt,
    volumes.reversed_order,
    volumes.flipped_rows,
    volumes.non_square_pixels,
    volumes.wrong_declared_spacing,
]


def shuffled(paths: tuple[Path, ...]) -> list[Path]:
    mixed = list(paths)
    random.Random(4).shuffle(mixed)
    return mixed


@pytest.mark.parametrize("make", volumes.GEOMETRY_PHANTOMS, ids=lambda make: str(make.__name__))
def test_the_verdict_is_reached(make: Make, phantom_of: PhantomOf) -> None:
    phantom = phantom_of(make)
    shown = only(shuffled(phantom.paths))
    assert shown.verdict.value == phantom.verdict
    assert shown.shape == phantom.voxels.shape
    assert shown.allows_volume == (phantom.verdict in ("uniform", "tilted"))
    has_sentence = [said for said in shown.messages if say(said)]
    assert bool(has_sentence) == (phantom.verdict != "uniform")


@pytest.mark.parametrize("make", PLACED, ids=lambda make: str(make.__name__))
def test_every_image_lies_where_simpleitk_puts_it(
    make: Make, phantom_of: PhantomOf, decoders: DecodeWorkers
) -> None:
    phantom = phantom_of(make)
    shown = only(shuffled(phantom.paths))
    geometry = shown.geometry
    assert geometry is not None
    for k, frame in enumerate(shown.frames):
        image = SimpleITK.ReadImage(str(frame.instance.path))
        assert frame.position_lps_mm == pytest.approx(image.GetOrigin(), abs=1e-6)
        if phantom.verdict in ("uniform", "tilted", "single_slice"):
            here = geometry.world_from_voxel([5, 7, k])
            assert here == pytest.approx(image.TransformIndexToPhysicalPoint((5, 7, 0)), abs=1e-3)
            assert here != pytest.approx(image.TransformIndexToPhysicalPoint((7, 5, 0)), abs=1e-3)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    assert geometry.direction[:, :2] == pytest.approx(direction[:, :2], abs=1e-6)
    assert geometry.spacing_mm[2:0:-1] == pytest.approx(image.GetSpacing()[:2], abs=1e-6)


@pytest.mark.parametrize("make", EVEN, ids=lambda make: str(make.__name__))
def test_the_grid_is_the_one_that_was_drawn(make: Make, phantom_of: PhantomOf) -> None:
    phantom = phantom_of(make)
    geometry = only(shuffled(phantom.paths)).geometry
    assert geometry is not None
    assert geometry.affine == pytest.approx(phantom.affine, abs=1e-4)
    assert geometry.spacing_mm == pytest.approx(phantom.spacing_mm, abs=1e-4)
    assert geometry.frame_of_reference_uid == phantom.tags.frame_of_reference_uid
    assert np.linalg.det(geometry.affine[:3, :3]) > 0


@pytest.mark.parametrize("make", EVEN, ids=lambda make: str(make.__name__))
def test_markers_are_at_their_millimetres(
    make: Make, phantom_of: PhantomOf, decoders: DecodeWorkers
) -> None:
    phantom = phantom_of(make)
    volume = volume_of(only(shuffled(phantom.paths)), decoders)
    geometry = volume.geometry
    assert geometry is not None
    for name, value in (("ball", BALL_VALUE), ("box", BOX_VALUE)):
        i, j, k = np.rint(geometry.voxel_from_world(phantom.landmarks[name])).astype(int)
        assert volume.voxels[k, j, i] == value
        mirrored = geometry.voxel_from_world(-np.array(phantom.landmarks[name]))
        i, j, k = np.clip(np.rint(mirrored), 0, np.array(volume.shape[::-1]) - 1).astype(int)
        assert volume.voxels[k, j, i] != value
    x, y, z = (3.0, -14.0, -4.0)
    i, j, k = np.rint(geometry.voxel_from_world([x, y, z])).astype(int)
    place = geometry.world_from_voxel([i, j, k])
    expected = ramp_value((float(place[0]), float(place[1]), float(place[2])))
    assert float(volume.voxels[k, j, i]) == pytest.approx(expected, abs=0.51)


def test_the_uneven_step_is_not_spread_over_the_others(phantom_of: PhantomOf) -> None:
    """ITK divides first to last by the number of steps: one lost slice would stretch them all."""
    phantom = phantom_of(volumes.missing_slice)
    shown = only(phantom.paths)
    assert shown.geometry is not None
    assert shown.geometry.spacing_mm[0] == pytest.approx(2.5)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in phantom.paths])
    assert reader.Execute().GetSpacing()[2] > 2.6


@pytest.mark.parametrize(
    ("axes", "plane"),
    [
        (((1, 0, 0), (0, 1, 0)), AnatomicalPlane.AXIAL),
        (((1, 0, 0), (0, 0, -1)), AnatomicalPlane.CORONAL),
        (((0, 1, 0), (0, 0, -1)), AnatomicalPlane.SAGITTAL),
    ],
)
@pytest.mark.parametrize("is_turned_round", [False, True])
def test_planes_are_named_and_read_in_the_usual_direction(
    axes: tuple[tuple[float, ...], ...],
    plane: AnatomicalPlane,
    is_turned_round: bool,
    tmp_path: Path,
) -> None:
    """Image 1 is the most cranial, the most anterior, the patient's right (reading defaults 2)."""
    row, column = (np.array(axis, dtype=float) for axis in axes)
    if is_turned_round:
        row = -row
    direction = np.column_stack([row, column, np.cross(row, column)])
    geometry = SeriesGeometry.turned(direction, (3.0, 1.0, 1.0))
    shown = only(write_series(tmp_path, np.zeros((4, 6, 8)), geometry, pixels=CT_SIGNED))
    assert shown.plane is plane
    first = shown.frames[-1 if shown.is_reversed_for_reading else 0]
    places = np.array([frame.position_lps_mm for frame in shown.frames])
    wanted = {
        AnatomicalPlane.AXIAL: places[:, 2].max(),
        AnatomicalPlane.CORONAL: places[:, 1].min(),
        AnatomicalPlane.SAGITTAL: places[:, 0].min(),
    }[plane]
    axis = [AnatomicalPlane.SAGITTAL, AnatomicalPlane.CORONAL, AnatomicalPlane.AXIAL].index(plane)
    assert first.position_lps_mm is not None
    assert first.position_lps_mm[axis] == pytest.approx(wanted)


@pytest.mark.parametrize("degrees", [0.2, 0.4])
def test_a_hair_of_tilt_is_none(degrees: float, tmp_path: Path) -> None:
    assert only(volumes.gantry_tilt(tmp_path, degrees).paths).verdict is Verdict.UNIFORM


@pytest.mark.parametrize("degrees", [1.0, 12.5, -20.0])
def test_a_tilt_is_told_in_degrees(degrees: float, tmp_path: Path) -> None:
    shown = only(volumes.gantry_tilt(tmp_path, degrees).paths)
    assert shown.verdict is Verdict.TILTED
    assert f"{abs(degrees):.1f}" in say(shown.messages[0])


def test_directions_that_are_not_quite_of_length_one_do_not_stretch_the_image(
    tmp_path: Path,
) -> None:
    phantom = volumes.axial(tmp_path)
    for path in phantom.paths:
        dataset = pydicom.dcmread(path)
        dataset.ImageOrientationPatient = [1.01, 0, 0, 0, 0.99, 0]
        dataset.save_as(path)
    shown = only(phantom.paths)
    assert shown.geometry is not None
    assert shown.geometry.spacing_mm == pytest.approx(phantom.spacing_mm)
    assert shown.verdict is Verdict.UNIFORM


@pytest.mark.parametrize(
    "orientation",
    [[0.0] * 6, [1, 0, 0, 1, 0, 0], [1, 0, 0, 0.3, 0.95, 0], [2, 0, 0, 0, 2, 0]],
    ids=["zero", "parallel", "skewed", "long"],
)
def test_directions_that_cannot_be_give_no_geometry(
    orientation: list[float], tmp_path: Path
) -> None:
    phantom = volumes.axial(tmp_path)
    for path in phantom.paths:
        dataset = pydicom.dcmread(path)
        dataset.ImageOrientationPatient = orientation
        dataset.save_as(path)
    shown = only(phantom.paths)
    assert shown.verdict is Verdict.NO_GEOMETRY
    assert shown.geometry is None


@pytest.mark.parametrize(
    "spacing",
    ["0\\0", "-0.7\\-0.7", "nan\\nan", "inf\\inf", "abc\\def", "0.7", "0,7\\0,7", "1e300\\1e300"],
)
def test_spacings_that_cannot_be_give_no_millimetres(spacing: str, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    for path in phantom.paths:
        raw = path.read_bytes()
        start = raw.index(b"\x28\x00\x30\x00DS")
        length = int.from_bytes(raw[start + 6 : start + 8], "little")
        value = spacing.encode() + b" " * (len(spacing) % 2)
        head = raw[: start + 6] + len(value).to_bytes(2, "little")
        path.write_bytes(head + value + raw[start + 8 + length :])
    shown = only(phantom.paths)
    assert shown.verdict is Verdict.NO_SPACING
    assert shown.pixel_spacing_mm is None
    assert shown.geometry is None
    assert say(shown.messages[0]) == "The images state no pixel spacing: no millimetres."


def test_places_of_an_oblique_stack_decide_not_instance_numbers(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    direction = rotation((1, 2, 3), 40.0)
    geometry = SeriesGeometry.turned(direction, (4.0, 0.8, 1.7), (10, -20, 30))
    values = np.zeros((7, 9, 11)) + np.arange(7)[:, np.newaxis, np.newaxis]
    names = FileNames(extension="", shuffle_seed=5, reversed_numbers=True)
    shown = only(write_series(tmp_path, values, geometry, pixels=CT_SIGNED, names=names))
    assert [frame.instance.instance_number for frame in shown.frames] == [7, 6, 5, 4, 3, 2, 1]
    assert np.array_equal(volume_of(shown, decoders).voxels, values)


def two_findings(shown: DisplaySet) -> list[str]:
    return [said.id for said in shown.messages]


def test_a_tilt_and_a_gap_are_both_said(tmp_path: Path) -> None:
    direction = rotation((1.0, 0.0, 0.0), 15.0)
    direction[:, 2] = (0.0, 0.0, 1.0)
    geometry = SeriesGeometry.turned(direction, (2.5, 1.0, 1.0)).with_steps([0, 1, 2, 4, 5, 6])
    shown = only(write_series(tmp_path, np.zeros((6, 8, 8)), geometry, pixels=CT_SIGNED))
    assert shown.verdict is Verdict.MISSING_SLICES
    assert two_findings(shown) == ["series.missing_slices", "series.tilted"]
    sentence = say(shown.messages[0])
    assert "5.00 mm" in sentence or "4.83 mm" in sentence
    assert "image 3" in sentence and "image 4" in sentence
    assert "Slices not here: 1" in sentence


def test_a_repeat_and_a_gap_are_both_said(tmp_path: Path) -> None:
    geometry = SeriesGeometry.straight((2.5, 1.0, 1.0)).with_steps([0, 1, 1, 2, 4, 5])
    shown = only(write_series(tmp_path, np.zeros((6, 8, 8)), geometry, pixels=CT_SIGNED))
    assert shown.verdict is Verdict.DUPLICATES
    assert two_findings(shown) == ["series.duplicates", "series.missing_slices"]


def test_a_slice_that_lies_beside_the_others_is_said(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    dataset = pydicom.dcmread(phantom.paths[8])
    dataset.ImagePositionPatient[0] += 5.0
    dataset.save_as(phantom.paths[8])
    shown = only(phantom.paths)
    assert shown.verdict is Verdict.IRREGULAR
    assert two_findings(shown) == ["series.strayed"]
    assert say(shown.messages[0]).startswith("image 9 lies 5.00 mm beside")


def test_steps_that_drift_are_not_even(tmp_path: Path) -> None:
    """No step differs by more than a hundredth, yet the middle lies a millimetre off."""
    half = 40
    steps = [0.0, *np.cumsum([0.992] * half + [1.008] * half).tolist()]
    geometry = SeriesGeometry.straight((3.0, 1.0, 1.0)).with_steps(steps)
    shown = only(write_series(tmp_path, np.zeros((81, 4, 4)), geometry, pixels=CT_SIGNED))
    assert shown.verdict is Verdict.IRREGULAR


def test_rounded_positions_are_even(tmp_path: Path) -> None:
    """Scanners write one or two decimals: 0.7 mm steps come as 0.7, 0.7, 0.6, 0.8."""
    steps = [round(0.7031 * k, 2) for k in range(40)]
    geometry = SeriesGeometry.straight((1.0, 1.0, 1.0)).with_steps(steps)
    shown = only(write_series(tmp_path, np.zeros((40, 4, 4)), geometry, pixels=CT_SIGNED))
    assert shown.geometry is not None
    assert shown.verdict is Verdict.UNIFORM
    assert shown.geometry.spacing_mm[0] == pytest.approx(0.7031, abs=1e-3)


def test_several_gaps_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    steps = [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17]
    geometry = SeriesGeometry.straight((2.0, 1.0, 1.0)).with_steps(steps)
    shown = only(write_series(tmp_path, np.zeros((14, 4, 4)), geometry, pixels=CT_SIGNED))
    assert [say(said) for said in shown.messages][-1] == "Further gaps: 1."
    assert len(shown.messages) == 4


def test_a_single_slice_without_spacing_says_both(tmp_path: Path) -> None:
    geometry = replace(SeriesGeometry.straight((2.0, 1.0, 1.0)), has_spacing=False)
    shown = only(write_series(tmp_path, np.zeros((1, 4, 4)), geometry, pixels=CT_SIGNED))
    assert shown.verdict is Verdict.SINGLE_SLICE
    assert shown.geometry is None
    assert two_findings(shown)[:2] == ["series.single_slice", "series.no_spacing"]


def test_images_of_one_place_one_after_the_other(tmp_path: Path) -> None:
    geometry = SeriesGeometry.straight((2.0, 1.0, 1.0)).with_steps([0] * 6)
    shown = only(write_series(tmp_path, np.zeros((6, 4, 4)), geometry, pixels=CT_SIGNED))
    assert shown.verdict is Verdict.DUPLICATES
    assert two_findings(shown) == ["series.same_place"]
    assert [frame.instance.instance_number for frame in shown.frames] == [1, 2, 3, 4, 5, 6]
