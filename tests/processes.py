"""What tests ask the system about processes and shared memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where shared memory lies


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be reaped has."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] in {"Z", "X"}


def children_of(pid: int) -> set[int]:
    """Processes that a process started and that still run."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in {"Z", "X"}:
            found.add(int(path.parent.name))
    return found


def slots_of(pid: int) -> set[str]:
    """Names of the shared blocks that a process made and that are still there."""
    return {path.name for path in SHARED_MEMORY.glob(f"medai-{pid}-*")}


def wait_until(is_true: Callable[[], bool], timeout_s: float = 15.0) -> None:
    """Waits for something to become true.

    Raises:
        AssertionError: it did not.
    """
    until = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.01)
