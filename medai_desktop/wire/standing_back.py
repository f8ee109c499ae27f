"""How a worker stands back behind the window: one place for what differs by system."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

BELOW_NORMAL_PRIORITY_CLASS = 0x00004000
CREATE_NEW_PROCESS_GROUP = 0x00000200
CREATE_NO_WINDOW = 0x08000000
"""Of the Windows interface; `subprocess` names them only there."""

OOM_SCORE = 700
"""Out of 1000: when memory runs out, the system ends a worker before the window."""


def start_options(platform: str = sys.platform) -> dict[str, int]:
    """What `subprocess.Popen` is given besides the command.

    The worker gets a process group of its own, so that Ctrl+C in a terminal reaches the window
    alone, which ends it in order. It stays in the session: a session of its own would also be a
    scheduling group of its own, in which standing back behind the window means nothing
    (Linux, sched(7), autogroup).
    """
    if platform == "win32":
        flags = BELOW_NORMAL_PRIORITY_CLASS | CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW
        return {"creationflags": flags}
    return {"process_group": 0}


def stand_back(pid: int, niceness: int) -> None:
    """Lowers the priority of a running worker; on Windows `start_options` has done so.

    Args:
        pid: of the worker.
        niceness: how much lower than that of the window.
    """
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            wanted = min(19, os.getpriority(os.PRIO_PROCESS, 0) + niceness)
            os.setpriority(os.PRIO_PROCESS, pid, wanted)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")
