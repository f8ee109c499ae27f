"""What is said of files that are no images."""

from __future__ import annotations

from pathlib import Path

import pytest

from medai_desktop.session.context import DeskContext
from medai_desktop.session.opening import Opening
from tests.phantoms import bad_files, clinical, volumes
from tests.unit.session.test_opening import Shop, shop

__all__ = ["shop"]


def text_files(folder: Path) -> None:
    for name in ("README", "LICENSE.txt", "SHA256SUMS", "notes.md"):
        (folder / name).write_text("about these images\n", encoding="utf-8")


def test_a_folder_without_dicom_is_said_by_its_name(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    text_files(tmp_path / "letters")
    shop.open(tmp_path / "letters")
    assert shop.said == ["No DICOM files in letters. Choose the folder that holds the images."]
    assert len(shop.context.notices[0].details) == 4


@pytest.mark.parametrize("kind", ["empty", "not_dicom", "no_pixel_data"])
def test_one_reason_stands_in_the_sentence_itself(kind: str, shop: Shop, tmp_path: Path) -> None:
    path = bad_files.BAD_FILES[kind](tmp_path / "one")
    shop.open(tmp_path / "one")
    (said,) = shop.said
    assert said.startswith(f"No image could be opened here. {path.name} ")
    assert shop.context.notices[0].details == (), "nothing is left for the details"


def test_what_lies_beside_images_raises_no_bar(shop: Shop, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    text_files(tmp_path)
    shop.open(phantom.folder)
    assert shop.said == []
    bad_files.not_dicom(tmp_path)
    shop.open(phantom.folder)
    assert shop.said == ["IM00001.dcm is not DICOM."], "what is named like an image is said"


def test_the_bar_goes_with_its_patient(shop: Shop, tmp_path: Path) -> None:
    first, _ = clinical.two_patients(tmp_path / "two")
    bad_files.empty(first.folder)
    shop.open(tmp_path / "two")
    opening: Opening = shop.opening
    context: DeskContext = shop.context
    assert shop.said == ["empty.dcm is empty."]
    current = opening.current_study
    assert current is not None
    opening.select_study(current.id)
    assert len(context.notices) == 1, "the same patient"
    (other,) = (study for study in opening.studies if study.id != current.id)
    opening.select_study(other.id)
    assert shop.said == []


def test_the_bar_of_nothing_goes_when_something_opens(shop: Shop, tmp_path: Path) -> None:
    bad_files.empty(tmp_path / "bad")
    shop.open(tmp_path / "bad")
    assert len(shop.said) == 1
    shop.open(volumes.axial(tmp_path / "good").folder)
    assert shop.said == []


def test_a_folder_of_letters_is_said_while_another_patient_is_open(
    shop: Shop, tmp_path: Path
) -> None:
    shop.open(volumes.axial(tmp_path / "images").folder)
    (tmp_path / "letters").mkdir()
    text_files(tmp_path / "letters")
    shop.open(tmp_path / "letters")
    assert shop.said == ["No DICOM files in letters. Choose the folder that holds the images."]
    shop.context.dismiss(shop.context.notices[0])
    (tmp_path / "empty").mkdir()
    shop.open(tmp_path / "empty")
    assert len(shop.said) == 1
