"""Ctrl+C and SIGTERM end work in an orderly way."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


def raise_on_interrupt() -> None:
    """From now on every such signal raises `KeyboardInterrupt` on the main thread."""
    _install(_raise)


@contextlib.contextmanager
def on_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """The first signal within the block calls `act`, the next one raises `KeyboardInterrupt`.

    Args:
        act: such as `Cancellation.cancel`; called on the main thread, between two bytecodes.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        _install(_raise)
        act()

    _install(handle)
    try:
        yield
    finally:
        _install(_raise)


def _raise(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _install(handler: Callable[[int, FrameType | None], None]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        signal.signal(number, handler)
