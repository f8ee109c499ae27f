"""One shared block for each worker: voxels go through it, not through the pipe."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import secrets
import sys
from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import OutOfMemoryError
from medai_desktop.text import message

PREFIX = "medai-"
_FOLDER = Path("/dev/shm")  # noqa: S108 - where POSIX shared memory lies, not a temporary file
_NAME = re.compile(r"medai-(\d+)-[0-9a-f]{8}")
_MEMORY = Path("/proc/meminfo")


class Slot:
    """A shared block that the window creates and unlinks.

    The memory is taken at once: a block that only promises it would end the window with a bus
    error in the middle of a copy.

    Args:
        size: bytes.

    Raises:
        OutOfMemoryError: there is no room for it; the message carries the figures.
    """

    def __init__(self, size: int) -> None:
        clear_leftovers()
        self.size = size
        self.name = f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        free = free_bytes()
        if free is not None and size > free:
            raise _no_room(size, free)
        try:
            self._block = shared_memory.SharedMemory(self.name, create=True, size=max(1, size))
        except (OSError, OverflowError) as error:
            raise _no_room(size, free) from error
        try:
            self._reserve()
        except OSError as error:
            self.close()
            raise _no_room(size, free) from error

    def array(self, shape: tuple[int, ...], kind: np.dtype[np.generic]) -> npt.NDArray[np.generic]:
        """The block as an array; a view that must not outlive the slot."""
        return np.ndarray(shape, kind, buffer=self._block.buf)

    def close(self) -> None:
        """Gives the memory back; may be called twice."""
        with contextlib.suppress(BufferError):
            self._block.close()
        with contextlib.suppress(FileNotFoundError):
            self._block.unlink()

    def _reserve(self) -> None:
        if hasattr(os, "posix_fallocate") and (_FOLDER / self.name).exists():
            descriptor = os.open(_FOLDER / self.name, os.O_RDWR)
            try:
                os.posix_fallocate(descriptor, 0, max(1, self.size))
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def attached_slot(name: str) -> Iterator[mmap.mmap | memoryview]:
    """The block of the window, seen from a worker; never tracked, never unlinked here.

    Args:
        name: as the window says it.

    Raises:
        ValueError: that is no slot of this program.
        FileNotFoundError: the window has unlinked it.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError("not a slot of this program")
    attach = _attached_file if _FOLDER.is_dir() else _attached_untracked
    with attach(name) as buffer:
        yield buffer


@contextlib.contextmanager
def _attached_file(name: str) -> Iterator[mmap.mmap]:
    descriptor = os.open(_FOLDER / name, os.O_RDWR)
    try:
        block = mmap.mmap(descriptor, 0)
    finally:
        os.close(descriptor)
    try:
        yield block
    finally:
        with contextlib.suppress(BufferError):
            block.close()


@contextlib.contextmanager
def _attached_untracked(name: str) -> Iterator[memoryview]:
    """Where there is no folder of blocks (macOS, Windows).

    Before Python 3.13 `SharedMemory` registers an attached block as if it were its own, and the
    tracker of the worker unlinks it when the worker ends.
    """
    if sys.version_info >= (3, 13):
        block = shared_memory.SharedMemory(name, track=False)
    else:
        tracker = shared_memory.resource_tracker  # type: ignore[attr-defined]
        register, tracker.register = tracker.register, lambda *_: None
        try:
            block = shared_memory.SharedMemory(name)
        finally:
            tracker.register = register
    if block.buf is None:
        raise ValueError("an empty slot")
    try:
        yield block.buf
    finally:
        with contextlib.suppress(BufferError):
            block.close()


def clear_leftovers() -> int:
    """Removes blocks of windows that are gone; returns how many."""
    removed = 0
    if not _FOLDER.is_dir():
        return removed
    for path in _FOLDER.glob(f"{PREFIX}*"):
        named = _NAME.fullmatch(path.name)
        if named is not None and not Path(f"/proc/{named[1]}").exists():
            with contextlib.suppress(OSError):
                path.unlink()
                removed += 1
    return removed


def free_bytes() -> int | None:
    """How large a slot may be now; None where the system does not tell."""
    free = []
    with contextlib.suppress(OSError):
        status = os.statvfs(_FOLDER)
        free.append(status.f_bavail * status.f_frsize)
    with contextlib.suppress(OSError):
        found = re.search(r"^MemAvailable:\s+(\d+) kB", _MEMORY.read_text("ascii"), re.MULTILINE)
        if found is not None:
            free.append(int(found[1]) * 1024)
    return min(free, default=None)


def _no_room(size: int, free: int | None) -> OutOfMemoryError:
    needed = -(-size // 1_000_000)
    if free is None:
        return OutOfMemoryError(message("wire.no_room", needed=needed))
    return OutOfMemoryError(message("wire.little_room", needed=needed, free=free // 1_000_000))
