"""How far a piece of long work is: finished units, never time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop.text import Message


@dataclass(frozen=True, slots=True)
class Progress:
    """Finished units of work.

    Attributes:
        done: units that are finished.
        total: units in all; 0 while unknown.
        stage: what is being done.
    """

    done: int
    total: int
    stage: Message

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else None


ProgressCallback = Callable[[Progress], None]


def seconds_left(progress: Progress, seconds_so_far: float) -> float | None:
    """Time left at the pace so far; None before the first unit is finished."""
    if progress.done <= 0 or progress.total <= 0:
        return None
    return seconds_so_far * (progress.total - progress.done) / progress.done
