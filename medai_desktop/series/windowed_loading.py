"""A display set larger than memory: only the slices around the one that is looked at are there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.series.memory import SparseArray, free_memory_bytes
from medai_desktop.series.values import bytes_of, voxel_shape
from medai_desktop.text import Message
from medai_desktop.volume import Volume

MOST_AROUND = 32
"""So many slices to either side of the focus are loaded."""
LEAST_AROUND = 2
SHARE = 0.25
"""So much of the free memory may be filled."""


class WindowedLoader(SeriesLoader):
    """Loads the slices around the focus and lets go of those far from it.

    Its volume has no geometry and never a digest: no planes, no 3D, no detection.

    Args:
        display_set: what to load.
        decoders: for everything that is not plain.
        shortage: why not all of it can be there at once.

    Raises:
        OutOfMemoryError: not even this is possible here.
    """

    def __init__(self, display_set: DisplaySet, decoders: DecodeWorkers, shortage: Message) -> None:
        self._slice_bytes = max(1, bytes_of(display_set) // len(display_set.frames))
        room = int(SHARE * (free_memory_bytes() or 0)) // self._slice_bytes // 4
        self._around = max(LEAST_AROUND, min(MOST_AROUND, room))
        self._sparse: SparseArray | None = None
        super().__init__(display_set, decoders)
        self.shortage = shortage

    @property
    def held_bytes(self) -> int:
        """Memory that the slices around the focus take, or will."""
        return self._slice_bytes * min(len(self.loaded), 4 * self._around + 1)

    def _next(self) -> int | None:
        focus = self._queue.focus
        for index in np.flatnonzero(self.loaded).tolist():
            if abs(index - focus) > 2 * self._around:
                self.loaded[index] = False
                if self._sparse is not None:
                    self._sparse.release(index)
                self._queue.put_back(index)
        return self._queue.take(self._around)

    def _empty(self, kind: np.dtype[np.generic]) -> Volume:
        self._sparse = SparseArray(voxel_shape(self._shown), kind)
        return replace(self._volume(self._sparse.values, ""), geometry=None)
