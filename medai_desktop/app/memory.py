"""How much memory the window and its worker programs fill."""

from __future__ import annotations

import os
from pathlib import Path

PROCESSES = Path("/proc")
MOST_DEPTH = 4


def memory_bytes(processes: Path = PROCESSES, pid: int | None = None) -> int | None:
    """Proportional set size of this process and of every program it has started.

    What two of them share counts once. Worker programs that ended meanwhile are left out.

    Returns:
        Bytes; None where the system does not say.
    """
    own = proportional_bytes(processes / str(os.getpid() if pid is None else pid))
    if own is None:
        return None
    children = _descendants(processes, str(os.getpid() if pid is None else pid), MOST_DEPTH)
    return own + sum(proportional_bytes(processes / child) or 0 for child in children)


def proportional_bytes(process: Path) -> int | None:
    """Memory of one process, pages it shares split among those that share them (PSS).

    Args:
        process: its folder in the process table.

    Returns:
        Bytes; None when it has ended, or where the system does not say.
    """
    try:
        for line in (process / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _descendants(processes: Path, pid: str, depth: int) -> list[str]:
    if depth == 0:
        return []
    found: list[str] = []
    for task in _listed(processes / pid / "task"):
        for child in _words(processes / pid / "task" / task / "children"):
            found += [child, *_descendants(processes, child, depth - 1)]
    return found


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
