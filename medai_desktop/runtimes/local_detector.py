"""A detector on this computer: supervises a worker from a job thread, without torch."""

from __future__ import annotations

import logging
import os
import time

import numpy as np

from medai_desktop import __version__
from medai_desktop.detection.joining import join, step_mm_of
from medai_desktop.detection.manifest import ASKED_PRECISION, Manifest
from medai_desktop.detection.outside_training import (
    all_of,
    cut_off,
    outside_by_header,
    outside_by_image,
)
from medai_desktop.detection.registry import check_weights
from medai_desktop.errors import (
    CancelledError,
    MedaiError,
    ModelError,
    NoFittingModelError,
    OutOfMemoryError,
    PixelDataError,
    UsageError,
    WorkerError,
)
from medai_desktop.findings import FindingSet, Provenance, StageSeconds, run_id
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.runtimes.attempts import Attempt, ShortOfMemoryError
from medai_desktop.runtimes.devices import WORKER
from medai_desktop.runtimes.replies import SliceReply, checked_progress, checked_reply
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Volume
from medai_desktop.wire import Frame, Slot, WorkerProcess

_log = logging.getLogger(__name__)
MOST_REASON = 200
HELLO_S = 10.0
"""A warm worker that does not answer within this is replaced."""


class LocalDetector:
    """Runs one model in a worker program; the worker stays warm between runs.

    Args:
        manifest: of the model.
        device: auto, cpu, cuda, cuda:1 or mps.
        silence_s: after so long without a sign of life the worker counts as hung.
        memory_limit_bytes: of the worker; None for none.
        program: module of the worker program.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        device: str = "auto",
        silence_s: float = 120.0,
        memory_limit_bytes: int | None = None,
        program: str = WORKER,
    ) -> None:
        self._manifest = manifest
        self._wanted = device
        self._silence_s = silence_s
        self._limit = memory_limit_bytes
        self._program = program
        self._worker: WorkerProcess | None = None
        self.device = ""

    @property
    def model_id(self) -> str:
        """The model it runs."""
        return self._manifest.id

    @property
    def worker_pid(self) -> int | None:
        """Process id of the warm worker; None when there is none."""
        return None if self._worker is None else self._worker.pid

    def detect(
        self,
        volume: Volume,
        acquisition: Acquisition,
        progress: ProgressCallback,
        cancellation: Cancellation,
    ) -> FindingSet:
        """See `medai_desktop.detection.detector.Detector.detect`."""
        started = time.monotonic()
        cancellation.raise_if_cancelled()
        if volume.is_colour:
            raise NoFittingModelError(message("detection.colour"))
        if not volume.digest:
            raise PixelDataError(message("runtimes.incomplete"))
        reply, attempt = self._reply(volume, progress, cancellation)
        self.device = reply.device
        settings = self._manifest.settings_sha256_for(reply.precision)
        run = run_id(volume.digest, self._manifest.weights_sha256, settings)
        replied = time.monotonic()
        findings = join(reply.boxes, volume, self._manifest, run)
        ended = time.monotonic()
        return FindingSet(
            run,
            volume.display_set_id,
            volume.digest,
            self._provenance(settings),
            findings,
            StageSeconds(
                0.0,
                max(0.0, replied - started - reply.inference_s),
                reply.inference_s,
                ended - replied,
                ended - started,
            ),
            self._outside(volume, acquisition),
            self._warnings(attempt, volume),
        )

    def close(self) -> None:
        """Ends the worker."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()

    def _reply(
        self, volume: Volume, progress: ProgressCallback, cancellation: Cancellation
    ) -> tuple[SliceReply, Attempt]:
        """Hands the volume over and waits; a worker that failed is not used again."""
        slot = Slot(volume.voxels.nbytes)
        try:
            hand_over(volume, slot)
            return self._tried(volume, slot, progress, cancellation)
        except (WorkerError, OutOfMemoryError, CancelledError) as error:
            if isinstance(error, WorkerError) and self._worker is not None:
                _log.warning("the worker of %s failed: %s", self.model_id, self._worker.detail)
            self.close()
            raise
        finally:
            slot.close()

    def _tried(
        self, volume: Volume, slot: Slot, progress: ProgressCallback, cancellation: Cancellation
    ) -> tuple[SliceReply, Attempt]:
        """One attempt after the other while memory runs out."""
        attempt = Attempt(self._wanted)
        while True:
            try:
                request = self._request(volume, slot, attempt)
                reply = self._ask(request, volume, progress, cancellation)
                return checked_reply(reply, volume, self._manifest), attempt
            except ShortOfMemoryError as short:
                self.close()
                smaller = attempt.smaller(short.device)
                if smaller is None:
                    title = self._manifest.title
                    raise OutOfMemoryError(
                        message("runtimes.out_of_memory", model=title)
                    ) from short
                attempt = smaller

    def _ask(
        self,
        request: Frame,
        volume: Volume,
        progress: ProgressCallback,
        cancellation: Cancellation,
    ) -> Frame:
        worker = self._started(progress, cancellation)
        worker.send(request)
        stage = message("runtimes.looking", model=self._manifest.title)
        while True:
            reply = worker.receive(self._silence_s, cancellation)
            if reply.is_error:
                raise self._failure(reply)
            if reply.kind != "progress":
                return reply
            done, total = checked_progress(reply, volume)
            progress(Progress(done, total, stage))

    def _started(self, progress: ProgressCallback, cancellation: Cancellation) -> WorkerProcess:
        worker = self._worker
        is_new = worker is None or not _answers(worker, cancellation)
        if worker is None or is_new:
            self.close()
            worker = self._worker = WorkerProcess(self._program)
        progress(Progress(0, 0, message("runtimes.starting", model=self._manifest.title)))
        if is_new and self._limit is not None:
            worker.send(Frame("limit", {"bytes": self._limit, "threads": worker_threads()}))
            reply = worker.receive(self._silence_s, cancellation)
            if reply.is_error:
                raise self._failure(reply)
        return worker

    def _request(self, volume: Volume, slot: Slot, attempt: Attempt) -> Frame:
        in_plane_mm = volume.in_plane_mm or (self._manifest.spacing_mm,) * 2
        return Frame(
            "detect",
            {
                "folder": str(self._manifest.folder),
                "weights_sha256": self._manifest.weights_sha256,
                "settings_sha256": self._manifest.settings_sha256_for(ASKED_PRECISION),
                "device": attempt.device,
                "is_small": attempt.is_small,
                "threads": worker_threads(),
                "slot": slot.name,
                "dtype": volume.voxels.dtype.str,
            },
            {
                "shape": np.array(volume.voxels.shape, dtype=np.int64),
                "spacing_mm": np.array((step_mm_of(volume), *in_plane_mm), dtype=np.float64),
            },
        )

    def _failure(self, reply: Frame) -> MedaiError | ShortOfMemoryError:
        reason, title = reply.text("reason"), self._manifest.title
        if reason == "memory":
            return ShortOfMemoryError(str(reply.parameters.get("device", "")))
        if reason == "model":
            return self._unusable()
        if reason == "changed":
            return ModelError(message("runtimes.model_changed", model=title))
        if reason == "newer":
            return ModelError(message("runtimes.newer_model", model=title))
        if reason == "device":
            names = reply.text("names")[:MOST_REASON]
            return UsageError(message("runtimes.no_device", device=self._wanted, names=names))
        return WorkerError(
            message("runtimes.failed", model=title, reason=reason[:MOST_REASON] or "?")
        )

    def _unusable(self) -> ModelError:
        """Why the worker could not load the model, looked at once more on this side."""
        try:
            check_weights(self._manifest)
        except ModelError as error:
            return error
        return ModelError(message("runtimes.bad_weights", model=self._manifest.title))

    def _outside(self, volume: Volume, acquisition: Acquisition) -> Message | None:
        by_header = outside_by_header(self._manifest, acquisition, volume.in_plane_mm)
        return all_of((*by_header, *outside_by_image(self._manifest, volume)))

    def _warnings(self, attempt: Attempt, volume: Volume) -> tuple[Message, ...]:
        said = (attempt.warning, cut_off(self._manifest, volume))
        return tuple(warning for warning in said if warning is not None)

    def _provenance(self, settings_sha256: str) -> Provenance:
        made = self._manifest
        return Provenance(
            made.id,
            made.title,
            made.version,
            made.weights_sha256,
            settings_sha256,
            made.threshold,
            made.threshold_solid,
            made.is_calibrated,
            __version__,
            self.device,
        )


def _answers(worker: WorkerProcess, cancellation: Cancellation) -> bool:
    """Whether a warm worker is still there: it may have been ended or stopped meanwhile."""
    try:
        worker.send(Frame("hello"))
        return worker.receive(HELLO_S, cancellation).kind == "hello"
    except WorkerError:
        return False


def hand_over(volume: Volume, slot: Slot) -> None:
    """Copies a volume into a slot as a model wants it.

    Padding, and what is no number, is replaced; where MONOCHROME1 shows high values dark they are
    turned round, so that bright is high on both.
    """
    target = slot.array(volume.voxels.shape, volume.voxels.dtype)
    for index in range(volume.shape[0]):
        target[index] = volume.signal(index)
    if volume.is_inverted:
        low, high = target.min(), target.max()
        for index in range(volume.shape[0]):
            target[index] = high - (target[index] - low)


def worker_threads() -> int:
    """All cores that this program may use but one, which is the window's."""
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable is not None else os.cpu_count() or 2
    return max(1, cores - 1)
