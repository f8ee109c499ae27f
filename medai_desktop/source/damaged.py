"""What can still be told of a file whose header cannot be read."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from medai_desktop.errors import NotDicomError, SourceError
from medai_desktop.source.image_classes import IMAGE_CLASSES
from medai_desktop.source.instance import SkippedFile

LOOKED_AT_BYTES = 65536
_CLASS = rb"\x02\x00\x02\x00"
_SERIES = rb"\x20\x00\x0e\x00"
_LENGTH = rb"(?:UI(?P<short>[\x01-\x41])\x00|(?P<long>[\x01-\x41])\x00\x00\x00)"
_UID = re.compile(r"[0-9.]{5,64}")


def skipped_for(path: Path, error: SourceError) -> SkippedFile:
    """A file that could not be read, with what it may have been."""
    if isinstance(error, NotDicomError) or error.message.id == "source.dicomdir":
        return SkippedFile(path, error.message)
    start = _start_of(path)
    sop_class = _uid_behind(_CLASS, start)
    if sop_class and sop_class not in IMAGE_CLASSES:
        return SkippedFile(path, error.message)
    return SkippedFile(path, error.message, True, _uid_behind(_SERIES, start))


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LOOKED_AT_BYTES)
    except OSError:
        return b""


def _uid_behind(tag: bytes, start: bytes) -> str:
    """The UID of the first little-endian element with a tag; empty when it is not whole."""
    found = re.search(tag + _LENGTH, start, re.DOTALL)
    if found is None:
        return ""
    (length,) = struct.unpack("B", found["short"] or found["long"])
    raw = start[found.end() : found.end() + length]
    written = raw.rstrip(b"\0 ").decode("latin-1")
    return written if len(raw) == length and _UID.fullmatch(written) else ""
