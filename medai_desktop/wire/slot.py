"""One shared block for each worker: voxels go through it, not through the pipe."""

from __future__ import annotations

import contextlib
import mmap
import os
import secrets
import sys
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import OutOfMemoryError
from medai_desktop.text import message

PREFIX = "medai-"
_FOLDER = Path("/dev/shm")  # noqa: S108 - where POSIX shared memory lies, not a temporary file


class Slot:
    """A shared block that the window creates and unlinks.

    Args:
        size: bytes.

    Raises:
        OutOfMemoryError: there is no room for it.
    """

    def __init__(self, size: int) -> None:
        clear_leftovers()
        try:
            if _FOLDER.is_dir():
                status = os.statvfs(_FOLDER)
                if status.f_bavail * status.f_frsize < size:
                    raise OSError
            self._block = shared_memory.SharedMemory(
                f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}", create=True, size=max(1, size)
            )
        except OSError as error:
            raise OutOfMemoryError(message("wire.no_room", needed=size // 1_000_000)) from error
        self.name = self._block.name
        self.size = size

    def array(self, shape: tuple[int, ...], kind: np.dtype[np.generic]) -> npt.NDArray[np.generic]:
        """The block as an array; a view that must not outlive the slot."""
        return np.ndarray(shape, kind, buffer=self._block.buf)

    def close(self) -> None:
        """Gives the memory back."""
        with contextlib.suppress(BufferError):
            self._block.close()
        with contextlib.suppress(FileNotFoundError):
            self._block.unlink()


def attach_slot(name: str) -> mmap.mmap | memoryview:
    """The block of the window, seen from a worker; never tracked, never unlinked here.

    Before Python 3.13 `SharedMemory` in a child lets its tracker unlink the block.
    """
    if sys.platform == "win32":
        return shared_memory.SharedMemory(name).buf
    path = _FOLDER / name.lstrip("/")
    if not path.name.startswith(PREFIX):
        raise ValueError("not a slot of this program")
    descriptor = os.open(path, os.O_RDWR)
    try:
        return mmap.mmap(descriptor, 0)
    finally:
        os.close(descriptor)


def clear_leftovers() -> int:
    """Removes blocks of windows that are gone; returns how many."""
    removed = 0
    if not _FOLDER.is_dir():
        return removed
    for path in _FOLDER.glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with contextlib.suppress(OSError):
                path.unlink()
                removed += 1
    return removed
