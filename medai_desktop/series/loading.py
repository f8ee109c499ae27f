"""Pixels become a volume, slice by slice, the one that is looked at first."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import CancelledError, MedaiError, PixelDataError
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.series.identity import images_digest
from medai_desktop.series.memory import allocate
from medai_desktop.series.native import is_plain, read_plain_pixels
from medai_desktop.series.slice_queue import SliceQueue
from medai_desktop.series.values import (
    TooNarrowError,
    first_type,
    padding_of,
    put_values,
    rescale_of,
    value_type,
    voxel_shape,
)
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume


class SeriesLoader:
    """Loads one display set.

    The volume is allocated at once and filled as slices come.

    Args:
        display_set: what to load.
        decoders: for everything that is not plain.

    Attributes:
        loaded: (slices,) which slices are there.
        failures: slices that could not be decoded, and why.
        volume: filled as slices come.
        shortage: why not all slices can be there at once; None when they can.

    Raises:
        OutOfMemoryError: it does not fit; the message carries the figures.
    """

    shortage: Message | None = None

    def __init__(self, display_set: DisplaySet, decoders: DecodeWorkers) -> None:
        self._shown = display_set
        self._decoders = decoders
        count = len(display_set.frames)
        self.loaded = np.zeros(count, dtype=bool)
        self.failures: dict[int, Message] = {}
        self.volume = self._empty(first_type(display_set))
        self._digests: list[bytes] = [b""] * count
        self._queue = SliceQueue(count, range(count), 0)

    @property
    def held_bytes(self) -> int:
        """Memory that the pixels take, or will."""
        return self.volume.voxels.nbytes

    @property
    def focus(self) -> int:
        """The slice that is looked at."""
        return self._queue.focus

    def set_focus(self, slice_index: int) -> None:
        """The slices around this one come next."""
        self._queue.set_focus(slice_index)

    def load(
        self,
        progress: ProgressCallback,
        cancellation: Cancellation,
        *,
        first_slice: int,
        on_slice: Callable[[int], None],
    ) -> Volume:
        """Loads every slice.

        Args:
            progress: finished slices.
            cancellation: asked before each slice; ends a decoder at work.
            first_slice: comes first; the rest outward from it, or from `set_focus`.
            on_slice: told of each slice that has come or failed, on this thread.

        Returns:
            The volume; with its digest when every slice has come and every file could be used.

        Raises:
            CancelledError: the reader cancelled.
            PixelDataError: not one slice could be decoded.
        """
        total, stage = len(self.loaded), message("series.decoding")
        self.failures.clear()
        self._queue = SliceQueue(total, np.flatnonzero(~self.loaded).tolist(), first_slice)
        done = total - len(self._queue)

        def arrived(index: int, failure: Message | None) -> None:
            nonlocal done
            done += 1
            if failure is None:
                self.loaded[index] = True
            else:
                self.failures[index] = failure
            on_slice(index)
            progress(Progress(done, total, stage))

        is_here = all(is_plain(image) for image in self._shown.frames)
        load_all = self._load_here if is_here else self._load_by_workers
        try:
            load_all(cancellation, arrived)
        except TooNarrowError:
            self._widen(first_slice)
            done = 0
            load_all(cancellation, arrived)
        if not self.loaded.any():
            raise PixelDataError(next(iter(self.failures.values())))
        if self.loaded.all() and Flag.INCOMPLETE not in self._shown.flags:
            self.volume = self._volume(self.volume.voxels, self._digest())
        return self.volume

    def _load_here(
        self, cancellation: Cancellation, arrived: Callable[[int, Message | None], None]
    ) -> None:
        while (index := self._next()) is not None:
            cancellation.raise_if_cancelled()
            arrived(index, self._fetch(index, cancellation))

    def _load_by_workers(
        self, cancellation: Cancellation, arrived: Callable[[int, Message | None], None]
    ) -> None:
        running: dict[Future[Message | None], int] = {}
        with ThreadPoolExecutor(self._decoders.count, "fetch") as threads:
            while True:
                cancellation.raise_if_cancelled()
                while len(running) < self._decoders.count:
                    index = self._next()
                    if index is None:
                        break
                    running[threads.submit(self._fetch, index, cancellation)] = index
                if not running:
                    return
                for finished in wait(running, return_when=FIRST_COMPLETED).done:
                    arrived(running.pop(finished), finished.result())

    def _next(self) -> int | None:
        """The slice to load now; None when there is none left."""
        return self._queue.take()

    def _empty(self, kind: np.dtype[np.generic]) -> Volume:
        return self._volume(allocate(voxel_shape(self._shown), kind), "")

    def _widen(self, first_slice: int) -> None:
        """Begins again with a type that holds every value there could be."""
        self.loaded[:] = False
        self.failures.clear()
        self.volume = self._empty(value_type(self._shown))
        self._queue = SliceQueue(len(self.loaded), range(len(self.loaded)), first_slice)

    def _fetch(self, index: int, cancellation: Cancellation) -> Message | None:
        """Puts one slice into its place; returns why it cannot be had."""
        image, target = self._shown.frames[index], self.volume.voxels[index]
        rescale = rescale_of(image)

        def take(stored: npt.NDArray[np.generic]) -> None:
            if stored.shape != target.shape:
                raise PixelDataError(message("series.other_size", file=image.instance.path.name))
            put_values(stored, rescale, target)

        try:
            if is_plain(image):
                read_plain_pixels(image, rescale, target)
            else:
                self._decoders.decode_into(image, take, cancellation)
        except CancelledError:
            raise
        except MedaiError as error:
            return error.message
        self._digests[index] = hashlib.sha256(memoryview(target).cast("B")).digest()
        return None

    def _volume(self, voxels: npt.NDArray[np.generic], digest: str) -> Volume:
        shown, pixels = self._shown, self._shown.pixels
        paddings = tuple(padding_of(frame) for frame in shown.frames)
        usual = Counter(paddings).most_common(1)[0][0]
        return Volume(
            voxels,
            shown.geometry if shown.is_on_grid else None,
            shown.pixel_spacing_mm,
            shown.unit,
            tuple(frame.reference for frame in shown.frames),
            shown.id,
            digest,
            pixels.photometric_interpretation == "MONOCHROME1",
            usual,
            () if len(set(paddings)) == 1 else paddings,
        )

    def _digest(self) -> str:
        """Over UIDs, geometry and modality values of all images, in the order of the array."""
        digest = hashlib.sha256(f"{images_digest(self._shown)} {self.volume.voxels.dtype}".encode())
        for values in self._digests:
            digest.update(values)
        return digest.hexdigest()
