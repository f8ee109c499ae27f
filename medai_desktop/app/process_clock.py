"""Seconds since the process was created, and the memory it has used."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_STARTED = time.monotonic()


def seconds_since_start() -> float:
    """Seconds since the operating system created this process.

    Where the system does not tell, since this module was loaded.
    """
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        created = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - created
    except (OSError, ValueError, AttributeError, IndexError):
        return time.monotonic() - _STARTED


def proportional_bytes(pids: Iterable[int]) -> int | None:
    """Memory of processes, shared pages split among those that share them (PSS).

    Args:
        pids: processes that have ended meanwhile count nothing.

    Returns:
        Bytes; None where the system does not tell.
    """
    found = [_pss(pid) for pid in pids]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


class MemoryWatch:
    """Samples the memory of some processes on a thread of its own and keeps the peak.

    Args:
        pids: the processes of the moment.
        every_s: seconds between samples.
    """

    def __init__(self, pids: Callable[[], Iterable[int]], every_s: float = 0.1) -> None:
        self._pids, self._every_s = pids, every_s
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._peak: int | None = None
        self._thread = threading.Thread(target=self._loop, name="memory", daemon=True)
        self._thread.start()

    def peak_bytes(self) -> int | None:
        """The highest sample until now, this moment's included; None where nobody tells."""
        self._sample()
        with self._lock:
            return self._peak

    def close(self) -> None:
        """Ends the thread."""
        self._ends.set()
        self._thread.join(2.0)

    def _loop(self) -> None:
        while not self._ends.wait(self._every_s):
            self._sample()

    def _sample(self) -> None:
        now = proportional_bytes(self._pids())
        if now is not None:
            with self._lock:
                self._peak = max(now, self._peak or 0)


def _pss(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return None if found is None else int(found.group(1)) * 1024
