"""Seconds since the process was created, and the memory it has used."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from medai_desktop.app.memory import PROCESSES, proportional_bytes

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


class MemoryWatch:
    """Samples the memory of some processes on a thread of its own and keeps the peak.

    Args:
        pids: the processes of the moment; those that have ended count nothing.
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
        found = [proportional_bytes(PROCESSES / str(pid)) for pid in self._pids()]
        known = [value for value in found if value is not None]
        if known:
            with self._lock:
                self._peak = max(sum(known), self._peak or 0)
