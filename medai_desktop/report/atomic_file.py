"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from medai_desktop.errors import StorageError
from medai_desktop.text import message


def write_atomically(path: Path, data: bytes) -> None:
    """Writes under a temporary name, flushes, renames; the old version stays until then.

    Raises:
        StorageError: there is no room or no right to write; the old version is untouched.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        reason = error.strerror or type(error).__name__
        raise StorageError(message("report.not_written", path=str(path), reason=reason)) from error
