"""Scans folders and files: every header, or the reason why there is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from medai_desktop.errors import SourceError
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.source.header import read_header
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import message

SILENT_NAMES = {".ds_store", "thumbs.db", "desktop.ini"}
"""Files of operating systems: nobody needs to be told of them."""


def scan(
    paths: Sequence[Path], *, progress: ProgressCallback, cancellation: Cancellation
) -> Iterator[InstanceHeader | SkippedFile]:
    """Reads the header of every file below some paths, in the order of their names.

    Links are followed only when they were named themselves; pipes, devices and sockets are left
    alone.

    Raises:
        CancelledError: the reader cancelled.
    """
    stage = message("source.reading_headers")
    done = 0
    for item in _files(paths):
        cancellation.raise_if_cancelled()
        done += 1
        if isinstance(item, SkippedFile):
            yield item
            continue
        if done % 50 == 1:
            progress(Progress(done, 0, stage))
        try:
            yield read_header(item)
        except SourceError as error:
            yield SkippedFile(item, error.message)


def _files(paths: Sequence[Path]) -> Iterator[Path | SkippedFile]:
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield _unreadable(path, error)
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(path)
        elif stat.S_ISREG(mode):
            yield path
        else:
            yield SkippedFile(path, message("source.not_a_file", file=path.name))


def _walk(folder: Path) -> Iterator[Path | SkippedFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink() or entry.name.lower() in SILENT_NAMES:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _unreadable(path: Path, error: OSError) -> SkippedFile:
    reason = error.strerror or type(error).__name__
    return SkippedFile(path, message("source.unreadable", file=path.name, reason=reason))
