"""Redraws often asked for happen at a bounded rate."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer


class Soon:
    """Does a thing once, shortly after it was asked for, however often it was asked for.

    Args:
        milliseconds: at most so long after the first asking.
        action: what to do, on the window's thread.
    """

    def __init__(self, milliseconds: int, action: Callable[[], None]) -> None:
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(action)

    def ask(self) -> None:
        """Asks for it."""
        if not self._timer.isActive():
            self._timer.start()

    def forget(self) -> None:
        """It has been done otherwise, or must not happen any more."""
        self._timer.stop()
