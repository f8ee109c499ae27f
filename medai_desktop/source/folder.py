"""Scans folders and files: every header, or the reason why there is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from medai_desktop.errors import SourceError
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.source.damaged import skipped_for
from medai_desktop.source.header import read_header, reason_of
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import message

SILENT_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf"})
SILENT_STARTS = (".", "~$")
SILENT_FOLDERS = frozenset({"$recycle.bin", "system volume information", "__macosx"})
"""What operating systems leave behind: nobody needs to be told of it."""
MOUNT_POINT = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT."""
PROGRESS_EVERY = 25


def scan(
    paths: Sequence[Path], *, progress: ProgressCallback, cancellation: Cancellation
) -> Iterator[InstanceHeader | SkippedFile]:
    """Reads the header of every file below some paths, in the order of their names.

    Links are followed only when they were named themselves; pipes, devices and sockets are left
    alone. A DICOMDIR that was named stands for the folder it lies in. Nothing is read twice.

    Raises:
        CancelledError: the reader cancelled.
    """
    stage = message("source.reading_headers")
    found: list[Path | SkippedFile] = []
    for item in _files(paths):
        cancellation.raise_if_cancelled()
        found.append(item)
    seen: set[Path] = set()
    for done, item in enumerate(found):
        cancellation.raise_if_cancelled()
        if done % PROGRESS_EVERY == 0:
            progress(Progress(done, len(found), stage))
        if isinstance(item, SkippedFile):
            yield item
            continue
        if item in seen:
            continue
        seen.add(item)
        try:
            yield read_header(item)
        except SourceError as error:
            yield skipped_for(item, error)
    progress(Progress(len(found), len(found), stage))


def _files(paths: Sequence[Path]) -> Iterator[Path | SkippedFile]:
    for named in paths:
        path = Path(os.path.abspath(named))
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            yield _unreadable(path, error)
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(path)
        elif not stat.S_ISREG(mode):
            yield SkippedFile(path, message("source.not_a_file", file=path.name))
        elif path.name.upper() == "DICOMDIR":
            yield from _walk(path.parent)
        else:
            yield path


def _walk(top: Path) -> Iterator[Path | SkippedFile]:
    """Files below a folder; without recursion, however deep it goes."""
    waiting: list[Path | SkippedFile | os.DirEntry[str]] = [top]
    while waiting:
        place = waiting.pop()
        if isinstance(place, SkippedFile):
            yield place
        elif isinstance(place, os.DirEntry) and place.is_file(follow_symlinks=False):
            yield Path(place.path)
        else:
            waiting.extend(reversed(_inside(Path(place))))


def _inside(folder: Path) -> list[SkippedFile | os.DirEntry[str] | Path]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        return [_unreadable(folder, error)]
    return [entry for entry in entries if _is_looked_at(entry)]


def _is_looked_at(entry: os.DirEntry[str]) -> bool:
    name = entry.name.lower()
    try:
        if entry.is_symlink() or _is_junction(entry):
            return False
        if entry.is_dir(follow_symlinks=False):
            return name not in SILENT_FOLDERS and not name.startswith(SILENT_STARTS)
        is_file = entry.is_file(follow_symlinks=False)
    except OSError:
        return False
    return is_file and name not in SILENT_NAMES and not name.startswith(SILENT_STARTS)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder of Windows that leads elsewhere."""
    if os.name != "nt":
        return False
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return bool(tag == MOUNT_POINT)


def _unreadable(path: Path, error: OSError | ValueError) -> SkippedFile:
    reason = reason_of(error) if isinstance(error, OSError) else str(error)
    return SkippedFile(
        path, message("source.unreadable", file=path.name or str(path), reason=reason)
    )
