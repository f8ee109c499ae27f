"""A detector on this computer: supervises a worker from a job thread, without torch."""

from __future__ import annotations

import os
import time

import numpy as np
import numpy.typing as npt

from medai_desktop import __version__
from medai_desktop.detection.joining import join, slice_boxes
from medai_desktop.detection.manifest import Manifest
from medai_desktop.errors import (
    CancelledError,
    ModelError,
    OutOfMemoryError,
    ReplyError,
    WorkerError,
)
from medai_desktop.findings import FindingSet, Provenance, StageSeconds, run_id
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Volume
from medai_desktop.wire import Frame, Slot, WorkerProcess

MOST_BOXES = 20_000


class LocalDetector:
    """Runs one model in a worker program; the worker stays warm between runs.

    Args:
        manifest: of the model.
        device: auto, cpu, cuda, cuda:1 or mps.
        silence_s: after so long without a sign of life the worker counts as hung.
        memory_limit_bytes: of the worker; None for none.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        device: str = "auto",
        silence_s: float = 120.0,
        memory_limit_bytes: int | None = None,
    ) -> None:
        self._manifest = manifest
        self._wanted = device
        self._silence_s = silence_s
        self._limit = memory_limit_bytes
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
        slot = Slot(volume.voxels.nbytes)
        try:
            slot.array(volume.voxels.shape, volume.voxels.dtype)[...] = volume.voxels
            reply = self._ask(volume, slot, progress, cancellation)
        except (WorkerError, CancelledError):
            self.close()
            raise
        finally:
            slot.close()
        boxes = self._checked(reply, volume)
        self.device = reply.text("device")
        inferred = time.monotonic()
        findings = join(slice_boxes(boxes), volume, self._manifest)
        ended = time.monotonic()
        preprocess, inference = reply.number("preprocess_s"), reply.number("inference_s")
        return FindingSet(
            run_id(volume.digest, self._manifest.weights_sha256, self._manifest.settings_sha256),
            volume.display_set_id,
            volume.digest,
            self._provenance(),
            findings,
            StageSeconds(0.0, preprocess, inference, ended - inferred, ended - started),
            None,
            self._warnings(reply),
        )

    def close(self) -> None:
        """Ends the worker."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _ask(
        self,
        volume: Volume,
        slot: Slot,
        progress: ProgressCallback,
        cancellation: Cancellation,
    ) -> Frame:
        worker = self._started(cancellation)
        worker.send(self._request(volume, slot))
        stage = message("runtimes.looking", model=self._manifest.title)
        progress(Progress(0, 0, message("runtimes.starting", model=self._manifest.title)))
        while True:
            reply = worker.receive(self._silence_s, cancellation)
            if reply.kind == "progress":
                done, total = int(reply.number("done")), int(reply.number("total"))
                if not 0 <= done <= total:
                    raise ReplyError(message("wire.nonsense", what="progress"))
                progress(Progress(done, total, stage))
            elif reply.kind == "result":
                return reply
            else:
                self.close()
                raise self._failure(str(reply.parameters.get("reason", "")))

    def _started(self, cancellation: Cancellation) -> WorkerProcess:
        if self._worker is None or not self._worker.is_alive:
            self._worker = WorkerProcess("medai_desktop.runtimes.worker")
            if self._limit is not None:
                self._worker.send(Frame("limit", {"bytes": self._limit}))
                self._worker.receive(self._silence_s, cancellation)
        return self._worker

    def _request(self, volume: Volume, slot: Slot) -> Frame:
        spacing: tuple[float, ...]
        if volume.geometry is not None:
            spacing = volume.geometry.spacing_mm
        else:
            in_plane = volume.pixel_spacing_mm or (self._manifest.spacing_mm,) * 2
            spacing = (self._manifest.spacing_mm * 4, *in_plane)
        return Frame(
            "detect",
            {
                "folder": str(self._manifest.folder),
                "device": self._wanted,
                "threads": max(1, (os.cpu_count() or 2) - 1),
                "slot": slot.name,
                "dtype": volume.voxels.dtype.str,
                "spacing": self._manifest.spacing_mm,
                "canvas": self._manifest.canvas_px,
            },
            {
                "shape": np.array(volume.voxels.shape, dtype=np.int64),
                "spacing_mm": np.array(spacing, dtype=np.float64),
            },
        )

    def _checked(self, reply: Frame, volume: Volume) -> npt.NDArray[np.generic]:
        boxes = reply.tensor("slice_boxes", np.float32, 2)
        slices, rows, columns = volume.shape
        upper = np.array([slices - 1, columns, rows, columns, rows, 1.0])
        values = boxes.astype(np.float64)
        is_right = (
            boxes.shape[1] == 6
            and boxes.shape[0] <= MOST_BOXES
            and bool(np.isfinite(values).all())
            and bool((values >= 0).all())
            and bool((values <= upper + 1e-3).all())
            and bool((values[:, 1] < values[:, 3]).all())
            and bool((values[:, 2] < values[:, 4]).all())
            and bool((values[:, 0] == np.rint(values[:, 0])).all())
        )
        if not is_right:
            self.close()
            raise ReplyError(message("wire.nonsense", what="slice_boxes"))
        return boxes

    def _failure(self, reason: str) -> ModelError | OutOfMemoryError | WorkerError:
        if reason == "memory":
            return OutOfMemoryError(message("runtimes.out_of_memory", model=self._manifest.title))
        if reason == "model":
            return ModelError(message("detection.wrong_hash", model=self._manifest.id))
        return WorkerError(
            message("runtimes.failed", model=self._manifest.title, reason=reason or "?")
        )

    def _warnings(self, reply: Frame) -> tuple[Message, ...]:
        fallback = str(reply.parameters.get("fallback", ""))
        if fallback == "cpu":
            return (message("runtimes.fell_back_to_cpu"),)
        return (message("runtimes.smaller_batches"),) if fallback else ()

    def _provenance(self) -> Provenance:
        made = self._manifest
        return Provenance(
            made.id,
            made.title,
            made.version,
            made.weights_sha256,
            made.settings_sha256,
            made.threshold,
            made.threshold_solid,
            made.is_calibrated,
            __version__,
            self.device,
        )
