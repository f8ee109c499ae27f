"""The pixels of open display sets, within the memory budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medai_desktop.errors import OutOfMemoryError
from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.series.values import bytes_of
from medai_desktop.series.windowed_loading import WindowedLoader
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume


@dataclass(frozen=True, slots=True)
class LoadState:
    """How much of a display set is here.

    Attributes:
        loaded: slices that have come.
        total: slices in all.
        failures: slices that could not be decoded, and why.
        is_complete: nothing more will come by itself.
    """

    loaded: int
    total: int
    failures: tuple[tuple[int, Message], ...] = ()
    is_complete: bool = False


@dataclass(slots=True)
class _Entry:
    """A display set on its way into memory."""

    shown: DisplaySet
    loader: SeriesLoader
    job: Job[Volume] | None = None
    is_announced: bool = False


class PixelStore:
    """Volumes of open display sets; the least recently shown go first when there is no room.

    Args:
        context: shared by the parts of the desk.
        decoders: brings the decode workers.
        budget_bytes: of all volumes together.
    """

    def __init__(
        self, context: DeskContext, decoders: Callable[[], DecodeWorkers], budget_bytes: int
    ) -> None:
        self._context = context
        self._decoders = decoders
        self._budget_bytes = budget_bytes
        self._threads = JobThreads("load", 2)
        self._entries: dict[str, _Entry] = {}
        self._refused: dict[str, Message] = {}
        self.when_slices_arrived: Callable[[str], None] = lambda identity: None
        self.is_in_view: Callable[[str], bool] = lambda identity: False

    def volume(self, identity: str | None) -> Volume | None:
        """The pixels of a display set, complete or on their way; None before the first slice."""
        entry = self._entries.get(identity or "")
        if entry is None or not entry.loader.loaded.any():
            return None
        return entry.loader.volume

    def state(self, identity: str, total: int) -> LoadState:
        """How much of a display set is here."""
        entry = self._entries.get(identity)
        if entry is None:
            return LoadState(0, total, is_complete=identity in self._refused)
        loader = entry.loader
        return LoadState(
            int(loader.loaded.sum()),
            total,
            tuple(sorted(loader.failures.items())),
            entry.job is not None and entry.job.state.has_ended,
        )

    def is_loaded(self, identity: str, slice_index: int) -> bool:
        """Whether one slice is here."""
        entry = self._entries.get(identity)
        if entry is None or not 0 <= slice_index < len(entry.loader.loaded):
            return False
        return bool(entry.loader.loaded[slice_index])

    def loaded_part(self, identity: str) -> Volume | None:
        """The slices that are here, as a volume of their own (for windows from percentiles)."""
        entry, volume = self._entries.get(identity), self.volume(identity)
        if entry is None or volume is None or entry.loader.loaded.all():
            return volume
        here = np.flatnonzero(entry.loader.loaded)
        return Volume(
            volume.voxels[here],
            None,
            volume.pixel_spacing_mm,
            volume.unit,
            is_inverted=volume.is_inverted,
            padding=volume.padding,
            paddings=tuple(volume.paddings[k] for k in here) if volume.paddings else (),
        )

    def ensure_loaded(self, shown: DisplaySet, first_slice: int) -> None:
        """Starts to load a display set unless it is here; steers the order when it is coming.

        A load that the reader cancelled, or of a display set larger than memory, goes on when a
        slice is wanted that is not there.
        """
        entry = self._entries.pop(shown.id, None)
        if entry is None:
            entry = self._new_entry(shown)
            if entry is None:
                return
        self._entries[shown.id] = entry
        entry.loader.set_focus(first_slice)
        if entry.job is None or self._lacks(entry, first_slice):
            self._start(shown, entry, first_slice)

    def complete_volume(self, shown: DisplaySet, job: JobContext) -> Volume:
        """A volume as complete as can be had, from memory or loaded now; for job threads.

        Raises:
            MedaiError: it cannot be had; the message says why.
        """
        entry = self._entries.get(shown.id)
        if entry is not None and entry.loader.shortage is not None:
            raise OutOfMemoryError(entry.loader.shortage)
        if entry is not None and entry.shown is shown and entry.job is not None:
            while not entry.job.wait(0.05):
                job.cancellation.raise_if_cancelled()
                if entry.job.progress is not None:
                    job.report(entry.job.progress)
            if entry.job.outcome is not None:
                return entry.job.outcome
        loader = SeriesLoader(shown, self._decoders())
        return loader.load(job.report, job.cancellation, first_slice=0, on_slice=lambda index: None)

    def shortage(self, identity: str) -> Message | None:
        """Why not all images of a display set can be in memory at once; None when they can."""
        entry = self._entries.get(identity)
        return self._refused.get(identity) if entry is None else entry.loader.shortage

    def forget(self, identity: str) -> None:
        """Ends a load and gives its memory back."""
        self._refused.pop(identity, None)
        entry = self._entries.pop(identity, None)
        if entry is not None and entry.job is not None:
            entry.job.cancel()

    def close(self) -> None:
        """Ends every load."""
        self._threads.close()

    def _new_entry(self, shown: DisplaySet) -> _Entry | None:
        if shown.id in self._refused:
            return None
        self._make_room(bytes_of(shown))
        try:
            return _Entry(shown, SeriesLoader(shown, self._decoders()))
        except OutOfMemoryError as error:
            shortage = error.message
        try:
            loader = WindowedLoader(shown, self._decoders(), shortage)
        except OutOfMemoryError:
            self._refused[shown.id] = shortage
            self._context.notify(Notice(shortage))
            self._context.changed(Changes(loading=True))
            return None
        self._context.notify(Notice(message("series.one_by_one", reason=shortage)))
        return _Entry(shown, loader)

    def _lacks(self, entry: _Entry, slice_index: int) -> bool:
        """Whether a slice is not there, and nothing is under way that would bring it."""
        job, loader = entry.job, entry.loader
        if job is None or not job.state.has_ended or loader.loaded[slice_index]:
            return False
        is_open = job.state is JobState.CANCELLED or loader.shortage is not None
        return is_open and slice_index not in loader.failures

    def _start(self, shown: DisplaySet, entry: _Entry, first_slice: int) -> None:
        def work(job: JobContext) -> Volume:
            return entry.loader.load(
                job.report,
                job.cancellation,
                first_slice=first_slice,
                on_slice=lambda _: self._slice_arrived(shown.id, entry),
            )

        entry.job = self._context.run(
            self._threads,
            message("session.loading", series=shown.series.description or shown.series.modality),
            work,
            lambda job: self._ended(shown.id, entry, job),
        )

    def _slice_arrived(self, identity: str, entry: _Entry) -> None:
        if not entry.is_announced:
            entry.is_announced = True
            self._context.mailbox.post(lambda: self._announce(identity, entry))

    def _announce(self, identity: str, entry: _Entry) -> None:
        entry.is_announced = False
        if self._entries.get(identity) is entry:
            self.when_slices_arrived(identity)
            self._context.changed(Changes(loading=True))

    def _ended(self, identity: str, entry: _Entry, job: Job[Volume]) -> None:
        if self._entries.get(identity) is not entry:
            return
        failures = tuple(reason for _, reason in sorted(entry.loader.failures.items()))
        if job.failure is not None:
            self._context.notify(Notice(job.failure, tuple(dict.fromkeys(failures))))
        elif failures:
            said = message(
                "session.slices_missing",
                missing=len(failures),
                total=len(entry.loader.loaded),
                reason=failures[0],
            )
            self._context.notify(Notice(said, tuple(dict.fromkeys(failures))))
        self.when_slices_arrived(identity)
        self._context.changed(Changes(loading=True))
        if self._lacks(entry, entry.loader.focus) and job.state is JobState.DONE:
            self._start(entry.shown, entry, entry.loader.focus)

    def _make_room(self, needed: int) -> None:
        for identity in tuple(self._entries):
            held = sum(entry.loader.held_bytes for entry in self._entries.values())
            if held + needed <= self._budget_bytes:
                return
            if not self.is_in_view(identity):
                self.forget(identity)
