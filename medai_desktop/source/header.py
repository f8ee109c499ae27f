"""Reads the header of one DICOM file."""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from medai_desktop.errors import NotDicomError, SourceError
from medai_desktop.source.elements import Elements
from medai_desktop.source.facts import (
    frame_facts,
    patient_facts,
    pixel_facts,
    position_facts,
    series_facts,
    study_facts,
    technique_facts,
)
from medai_desktop.source.instance import FileStamp, InstanceHeader, PixelFacts
from medai_desktop.source.pixel_span import PixelSpan, RawHeader
from medai_desktop.source.plain_reader import read_plain
from medai_desktop.text import Message, message

MAX_FRAME_BYTES = 1_000_000_000
"""No frame is larger; one that says so lies."""
MAX_INFLATION = 1032
"""Deflate cannot make more than so many bytes of one."""
NATIVE = frozenset(
    {
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
    }
)
"""Transfer syntaxes without encapsulated pixels."""
DICOMDIR = "1.2.840.10008.1.3.10"
_NAMESPACE = uuid.UUID("d2b0c1de-6a0f-5a51-8d5e-2f1f1b5cf7c3")


def read_header(path: Path) -> InstanceHeader:
    """Reads one file up to its pixels.

    Raises:
        NotDicomError: it is not DICOM.
        SourceError: it is empty, cannot be read, breaks off, or states an impossible size.
    """
    name = path.name
    try:
        with path.open("rb") as file:
            stamp = FileStamp.of(os.fstat(file.fileno()))
            if stamp.size_bytes == 0:
                raise SourceError(message("source.empty", file=name))
            read = _read(file, stamp.size_bytes, name)
    except OSError as error:
        raise SourceError(
            message("source.unreadable", file=name, reason=reason_of(error))
        ) from error
    return _header(path, stamp, read)


def reason_of(error: OSError) -> Message | str:
    """Why the system refuses, as a message where it is one of the usual reasons."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return message("source.no_right")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return message("source.gone")
    if error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT):
        return message("source.medium")
    return error.strerror or type(error).__name__


def _read(file: BinaryIO, size: int, name: str) -> RawHeader:
    plain = read_plain(file, size)
    if plain is not None:
        return plain
    # pydicom takes a third of a second to load: only for those who need it.
    from medai_desktop.source.dicom_reader import read_any

    file.seek(0)
    try:
        found = read_any(file, size)
    except OSError:
        raise
    except Exception as error:
        raise SourceError(message("source.damaged_header", file=name)) from error
    if found is None:
        raise NotDicomError(message("source.not_dicom", file=name))
    return found


def _header(path: Path, stamp: FileStamp, read: RawHeader) -> InstanceHeader:
    found, name, size = read.elements, path.name, stamp.size_bytes
    if found.text("MediaStorageSOPClassUID") == DICOMDIR:
        raise SourceError(message("source.dicomdir", file=name))
    if read.was_short:
        raise SourceError(message("source.damaged_header", file=name))
    try:
        pixels = pixel_facts(found)
    except ValueError as error:
        raise SourceError(message("source.impossible_size", file=name)) from error
    if pixels is None and read.span is not None:
        raise SourceError(message("source.impossible_size", file=name))
    if not _is_an_object(found, pixels):
        raise NotDicomError(message("source.not_dicom", file=name))
    frames = frame_facts(found)
    problem = None
    if pixels is not None:
        pixels, problem = _checked(pixels, read, size, name)
        frames = frames[: pixels.frames] if len(frames) >= pixels.frames else ()
    instance, series, study, is_own = _uids(found, path)
    return InstanceHeader(
        path,
        instance,
        found.text("SOPClassUID") or found.text("MediaStorageSOPClassUID"),
        read.syntax,
        found.whole("InstanceNumber"),
        patient_facts(found),
        study_facts(found, study),
        series_facts(found, series),
        technique_facts(found),
        pixels,
        position_facts(found),
        frames,
        problem,
        is_own,
        stamp,
    )


def _is_an_object(found: Elements, pixels: PixelFacts | None) -> bool:
    if pixels is not None:
        return True
    named = ("SOPInstanceUID", "SOPClassUID", "SeriesInstanceUID", "Modality")
    return sum(bool(found.text(keyword)) for keyword in named) >= 2


def _checked(
    pixels: PixelFacts, read: RawHeader, size: int, name: str
) -> tuple[PixelFacts, Message | None]:
    """The facts with the frames that are really there, and what is wrong with the others."""
    span = read.span
    if span is None:
        return replace(pixels, frames=0), message("source.no_pixel_data", file=name)
    frame_bits = _frame_bits(pixels, read.syntax)
    if frame_bits > 8 * MAX_FRAME_BYTES:
        raise SourceError(message("source.impossible_size", file=name))
    stated, there = pixels.frames, _frames_there(span, pixels.frames, frame_bits, size)
    pixels = replace(
        pixels,
        frames=min(stated, there),
        pixel_offset=span.offset if span.keyword == "PixelData" and not span.is_inflated else None,
        pixel_length=span.length,
        is_float=span.keyword != "PixelData",
    )
    if there >= stated:
        return pixels, None
    if there:
        return pixels, message("source.fewer_frames", file=name, there=there, stated=stated)
    return pixels, message("source.truncated", file=name)


def _frame_bits(pixels: PixelFacts, syntax: str) -> int:
    samples = pixels.samples_per_pixel
    if pixels.photometric_interpretation == "YBR_FULL_422" and syntax in NATIVE:
        samples = 2
    return pixels.rows * pixels.columns * samples * pixels.bits_allocated


def _frames_there(span: PixelSpan, stated: int, frame_bits: int, size: int) -> int:
    if span.length is None:
        if span.is_cut:
            return span.fragments if stated > 1 and span.fragments <= stated else 0
        return span.fragments if span.fragments < stated else stated
    present = min(span.length, size * MAX_INFLATION) if span.is_inflated else span.present
    return min(stated, present * 8 // frame_bits)


def _uids(found: Elements, path: Path) -> tuple[str, str, str, bool]:
    """Instance, series and study UID, made up from all of the file where they are missing."""
    instance = found.text("SOPInstanceUID") or found.text("MediaStorageSOPInstanceUID")
    series, study = found.text("SeriesInstanceUID"), found.text("StudyInstanceUID")
    is_own = bool(instance and series and study)
    if is_own:
        return instance, series, study, True
    instance = instance or _made_up("instance", _content(path))
    series = series or _made_up("series", study, instance)
    return instance, series, study or _made_up("study", series), False


def _content(path: Path) -> str:
    """A digest of everything that a file holds."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            message("source.unreadable", file=path.name, reason=reason_of(error))
        ) from error


def _made_up(*words: object) -> str:
    return f"2.25.{uuid.uuid5(_NAMESPACE, repr(words)).int}"
