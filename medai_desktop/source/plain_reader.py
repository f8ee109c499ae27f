"""A quick header reader for the common files: little endian, tags in order.

One read of 8 kB a file and no objects that nobody asks for. Anything unusual is left to pydicom:
the answer is None then.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO

from medai_desktop.source.attributes import SEQUENCE_TAGS, TAGS, VALUE_TAGS
from medai_desktop.source.elements import Elements
from medai_desktop.source.pixel_span import PIXEL_TAGS, UNDEFINED, RawHeader, span_at

CHUNK = 8192
MAX_VALUE = 65536
MAX_DEPTH = 16
FIRST_PIXEL_TAG = min(PIXEL_TAGS)
_HEAD = struct.Struct("<HH2sH")
_ITEM_HEAD = struct.Struct("<HHI")
_LENGTH = struct.Struct("<I")
_SHORT = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US"
_LONG = "OB OD OF OL OV OW SQ SV UC UN UR UT UV"
_CODES = {code.encode(): False for code in _SHORT.split()}
_CODES |= {code.encode(): True for code in _LONG.split()}
"""Every VR, and whether its length takes four bytes."""
_ITEM, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
_ITEM_END = b"\xfe\xff\x0d\xe0"
_SYNTAX = TAGS["TransferSyntaxUID"]
_STANDARD = b"1.2.840.10008.1.2"
_IMPLICIT, _BIG_ENDIAN, _DEFLATED = _STANDARD, _STANDARD + b".2", _STANDARD + b".1.99"
Values = dict[int, tuple[str, bytes]]
Head = tuple[int, bytes, int, int]
Way = Callable[["_Window", int], Head]


class _UnusualError(Exception):
    """Not a file for this reader."""


class _Window:
    """A piece of a file in memory that moves along."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self.size = file, size
        self.base, self.data = 0, file.read(CHUNK)

    def at(self, position: int, count: int) -> bytes:
        """Some bytes; raises when the file does not hold them."""
        start = position - self.base
        if start < 0 or start + count > len(self.data):
            if position + count > self.size or count > MAX_VALUE:
                raise _UnusualError
            self._file.seek(position)
            self.base, self.data, start = position, self._file.read(max(CHUNK, count)), 0
            if len(self.data) < count:
                raise _UnusualError
        return self.data[start : start + count]


def read_plain(file: BinaryIO, size: int) -> RawHeader | None:
    """The header of a common file.

    Args:
        file: opened at its beginning.
        size: of the file.

    Returns:
        The header; None when the file is not of the common kind, or damaged.
    """
    window = _Window(file, size)
    try:
        if window.at(128, 4) != b"DICM":
            return None
        values, position = _meta(window)
        syntax = values.get(_SYNTAX, ("", b""))[1].strip(b" \0")
        if not _is_common(syntax):
            return None
        is_implicit = syntax == _IMPLICIT
        if is_implicit and window.at(position + 4, 2) in _CODES:
            return None
        end = _walk(window, position, values, _implicit if is_implicit else _explicit)
    except (_UnusualError, RecursionError):
        return None
    span = None
    if end < size:
        span = span_at(file, end, size)
        if span is None:
            return None
    return RawHeader(Elements(values), span, syntax.decode("ascii", "replace"))


def _meta(window: _Window) -> tuple[Values, int]:
    """File meta information, always explicit, and where it ends."""
    values: Values = {}
    position = 132
    while window.at(position, 2) == b"\x02\x00":
        tag, vr, length, start = _explicit(window, position)
        position = start + length
        if position >= window.size:
            raise _UnusualError
        if tag in VALUE_TAGS:
            values[tag] = vr.decode(), window.at(start, length)
    return values, position


def _explicit(window: _Window, position: int) -> Head:
    """Tag, VR, length and beginning of the value of an element that writes its VR."""
    start = position - window.base
    if start < 0 or start + 12 > len(window.data):
        window.at(position, min(12, window.size - position))
        start = position - window.base
        if start + 8 > len(window.data):
            raise _UnusualError
    group, element, vr, length = _HEAD.unpack_from(window.data, start)
    is_long = _CODES.get(vr)
    if is_long is None:
        raise _UnusualError
    if not is_long:
        return group << 16 | element, vr, length, position + 8
    if start + 12 > len(window.data):
        raise _UnusualError
    (length,) = _LENGTH.unpack_from(window.data, start + 8)
    return group << 16 | element, vr, length, position + 12


def _implicit(window: _Window, position: int) -> Head:
    """Tag, no VR, length and beginning of the value of an element without a VR."""
    start = position - window.base
    if start < 0 or start + 8 > len(window.data):
        window.at(position, 8)
        start = position - window.base
    group, element, length = _ITEM_HEAD.unpack_from(window.data, start)
    return group << 16 | element, b"", length, position + 8


def _walk(window: _Window, position: int, values: Values, element: Way) -> int:
    """Gathers values; returns where the pixel data element begins, or the end of the file."""
    last, size = 0, window.size
    while position < size:
        tag, vr, length, start = element(window, position)
        if tag >= FIRST_PIXEL_TAG:
            return position
        if tag <= last or (length and tag in SEQUENCE_TAGS):
            raise _UnusualError
        last = tag
        if length == UNDEFINED:
            position = _after_sequence(window, start, vr, element, 0)
            continue
        position = start + length
        if position > size:
            raise _UnusualError
        if tag in VALUE_TAGS:
            values[tag] = vr.decode(), window.at(start, length)
    return position


def _after_sequence(window: _Window, position: int, vr: bytes, way: Way, depth: int) -> int:
    """Where a sequence of undefined length ends."""
    if vr not in (b"SQ", b"") or depth > MAX_DEPTH:
        raise _UnusualError
    while True:
        group, element, length = _ITEM_HEAD.unpack(window.at(position, 8))
        tag, position = group << 16 | element, position + 8
        if tag == _SEQUENCE_END:
            return position
        if tag != _ITEM:
            raise _UnusualError
        if length == UNDEFINED:
            position = _after_item(window, position, way, depth)
        else:
            position += length


def _after_item(window: _Window, position: int, way: Way, depth: int) -> int:
    while True:
        if window.at(position, 4) == _ITEM_END:
            return position + 8
        _, vr, length, start = way(window, position)
        if length == UNDEFINED:
            position = _after_sequence(window, start, vr, way, depth + 1)
        else:
            position = start + length


def _is_common(syntax: bytes) -> bool:
    """Whether a transfer syntax is one that this reader reads."""
    return syntax.startswith(_STANDARD) and syntax not in (_BIG_ENDIAN, _DEFLATED)
