"""Reads any DICOM header with pydicom: implicit, big endian, deflated, without a preamble."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import pydicom
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medai_desktop.source.attributes import CHARACTER_SET, SEQUENCE_TAGS, TAGS, VALUE_TAGS
from medai_desktop.source.dicom_stream import MAX_INFLATED_HEADER, BoundedFile, inflate
from medai_desktop.source.elements import Elements, encodings_of
from medai_desktop.source.pixel_span import PIXEL_TAGS, PixelSpan, RawHeader, span_at

MAX_DEPTH = 8
MAX_META_VALUE = 1024
_FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08", b"\x00\x02")
_SYNTAX = TAGS["TransferSyntaxUID"]
_WANTED: list[BaseTag | int] = [*VALUE_TAGS, *SEQUENCE_TAGS]

# Foreign files break rules by the dozen; what pydicom says about that is for no reader, and may
# quote patient data into the log.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")


@dataclass(frozen=True, slots=True, eq=False)
class OpenDataset:
    """A file that pydicom has read up to its pixels.

    Attributes:
        dataset: the elements that were asked for.
        meta: file meta information that is wanted, as VR and bytes.
        stream: what the span counts in: the file, or what a deflated one holds.
        span: where the pixels lie; None without pixels.
        syntax: transfer syntax, as stated or, where none is stated, as it turned out.
        was_short: a length pointed behind the end of the file.
    """

    dataset: Dataset
    meta: dict[int, tuple[str, bytes]]
    stream: BinaryIO
    span: PixelSpan | None
    syntax: str
    was_short: bool


def read_any(file: BinaryIO, size: int) -> RawHeader | None:
    """The header of a file.

    Args:
        file: opened at its beginning.
        size: of the file.

    Returns:
        The header; None when the file is not DICOM.

    Raises:
        Exception: whatever pydicom raises on a damaged header.
    """
    found = open_dataset(file, size, _WANTED)
    if found is None:
        return None
    elements = _elements(found.dataset, found.meta)
    return RawHeader(elements, found.span, found.syntax, found.was_short)


def open_dataset(
    file: BinaryIO, size: int, tags: list[BaseTag | int], inflate_bytes: int = 0
) -> OpenDataset | None:
    """Reads a file up to its pixels.

    Args:
        file: opened at its beginning.
        size: of the file.
        tags: which elements are kept.
        inflate_bytes: how much of the pixels of a deflated file is inflated, at most.

    Returns:
        What was read; None when the file is not DICOM.

    Raises:
        Exception: whatever pydicom raises on a damaged header.
    """
    start = file.read(132)
    has_magic = start[128:132] == b"DICM"
    if not has_magic and start[:2] not in _FIRST_GROUPS:
        return None
    meta, end = _meta(file, 132 if has_magic else 0, size)
    syntax = meta.get(_SYNTAX, ("", b""))[1].decode("ascii", "replace").strip(" \0")
    if syntax == str(DeflatedExplicitVRLittleEndian):
        return _open_deflated(file, meta, end, tags, MAX_INFLATED_HEADER + inflate_bytes)
    bounded = BoundedFile(file, size)
    bounded.seek(0)
    dataset = read_partial(
        bounded.as_binary(), stop_when=_at_pixels, force=True, specific_tags=tags
    )
    position = bounded.tell()
    is_implicit, is_little = (flag is not False for flag in dataset.original_encoding)
    span = span_at(file, position, size, is_little_endian=is_little)
    if not syntax:
        written = str(dataset.file_meta.get("TransferSyntaxUID") or "")
        syntax = written or _syntax_of(is_implicit, is_little)
    was_short = bounded.was_short and span is None
    return OpenDataset(dataset, meta, file, span, syntax, was_short)


def _open_deflated(
    file: BinaryIO,
    meta: dict[int, tuple[str, bytes]],
    start: int,
    tags: list[BaseTag | int],
    limit: int,
) -> OpenDataset:
    stream = io.BytesIO(inflate(file, start, limit))
    size = stream.getbuffer().nbytes
    dataset = read_dataset(stream, False, True, stop_when=_at_pixels, specific_tags=tags)
    position = stream.tell()
    span = span_at(stream, position, size)
    if span is not None:
        span = replace(span, is_inflated=True)
    was_short = span is None and position != size
    return OpenDataset(dataset, meta, stream, span, str(DeflatedExplicitVRLittleEndian), was_short)


def _syntax_of(is_implicit: bool, is_little_endian: bool) -> str:
    if is_implicit:
        return str(ImplicitVRLittleEndian)
    return str(ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian)


def _meta(file: BinaryIO, position: int, size: int) -> tuple[dict[int, tuple[str, bytes]], int]:
    """File meta information that is wanted, and where it ends."""
    values: dict[int, tuple[str, bytes]] = {}
    while position + 12 <= size:
        file.seek(position)
        head = file.read(12)
        group, element, vr, length = struct.unpack_from("<HH2sH", head)
        if group != 2:
            break
        start = position + 8
        if vr in (b"OB", b"UN", b"OW"):
            (length,) = struct.unpack_from("<I", head, 8)
            start = position + 12
        if start + length > size:
            break
        tag = group << 16 | element
        if tag in VALUE_TAGS and length <= MAX_META_VALUE:
            file.seek(start)
            values[tag] = vr.decode("latin-1"), file.read(length)
        position = start + length
    return values, position


def _at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
    return int(tag) in PIXEL_TAGS


def _elements(
    dataset: Dataset,
    meta: dict[int, tuple[str, bytes]] | None = None,
    encodings: tuple[str, ...] | None = None,
    depth: int = 0,
) -> Elements:
    values = dict(meta or {})
    sequences: dict[int, list[Elements]] = {}
    is_little_endian = True
    for tag in dataset.keys():
        raw: object = dataset.get_item(tag) if int(tag) in VALUE_TAGS else None
        if isinstance(raw, RawDataElement):
            values[int(tag)] = (str(raw.VR or ""), bytes(raw.value or b""))
            is_little_endian = raw.is_little_endian
        elif isinstance(raw, DataElement) and int(tag) == CHARACTER_SET:
            values[CHARACTER_SET] = ("CS", _terms(raw.value))
    own = values.get(CHARACTER_SET)
    if own is not None and own[1].strip(b" \0"):
        encodings = encodings_of(own[1])
    if depth < MAX_DEPTH:
        for tag in dataset.keys():
            if int(tag) in SEQUENCE_TAGS and (items := _items(dataset, tag)):
                sequences[int(tag)] = [
                    _elements(item, None, encodings, depth + 1) for item in items
                ]
    return Elements(values, sequences, is_little_endian=is_little_endian, encodings=encodings)


def _terms(value: object) -> bytes:
    """A character set that pydicom has read already."""
    terms = [value] if isinstance(value, str) else list(cast("Iterable[object]", value or ()))
    return "\\".join(str(term or "") for term in terms).encode("ascii", "replace")


def _items(dataset: Dataset, tag: BaseTag) -> list[Dataset]:
    try:
        value = dataset[tag].value
    except (ValueError, TypeError, LookupError, AttributeError, struct.error):
        return []
    return [item for item in value or () if isinstance(item, Dataset)]
