"""pydicom's own test files through a real decode worker, bit for bit with SimpleITK and dcmtk."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.errors import PixelDataError
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.source.header import read_header
from tests.unit.series.opened import (
    DCMTK,
    PYDICOM_FILES,
    by_dcmtk,
    by_simpleitk,
    only,
    opened,
    volume_of,
)

NAMES = (
    *("693_J2KI", "CT_small", "ExplVR_BigEnd", "GDCMJ2K_TextGBR", "J2K_pixelrep_mismatch"),
    *("JPEG-lossy", "JPEG2000", "JPEGLSNearLossless_08", "JPEGLSNearLossless_16"),
    *("JPGExtended", "MR_small", "MR_small_RLE", "MR_small_bigendian", "MR_small_expb"),
    *("MR_small_implicit", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"),
    *("MR_small_padded", "SC_jpeg_no_color_transform", "SC_jpeg_no_color_transform_2"),
    *("SC_rgb_dcmtk_+eb+cr", "SC_rgb_dcmtk_+eb+cy+n1", "SC_rgb_dcmtk_+eb+cy+n2"),
    *("SC_rgb_dcmtk_+eb+cy+np", "SC_rgb_dcmtk_+eb+cy+s2", "SC_rgb_dcmtk_+eb+cy+s4"),
    *("SC_rgb_gdcm_KY", "SC_rgb_jls_lossy_line", "SC_rgb_jls_lossy_sample"),
    *("SC_rgb_jpeg_app14_dcmd", "SC_rgb_jpeg_dcmd", "SC_rgb_jpeg_dcmtk", "SC_rgb_jpeg_gdcm"),
    *("SC_rgb_jpeg_lossy_gdcm", "SC_rgb_rle", "SC_rgb_rle_2frame"),
    *("SC_rgb_small_odd", "SC_rgb_small_odd_big_endian", "SC_rgb_small_odd_jpeg"),
    *("SC_ybr_full_422_uncompressed", "examples_jpeg2k", "examples_overlay"),
    *("examples_palette", "examples_rgb_color", "examples_ybr_color", "image_dfl"),
)
"""Every image of pydicom's package that SimpleITK reads, but for those below."""
DEEP_COLOUR = (
    *("SC_rgb_rle_16bit", "SC_rgb_rle_16bit_2frame"),
    *("SC_rgb_rle_32bit", "SC_rgb_rle_32bit_2frame"),
)


def file(name: str) -> Path:
    return PYDICOM_FILES / f"{name}.dcm"


def syntaxes(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, read_header(file(name)).transfer_syntax_uid) for name in names]


def test_every_syntax_of_the_package_is_among_them() -> None:
    assert {syntax for _, syntax in syntaxes(NAMES)} == {
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
        "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.70",
        "1.2.840.10008.1.2.4.80",
        "1.2.840.10008.1.2.4.81",
        "1.2.840.10008.1.2.4.90",
        "1.2.840.10008.1.2.4.91",
        "1.2.840.10008.1.2.5",
    }


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_simpleitk(name: str, decoders: DecodeWorkers) -> None:
    values = volume_of(only([file(name)]), decoders).voxels
    expected = by_simpleitk(file(name))
    assert values.shape == expected.shape
    assert np.array_equal(values, expected)
    assert not np.array_equal(values, expected[:, ::-1, ::-1])


@pytest.mark.parametrize(
    ("name", "syntax"),
    [(n, s) for n, s in syntaxes((*NAMES, *DEEP_COLOUR)) if s in DCMTK],
)
def test_stored_values_are_those_of_dcmtk(
    name: str, syntax: str, decoders: DecodeWorkers, tmp_path: Path
) -> None:
    expected = by_dcmtk(file(name), syntax, tmp_path)
    if expected is None:
        pytest.skip("dcmtk is not installed")
    if name in DEEP_COLOUR:
        bits = expected.dtype.itemsize * 8
        expected = (expected >> (bits - 8)).astype(np.uint8)
    frames = only([file(name)]).frames
    assert len(frames) == len(expected)
    for image, values in zip(frames, expected, strict=True):
        assert np.array_equal(decoders.decode(image), values)


def test_a_code_stream_that_holds_an_end_mark_is_damaged_not_guessed(
    decoders: DecodeWorkers,
) -> None:
    name = "JPEG2000-embedded-sequence-delimiter"
    with pytest.raises(PixelDataError) as refused:
        decoders.decode(only([file(name)]).frames[0])
    assert refused.value.message.id == "series.damaged_pixels"
    assert refused.value.message.argument("file") == f"{name}.dcm"


def test_encapsulated_pixels_without_a_vr_are_read_all_the_same(decoders: DecodeWorkers) -> None:
    """Against the standard; SimpleITK takes twelve seconds for it, dcmtk refuses it."""
    values = volume_of(only([file("SC_rgb_jpeg")]), decoders).voxels
    plain = volume_of(only([file("SC_rgb_jpeg_dcmd")]), decoders).voxels
    assert np.array_equal(values, plain)


def test_a_truncated_file_is_named_and_not_shown() -> None:
    found = opened([file("MR_truncated")])
    assert found.studies == ()
    assert [item.reason.id for item in found.skipped] == ["source.truncated"]


def test_nothing_warns(decoders: DecodeWorkers) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module="pydicom")
        volume_of(only([file("MR_small_implicit")]), decoders)
