"""Of several files of one image, one; and what is no image at all."""

from __future__ import annotations

from collections.abc import Iterable

from medai_desktop.series.losses import why_lost
from medai_desktop.series.not_pictures import why_no_picture
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import Message, message

ImageKey = tuple[tuple[str, str, str, str], str]


def sifted(
    headers: Iterable[InstanceHeader],
) -> tuple[list[InstanceHeader], list[SkippedFile]]:
    """One header for each image of each patient, and what is none.

    Of copies one that is whole is kept. An image that carries the UID of another one of its
    patient is left out and named: marks and reports could not tell the two apart.
    """
    images: dict[ImageKey, InstanceHeader] = {}
    skipped: list[SkippedFile] = []
    for header in sorted(headers, key=lambda h: str(h.path)):
        no_picture = why_no_picture(header)
        if no_picture is not None:
            skipped.append(SkippedFile(header.path, no_picture))
            continue
        key = header.patient.identity, header.sop_instance_uid
        kept = images.setdefault(key, header)
        if kept is header:
            continue
        if _is_whole(header) and not _is_whole(kept):
            images[key], header, kept = header, kept, header
        skipped.append(SkippedFile(header.path, _left_out(header, kept)))
    return list(images.values()), skipped


def _is_whole(header: InstanceHeader) -> bool:
    return header.problem is None and why_lost(header) is None


def _is_copy(header: InstanceHeader, kept: InstanceHeader) -> bool:
    """Whether two headers of one UID are of one image; what a damaged one lacks counts as equal."""
    if header.pixels is None or kept.pixels is None:
        return True
    return _what_and_where(header) == _what_and_where(kept)


def _what_and_where(header: InstanceHeader) -> tuple[object, ...]:
    pixels = header.pixels
    size = None if pixels is None else (pixels.rows, pixels.columns)
    number, series = header.instance_number, header.series.series_instance_uid
    return series, number, header.position.position_lps_mm, size


def _left_out(header: InstanceHeader, kept: InstanceHeader) -> Message:
    name, first = header.path.name, kept.path.name
    if name == first:
        name = f"{header.path.parent.name}/{name}"
        first = f"{kept.path.parent.name}/{first}"
    if _is_copy(header, kept):
        return message("series.same_image", file=name, first=first)
    return message("series.other_image", file=name, first=first)
