"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from medai_desktop.errors import StorageError
from medai_desktop.text import message


def write_atomically(path: Path, data: bytes) -> None:
    """Writes one file; see `write_together`.

    Raises:
        StorageError: there is no room or no right to write; the old version is untouched.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Writes files that belong together, folders made as needed.

    All are written under temporary names and flushed before the first one takes its place, so
    that a full disk leaves every old version as it was.

    Raises:
        StorageError: there is no room or no right to write.
    """
    written: dict[Path, Path] = {}
    path = next(iter(files), Path())
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.part")
            written[path] = temporary
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, temporary in written.items():
            os.replace(temporary, path)
    except OSError as error:
        for temporary in written.values():
            with contextlib.suppress(OSError):
                temporary.unlink()
        reason = error.strerror or type(error).__name__
        raise StorageError(message("report.not_written", path=str(path), reason=reason)) from error


def check_writable(folder: Path) -> None:
    """Makes a folder, and tries to write there before hours of work are spent on it.

    Raises:
        StorageError: it cannot be made or written.
    """
    probe = folder / f".probe-{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(
            message("report.folder_not_writable", folder=str(folder), reason=reason)
        ) from error
