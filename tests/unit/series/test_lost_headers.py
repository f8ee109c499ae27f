"""An image whose header is damaged is missing from its series, and said to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.image_classes import IMAGE_CLASSES
from tests.phantoms import volumes
from tests.phantoms.clinical import chest_radiograph
from tests.unit.series.opened import say, scanned, volume_of

Spoil = Callable[[Path], object]


def sets_in(*folders: Path) -> list[DisplaySet]:
    headers, skipped = scanned(*folders)
    return [s for study in build_studies(headers, skipped).studies for s in study.display_sets]


def change(path: Path, edit: Callable[[Dataset], object]) -> None:
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)


def no_rows(path: Path) -> None:
    """The header goes on, yet holds no picture."""

    def edit(dataset: Dataset) -> None:
        for keyword in ("Rows", "Columns", "PixelData"):
            delattr(dataset, keyword)

    change(path, edit)


def offset_of(path: Path, tag: bytes) -> int:
    return path.read_bytes().index(tag)


def cut_between_patient_and_series(path: Path) -> None:
    """Whole elements, as many as came before the series."""
    path.write_bytes(path.read_bytes()[: offset_of(path, b"\x20\x00\x0d\x00UI")])


def cut_within_an_element(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: offset_of(path, b"\x28\x00\x10\x00US") - 3])


def cut_before_the_series(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: offset_of(path, b"\x10\x00\x10\x00PN") + 10])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


SPOILT = [no_rows, cut_within_an_element]
FOLDER_ONLY = [cut_between_patient_and_series, cut_before_the_series, emptied]


@pytest.mark.parametrize("spoil", SPOILT + FOLDER_ONLY)
def test_a_series_without_its_last_image_is_incomplete(
    spoil: Spoil, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path)
    spoil(phantom.paths[-1])
    (shown,) = sets_in(tmp_path)
    assert len(shown.frames) == 19
    assert Flag.INCOMPLETE in shown.flags
    (said,) = [say(m) for m in shown.messages if phantom.paths[-1].name in say(m)]
    assert ("It may be an image of this series." in said) == (spoil in FOLDER_ONLY)
    assert volume_of(shown, decoders).digest == ""


@pytest.mark.parametrize("spoil", SPOILT)
def test_another_series_of_the_folder_stays_whole_when_the_file_names_its_own(
    spoil: Spoil, tmp_path: Path
) -> None:
    phantom = volumes.axial(tmp_path)
    other = volumes.head_ct(tmp_path)
    spoil(phantom.paths[-1])
    flags = {shown.id: Flag.INCOMPLETE in shown.flags for shown in sets_in(tmp_path)}
    assert flags == {phantom.tags.series_uid: True, other.tags.series_uid: False}


@pytest.mark.parametrize("spoil", FOLDER_ONLY)
def test_without_a_series_the_folder_decides(spoil: Spoil, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path / "a")
    other = volumes.head_ct(tmp_path / "b")
    spoil(phantom.paths[-1])
    flags = {shown.id: Flag.INCOMPLETE in shown.flags for shown in sets_in(tmp_path)}
    assert flags == {phantom.tags.series_uid: True, other.tags.series_uid: False}


def report(path: Path) -> None:
    """Whole, and no image by its class."""

    def edit(dataset: Dataset) -> None:
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.Modality = "SR"

    change(path, edit)
    no_rows(path)


def damaged_report(path: Path) -> None:
    report(path)
    path.write_bytes(path.read_bytes()[:-3])


def letter(path: Path) -> None:
    path.write_bytes(b"Dear colleague, thank you for sending this patient.\n" * 20)


@pytest.mark.parametrize("spoil", [report, damaged_report, letter])
def test_what_is_no_image_is_missing_from_no_series(spoil: Spoil, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    spoil(phantom.paths[-1])
    (shown,) = sets_in(tmp_path)
    assert len(shown.frames) == 19
    assert Flag.INCOMPLETE not in shown.flags


def test_films_that_stand_alone_miss_nothing(tmp_path: Path) -> None:
    chest_radiograph(tmp_path)
    phantom = volumes.axial(tmp_path)
    cut_before_the_series(phantom.paths[-1])
    flags = {s.series.modality: Flag.INCOMPLETE in s.flags for s in sets_in(tmp_path)}
    assert flags == {"CR": False, "CT": True}


def test_a_lost_image_without_a_place_may_belong_to_its_stack(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)

    def edit(dataset: Dataset) -> None:
        del dataset.ImagePositionPatient, dataset.ImageOrientationPatient, dataset.PixelData

    change(phantom.paths[-1], edit)
    (shown,) = sets_in(tmp_path)
    assert Flag.INCOMPLETE in shown.flags


def test_the_classes_of_images_are_those_of_the_standard() -> None:
    named = {uid for uid, entry in UID_dictionary.items() if "Image Storage" in entry[0]}
    volumes_of_sound = {"1.2.840.10008.5.1.4.1.1.6.2"}
    assert IMAGE_CLASSES - named == volumes_of_sound
    left_out = ("DICOS", "Eddy", "Microscopy", "Hardcopy")
    rest = [UID_dictionary[uid][0] for uid in named - IMAGE_CLASSES]
    assert [name for name in rest if not any(word in name for word in left_out)] == []
