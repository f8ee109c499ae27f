"""The reader's wish that a piece of work should end."""

from __future__ import annotations

import threading

from medai_desktop.errors import CancelledError
from medai_desktop.text import message


class Cancellation:
    """Set once, from any thread; asked by the work between two units."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Asks the work to end."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the work was asked to end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleeps, but wakes at once when cancelled; returns whether it was."""
        return self._event.wait(seconds)

    def raise_if_cancelled(self) -> None:
        """Ends the work here.

        Raises:
            CancelledError: it was asked to end.
        """
        if self.is_cancelled:
            raise CancelledError(message("jobs.cancelled"))
