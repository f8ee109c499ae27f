"""Open studies: scan, group, load the pixels, keep them within the memory budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import MedaiError
from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.display_sets import StudyList, build_studies
from medai_desktop.series.loading import SeriesLoader, load_thumbnail
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume

MAX_NAMED_FILES = 2
"""So many skipped files are named in the notice itself; the rest stand in its details."""


@dataclass(frozen=True, slots=True)
class LoadState:
    """How much of a display set is here.

    Attributes:
        loaded: slices that have come.
        total: slices in all.
        failures: slices that could not be decoded, and why.
        is_complete: every slice has come or failed.
    """

    loaded: int
    total: int
    failures: tuple[tuple[int, Message], ...] = ()
    is_complete: bool = False


@dataclass(slots=True)
class _Loading:
    """A display set on its way into memory."""

    loader: SeriesLoader
    job: Job[Volume] | None = None
    volume: Volume | None = None
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What a scan brought."""

    headers: tuple[InstanceHeader, ...]
    skipped: tuple[SkippedFile, ...]
    found: StudyList


class Opening:
    """The open studies of a desk.

    Args:
        context: shared by the parts of the desk.
        sample_folder: the built-in sample study.
        memory_budget_bytes: of all volumes together; the least recently shown go first.
    """

    def __init__(self, context: DeskContext, sample_folder: Path, memory_budget_bytes: int) -> None:
        self._context = context
        self._sample_folder = sample_folder
        self._memory_budget_bytes = memory_budget_bytes
        self._scan_threads = JobThreads("scan")
        self._load_threads = JobThreads("load", 2)
        self._thumbnail_threads = JobThreads("thumbnail")
        self._decoders: DecodeWorkers | None = None
        self._decoders_lock = threading.Lock()
        self._headers: tuple[InstanceHeader, ...] = ()
        self.skipped: tuple[SkippedFile, ...] = ()
        self.found: StudyList | None = None
        self.current_study: Study | None = None
        self.opened_paths: tuple[Path, ...] = ()
        self._loading: dict[str, _Loading] = {}
        self._thumbnails: dict[str, npt.NDArray[np.uint8]] = {}
        self.when_study_selected: Callable[[Study], None] = lambda study: None
        self.when_slices_arrived: Callable[[str], None] = lambda identity: None
        self.is_in_view: Callable[[str], bool] = lambda identity: False
        self.last_scan_failed = False

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every open study."""
        return () if self.found is None else self.found.studies

    def decoders(self) -> DecodeWorkers:
        """The decode workers, started on first use; from any thread."""
        with self._decoders_lock:
            if self._decoders is None:
                self._decoders = DecodeWorkers()
            return self._decoders

    def open_sample(self) -> Job[_Scanned]:
        """Opens the built-in sample study."""
        return self.open_paths((self._sample_folder,))

    def open_paths(self, paths: Sequence[Path]) -> Job[_Scanned]:
        """Scans folders and files and adds their studies; the first new one is selected."""
        known = {header.path for header in self._headers}
        before, wanted = self._headers, tuple(Path(path) for path in paths)

        def work(job: JobContext) -> _Scanned:
            headers, skipped = list(before), []
            for item in scan(wanted, progress=job.report, cancellation=job.cancellation):
                if isinstance(item, SkippedFile):
                    skipped.append(item)
                elif item.path not in known:
                    headers.append(item)
            return _Scanned(tuple(headers), tuple(skipped), build_studies(headers))

        self.opened_paths = wanted
        return self._context.run(
            self._scan_threads, message("session.scanning"), work, self._scanned
        )

    def select_study(self, study_instance_uid: str) -> None:
        """Makes a study the current one; its hanging protocol follows."""
        for study in self.studies:
            if study.facts.study_instance_uid == study_instance_uid:
                self.current_study = study
                self._context.changed(Changes(studies=True))
                self.when_study_selected(study)
                self._request_thumbnails(study)

    def display_set(self, identity: str | None) -> DisplaySet | None:
        """The display set with this id, of any open study."""
        for study in self.studies:
            for candidate in study.display_sets:
                if candidate.id == identity:
                    return candidate
        return None

    def study_of(self, identity: str) -> Study | None:
        """The study that a display set belongs to."""
        for study in self.studies:
            if any(candidate.id == identity for candidate in study.display_sets):
                return study
        return None

    def volume(self, identity: str | None) -> Volume | None:
        """The pixels of a display set, complete or on their way; None before the first slice."""
        entry = self._loading.get(identity or "")
        if entry is None or not entry.loader.loaded.any():
            return None
        return entry.volume or entry.loader.volume

    def loading(self, identity: str) -> LoadState:
        """How much of a display set is here."""
        shown = self.display_set(identity)
        total = 0 if shown is None else len(shown.frames)
        entry = self._loading.get(identity)
        if entry is None:
            return LoadState(0, total)
        loader = entry.loader
        return LoadState(
            int(loader.loaded.sum()),
            total,
            tuple(sorted(loader.failures.items())),
            entry.job is not None and entry.job.state.has_ended,
        )

    def is_loaded(self, identity: str, slice_index: int) -> bool:
        """Whether one slice is here."""
        entry = self._loading.get(identity)
        return entry is not None and bool(entry.loader.loaded[slice_index])

    def loaded_part(self, identity: str) -> Volume | None:
        """The slices that are here, as a volume of their own (for windows from percentiles)."""
        entry = self._loading.get(identity)
        volume = self.volume(identity)
        if entry is None or volume is None or entry.loader.loaded.all():
            return volume
        voxels = volume.voxels[np.flatnonzero(entry.loader.loaded)]
        return Volume(
            voxels,
            None,
            volume.pixel_spacing_mm,
            volume.unit,
            is_inverted=volume.is_inverted,
            padding=volume.padding,
        )

    def ensure_loaded(self, identity: str, first_slice: int) -> None:
        """Starts to load a display set unless it is here; steers the order when it is coming."""
        entry = self._loading.pop(identity, None)
        if entry is not None:
            self._loading[identity] = entry
            entry.loader.set_focus(first_slice)
            return
        shown = self.display_set(identity)
        if shown is None:
            return
        self._evict(shown)
        try:
            loader = SeriesLoader(shown, self.decoders())
        except MedaiError as error:
            self._context.notify(Notice(error.message))
            return
        entry = _Loading(loader)
        self._loading[identity] = entry

        def work(job: JobContext) -> Volume:
            return loader.load(
                job.report,
                job.cancellation,
                first_slice=first_slice,
                on_slice=lambda _: self._slice_arrived(identity, entry),
            )

        entry.job = self._context.run(
            self._load_threads,
            message("session.loading", series=shown.series.description or shown.series.modality),
            work,
            lambda job: self._loaded(identity, entry, job),
        )

    def complete_volume(self, identity: str, job: JobContext) -> Volume:
        """A complete volume, from memory or loaded now; for job threads.

        Raises:
            MedaiError: it cannot be had whole; the message says why.
        """
        entry = self._loading.get(identity)
        if entry is not None and entry.job is not None:
            while not entry.job.wait(0.05):
                job.cancellation.raise_if_cancelled()
            if entry.volume is not None:
                return entry.volume
            if entry.job.outcome is not None:
                return entry.job.outcome
        shown = self.display_set(identity)
        if shown is None:
            raise MedaiError(message("session.display_set_gone"))
        loader = SeriesLoader(shown, self.decoders())
        return loader.load(job.report, job.cancellation, first_slice=0, on_slice=lambda index: None)

    def failures(self, identity: str) -> tuple[tuple[int, Message], ...]:
        """Slices of a display set that could not be decoded, and why."""
        return self.loading(identity).failures

    def thumbnail(self, identity: str) -> npt.NDArray[np.uint8] | None:
        """A small picture, shape (h, w) or (h, w, 3); None until it has been made."""
        return self._thumbnails.get(identity)

    def close(self) -> None:
        """Ends jobs and decode workers."""
        for threads in (self._scan_threads, self._thumbnail_threads, self._load_threads):
            threads.close()
        if self._decoders is not None:
            self._decoders.close()

    def _scanned(self, job: Job[_Scanned]) -> None:
        outcome = job.outcome
        self.last_scan_failed = job.state is JobState.FAILED
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        if outcome is None:
            self._context.changed(Changes(studies=True))
            return
        known = {study.facts.study_instance_uid for study in self.studies}
        self._headers, self.found = outcome.headers, outcome.found
        self.skipped = outcome.skipped
        self._say_skipped(outcome)
        self._context.changed(Changes(studies=True))
        new = [s for s in self.studies if s.facts.study_instance_uid not in known]
        if new or self.current_study is not None:
            chosen = new[0].facts if new else self.current_study.facts  # type: ignore[union-attr]
            self.select_study(chosen.study_instance_uid)

    def _say_skipped(self, outcome: _Scanned) -> None:
        skipped = (*outcome.skipped, *outcome.found.skipped)
        details = tuple(item.reason for item in skipped)
        if not outcome.found.studies and not details:
            self._context.notify(Notice(message("session.nothing_there")))
        elif not outcome.found.studies:
            self._context.notify(Notice(message("session.nothing_readable"), details))
        elif len(details) == 1:
            self._context.notify(Notice(details[0], details))
        elif details:
            first = message("session.two_reasons", first=details[0], second=details[1])
            said = (
                message("session.some_skipped", skipped=len(details), reasons=first)
                if len(details) > MAX_NAMED_FILES
                else first
            )
            self._context.notify(Notice(said, details))

    def _slice_arrived(self, identity: str, entry: _Loading) -> None:
        if not entry.is_announced:
            entry.is_announced = True
            self._context.mailbox.post(lambda: self._announce(identity, entry))

    def _announce(self, identity: str, entry: _Loading) -> None:
        entry.is_announced = False
        self.when_slices_arrived(identity)
        self._context.changed(Changes(loading=True))

    def _loaded(self, identity: str, entry: _Loading, job: Job[Volume]) -> None:
        entry.volume = job.outcome
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        elif entry.loader.failures:
            reasons = tuple(reason for _, reason in sorted(entry.loader.failures.items()))
            said = message(
                "session.slices_missing",
                missing=len(reasons),
                total=len(entry.loader.loaded),
                reason=reasons[0],
            )
            self._context.notify(Notice(said, reasons))
        self.when_slices_arrived(identity)
        self._context.changed(Changes(loading=True))

    def _evict(self, coming: DisplaySet) -> None:
        slices, rows, columns = coming.shape
        room = self._memory_budget_bytes - 2 * slices * rows * columns
        for identity in tuple(self._loading):
            if sum(e.loader.volume.voxels.nbytes for e in self._loading.values()) <= room:
                return
            entry = self._loading[identity]
            if not self.is_in_view(identity):
                if entry.job is not None:
                    entry.job.cancel()
                del self._loading[identity]

    def _request_thumbnails(self, study: Study) -> None:
        for shown in study.display_sets:
            if shown.id not in self._thumbnails:
                self._context.run(
                    self._thumbnail_threads,
                    message("session.thumbnails"),
                    lambda job, shown=shown: load_thumbnail(shown, self.decoders(), 48),  # type: ignore[misc]
                    lambda job, shown=shown: self._thumbnail_made(shown.id, job),  # type: ignore[misc]
                    is_quiet=True,
                )

    def _thumbnail_made(self, identity: str, job: Job[npt.NDArray[np.uint8]]) -> None:
        if job.outcome is not None:
            self._thumbnails[identity] = job.outcome
            self._context.changed(Changes(loading=True))
