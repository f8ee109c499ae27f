"""Own phantoms in every syntax and every form of pixel: the values that were written come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.native import is_plain
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.encoding import NEAR_LOSSLESS_ERROR, TransferSyntax
from tests.phantoms.pixels import CT_12BIT, CT_SIGNED, GREY_8BIT, MR_12BIT, PixelFormat, Rescale
from tests.phantoms.series_geometry import SeriesGeometry
from tests.unit.series.opened import by_dcmtk, by_simpleitk, only, volume_of

STRAIGHT = SeriesGeometry.straight((2.0, 0.5, 0.7), (1.0, 2.0, 3.0))
FORMATS = {
    "grey8": GREY_8BIT,
    "mr12": MR_12BIT,
    "ct12": CT_12BIT,
    "signed16": CT_SIGNED,
    "signed12": PixelFormat(bits_stored=12, signed=True),
    "signed8": PixelFormat(bits_allocated=8, bits_stored=8, signed=True),
    "monochrome1": replace(MR_12BIT, monochrome1=True),
}


def content(pixels: PixelFormat, count: int = 2) -> NDArray[np.float64]:
    """Values that use most of the range, different in every pixel row and slice."""
    low, high = pixels.limits
    y, x = np.mgrid[:32, :48]
    ramp = np.stack([(x * 3 + y * 2 + k * 11) % 180 for k in range(count)]) / 180
    stored = np.rint(low + ramp * (high - low))
    rescale = pixels.rescale or Rescale()
    return np.asarray(stored * rescale.slope + rescale.intercept)


def written(
    folder: Path, pixels: PixelFormat, syntax: TransferSyntax, values: NDArray[np.float64]
) -> list[Path]:
    modality = "CT" if pixels.rescale is not None else "MR"
    return write_series(
        folder,
        values,
        STRAIGHT,
        tags=SeriesTags(modality=modality),
        pixels=pixels,
        transfer_syntax=syntax,
    )


def can_hold(pixels: PixelFormat, syntax: TransferSyntax) -> bool:
    if not syntax.writable or pixels.bits_stored not in syntax.bits:
        return False
    # The encoders at hand take no signed samples of less than their container in these.
    return not (pixels.signed and syntax.lossy)


CASES = [
    pytest.param(name, syntax, id=f"{name}-{syntax.name}")
    for name, pixels in FORMATS.items()
    for syntax in TransferSyntax
    if can_hold(pixels, syntax)
]


@pytest.mark.parametrize(("name", "syntax"), CASES)
def test_what_was_written_comes_back(
    name: str, syntax: TransferSyntax, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    pixels = FORMATS[name]
    values = content(pixels)
    try:
        paths = written(tmp_path, pixels, syntax, values)
    except (RuntimeError, ValueError) as error:
        pytest.skip(f"no encoder: {error}")
    shown = only(paths)
    assert shown.transfer_syntax_uids == (str(syntax.value),)
    volume = volume_of(shown, decoders)
    if syntax.lossy:
        allowed = NEAR_LOSSLESS_ERROR if syntax is TransferSyntax.JPEG_LS_NEAR else None
        expected = np.concatenate([by_simpleitk(path) for path in paths])
        if pixels.monochrome1:  # SimpleITK turns these round, the product only when it shows them
            expected = pixels.limits[1] - expected
        assert np.array_equal(volume.voxels, expected)
        assert not np.array_equal(volume.voxels, values)
        assert allowed is None or np.abs(volume.voxels - values).max() <= allowed
    else:
        assert np.array_equal(volume.voxels, values)
        assert not np.array_equal(volume.voxels, values[::-1])
    assert volume.is_inverted == pixels.monochrome1


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("syntax", [TransferSyntax.EXPLICIT_LE, TransferSyntax.EXPLICIT_BE])
def test_noise_in_unused_bits_is_not_shown(
    bits: int, is_signed: bool, syntax: TransferSyntax, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    pixels = PixelFormat(bits_stored=bits, signed=is_signed, garbage_high_bits=bits < 16)
    values = content(pixels)
    paths = written(tmp_path, pixels, syntax, values)
    assert np.array_equal(volume_of(only(paths), decoders).voxels, values)
    if bits < 16:
        raw = pydicom.dcmread(paths[0]).PixelData
        kind = "<" if syntax is TransferSyntax.EXPLICIT_LE else ">"
        assert not np.array_equal(np.frombuffer(raw, f"{kind}u2").reshape(32, 48), values[0])


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("syntax", [TransferSyntax.EXPLICIT_LE, TransferSyntax.EXPLICIT_BE])
def test_samples_in_the_upper_bits_are_moved_down(
    is_signed: bool, syntax: TransferSyntax, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    pixels = PixelFormat(bits_stored=12, signed=is_signed)
    values = content(pixels, 1)
    (path,) = written(tmp_path, pixels, syntax, values)
    dataset = pydicom.dcmread(path)
    order = "<" if syntax is TransferSyntax.EXPLICIT_LE else ">"
    raw = (values[0].astype("i8") << 4 & 0xFFFF).astype(f"{order}u2") | 5
    dataset.HighBit, dataset.PixelData = 15, raw.astype(f"{order}u2").tobytes()
    pydicom.dcmwrite(path, dataset)
    assert np.array_equal(volume_of(only([path]), decoders).voxels, values)


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
def test_32_bits_come_back_whole(is_signed: bool, tmp_path: Path, decoders: DecodeWorkers) -> None:
    ends = (-(2**31), 2**31 - 1) if is_signed else (0, 2**32 - 1)
    stored = np.linspace(*ends, 32 * 48).round().reshape(32, 48)

    def change(dataset: Dataset) -> None:
        dataset.BitsAllocated = dataset.BitsStored = 32
        dataset.HighBit, dataset.PixelRepresentation = 31, int(is_signed)
        dataset.PixelData = stored.astype("<i4" if is_signed else "<u4").tobytes()

    path = changed(tmp_path, change)
    assert np.array_equal(volume_of(only([path]), decoders).voxels[0], stored)


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
def test_floating_point_pixels_come_back(
    kind: str, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    values = np.linspace(-1.5, 2.5, 32 * 48).reshape(32, 48).astype(kind)

    def change(dataset: Dataset) -> None:
        del dataset.PixelData, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
        dataset.BitsAllocated = values.itemsize * 8
        keyword = "FloatPixelData" if values.itemsize == 4 else "DoubleFloatPixelData"
        setattr(dataset, keyword, values.tobytes())

    volume = volume_of(only([changed(tmp_path, change)]), decoders)
    assert volume.voxels.dtype == np.dtype(kind)
    assert np.array_equal(volume.voxels[0], values)


@pytest.mark.parametrize("is_planar", [False, True], ids=["pixels", "planes"])
@pytest.mark.parametrize(
    "syntax",
    [uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.ImplicitVRLittleEndian],
    ids=["explicit", "big", "implicit"],
)
def test_colours_come_back_however_they_lie(
    is_planar: bool, syntax: uid.UID, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    picture = colour_bars()

    def change(dataset: Dataset) -> None:
        in_colour(dataset, picture, is_planar=is_planar)
        if syntax == uid.ExplicitVRBigEndian:
            words = np.frombuffer(dataset.PixelData, "<u2").astype(">u2")
            dataset.PixelData = words.tobytes()
            dataset["PixelData"].VR = "OW"
        dataset.file_meta.TransferSyntaxUID = syntax

    shown = only([changed(tmp_path, change)])
    assert shown.pixels.is_colour
    assert not is_plain(shown.frames[0])
    assert np.array_equal(volume_of(shown, decoders).voxels[0], picture)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless])
def test_colours_come_back_compressed(
    syntax: uid.UID, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    picture = colour_bars()

    def change(dataset: Dataset) -> None:
        in_colour(dataset, picture, is_planar=False)
        dataset.compress(syntax, generate_instance_uid=False)

    assert np.array_equal(volume_of(only([changed(tmp_path, change)]), decoders).voxels[0], picture)


@pytest.mark.parametrize("interpretation", ["YBR_FULL", "YBR_FULL_422"])
def test_luminance_and_chrominance_become_colours(
    interpretation: str, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    """By the equations of PS3.3 C.7.6.3.1.2, typed here."""
    luma = np.tile(np.arange(48, dtype=np.float64) * 5, (32, 1))
    blue, red = np.full_like(luma, 90.0), np.full_like(luma, 160.0)
    expected = np.stack(
        [
            luma + 1.402 * (red - 128),
            luma - 0.344136 * (blue - 128) - 0.714136 * (red - 128),
            luma + 1.772 * (blue - 128),
        ],
        axis=-1,
    )

    def change(dataset: Dataset) -> None:
        in_colour(dataset, np.stack([luma, blue, red], axis=-1).astype("u1"), is_planar=False)
        dataset.PhotometricInterpretation = interpretation
        if interpretation == "YBR_FULL_422":
            packed = np.empty((32, 24, 4), "u1")
            packed[..., 0], packed[..., 1] = luma[:, ::2], luma[:, 1::2]
            packed[..., 2], packed[..., 3] = blue[:, ::2], red[:, ::2]
            dataset.PixelData = packed.tobytes()

    shown = only([changed(tmp_path, change)])
    assert shown.frames[0].instance.problem is None
    values = volume_of(shown, decoders).voxels[0].astype(float)
    assert np.abs(values - np.clip(expected, 0, 255)).max() <= 1


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian])
def test_a_palette_gives_its_colours(
    depth: int, syntax: uid.UID, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    index = np.tile(np.arange(48) % 16, (32, 1)).astype("u1")
    tables = [(np.arange(16) * 16 + shift).astype("u2") for shift in (0, 5, 10)]

    def change(dataset: Dataset) -> None:
        order = ">" if syntax == uid.ExplicitVRBigEndian else "<"
        in_grey(dataset, index)
        if order == ">":
            dataset.PixelData = np.frombuffer(index.tobytes(), "<u2").astype(">u2").tobytes()
            dataset["PixelData"].VR = "OW"
        dataset.PhotometricInterpretation = "PALETTE COLOR"
        for name, table in zip(("Red", "Green", "Blue"), tables, strict=True):
            descriptor = f"{name}PaletteColorLookupTableDescriptor"
            setattr(dataset, descriptor, [16, 0, depth])
            dataset[descriptor].VR = "US"
            entries = (table << (depth - 8)).astype(f"u{depth // 8}")
            raw = np.frombuffer(entries.tobytes(), "<u2").astype(f"{order}u2").tobytes()
            setattr(dataset, f"{name}PaletteColorLookupTableData", raw)
        dataset.file_meta.TransferSyntaxUID = syntax

    values = volume_of(only([changed(tmp_path, change)]), decoders).voxels[0]
    expected = np.stack([table[index] for table in tables], axis=-1)
    assert np.array_equal(values, expected)


def test_12_bit_extended_jpeg_is_decoded_as_dcmtk_does(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    syntax = TransferSyntax.JPEG_EXTENDED_12BIT
    if not syntax.writable:
        pytest.skip("dcmcjpeg is not installed")
    values = content(MR_12BIT, 1)
    (path,) = written(tmp_path, MR_12BIT, syntax, values)
    expected = by_dcmtk(path, str(syntax.value), tmp_path)
    found = volume_of(only([path]), decoders).voxels
    assert expected is not None
    assert int(expected.max()) > 255
    assert np.array_equal(found, expected)
    assert not np.array_equal(found, values)


def colour_bars() -> NDArray[np.uint8]:
    """(32, 48, 3), no two columns and no two channels alike."""
    y, x = np.mgrid[:32, :48]
    return np.stack([x * 5, y * 7, (x + y) * 3], axis=-1).astype(np.uint8)


def in_colour(dataset: Dataset, picture: NDArray[np.uint8], *, is_planar: bool) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PlanarConfiguration = int(is_planar)
    laid = picture.transpose(2, 0, 1) if is_planar else picture
    dataset.PixelData = np.ascontiguousarray(laid).tobytes()
    dataset["PixelData"].VR = "OB"


def in_grey(dataset: Dataset, picture: NDArray[np.uint8]) -> None:
    dataset.SamplesPerPixel = 1
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = picture.tobytes()
    dataset["PixelData"].VR = "OB"


def changed(folder: Path, change: object) -> Path:
    """One MR image with something changed."""
    (path,) = written(folder, MR_12BIT, TransferSyntax.EXPLICIT_LE, content(MR_12BIT, 1))
    dataset = pydicom.dcmread(path)
    change(dataset)  # type: ignore[operator]
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)
    return path
