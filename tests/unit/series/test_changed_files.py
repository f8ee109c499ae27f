"""No pixels of a file that is no longer the one whose header was read."""

from __future__ import annotations

import os
from pathlib import Path

import pydicom
import pytest

from medai_desktop.errors import PixelDataError
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.decoding import FileChangedError, decode_frame
from medai_desktop.series.thumbnails import load_thumbnail
from medai_desktop.source.header import read_header
from tests.phantoms import volumes
from tests.phantoms.encoding import TransferSyntax
from tests.unit.series.opened import loader_of, only, say

SENTENCE = "{name} has changed since it was opened; open the folder again."
SYNTAXES = [TransferSyntax.EXPLICIT_LE, TransferSyntax.JPEG_LS, TransferSyntax.DEFLATED]


def another_patient(path: Path) -> None:
    """The same name, size and shape; another patient and other pixels."""
    dataset = pydicom.dcmread(path)
    dataset.PatientName, dataset.PatientID = "OMEGA^OTTO", "OMEGA"
    before = path.stat()
    dataset.save_as(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def touched(path: Path) -> None:
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("change", [another_patient, touched])
def test_an_image_whose_file_changed_stays_empty_and_is_named(
    syntax: TransferSyntax, change: object, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path, syntax)
    shown = only(phantom.paths)
    assert callable(change)
    change(phantom.paths[4])
    loader = loader_of(shown, decoders)
    said = SENTENCE.format(name=phantom.paths[4].name)
    assert {index: say(why) for index, why in loader.failures.items()} == {4: said}
    assert not loader.volume.voxels[4].any()
    assert loader.volume.voxels[5].any()
    assert loader.volume.digest == ""


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_changed_file_makes_no_thumbnail(
    syntax: TransferSyntax, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path, syntax)
    shown = only(phantom.paths)
    assert load_thumbnail(shown, decoders, 96).any()
    for path in phantom.paths:
        another_patient(path)
    with pytest.raises(PixelDataError) as raised:
        load_thumbnail(shown, decoders, 96)
    assert raised.value.message.id == "series.file_changed"


def test_a_file_that_is_kept_open_is_looked_at_before_each_frame(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_LS)
    path = phantom.paths[0]
    stamp = read_header(path).stamp
    assert stamp is not None
    asked = f"{stamp.size_bytes} {stamp.changed_ns}"
    first = decode_frame(str(path), 1, 1, asked)
    assert (decode_frame(str(path), 1, 1, asked) == first).all()
    copy = tmp_path / "new"
    copy.write_bytes(phantom.paths[1].read_bytes())
    copy.replace(path)
    with pytest.raises(FileChangedError):
        decode_frame(str(path), 1, 1, asked)


def test_the_stamp_is_part_of_what_a_header_is(tmp_path: Path) -> None:
    path = volumes.axial(tmp_path).paths[0]
    before = read_header(path)
    assert read_header(path) == before
    assert before.stamp is not None and before.stamp.size_bytes == path.stat().st_size
    touched(path)
    assert read_header(path) != before
