"""Pixels made to break a decoder: one sentence, and the next image is decoded all the same."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from medai_desktop.errors import PixelDataError
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import ImageFrame
from tests.phantoms import bad_files, volumes
from tests.phantoms.encoding import TransferSyntax
from tests.unit.series.opened import opened, say, sets_of


def noise(size: int) -> bytes:
    return random.Random(3).randbytes(size)


def packed(syntax: uid.UID, *fragments: bytes) -> Callable[[Dataset], None]:
    def edit(dataset: Dataset) -> None:
        dataset.PixelData = encapsulate(list(fragments)) if fragments else NO_FRAGMENT
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = syntax

    return edit


def rgb_of_one_sample(dataset: Dataset) -> None:
    dataset.PhotometricInterpretation = "RGB"


def palette_without_tables(dataset: Dataset) -> None:
    dataset.PhotometricInterpretation = "PALETTE COLOR"


NO_FRAGMENT = b"\xfe\xff\x00\xe0\0\0\0\0"
J2K = b"\xff\x4f\xff\x51" + noise(3000)
J2K_HUGE = (
    b"\xff\x4f\xff\x51"
    + struct.pack(">HHIIIIIIIIH", 41, 0, 60000, 60000, 0, 0, 60000, 60000, 0, 0, 1)
    + b"\x0f\x01\x01"
    + noise(500)
)
JPEG_HUGE = b"\xff\xd8\xff\xc3\x00\x0b\x10\xea\x60\xea\x60\x01\x01\x11\x00" + noise(2000)
RLE_OUTSIDE = struct.pack("<16I", 15, *(64 + 100_000 * k for k in range(15))) + noise(1000)
RLE_BOMB = struct.pack("<16I", 2, 64, 64 + 20_000, *[0] * 13) + b"\x81\x07" * 20_000
HOSTILE = {
    "j2k_garbage": packed(uid.JPEG2000Lossless, J2K),
    "j2k_huge": packed(uid.JPEG2000Lossless, J2K_HUGE),
    "htj2k_garbage": packed(uid.HTJ2KLossless, J2K),
    "jpeg_lossless_huge": packed(uid.JPEGLosslessSV1, JPEG_HUGE),
    "jpeg_extended_garbage": packed(uid.JPEGExtended12Bit, JPEG_HUGE),
    "jpeg_ls_garbage": packed(uid.JPEGLSLossless, b"\xff\xd8\xff\xf7" + noise(2000)),
    "rle_outside": packed(uid.RLELossless, RLE_OUTSIDE),
    "rle_bomb": packed(uid.RLELossless, RLE_BOMB),
    "empty_fragment": packed(uid.JPEG2000Lossless, b"\0\0"),
    "no_fragments": packed(uid.JPEGLSLossless),
    "rgb_of_one_sample": rgb_of_one_sample,
    "palette_without_tables": palette_without_tables,
}


def spoilt(folder: Path, edit: Callable[[Dataset], None]) -> Path:
    path = bad_files.good_file(folder, "spoilt")
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)
    return path


@pytest.mark.parametrize("kind", HOSTILE)
def test_one_sentence_and_the_next_image_is_decoded(
    kind: str, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    path = spoilt(tmp_path, HOSTILE[kind])
    good = volumes.axial(tmp_path / "good", TransferSyntax.RLE).paths[0]
    began = time.monotonic()
    found = opened([path])
    if found.studies:
        (shown,) = found.studies[0].display_sets
        try:
            values = decoders.decode(shown.frames[0])
        except PixelDataError as error:
            assert say(error.message).startswith(path.name)
        else:
            # A decoder that has made something of it has made an image of the right size.
            assert values.shape[:2] == (32, 48)
    else:
        assert say(found.skipped[0].reason).startswith(path.name)
    assert time.monotonic() - began < 25
    (fine,) = sets_of([good])
    assert decoders.decode(fine.frames[0]).shape == (40, 48)


@pytest.mark.parametrize(
    "syntax",
    [
        TransferSyntax.RLE,
        TransferSyntax.JPEG_LOSSLESS_SV1,
        TransferSyntax.JPEG_LS,
        TransferSyntax.JPEG_2000_LOSSLESS,
    ],
)
def test_flipped_bits_in_the_pixels_end_in_an_image_or_a_sentence(
    syntax: TransferSyntax, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path, syntax)
    randomly, outcomes = random.Random(9), set()
    frames: list[ImageFrame] = list(sets_of(phantom.paths)[0].frames)
    for path in phantom.paths[:12]:
        raw = bytearray(path.read_bytes())
        start = raw.rindex(b"\xe0\x7f\x10\x00OB") + 28
        for _ in range(randomly.randint(1, 20)):
            raw[randomly.randrange(start, len(raw))] = randomly.randrange(256)
        path.write_bytes(bytes(raw))
    for image, expected in zip(frames, phantom.voxels, strict=True):
        try:
            values = decoders.decode(image)
            outcomes.add("same" if np.array_equal(values, expected) else "image")
            assert values.shape == (40, 48)
        except PixelDataError as error:
            outcomes.add("sentence")
            assert image.instance.path.name in say(error.message)
    assert "same" in outcomes and len(outcomes) > 1
