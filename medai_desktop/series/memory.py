"""How much memory can still be had: by the system, by its container, by its limits."""

from __future__ import annotations

import ctypes
import math
import mmap
import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import OutOfMemoryError
from medai_desktop.text import message

SHARE = 0.8
"""So much of what is free may be taken by one display set."""
MEGABYTE = 1_000_000
MAP_NORESERVE = 0x4000 if sys.platform == "linux" else 0x0040
"""Python names it from 3.13 on; the values of Linux and macOS."""
_CGROUP = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


def allocate(shape: tuple[int, ...], kind: np.dtype[np.generic]) -> npt.NDArray[np.generic]:
    """Zeros, or a refusal with the figures before anything is taken.

    Raises:
        OutOfMemoryError: it does not fit.
    """
    needed = math.prod(int(side) for side in shape) * kind.itemsize
    free = free_memory_bytes()
    try:
        if free is None or needed <= SHARE * free:
            return np.zeros(shape, kind)
    except (MemoryError, ValueError):
        pass
    raise _too_large(needed)


class SparseArray:
    """An array larger than memory, of which only a part is there at a time.

    Args:
        shape: (slices, rows, columns) or with colours.
        kind: of its values.

    Attributes:
        values: the array; what is not there reads as zero.

    Raises:
        OutOfMemoryError: this system cannot.
    """

    def __init__(self, shape: tuple[int, ...], kind: np.dtype[np.generic]) -> None:
        flags = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)
        needed = math.prod(shape) * kind.itemsize
        try:
            if not hasattr(mmap, "MADV_DONTNEED"):
                raise OSError
            self._block = mmap.mmap(-1, needed, flags=flags | MAP_NORESERVE)
        except (OSError, ValueError, OverflowError) as error:
            raise _too_large(needed) from error
        self.values: npt.NDArray[np.generic] = np.frombuffer(self._block, kind).reshape(shape)

    def release(self, index: int) -> None:
        """Gives the memory of one slice back, but for pages that it shares with its neighbours."""
        size = self.values[index].nbytes
        first = -(-index * size // mmap.PAGESIZE) * mmap.PAGESIZE
        length = (index + 1) * size // mmap.PAGESIZE * mmap.PAGESIZE - first
        if length > 0:
            self._block.madvise(mmap.MADV_DONTNEED, first, length)


def _too_large(needed: int) -> OutOfMemoryError:
    free = (free_memory_bytes() or 0) // MEGABYTE
    return OutOfMemoryError(message("series.too_large", needed=needed // MEGABYTE, free=free))


def free_memory_bytes() -> int | None:
    """Memory that can still be had; None when the system does not say."""
    if sys.platform == "win32":
        return _free_on_windows()
    found = [_available(_PROC / "meminfo"), _left_in_group(_CGROUP), _left_of_limit()]
    known = [value for value in found if value is not None]
    return min(known) if known else None


def _available(meminfo: Path) -> int | None:
    """What Linux calls available."""
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _left_in_group(folder: Path) -> int | None:
    """What the limit of a container (cgroup 2) leaves; reclaimable cache counts as free."""
    try:
        limit = int((folder / "memory.max").read_text(encoding="ascii"))
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        cache = sum(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, IndexError):
        return None
    return max(0, limit - used + cache)


def _left_of_limit() -> int | None:
    """What a limit on the address space (``ulimit -v``) leaves."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return None
        pages = int((_PROC / "self" / "statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError, IndexError):
        return None
    return max(0, limit - pages * os.sysconf("SC_PAGE_SIZE"))


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of Windows."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *[
            (name, ctypes.c_ulonglong)
            for name in (
                "total_physical",
                "available_physical",
                "total_page_file",
                "available_page_file",
                "total_virtual",
                "available_virtual",
                "available_extended",
            )
        ],
    ]


def _free_on_windows() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.available_physical)
