"""Decodes one frame of one file to stored values; runs in the decode worker."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from medai_desktop.source.header import NATIVE

if TYPE_CHECKING:
    from medai_desktop.source.dicom_reader import OpenDataset
    from medai_desktop.source.pixel_span import PixelSpan

JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
PLUGINS = {
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
}
"""Tried first: quicker than the others."""
COLOURS = ("Red", "Green", "Blue")
KEYWORDS = (
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames"),
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("ModalityLUTSequence", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *(f"{name}PaletteColorLookupTableDescriptor" for name in COLOURS),
    *(f"{name}PaletteColorLookupTableData" for name in COLOURS),
    *(f"Segmented{name}PaletteColorLookupTableData" for name in COLOURS),
)
MAX_FRAME_BYTES = 1_000_000_000
Values = npt.NDArray[np.generic]


class FileChangedError(Exception):
    """A file is no longer the one whose header was read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """A file that is open, and what to know it by again: path, size, time of change."""

    key: tuple[str, int, int]
    opened: OpenDataset
    span: PixelSpan
    file: BinaryIO

    def number(self, keyword: str, default: int) -> int:
        """A whole number of its Image Pixel module."""
        return int(self.opened.dataset.get(keyword) or default)


_last: list[_Source] = []


def decode_frame(path: str, frame: int, frames: int = 0, stamp: str = "") -> Values:
    """Stored values of one frame, after a Modality LUT Sequence where there is one.

    Args:
        path: the file.
        frame: counts from 1.
        frames: how many the file really holds; 0 takes what it states.
        stamp: size and time of change of the file whose header was read; empty: any will do.

    Returns:
        (rows, columns), bits that are not stored cleared or sign-extended; or (rows, columns, 3)
        uint8 RGB for colour.

    Raises:
        FileChangedError: the file is another by now.
        ValueError: no pixel data, lying sizes, truncated.
    """
    warnings.simplefilter("ignore")
    source = _opened(path, stamp)
    try:
        return _decoded(source, frame, frames)
    finally:
        _check_unchanged(source.file, stamp)


def _decoded(source: _Source, frame: int, frames: int) -> Values:
    dataset = source.opened.dataset
    samples = source.number("SamplesPerPixel", 1)
    allocated = source.number("BitsAllocated", 16)
    stored = source.number("BitsStored", allocated)
    frame_bits = source.number("Rows", 0) * source.number("Columns", 0) * samples * allocated
    if not 0 < frame_bits <= 8 * MAX_FRAME_BYTES:
        raise ValueError("size")
    frames = frames or source.number("NumberOfFrames", 1)
    _check_presence(source, frames, frame_bits)
    if source.opened.syntax == JPEG_EXTENDED and stored > 8:
        values = _by_gdcm(source, frame, frames)
    else:
        values = _by_pydicom(source, frame, frames, raw=samples == 1)
    if samples > 1:
        return _eight_bit(values[..., :3], stored)
    values = _used_bits(source, values)
    if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        return _in_colour(source, values)
    return _after_table(source, values)


def _check_presence(source: _Source, frames: int, frame_bits: int) -> None:
    span = source.span
    if span.length is None:
        is_short = span.is_cut and (frames == 1 or span.fragments < frames)
    else:
        if source.opened.dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
            frame_bits = frame_bits * 2 // 3
        is_short = span.present * 8 < frames * frame_bits
    if is_short:
        raise ValueError("truncated")


def _opened(path: str, stamp: str) -> _Source:
    """The file, opened; the last one is kept open for its next frame."""
    status = os.stat(path)
    key = (path, status.st_size, status.st_mtime_ns)
    if not (_last and _last[0].key == key):
        for old in _last:
            old.opened.stream.close()
            old.file.close()
        _last.clear()
        _last.append(_open(key, stamp))
    _check_unchanged(_last[0].file, stamp)
    return _last[0]


def _check_unchanged(file: BinaryIO, stamp: str) -> None:
    """Looks whether an open file still has a stamp: size and time of change."""
    status = os.fstat(file.fileno())
    if stamp and stamp != f"{status.st_size} {status.st_mtime_ns}":
        raise FileChangedError


def _open(key: tuple[str, int, int], stamp: str) -> _Source:
    from medai_desktop.source.dicom_reader import open_dataset

    file = open(key[0], "rb")  # noqa: SIM115 - stays open for the next frame
    _check_unchanged(file, stamp)
    opened = open_dataset(file, key[1], _pixel_tags(), MAX_FRAME_BYTES)
    if opened is None or opened.span is None:
        raise ValueError("no pixel data")
    if opened.syntax == BIG_ENDIAN:
        _turn_palettes(opened)
    return _Source(key, opened, opened.span, file)


def _turn_palettes(opened: OpenDataset) -> None:
    """Turns the bytes of colour tables, which pydicom takes as little endian always."""
    for name in COLOURS:
        keyword = f"{name}PaletteColorLookupTableData"
        raw = opened.dataset.get(keyword)
        if isinstance(raw, bytes) and opened.dataset[keyword].VR == "OW":
            words = np.frombuffer(raw[: len(raw) // 2 * 2], ">u2").astype("<u2")
            opened.dataset[keyword].value = words.tobytes()


def _pixel_tags() -> list[Any]:
    """What decoding asks of a data set: its Image Pixel module, tables and offsets."""
    from pydicom.datadict import tag_for_keyword

    return [tag_for_keyword(keyword) for keyword in KEYWORDS]


def _by_pydicom(source: _Source, frame: int, frames: int, *, raw: bool) -> Values:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.pixels.utils import as_pixel_options
    from pydicom.uid import UID

    opened, span, uid = source.opened, source.span, UID(source.opened.syntax)
    opened.dataset.NumberOfFrames = frames
    options = as_pixel_options(
        opened.dataset,
        transfer_syntax_uid=uid,
        pixel_keyword=span.keyword,
        pixel_vr=span.vr,
        correct_unused_bits=opened.syntax not in NATIVE,
    )
    decoder, quick = get_decoder(uid), PLUGINS.get(uid)
    for plugin in (quick, "") if quick else ("",):
        opened.stream.seek(span.offset)
        try:
            values, _ = decoder.as_array(
                opened.stream, index=frame - 1, raw=raw, decoding_plugin=plugin, **options
            )
            return values
        except (RuntimeError, ValueError, NotImplementedError):
            if not plugin:
                raise
    raise ValueError("no plugin")


def _by_gdcm(source: _Source, frame: int, frames: int) -> Values:
    """12-bit extended JPEG, which pydicom's plug-ins refuse."""
    import gdcm
    from pydicom.encaps import get_frame

    source.opened.stream.seek(source.span.offset)
    coded = get_frame(source.opened.stream, frame - 1, number_of_frames=frames)
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(coded)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    rows, columns = source.number("Rows", 0), source.number("Columns", 0)
    stored = source.number("BitsStored", 12)
    is_signed = source.number("PixelRepresentation", 0)
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.MONOCHROME2
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, stored, stored - 1, is_signed))
    raw = image.GetBuffer().encode("utf-8", errors="surrogateescape")
    if len(raw) != rows * columns * 2:
        raise ValueError("size")
    values = np.frombuffer(raw, np.int16 if is_signed else np.uint16)
    return values.reshape(rows, columns)


def _used_bits(source: _Source, values: Values) -> Values:
    """The same values without the bits that are not stored."""
    if values.dtype.kind == "f" or values.dtype.itemsize * 8 == 1:
        return values
    bits = values.dtype.itemsize * 8
    native: npt.NDArray[np.integer] = values.astype(values.dtype.newbyteorder("="))
    stored = source.number("BitsStored", bits)
    # Pixels as they are: a high bit of its own counts. A codec has put the bits in order.
    is_native = source.opened.syntax in NATIVE
    high = source.number("HighBit", stored - 1) if is_native else stored - 1
    above, below = bits - 1 - max(high, stored - 1), bits - stored
    if stored >= bits or above < 0:
        return native
    letter = "i" if source.number("PixelRepresentation", 0) == 1 else "u"
    typed = native.view(np.dtype(f"{letter}{bits // 8}"))
    return np.asarray(np.right_shift(np.left_shift(typed, above), below))


def _in_colour(source: _Source, values: Values) -> Values:
    from pydicom.pixels.processing import apply_color_lut

    found = apply_color_lut(values, source.opened.dataset)
    return _eight_bit(found[..., :3], found.dtype.itemsize * 8)


def _after_table(source: _Source, values: Values) -> Values:
    dataset = source.opened.dataset
    if not dataset.get("ModalityLUTSequence"):
        return values
    from pydicom.pixels.processing import apply_modality_lut

    table = dataset.ModalityLUTSequence[0]
    entries, first, depth = table.LUTDescriptor
    table.LUTDescriptor = [entries, first, 8 if depth <= 8 else 16]
    return np.asarray(apply_modality_lut(values.astype(np.int32), dataset))


def _eight_bit(values: Values, stored: int) -> Values:
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    whole: npt.NDArray[np.int64] = values.astype(np.int64)
    highest = int(whole.max(initial=0))
    bits = stored if highest < 1 << stored else values.dtype.itemsize * 8
    return np.asarray(np.clip(whole >> max(0, bits - 8), 0, 255), dtype=np.uint8)
