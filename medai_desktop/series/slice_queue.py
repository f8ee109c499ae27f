"""Which slice comes next: the one that is looked at, then outward."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class SliceQueue:
    """Slices that are still to come; may be steered from another thread.

    Args:
        count: slices in all.
        waiting: those still to come.
        focus: comes first.
    """

    def __init__(self, count: int, waiting: Iterable[int], focus: int) -> None:
        self._waits = bytearray(count)
        self._left = 0
        for index in waiting:
            self._waits[index] = 1
            self._left += 1
        self._lock = threading.Lock()
        self._below, self._above = focus, focus + 1
        self.set_focus(focus)

    def __len__(self) -> int:
        return self._left

    def set_focus(self, slice_index: int) -> None:
        """The slices around this one come next."""
        with self._lock:
            self._focus = max(0, min(len(self._waits) - 1, slice_index))
            self._below, self._above = self._focus, self._focus + 1

    @property
    def focus(self) -> int:
        """The slice that is looked at."""
        return self._focus

    def put_back(self, slice_index: int) -> None:
        """A slice waits again."""
        with self._lock:
            self._left += not self._waits[slice_index]
            self._waits[slice_index] = 1
            self._below, self._above = self._focus, self._focus + 1

    def take(self, within: int | None = None) -> int | None:
        """The nearest slice that still waits; of two, the lower one.

        Args:
            within: so many slices from the focus at most; None: however far.

        Returns:
            Its index; None when none waits there.
        """
        with self._lock:
            while self._below >= 0 and not self._waits[self._below]:
                self._below -= 1
            while self._above < len(self._waits) and not self._waits[self._above]:
                self._above += 1
            is_above_nearer = self._above - self._focus < self._focus - self._below
            if self._below >= 0 and not (self._above < len(self._waits) and is_above_nearer):
                index = self._below
            elif self._above < len(self._waits):
                index = self._above
            else:
                return None
            if within is not None and abs(index - self._focus) > within:
                return None
            self._waits[index] = 0
            self._left -= 1
            return index
