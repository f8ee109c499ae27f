"""What belongs together, in which order, under which id: whatever the files are called."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from medai_desktop.series.display_set import DisplaySet, Flag, SplitBy, Verdict
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.header import read_header
from medai_desktop.source.instance import InstanceHeader
from tests.phantoms import volumes
from tests.phantoms.dicom_writer import FileNames, SeriesTags, Value, write_series
from tests.phantoms.pixels import CT_SIGNED
from tests.phantoms.series_geometry import SeriesGeometry, rotation
from tests.unit.series.opened import only, opened, say, sets_of

STRAIGHT = SeriesGeometry.straight((2.0, 1.0, 1.0))
Change = Callable[[Dataset, int], None]


def stack(
    folder: Path,
    count: int,
    change: Change = lambda dataset, index: None,
    *,
    name: str = "a",
    geometry: SeriesGeometry = STRAIGHT,
    more: Mapping[str, Value | None] | None = None,
    shape: tuple[int, int] = (4, 6),
) -> list[Path]:
    """Slices of one series (always of the same UID) in files of their own, changed one by one."""
    paths = write_series(
        folder,
        np.zeros((count, *shape)),
        geometry,
        tags=SeriesTags(key=name, more=more or {}),
        pixels=CT_SIGNED,
        names=FileNames(prefix=name),
    )
    for index, path in enumerate(paths):
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = "1.2.3.4"
        change(dataset, index)
        dataset.save_as(path)
    return paths


def uids(shown: DisplaySet) -> list[tuple[str, int]]:
    return [(frame.instance.sop_instance_uid, frame.frame) for frame in shown.frames]


def layout(headers: Sequence[InstanceHeader]) -> list[object]:
    """Everything about the display sets that a reader or a stored finding refers to."""
    return [
        (
            study.id,
            [(s.id, s.part, s.verdict, s.messages, s.flags, uids(s)) for s in study.display_sets],
        )
        for study in build_studies(headers).studies
    ]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[InstanceHeader]:
    """A volume, a localizer and two phases in one series; a second study; two patients."""
    folder = tmp_path_factory.mktemp("mixed")
    paths = stack(folder, 5, lambda d, k: setattr(d, "AcquisitionNumber", 1))
    paths += stack(folder, 5, lambda d, k: setattr(d, "AcquisitionNumber", 2), name="b")
    turned = SeriesGeometry.turned(rotation((1, 0, 0), 90.0), (2.0, 1.0, 1.0))
    paths += stack(folder, 2, name="c", geometry=turned)
    paths += volumes.oblique_anisotropic(folder / "o").paths
    for phantom in volumes.two_patients(folder / "p"):
        paths += phantom.paths[:3]
    return [read_header(path) for path in paths]


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_files_does_not_matter(
    order: random.Random, mixed: list[InstanceHeader]
) -> None:
    expected = layout(mixed)
    shuffled = list(mixed)
    order.shuffle(shuffled)
    assert layout(shuffled) == expected
    assert layout(mixed[1:]) != expected


def test_the_names_of_the_files_do_not_matter(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path / "one")
    expected = uids(only(phantom.paths))
    names = [f"z{random.Random(path.name).random()}" for path in phantom.paths]
    renamed = [
        path.rename(path.with_name(name)) for path, name in zip(phantom.paths, names, strict=True)
    ]
    assert uids(only(renamed)) == expected


def split(paths: Sequence[Path]) -> tuple[SplitBy, list[int]]:
    """What one series was split by, and how many images each part has."""
    sets = sets_of(paths)
    assert all(shown.part is not None for shown in sets)
    reasons = {shown.part.by for shown in sets if shown.part is not None}
    assert [shown.id for shown in sets] == [f"1.2.3.4#{k}" for k in range(1, len(sets) + 1)]
    assert all(Flag.SPLIT in shown.flags for shown in sets)
    (reason,) = reasons
    return reason, [len(shown.frames) for shown in sets]


def setter(keyword: str, *values: object) -> Change:
    def change(dataset: Dataset, index: int) -> None:
        value = values[index % len(values)]
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (setter("PatientID", "A", "B"), SplitBy.PATIENT),
        (setter("FrameOfReferenceUID", "1.2.3", "1.2.4"), SplitBy.FRAME),
        (setter("PixelSpacing", [1.0, 1.0], [1.0, 1.1]), SplitBy.SPACING),
        (
            setter("ImageOrientationPatient", [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]),
            SplitBy.ORIENTATION,
        ),
        (
            setter(
                "ImageType", ["ORIGINAL", "PRIMARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "LOCALIZER"]
            ),
            SplitBy.IMAGE_TYPE,
        ),
        (setter("ConvolutionKernel", "B30f", "B70f"), SplitBy.KERNEL),
        (setter("EchoNumbers", 1, 2), SplitBy.ECHO),
        (setter("DiffusionBValue", 0.0, 1000.0), SplitBy.B_VALUE),
    ],
    ids=lambda value: value.name if isinstance(value, SplitBy) else "",
)
def test_what_must_not_be_one_volume_is_split(
    change: Change, reason: SplitBy, tmp_path: Path
) -> None:
    assert split(stack(tmp_path / "two", 8, change)) == (reason, [4, 4])
    alike = sets_of(stack(tmp_path / "one", 8))
    assert [(shown.id, shown.part, len(shown.frames)) for shown in alike] == [("1.2.3.4", None, 8)]


def test_sizes_are_split(tmp_path: Path) -> None:
    paths = stack(tmp_path, 5) + stack(tmp_path, 1, name="b", shape=(8, 8))
    assert split(paths) == (SplitBy.SIZE, [5, 1])


def test_studies_under_one_series_uid_are_split(tmp_path: Path) -> None:
    paths = stack(tmp_path, 4, setter("StudyInstanceUID", "1.2.1", "1.2.2"))
    found = opened(paths)
    assert [study.id for study in found.studies] == ["1.2.1", "1.2.2"]
    ids = [shown.id for study in found.studies for shown in study.display_sets]
    assert ids == ["1.2.3.4#1", "1.2.3.4#2"]


@pytest.mark.parametrize("shift", [1e-7, 1e-5, 4e-4])
def test_a_rounding_of_the_direction_does_not_split(shift: float, tmp_path: Path) -> None:
    def change(dataset: Dataset, index: int) -> None:
        sign = (-1) ** index
        dataset.ImageOrientationPatient = [1, sign * shift / 2, -0.0 * sign, 0, 1, sign * 1e-9]

    (shown,) = sets_of(stack(tmp_path, 6, change))
    assert shown.verdict is Verdict.UNIFORM


def test_a_real_turn_of_the_direction_does(tmp_path: Path) -> None:
    def change(dataset: Dataset, index: int) -> None:
        x, y = (1.0, 0.0) if index < 3 else (np.cos(0.01), np.sin(0.01))
        dataset.ImageOrientationPatient = [x, y, 0, -y, x, 0]

    assert split(stack(tmp_path, 6, change)) == (SplitBy.ORIENTATION, [3, 3])


def repeated(folder: Path, times: int, change: Change, count: int = 4) -> list[Path]:
    """The same places several times; `change` is told the number of the repeat."""
    paths = []
    for turn in range(times):
        paths += stack(folder, count, lambda d, k, turn=turn: change(d, turn), name=f"t{turn:02d}")  # type: ignore[misc]
    return paths


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (setter("TemporalPositionIdentifier", *range(1, 12)), SplitBy.TIME),
        (setter("AcquisitionNumber", *range(1, 12)), SplitBy.ACQUISITION),
        (setter("TriggerTime", *(k * 40.0 for k in range(11))), SplitBy.TRIGGER),
        (setter("AcquisitionTime", *(f"10{k:02d}00" for k in range(11))), SplitBy.ACQUISITION_TIME),
        (lambda dataset, turn: None, SplitBy.REPEAT),
    ],
    ids=["time", "acquisition", "trigger", "acquisition time", "nothing"],
)
def test_phases_are_split_in_their_order(change: Change, reason: SplitBy, tmp_path: Path) -> None:
    paths = repeated(tmp_path, 11, change)
    sets = sets_of(reversed(paths))
    assert [shown.part and shown.part.by for shown in sets] == [reason] * 11
    assert [len(shown.frames) for shown in sets] == [4] * 11
    assert all(shown.verdict is Verdict.UNIFORM for shown in sets)
    if reason is not SplitBy.REPEAT:
        prefixes = [shown.frames[0].instance.path.name[:3] for shown in sets]
        assert prefixes == [f"t{turn:02d}" for turn in range(11)]


def test_phases_of_two_kinds_are_split_again(tmp_path: Path) -> None:
    paths = []
    for turn in range(2):
        for kind in range(2):

            def change(dataset: Dataset, index: int, turn: int = turn, kind: int = kind) -> None:
                dataset.TemporalPositionIdentifier = turn
                dataset.AcquisitionNumber = kind

            paths += stack(tmp_path, 3, change, name=f"{turn}{kind}")
    assert [len(shown.frames) for shown in sets_of(paths)] == [3, 3, 3, 3]


def test_acquisition_numbers_that_count_slices_split_nothing(tmp_path: Path) -> None:
    """One slice twice among slices that each have a number of their own: still one stack."""
    geometry = STRAIGHT.with_steps([0, 1, 2, 2, 3, 4])
    paths = stack(tmp_path, 6, lambda d, k: setattr(d, "AcquisitionNumber", k), geometry=geometry)
    (shown,) = sets_of(paths)
    assert shown.verdict is Verdict.DUPLICATES


def test_the_same_file_twice_is_shown_once(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path / "a")
    copies = [tmp_path / f"copy{path.name}" for path in phantom.paths]
    for path, copy in zip(phantom.paths, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    found = opened([*phantom.paths, *copies])
    ((shown,),) = [study.display_sets for study in found.studies]
    assert len(shown.frames) == 20
    assert shown.verdict is Verdict.UNIFORM
    assert len(found.skipped) == 20
    assert {item.reason.id for item in found.skipped} == {"series.same_image"}


def test_copies_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        paths += stack(tmp_path / folder, 1)
    (skipped,) = opened(paths).skipped
    assert say(skipped.reason).startswith("b/a00001.dcm carries the same image UID as a/a00001.dcm")


def test_of_two_copies_the_whole_one_is_kept(tmp_path: Path) -> None:
    (path,) = stack(tmp_path, 1)
    broken = path.with_name("A_first_by_name.dcm")
    broken.write_bytes(path.read_bytes()[:-20])
    found = opened([broken, path])
    ((shown,),) = [study.display_sets for study in found.studies]
    assert shown.frames[0].instance.path == path
    assert [item.path for item in found.skipped] == [broken]


def test_two_patients_under_one_study_uid_make_two_studies(tmp_path: Path) -> None:
    def change(dataset: Dataset, index: int) -> None:
        dataset.PatientID, dataset.PatientName = ("A", "A^A") if index % 2 else ("B", "B^B")

    found = opened(stack(tmp_path, 8, change))
    assert [(study.patient.patient_id, study.id[-2:]) for study in found.studies] == [
        ("A", "#1"),
        ("B", "#2"),
    ]
    for study in found.studies:
        for shown in study.display_sets:
            assert {f.instance.patient for f in shown.frames} == {study.patient}
            assert "patient" in say(shown.messages[-1])


def test_two_patients_with_studies_of_their_own(tmp_path: Path) -> None:
    paths = [path for phantom in volumes.two_patients(tmp_path) for path in phantom.paths[:2]]
    found = opened(paths)
    assert {study.patient.name for study in found.studies} == {"PHANTOM TEST", "李 娜 (Li Na)"}
    assert all("#" not in study.id for study in found.studies)


def turning(folder: Path, count: int) -> list[Path]:
    paths = []
    for number in range(count):
        geometry = SeriesGeometry.turned(rotation((0, 0, 1), 20.0 * number), (1.0, 1.0, 1.0))
        paths += stack(
            folder,
            1,
            lambda d, k, number=number: setattr(d, "InstanceNumber", number + 1),  # type: ignore[misc]
            name=f"m{number:02d}",
            geometry=geometry,
        )
    return paths


def test_a_turning_projection_is_one_stack(tmp_path: Path) -> None:
    (shown,) = sets_of(reversed(turning(tmp_path, 9)))
    assert shown.id == "1.2.3.4"
    assert [frame.instance.instance_number for frame in shown.frames] == list(range(1, 10))
    assert shown.verdict is Verdict.NO_GEOMETRY
    assert say(shown.messages[0]) == "Every image is turned another way: no planes."
    assert shown.pixel_spacing_mm == (1.0, 1.0)


def test_the_three_planes_of_a_scout_stay_apart(tmp_path: Path) -> None:
    paths = turning(tmp_path, 3)
    assert split(paths) == (SplitBy.ORIENTATION, [1, 1, 1])


def test_without_places_the_numbers_decide_and_then_the_names(tmp_path: Path) -> None:
    phantom = volumes.no_position(tmp_path)
    shown = only(reversed(phantom.paths))
    assert [f.instance.instance_number for f in shown.frames] == list(range(1, 21))
    for path in phantom.paths:
        dataset = pydicom.dcmread(path)
        del dataset.InstanceNumber
        dataset.save_as(path)
    again = only(reversed(phantom.paths))
    assert [f.instance.path for f in again.frames] == sorted(phantom.paths)


def test_studies_come_newest_first_and_series_by_number(tmp_path: Path) -> None:
    paths = []
    for day, number in (("20240101", 7), ("20250101", 2), ("20250101", 1)):
        tags = SeriesTags(key=f"{day}{number}", study_key=day, date=day, series_number=number)
        paths += write_series(
            tmp_path, np.zeros((1, 4, 4)), STRAIGHT, tags=tags, names=FileNames(f"{day}{number}")
        )
    found = opened(paths)
    assert [study.facts.date for study in found.studies] == ["2025-01-01", "2024-01-01"]
    assert [s.series.number for s in found.studies[0].display_sets] == [1, 2]


def values(count: int) -> NDArray[np.float64]:
    return np.zeros((count, 6, 8))


@pytest.mark.parametrize("modality", ["CR", "DX"])
def test_radiographs_of_one_series_stand_alone(modality: str, tmp_path: Path) -> None:
    geometry = replace(STRAIGHT, has_position=False)
    tags = SeriesTags(modality=modality)
    sets = sets_of(write_series(tmp_path, values(3), geometry, tags=tags))
    assert [len(shown.frames) for shown in sets] == [1, 1, 1]
    assert {shown.part.by for shown in sets if shown.part is not None} == {SplitBy.IMAGE}
    assert [shown.frames[0].instance.instance_number for shown in sets] == [1, 2, 3]
    for shown in sets:
        assert shown.verdict is Verdict.NO_GEOMETRY
        assert say(shown.messages[0]).startswith("A single image without a place")


def test_ids_do_not_change_when_a_folder_is_read_again(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as elsewhere:
        paths = stack(tmp_path, 6, setter("EchoNumbers", 2, 1))
        ids = {shown.id: uids(shown) for shown in sets_of(paths)}
        copies = [Path(elsewhere) / f"{k}" for k in range(6)]
        for path, copy in zip(reversed(paths), copies, strict=True):
            copy.write_bytes(path.read_bytes())
        assert {shown.id: uids(shown) for shown in sets_of(copies)} == ids
