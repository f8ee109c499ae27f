"""Where the pixels lie in a file, and how much of them is really there."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from medai_desktop.source.elements import Elements

PIXEL_TAGS = {
    0x7FE00008: "FloatPixelData",
    0x7FE00009: "DoubleFloatPixelData",
    0x7FE00010: "PixelData",
}
UNDEFINED = 0xFFFFFFFF
MAX_FRAGMENTS = 200_000
_WRITTEN = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"})
"""VRs of pixel data. As the length of an element without a VR each would be odd, which none is."""
_ITEM = 0xFFFEE000
_END = 0xFFFEE0DD


@dataclass(frozen=True, slots=True)
class PixelSpan:
    """The pixel data element of a file.

    Attributes:
        keyword: which of the three it is.
        vr: its VR; OW where none is written.
        offset: where its value begins, in the file or, when `is_inflated`, in the inflated stream.
        length: of the value; None when undefined (encapsulated).
        present: how many of its bytes are there; for an inflated one, in what was inflated.
        fragments: of an encapsulated value, complete ones, the offset table apart.
        is_cut: an encapsulated value ends before its last fragment does.
        is_inflated: the data set was deflated.
    """

    keyword: str
    vr: str
    offset: int
    length: int | None
    present: int
    fragments: int = 0
    is_cut: bool = False
    is_inflated: bool = False


@dataclass(frozen=True, slots=True)
class RawHeader:
    """What a reader brings.

    Attributes:
        elements: data set and file meta information.
        span: where the pixels lie; None without pixels.
        syntax: transfer syntax, as stated or, where none is stated, as it turned out.
        was_short: a length pointed behind the end of the file.
    """

    elements: Elements
    span: PixelSpan | None
    syntax: str
    was_short: bool = False


def span_at(
    file: BinaryIO, position: int, size: int, *, is_little_endian: bool = True
) -> PixelSpan | None:
    """The pixel data element that begins at a position; None when there is none.

    Args:
        file: to read from; its position is left anywhere.
        position: where its tag stands.
        size: of the file.
        is_little_endian: how numbers are written.
    """
    file.seek(position)
    head = file.read(12)
    order = "<" if is_little_endian else ">"
    if len(head) < 8:
        return None
    group, element = struct.unpack_from(f"{order}HH", head)
    keyword = PIXEL_TAGS.get(group << 16 | element)
    if keyword is None:
        return None
    if head[4:6] not in _WRITTEN:
        vr, (length,), start = "OW", struct.unpack_from(f"{order}I", head, 4), position + 8
    else:
        if len(head) < 12:
            return None
        vr = head[4:6].decode("latin-1")
        (length,), start = struct.unpack_from(f"{order}I", head, 8), position + 12
    if length != UNDEFINED:
        present = max(0, min(length, size - start))
        return PixelSpan(keyword, vr, start, length, present)
    fragments, is_cut = count_fragments(file, start, size)
    return PixelSpan(keyword, vr, start, None, size - start, fragments, is_cut)


def count_fragments(file: BinaryIO, start: int, size: int) -> tuple[int, bool]:
    """Complete fragments of an encapsulated value, and whether it breaks off.

    A value whose last fragment is whole but whose end mark is missing counts as whole.
    """
    position, count = start, -1
    while position + 8 <= size and count < MAX_FRAGMENTS:
        file.seek(position)
        tag_group, tag_element, length = struct.unpack("<HHI", file.read(8))
        tag = tag_group << 16 | tag_element
        if tag == _END:
            return max(0, count), False
        if tag != _ITEM or length == UNDEFINED or position + 8 + length > size:
            return max(0, count), True
        count += 1
        position += 8 + length
    return max(0, count), position > size or count < 1
