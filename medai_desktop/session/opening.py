"""Open studies: scan, group, choose; their pixels and thumbnails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import MedaiError
from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.display_sets import StudyList
from medai_desktop.series.thumbnails import load_thumbnail
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.pixel_store import LoadState, PixelStore
from medai_desktop.session.shelf import Scanned, Shelf
from medai_desktop.session.skipped_words import skipped_notice
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume

THUMBNAIL_PX = 96

__all__ = ["LoadState", "Opening"]


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
        self._scan_threads = JobThreads("scan")
        self._thumbnail_threads = JobThreads("thumbnail")
        self._decoders: DecodeWorkers | None = None
        self._decoders_lock = threading.Lock()
        self._shelf = Shelf()
        self._pixels = PixelStore(context, self.decoders, memory_budget_bytes)
        self._sets: dict[str, tuple[Study, DisplaySet]] = {}
        self._thumbnails: dict[str, npt.NDArray[np.uint8] | None] = {}
        self.skipped: tuple[SkippedFile, ...] = ()
        self.found: StudyList | None = None
        self.current_study: Study | None = None
        self.opened_paths: tuple[Path, ...] = ()
        self.last_scan_failed = False
        self._said: tuple[Notice, ...] = ()
        self.when_study_selected: Callable[[Study], None] = lambda study: None

    @property
    def when_slices_arrived(self) -> Callable[[str], None]:
        """Called on the desk's thread when slices of a display set have come."""
        return self._pixels.when_slices_arrived

    @when_slices_arrived.setter
    def when_slices_arrived(self, call: Callable[[str], None]) -> None:
        self._pixels.when_slices_arrived = call

    @property
    def is_in_view(self) -> Callable[[str], bool]:
        """Says whether a display set is on screen and must stay in memory."""
        return self._pixels.is_in_view

    @is_in_view.setter
    def is_in_view(self, ask: Callable[[str], bool]) -> None:
        self._pixels.is_in_view = ask

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

    # -- studies ---------------------------------------------------------------------------------

    def open_sample(self) -> Job[Scanned]:
        """Opens the built-in sample study."""
        return self.open_paths((self._sample_folder,))

    def open_paths(self, paths: Sequence[Path]) -> Job[Scanned]:
        """Scans folders and files and adds their studies; the first new one is selected."""
        wanted = tuple(Path(path) for path in paths)
        return self._context.run(
            self._scan_threads,
            message("session.scanning"),
            lambda job: self._shelf.add(wanted, job),
            lambda job: self._scanned(job, wanted),
        )

    def select_study(self, identity: str) -> None:
        """Makes a study the current one, by its id; its hanging protocol follows."""
        for study in self.studies:
            if identity == study.id:
                self._select(study)
                return

    def display_set(self, identity: str | None) -> DisplaySet | None:
        """The display set with this id, of any open study."""
        entry = self._sets.get(identity or "")
        return None if entry is None else entry[1]

    def study_of(self, identity: str) -> Study | None:
        """The study that a display set belongs to."""
        entry = self._sets.get(identity)
        return None if entry is None else entry[0]

    # -- pixels ----------------------------------------------------------------------------------

    def volume(self, identity: str | None) -> Volume | None:
        """The pixels of a display set, complete or on their way; None before the first slice."""
        return self._pixels.volume(identity)

    def loading(self, identity: str) -> LoadState:
        """How much of a display set is here."""
        shown = self.display_set(identity)
        return self._pixels.state(identity, 0 if shown is None else len(shown.frames))

    def is_loaded(self, identity: str, slice_index: int) -> bool:
        """Whether one slice is here."""
        return self._pixels.is_loaded(identity, slice_index)

    def loaded_part(self, identity: str) -> Volume | None:
        """The slices that are here, as a volume of their own (for windows from percentiles)."""
        return self._pixels.loaded_part(identity)

    def ensure_loaded(self, identity: str, first_slice: int) -> None:
        """Starts to load a display set unless it is here; steers the order when it is coming."""
        shown = self.display_set(identity)
        if shown is not None:
            self._pixels.ensure_loaded(shown, first_slice)

    def complete_volume(self, identity: str, job: JobContext) -> Volume:
        """A complete volume, from memory or loaded now; for job threads.

        Raises:
            MedaiError: it cannot be had whole; the message says why.
        """
        shown = self.display_set(identity)
        if shown is None:
            raise MedaiError(message("session.display_set_gone"))
        return self._pixels.complete_volume(shown, job)

    def shortage(self, identity: str) -> Message | None:
        """Why not all images of a display set can be in memory at once; None when they can."""
        return self._pixels.shortage(identity)

    def failures(self, identity: str) -> tuple[tuple[int, Message], ...]:
        """Slices of a display set that could not be decoded, and why."""
        return self.loading(identity).failures

    def thumbnail(self, identity: str) -> npt.NDArray[np.uint8] | None:
        """A small picture, shape (h, w) or (h, w, 3); None until it has been made."""
        return self._thumbnails.get(identity)

    def close(self) -> None:
        """Ends jobs and decode workers."""
        self._scan_threads.close()
        self._thumbnail_threads.close()
        self._pixels.close()
        if self._decoders is not None:
            self._decoders.close()

    # -- after a scan ----------------------------------------------------------------------------

    def _scanned(self, job: Job[Scanned], paths: tuple[Path, ...]) -> None:
        outcome = job.outcome
        self.last_scan_failed = job.state is JobState.FAILED
        if job.failure is not None:
            self._context.notify(Notice(job.failure))
        if outcome is None:
            self._context.changed(Changes(studies=True))
            return
        before = {study.id: study for study in self.studies}
        studies = tuple(
            known if (known := before.get(study.id)) and _is_same(known, study) else study
            for study in outcome.found.studies
        )
        self._put(studies, outcome)
        self._context.changed(Changes(studies=True))
        new = [study for study in studies if study.id not in before]
        current = self.current_study
        if new:
            self.opened_paths = paths
            self._select(new[0])
        elif current is not None and current not in studies:
            again = [study for study in studies if study.id == current.id] or list(studies)
            if again:
                self._select(again[0])
        self._say_skipped(outcome, paths)

    def _put(self, studies: tuple[Study, ...], outcome: Scanned) -> None:
        """Takes the studies over; what changed on the disc is not kept in memory."""
        self.found = StudyList(studies, outcome.found.skipped)
        self.skipped = (*self.skipped, *outcome.skipped)
        sets = {shown.id: (study, shown) for study in studies for shown in study.display_sets}
        for identity, (_, shown) in self._sets.items():
            if identity not in sets or sets[identity][1] is not shown:
                self._pixels.forget(identity)
                self._thumbnails.pop(identity, None)
        self._sets = sets

    def _select(self, study: Study) -> None:
        before, self.current_study = self.current_study, study
        if before is None or _person(before) != _person(study):
            self._forget_skipped()
        self._context.changed(Changes(studies=True))
        self.when_study_selected(study)
        for listed in (study, *self.studies):
            self._request_thumbnails(listed)

    def _forget_skipped(self) -> None:
        """What could not be opened of another patient is no news of this one."""
        for notice in self._said:
            self._context.dismiss(notice)
        self._said = ()

    def _say_skipped(self, outcome: Scanned, paths: tuple[Path, ...]) -> None:
        notice = skipped_notice(outcome.skipped, paths, are_images_open=outcome.images > 0)
        if notice is not None:
            self._said = (*self._said, notice)
            self._context.notify(notice)

    def _request_thumbnails(self, study: Study) -> None:
        for shown in study.display_sets:
            if shown.id in self._thumbnails:
                continue
            self._thumbnails[shown.id] = None
            self._context.run(
                self._thumbnail_threads,
                message("session.thumbnails"),
                lambda job, shown=shown: load_thumbnail(  # type: ignore[misc]
                    shown, self.decoders(), THUMBNAIL_PX, job.cancellation
                ),
                lambda job, shown=shown: self._thumbnail_made(shown, job),  # type: ignore[misc]
                is_quiet=True,
            )

    def _thumbnail_made(self, shown: DisplaySet, job: Job[npt.NDArray[np.uint8]]) -> None:
        if job.outcome is not None and self.display_set(shown.id) is shown:
            self._thumbnails[shown.id] = job.outcome
            self._context.changed(Changes(loading=True))


def _person(study: Study) -> tuple[str, str, str]:
    patient = study.patient
    return patient.patient_id, patient.issuer, "" if patient.patient_id else patient.name


def _is_same(known: Study, study: Study) -> bool:
    """Whether nothing about a study has changed on the disc."""
    pairs = zip(known.display_sets, study.display_sets, strict=False)
    return (
        len(known.display_sets) == len(study.display_sets)
        and known.facts == study.facts
        and all(a.id == b.id and a.frames == b.frames and a.flags == b.flags for a, b in pairs)
    )
