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


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast units are finished, from the reports of one stage.

    What comes before the first unit (a program starts, a model loads) does not count, so that the
    time left does not begin at minutes.

    Attributes:
        first: the first report with a known total; None before.
        first_at: seconds on a clock that never goes back.
        last: the newest report.
    """

    first: Progress | None = None
    first_at: float = 0.0
    last: Progress | None = None

    def after(self, progress: Progress, at: float) -> Pace:
        """The pace once this was reported; another stage, or a new beginning, starts anew."""
        if progress.total <= 0:
            return Pace()
        before = self.last
        is_new = (
            before is None
            or before.stage != progress.stage
            or before.total != progress.total
            or before.done > progress.done
        )
        if is_new:
            return Pace(progress, at, progress)
        return Pace(self.first, self.first_at, progress)

    def seconds_left(self, now: float) -> float | None:
        """Time left; None before two reports of finished units tell a pace.

        Args:
            now: on the clock of `after`. Standing still makes the time left longer.
        """
        if self.first is None or self.last is None or self.last.done <= self.first.done:
            return None
        finished = self.last.done - self.first.done
        return (now - self.first_at) * (self.last.total - self.last.done) / finished
