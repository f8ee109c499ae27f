"""Each bad file is bad in the way its name says, and the good one is good."""

from __future__ import annotations

import stat
from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from tests.phantoms import bad_files


def header(path: Path) -> pydicom.Dataset:
    return pydicom.dcmread(path, stop_before_pixels=True)


@pytest.mark.parametrize("name", bad_files.BAD_FILES)
def test_every_kind_is_made_beside_all_others(tmp_path: Path, name: str) -> None:
    path = bad_files.BAD_FILES[name](tmp_path)
    good = bad_files.good_file(tmp_path)
    assert path.is_symlink() or path.exists()
    assert pydicom.dcmread(good).pixel_array.shape == (32, 48)
    assert good != path


@pytest.mark.parametrize("name", ["not_dicom", "picture", "empty", "zeros"])
def test_what_is_not_dicom_is_refused_by_pydicom(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidDicomError):
        pydicom.dcmread(bad_files.BAD_FILES[name](tmp_path))


@pytest.mark.parametrize(
    "name",
    [
        "truncated_pixels",
        "truncated_compressed",
        "corrupt_compressed",
        "no_pixel_data",
        "unknown_transfer_syntax",
        "private_transfer_syntax",
        "huge_dimensions",
        "huge_frame_count",
        "zero_rows",
    ],
)
def test_the_header_can_be_read_and_the_pixels_cannot(tmp_path: Path, name: str) -> None:
    path = bad_files.BAD_FILES[name](tmp_path)
    assert header(path).Modality == "CT"
    with pytest.raises(Exception):  # noqa: B017 - any of the reader's ways to refuse
        _ = pydicom.dcmread(path).pixel_array


def test_a_truncated_header_has_no_rows(tmp_path: Path) -> None:
    path = bad_files.truncated_header(tmp_path)
    assert "Rows" not in pydicom.dcmread(path, force=True)


def test_noise_after_a_sound_meta_header_is_no_image(tmp_path: Path) -> None:
    raw = bad_files.random_after_meta(tmp_path).read_bytes()
    assert raw[128:132] == b"DICM"
    assert b"\xe0\x7f\x10\x00" not in raw


def test_without_a_preamble_it_is_still_an_image(tmp_path: Path) -> None:
    path = bad_files.no_preamble(tmp_path)
    assert path.read_bytes()[128:132] != b"DICM"
    assert pydicom.dcmread(path, force=True).Rows == 32


def test_a_loop_leads_back_to_itself(tmp_path: Path) -> None:
    outer = bad_files.looping_folder(tmp_path)
    assert (outer / "inner" / "again").resolve() == outer.resolve()
    assert len(list(outer.glob("inner/*.dcm"))) == 1


def test_rights_are_taken_away(tmp_path: Path) -> None:
    closed = bad_files.unreadable_folder(tmp_path)
    unreadable = bad_files.unreadable_file(tmp_path)
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0
        if bad_files.permissions_bind():
            with pytest.raises(PermissionError):
                list(closed.iterdir())
            with pytest.raises(PermissionError):
                unreadable.read_bytes()
    finally:
        closed.chmod(0o700)
