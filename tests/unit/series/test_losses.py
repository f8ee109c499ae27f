"""What is no image, and what is lost: named once each, and the rest stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import Flag, Verdict
from medai_desktop.text import Language
from tests.phantoms import bad_files, volumes
from tests.unit.series.opened import PYDICOM_FILES, only, opened, say, volume_of


def change(path: Path, edit: Callable[[Dataset], object]) -> Path:
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)
    return path


def cut_pixels(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def drop_pixels(path: Path) -> None:
    change(path, lambda dataset: delattr(dataset, "PixelData"))


def unknown_syntax(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0", 1))


def video(path: Path) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.PixelData = pydicom.encaps.encapsulate([bytes(200)])
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"

    change(path, edit)


LOSSES = [
    (cut_pixels, "{name} ends early: its pixel data are incomplete."),
    (drop_pixels, "{name} holds no pixel data."),
    (unknown_syntax, "{name} has the unknown transfer syntax 1.2.840.10008.1.2.9."),
    (video, "{name} is a video; this program shows none."),
]


@pytest.mark.parametrize(("spoil", "sentence"), LOSSES, ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.parametrize(("place", "verdict"), [(19, Verdict.UNIFORM), (7, Verdict.MISSING_SLICES)])
def test_the_good_slices_are_shown_and_the_bad_one_named(
    spoil: Callable[[Path], None],
    sentence: str,
    place: int,
    verdict: Verdict,
    tmp_path: Path,
    decoders: DecodeWorkers,
) -> None:
    phantom = volumes.axial(tmp_path)
    spoil(phantom.paths[place])
    found = opened(phantom.paths)
    expected = sentence.format(name=phantom.paths[place].name)
    assert [(item.path, say(item.reason)) for item in found.skipped] == [
        (phantom.paths[place], expected)
    ]
    ((shown,),) = [study.display_sets for study in found.studies]
    assert len(shown.frames) == 19
    assert shown.verdict is verdict
    assert Flag.INCOMPLETE in shown.flags
    assert expected in [say(message) for message in shown.messages]
    volume = volume_of(shown, decoders)
    kept = [k for k in range(20) if k != place]
    assert (volume.voxels == phantom.voxels[kept]).all()
    assert volume.digest == ""


def test_a_whole_series_is_not_incomplete(tmp_path: Path, decoders: DecodeWorkers) -> None:
    shown = only(volumes.axial(tmp_path).paths)
    assert Flag.INCOMPLETE not in shown.flags
    assert volume_of(shown, decoders).digest != ""


@pytest.mark.parametrize(
    ("modality", "english"),
    [
        ("SEG", "a segmentation"),
        ("SR", "a report"),
        ("PR", "a display setting (presentation state)"),
        ("KO", "a list of key images"),
        ("RTSTRUCT", "radiotherapy contours"),
        ("RTPLAN", "a radiotherapy plan"),
        ("RTDOSE", "a radiotherapy dose"),
        ("REG", "a registration"),
        ("ECG", "a recorded curve (such as an ECG)"),
        ("DOC", "a document"),
        ("SM", "tiles of a microscope slide"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(
    modality: str, english: str, tmp_path: Path
) -> None:
    path = bad_files.good_file(tmp_path)
    change(path, lambda dataset: setattr(dataset, "Modality", modality))
    found = opened([path])
    assert found.studies == ()
    (skipped,) = found.skipped
    assert say(skipped.reason) == f"good00001.dcm holds {english}, not an image."
    assert "good00001.dcm" in say(skipped.reason, Language.CHINESE)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rtplan.dcm", "rtplan.dcm holds a radiotherapy plan, not an image."),
        ("rtdose.dcm", "rtdose.dcm holds a radiotherapy dose, not an image."),
        ("rtstruct.dcm", "rtstruct.dcm holds radiotherapy contours, not an image."),
        ("test-SR.dcm", "test-SR.dcm holds a report, not an image."),
        ("liver_1frame.dcm", "liver_1frame.dcm holds a segmentation, not an image."),
        (
            "waveform_ecg.dcm",
            "waveform_ecg.dcm holds a recorded curve (such as an ECG), not an image.",
        ),
    ],
)
def test_real_objects_that_are_no_pictures(name: str, sentence: str) -> None:
    found = opened([PYDICOM_FILES / name])
    assert found.studies == ()
    assert [say(item.reason) for item in found.skipped] == [sentence]


def test_a_segmentation_is_known_by_its_class_too(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)

    def edit(dataset: Dataset) -> None:
        dataset.Modality, dataset.SOPClassUID = "CT", "1.2.840.10008.5.1.4.1.1.66.4"

    change(path, edit)
    assert opened([path]).studies == ()


@pytest.mark.parametrize(
    "missing",
    [
        ("StudyInstanceUID",),
        ("SeriesInstanceUID",),
        ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"),
    ],
)
def test_without_uids_an_image_stands_alone_and_says_so(
    missing: tuple[str, ...], tmp_path: Path
) -> None:
    path = bad_files.good_file(tmp_path)

    def edit(dataset: Dataset) -> None:
        for keyword in missing:
            delattr(dataset, keyword)

    change(path, edit)
    shown = only([path])
    assert Flag.MADE_UP_IDS in shown.flags
    assert "made them up" in say(shown.messages[-1])
    (tmp_path / "elsewhere").mkdir()
    moved = path.rename(tmp_path / "elsewhere" / path.name)
    again = only([moved])
    assert (again.id, again.study.study_instance_uid) == (shown.id, shown.study.study_instance_uid)
    assert len(shown.frames[0].instance.sop_instance_uid) <= 64


def test_the_uid_of_the_file_meta_information_stands_in(tmp_path: Path) -> None:
    path = bad_files.no_instance_uid(tmp_path)
    shown = only([path])
    meta = pydicom.filereader.read_file_meta_info(path)
    assert shown.frames[0].instance.sop_instance_uid == meta.MediaStorageSOPInstanceUID
    assert Flag.MADE_UP_IDS not in shown.flags


def test_with_uids_nothing_is_made_up(tmp_path: Path) -> None:
    shown = only([bad_files.good_file(tmp_path)])
    assert Flag.MADE_UP_IDS not in shown.flags


@pytest.mark.parametrize(
    ("tags", "is_lossy"),
    [
        ({}, False),
        ({"LossyImageCompression": "01"}, True),
        ({"LossyImageCompression": "00"}, False),
    ],
)
def test_lossy_is_told(tags: dict[str, str], is_lossy: bool, tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)

    def edit(dataset: Dataset) -> None:
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)

    change(path, edit)
    assert (Flag.LOSSY in only([path]).flags) == is_lossy


@pytest.mark.parametrize(
    ("modality", "written", "is_likely"),
    [
        ("CT", None, False),
        ("CT", "YES", True),
        ("US", None, True),
        ("SC", None, True),
        ("US", "NO", False),
    ],
)
def test_burnt_in_text_is_told(
    modality: str, written: str | None, is_likely: bool, tmp_path: Path
) -> None:
    path = bad_files.good_file(tmp_path)

    def edit(dataset: Dataset) -> None:
        dataset.Modality = modality
        if written is not None:
            dataset.BurnedInAnnotation = written

    change(path, edit)
    assert (Flag.BURNT_IN_TEXT_LIKELY in only([path]).flags) == is_likely
