"""The program that runs models: ``python -m medai_desktop.runtimes.worker``.

Only the standard library at top level; torch is loaded here and nowhere near the window. A warm
worker keeps its model. No network is used, no pickle is read.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medai_desktop.runtimes.model_runner import ModelRunner
    from medai_desktop.wire import Frame, Tell


def main() -> int:
    """Answers requests on standard input until it is closed."""
    # Threads that wait would otherwise burn the cores that the window needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from medai_desktop.wire import answer_requests

    return answer_requests(_Worker().answer)


class _Worker:
    """What is warm: the runner with its model; torch comes with the first request that needs it."""

    def __init__(self) -> None:
        self._runner: ModelRunner | None = None

    def answer(self, request: Frame, tell: Tell) -> Frame:
        from medai_desktop.wire import Frame

        if request.kind == "hello":
            return request
        if self._runner is None:
            from medai_desktop.runtimes.model_runner import ModelRunner

            self._runner = ModelRunner()
        if request.kind == "devices":
            return self._runner.devices()
        if request.kind == "limit":
            self._runner.warm_up(int(request.number("threads")))
            return Frame("limited", {"is_limited": _limit_memory(int(request.number("bytes")))})
        if request.kind == "detect":
            return self._runner.detect(request, tell)
        return Frame("error", {"reason": f"unknown request {request.kind[:40]}"})


def _limit_memory(limit: int) -> bool:
    """Limits the address space of this program; False where the system has no such limit.

    Set once libraries and threads are there: some do not fail but stand still without memory.
    """
    try:
        import resource
    except ImportError:
        return False
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return True


if __name__ == "__main__":
    sys.exit(main())
