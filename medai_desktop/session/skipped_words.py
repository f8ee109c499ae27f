"""What is said of files that could not be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medai_desktop.session.context import Notice
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message, message

MAX_NAMED_FILES = 2
"""So many skipped files are named in the notice itself; the rest stand in its details."""
NOT_DICOM = "source.not_dicom"
HARMLESS = frozenset({NOT_DICOM, "source.dicomdir", "series.not_an_image", "series.same_image"})
"""Reasons that take no image from the reader: they are said, but no warning."""
TEXT_ENDINGS = frozenset(
    {".csv", ".htm", ".html", ".json", ".log", ".md", ".pdf", ".rtf", ".tsv", ".txt", ".xml"}
)
TEXT_NAMES = ("README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "CHANGELOG")
SUMS = "SUMS"
"""How lists of checksums end: ``SHA256SUMS``."""


def skipped_notice(
    skipped: Sequence[SkippedFile], paths: Sequence[Path], *, are_images_open: bool
) -> Notice | None:
    """The bar after a scan; None when there is nothing to say.

    Args:
        skipped: what this scan could not use.
        paths: what was opened.
        are_images_open: there were images among them.
    """
    if are_images_open:
        skipped = [item for item in skipped if not _goes_with_images(item)]
    reasons = sorted(
        dict.fromkeys(item.reason for item in skipped),
        key=lambda reason: reason.id in HARMLESS,
    )
    if not are_images_open:
        return _nothing_open(reasons, paths)
    return _some_left_out(reasons)


def _nothing_open(reasons: list[Message], paths: Sequence[Path]) -> Notice:
    if not reasons:
        return Notice(message("session.nothing_there"))
    if len(reasons) == 1:
        return Notice(message("session.nothing_readable_because", reason=reasons[0]))
    if all(reason.id == NOT_DICOM for reason in reasons):
        name = paths[0].name if len(paths) == 1 and paths[0].name else ""
        said = message("session.no_dicom_there")
        if name:
            said = message("session.no_dicom_in", folder=name)
        return Notice(said, tuple(reasons))
    said = message("session.nothing_readable", count=len(reasons), first=reasons[0])
    return Notice(said, tuple(reasons))


def _some_left_out(reasons: list[Message]) -> Notice | None:
    if not reasons:
        return None
    is_warning = reasons[0].id not in HARMLESS
    if len(reasons) == 1:
        return Notice(reasons[0], (), is_warning)
    first = message("session.two_reasons", first=reasons[0], second=reasons[1])
    if len(reasons) <= MAX_NAMED_FILES:
        return Notice(first, (), is_warning)
    said = message("session.some_skipped", skipped=len(reasons), reasons=first)
    return Notice(said, tuple(reasons), is_warning)


def _goes_with_images(item: SkippedFile) -> bool:
    """Whether a file is what often lies beside images and never is one."""
    if item.reason.id != NOT_DICOM:
        return False
    name = item.path.name.upper()
    is_text = item.path.suffix.lower() in TEXT_ENDINGS or name.startswith((".", *TEXT_NAMES))
    return is_text or name.endswith(SUMS)
