"""Identifiers that do not tell two patients apart: no image is lost or shown as another's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from medai_desktop.series.display_set import Flag
from tests.phantoms import volumes
from tests.unit.series.opened import opened, say

UIDS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def change(path: Path, edit: Callable[[Dataset], object]) -> Path:
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)
    return path


def named(folder: Path, patient_id: str, name: str, born: str, count: int = 4) -> list[Path]:
    """Slices of a patient, under the UIDs that every other patient here has too."""

    def edit(dataset: Dataset) -> None:
        dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate = patient_id, name, born

    return [change(path, edit) for path in volumes.axial(folder).paths[:count]]


def without_uids(path: Path) -> Path:
    def edit(dataset: Dataset) -> None:
        for keyword in UIDS:
            delattr(dataset, keyword)
        del dataset.file_meta.MediaStorageSOPInstanceUID

    return change(path, edit)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("1", "SAME", "1960-01-01"), ("2", "SAME", "1960-01-01")),
        (("", "ANNA", ""), ("", "BERTA", "")),
        (("", "ANNA", "19600101"), ("", "ANNA", "19900101")),
    ],
)
def test_equal_uids_of_two_patients_make_two_studies(
    first: tuple[str, str, str], second: tuple[str, str, str], tmp_path: Path
) -> None:
    found = opened(named(tmp_path / "a", *first) + named(tmp_path / "b", *second))
    assert found.skipped == ()
    assert len(found.studies) == len({study.id for study in found.studies}) == 2
    sets = [shown for study in found.studies for shown in study.display_sets]
    assert len({shown.id for shown in sets}) == len(sets) == 2
    assert not sets[0].shares_frame_with(sets[1])
    for study, shown in zip(found.studies, sets, strict=True):
        assert len(shown.frames) == 4
        assert {frame.instance.patient for frame in shown.frames} == {study.patient}


def test_the_same_patient_twice_is_a_copy(tmp_path: Path) -> None:
    found = opened(
        named(tmp_path / "a", "", "ANNA", "19600101")
        + named(tmp_path / "b", "", "ANNA", "19600101")
    )
    ((shown,),) = [study.display_sets for study in found.studies]
    assert len(shown.frames) == 4
    assert [item.reason.id for item in found.skipped] == ["series.same_image"] * 4


def test_with_an_id_the_spelling_of_the_name_splits_nothing(tmp_path: Path) -> None:
    one = named(tmp_path / "a", "1", "ANNA", "19600101")
    other = named(tmp_path / "b", "1", "Anna", "19600101", 8)
    (study,) = opened(one + other[4:]).studies
    assert [len(shown.frames) for shown in study.display_sets] == [8]


def test_made_up_uids_of_two_files_differ_whatever_they_are_called(tmp_path: Path) -> None:
    paths = []
    for folder, value in (("a", "1"), ("b", "2")):
        (path,) = named(tmp_path / folder, value, "SAME", "19600101", 1)
        paths.append(without_uids(path))
    assert len({path.name for path in paths}) == 1
    assert len({path.stat().st_size for path in paths}) == 1
    found = opened(paths)
    assert found.skipped == ()
    assert {study.patient.patient_id for study in found.studies} == {"1", "2"}
    assert len({study.id for study in found.studies}) == 2


def test_made_up_uids_hang_on_the_pixels_too(tmp_path: Path) -> None:
    (path,) = named(tmp_path / "a", "1", "SAME", "19600101", 1)
    without_uids(path)
    other = tmp_path / "b.dcm"
    other.write_bytes(path.read_bytes()[:-2] + b"\x07\x00")
    copy = tmp_path / "c.dcm"
    copy.write_bytes(path.read_bytes())
    found = opened([path, other, copy])
    assert len(found.studies) == 2
    assert [item.path for item in found.skipped] == [copy]
    assert all(Flag.MADE_UP_IDS in s.display_sets[0].flags for s in found.studies)


def test_another_image_under_a_used_uid_is_named_as_such(tmp_path: Path) -> None:
    one, two = named(tmp_path, "1", "ANNA", "19600101", 2)
    uid = pydicom.dcmread(one).SOPInstanceUID
    change(two, lambda dataset: setattr(dataset, "SOPInstanceUID", uid))
    (item,) = opened([one, two]).skipped
    assert item.path == two
    assert say(item.reason) == (
        f"{two.name} carries the image UID of {one.name}, yet is another image; "
        f"only {one.name} is shown."
    )
