"""The values of a DICOM header, read from their bytes, whatever was written there."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from datetime import date

from medai_desktop.source.attributes import CHARACTER_SET, TAGS, VR_OF

MAX_TEXT = 1024
"""Longer texts are cut: no attribute that is read here may be longer."""
ENCODINGS = {
    "": ("iso8859",),
    "ISO_IR 6": ("iso8859",),
    "ISO_IR 100": ("latin_1",),
    "ISO_IR 192": ("UTF8",),
    "GB18030": ("GB18030",),
    "GBK": ("GBK",),
}
"""Of the usual character sets, by their terms; pydicom knows the others."""
DEFAULT_ENCODINGS = ("iso8859",)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ESCAPE = b"\x1b"
_DELIMITERS = {ord(mark) for mark in "\\\n\r\t\f^="}
_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_WITHOUT_BACKSLASH = frozenset({"LT", "ST", "UT", "UR"})


class Elements:
    """Some elements of a data set or of an item of a sequence.

    Args:
        values: VR (empty: the dictionary's) and bytes by tag.
        sequences: items by tag.
        is_little_endian: how binary values are written.
        encodings: Python encodings of the parent; its own character set comes first.
    """

    __slots__ = ("_encodings", "_is_declared", "_order", "_sequences", "_values")

    def __init__(
        self,
        values: Mapping[int, tuple[str, bytes]],
        sequences: Mapping[int, Sequence[Elements]] | None = None,
        *,
        is_little_endian: bool = True,
        encodings: tuple[str, ...] | None = None,
    ) -> None:
        self._values = values
        self._sequences = sequences or {}
        self._order = "<" if is_little_endian else ">"
        own = values.get(CHARACTER_SET)
        if own is not None and own[1].strip(b" \0"):
            encodings = encodings_of(own[1])
        self._is_declared = encodings is not None
        self._encodings = encodings or DEFAULT_ENCODINGS

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, keyword: str) -> bool:
        tag = TAGS[keyword]
        return tag in self._values or bool(self._sequences.get(tag))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Elements) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def part(self, tags: Sequence[int]) -> Elements:
        """The values of some tags alone, to be remembered by."""
        values = self._values
        return Elements(
            {tag: values[tag] for tag in tags if tag in values},
            is_little_endian=self._order == "<",
            encodings=self._encodings if self._is_declared else None,
        )

    @property
    def has_sequences(self) -> bool:
        """Whether any of the sequences that are read is there."""
        return bool(self._sequences)

    def items(self, keyword: str) -> Sequence[Elements]:
        """The items of a sequence; empty when missing."""
        return self._sequences.get(TAGS[keyword], ())

    def first(self, keyword: str) -> Elements:
        """The first item of a sequence; nothing in it when missing."""
        found = self._sequences.get(TAGS[keyword], ())
        return found[0] if found else NOTHING

    def text(self, keyword: str) -> str:
        """A text value; several are joined; empty when missing or unreadable."""
        found = self.texts(keyword)
        return found[0] if len(found) == 1 else " ".join(part for part in found if part)

    def texts(self, keyword: str) -> tuple[str, ...]:
        """The values of a text element, in their places; empty when none says anything."""
        tag = TAGS[keyword]
        entry = self._values.get(tag)
        if entry is None:
            return ()
        vr = self._vr(tag, entry[0])
        if vr in _BINARY:
            return tuple(f"{value:g}" for value in self.numbers(keyword))
        decoded = self._decoded(entry[1])
        if "\\" not in decoded or vr in _WITHOUT_BACKSLASH:
            cleaned = _clean(decoded)
            return (cleaned,) if cleaned else ()
        found = [_clean(part) for part in decoded.split("\\")]
        while found and not found[-1]:
            found.pop()
        return tuple(found)

    def number(self, keyword: str) -> float | None:
        """The first number; None when missing or unreadable."""
        found = self.numbers(keyword)
        return found[0] if found else None

    def whole(self, keyword: str) -> int | None:
        """A whole number; None when missing, unreadable or not whole."""
        found = self.number(keyword)
        return int(found) if found is not None and found.is_integer() else None

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Finite numbers; empty when any is missing or unreadable."""
        tag = TAGS[keyword]
        entry = self._values.get(tag)
        if entry is None or not entry[1]:
            return ()
        vr, raw = self._vr(tag, entry[0]), entry[1]
        if vr in _BINARY:
            letter = _BINARY[vr]
            count, rest = divmod(len(raw), struct.calcsize(letter))
            if rest:
                return ()
            found = tuple(float(v) for v in struct.unpack(f"{self._order}{count}{letter}", raw))
        else:
            try:
                found = tuple(_decimal(part) for part in raw.split(b"\\"))
            except ValueError:
                return ()
        return found if all(map(math.isfinite, found)) else ()

    def person(self, keyword: str) -> str:
        """A person's name: native script first, then romanised in brackets."""
        entry = self._values.get(TAGS[keyword])
        if entry is None:
            return ""
        groups = [self._decoded(group) for group in entry[1].split(b"=")[:3]]
        first = [_spaced(_clean(group.partition("\\")[0])) for group in groups]
        alphabetic, ideographic = first[0], first[1] if len(first) > 1 else ""
        if alphabetic and ideographic:
            return f"{ideographic} ({alphabetic})"
        return ideographic or alphabetic or (first[2] if len(first) > 2 else "")

    def _key(self) -> tuple[object, ...]:
        return (tuple(self._values.items()), self._encodings, self._is_declared, self._order)

    def _vr(self, tag: int, written: str) -> str:
        return VR_OF[tag] if written in ("", "UN") else written

    def _decoded(self, raw: bytes) -> str:
        if raw.isascii() and _ESCAPE not in raw:
            return raw.decode("ascii")
        if not self._is_declared:
            # Bytes above 127 without a character set: valid UTF-8 is no accident.
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                pass
        # pydicom takes a third of a second to load: only for those who need it.
        from pydicom.charset import decode_bytes

        try:
            return decode_bytes(raw, self._encodings, _DELIMITERS)
        except (LookupError, UnicodeError, ValueError):
            return raw.decode("utf-8", "replace")


NOTHING = Elements({})


def encodings_of(written: bytes) -> tuple[str, ...]:
    """Python encodings of a Specific Character Set; unknown ones are taken as the default."""
    terms = [part.decode("ascii", "replace").strip(" \0") for part in written.split(b"\\")]
    if len(terms) == 1 and terms[0] in ENCODINGS:
        return ENCODINGS[terms[0]]
    from pydicom.charset import convert_encodings

    try:
        return tuple(convert_encodings(terms))
    except (LookupError, ValueError):
        return DEFAULT_ENCODINGS


def iso_date(written: str) -> str:
    """A DICOM date as 2026-03-14; as written when it is none."""
    if len(written) == 8 and written.isdigit():
        try:
            return date(int(written[:4]), int(written[4:6]), int(written[6:])).isoformat()
        except ValueError:
            return written
    return written


def clock_time(written: str) -> str:
    """A DICOM time as 10:42; as written when it is none."""
    if len(written) >= 4 and written[:4].isdigit():
        return f"{written[:2]}:{written[2:4]}"
    return written


def _clean(text: str) -> str:
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    return text[:MAX_TEXT].strip()


def _spaced(name: str) -> str:
    return " ".join(name.replace("^", " ").split())


def _decimal(raw: bytes) -> float:
    written = raw.strip(b" \0")
    if b"_" in written:
        raise ValueError("no decimal string")
    return float(written)
