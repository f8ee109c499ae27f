"""One order of what the reader did last: decisions and measurements are taken back alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop.text import Message


@dataclass(frozen=True, slots=True)
class Step:
    """Something the reader did in the open study.

    Attributes:
        said: what it was, for the status bar.
        take_back: undoes it; returns whether that could be kept.
        do_again: does it once more; likewise.
    """

    said: Message
    take_back: Callable[[], bool]
    do_again: Callable[[], bool]


class Undoing:
    """What can be taken back, newest last; begins anew with each study."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def begin(self, steps: tuple[Step, ...] = ()) -> None:
        """Forgets everything; `steps` are what can still be taken back, newest last."""
        self._done, self._undone = list(steps), []

    def record(self, step: Step) -> None:
        """Notes what was done; what had been taken back can no longer be done again."""
        self._done.append(step)
        self._undone.clear()

    def undo(self) -> Message | None:
        """Takes the last step back; returns what it was, None when nothing was taken back."""
        return _turn(self._done, self._undone, lambda step: step.take_back())

    def redo(self) -> Message | None:
        """Does the step again that was taken back last; returns what it was."""
        return _turn(self._undone, self._done, lambda step: step.do_again())


def _turn(source: list[Step], target: list[Step], act: Callable[[Step], bool]) -> Message | None:
    if not source or not act(source[-1]):
        return None
    step = source.pop()
    target.append(step)
    return step.said
