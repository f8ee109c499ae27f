"""How job threads reach the desk: work is posted, and done on the desk's own thread."""

from __future__ import annotations

import queue
from collections.abc import Callable


class Mailbox:
    """Thunks from any thread, run in order on the thread that drains.

    Attributes:
        wake: called on the posting thread after each post; the window sets it.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.wake: Callable[[], None] = _nobody

    def post(self, thunk: Callable[[], None]) -> None:
        """Leaves work for the desk's thread."""
        self._queue.put(thunk)
        self.wake()

    def drain(self) -> int:
        """Does what lies here; returns how many thunks that were.

        One that raises does not keep the others waiting: the first error is raised at the end.
        """
        done, first = 0, None
        while True:
            try:
                thunk = self._queue.get_nowait()
            except queue.Empty:
                break
            try:
                thunk()
            except Exception as error:
                first = first or error
            done += 1
        if first is not None:
            raise first
        return done


def _nobody() -> None:
    """Nobody waits: the thread that drains comes by itself."""
