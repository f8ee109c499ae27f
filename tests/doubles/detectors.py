"""A detector whose answer, time and failure the test decides; everything around it is real."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from medai_desktop.app.locations import find_locations
from medai_desktop.detection.detector import Detector
from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.registry import ModelEntry, ModelRegistry
from medai_desktop.findings import (
    Finding,
    FindingSet,
    Provenance,
    StageSeconds,
    finding_id,
    run_id,
)
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Volume

Triple = tuple[float, float, float]
PRECISION = "fp32"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the double marks: a box in voxel edges (i, j, k), and how sure it is."""

    lower: Triple
    upper: Triple
    score: float = 0.95


@dataclass(slots=True)
class Script:
    """What the double does.

    Attributes:
        marks: what it marks.
        error: raised instead, once; None for none.
        outside_training: said with the marks.
        gate: it waits for this before it answers; set from the beginning.
        started: set when it has begun.
        device: what it says it ran on.
    """

    marks: Sequence[Mark] = ()
    error: Exception | None = None
    outside_training: Message | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    device: str = "cpu"

    def __post_init__(self) -> None:
        self.gate.set()


class ScriptedDetector:
    """Satisfies `Detector`."""

    def __init__(self, manifest: Manifest, script: Script) -> None:
        self._manifest, self.script = manifest, script

    @property
    def model_id(self) -> str:
        return self._manifest.id

    def detect(
        self,
        volume: Volume,
        acquisition: Acquisition,
        progress: ProgressCallback,
        cancellation: Cancellation,
    ) -> FindingSet:
        script = self.script
        script.started.set()
        progress(Progress(1, 4, message("runtimes.looking", model=self._manifest.title)))
        while not script.gate.wait(0.01):
            cancellation.raise_if_cancelled()
        if script.error is not None:
            error, script.error = script.error, None
            raise error
        made = self._manifest
        run = run_id(volume.digest, made.weights_sha256, made.settings_sha256_for(PRECISION))
        marks = sorted(script.marks, key=lambda mark: -mark.score)
        return FindingSet(
            run,
            volume.display_set_id,
            volume.digest,
            provenance_of(made, script.device),
            tuple(_finding(mark, n, run, made, volume) for n, mark in enumerate(marks)),
            StageSeconds(0.0, 0.1, 0.2, 0.1, 0.4),
            script.outside_training,
        )


class PhantomModels(ModelRegistry):
    """The models of a folder, as if they had been trained on pixels as coarse as a phantom's."""

    def entries(self) -> tuple[ModelEntry, ...]:
        return tuple(
            entry
            if entry.manifest is None
            else replace(entry, manifest=_trained_on_phantoms(entry.manifest))
            for entry in super().entries()
        )


def _trained_on_phantoms(manifest: Manifest) -> Manifest:
    return replace(manifest, trained_on=replace(manifest.trained_on, most_pixel_mm=10.0))


class ScriptedShelf:
    """Satisfies `DetectorSource`: the models of this computer, run by the double.

    Args:
        script: what it does.
        models: folder of the models; None: those of the product.
    """

    def __init__(self, script: Script, models: Path | None = None) -> None:
        self.script = script
        self._registry = PhantomModels(models or find_locations().models)

    @property
    def registry(self) -> ModelRegistry:
        return self._registry

    def detector(self, model_id: str) -> Detector:
        return ScriptedDetector(self._registry.get(model_id), self.script)

    def device_name(self) -> str:
        return self.script.device if self.script.started.is_set() else ""

    def close(self) -> None:
        self.script.gate.set()


def provenance_of(manifest: Manifest, device: str = "cpu") -> Provenance:
    """Who says he made the marks."""
    return Provenance(
        manifest.id,
        manifest.title,
        manifest.version,
        manifest.weights_sha256,
        manifest.settings_sha256_for(PRECISION),
        manifest.threshold,
        manifest.threshold_solid,
        manifest.is_calibrated,
        "0",
        device,
    )


def _finding(mark: Mark, ordinal: int, run: object, made: Manifest, volume: Volume) -> Finding:
    crossed = tuple(range(int(mark.lower[2]), int(mark.upper[2])))
    box = None
    if volume.geometry is not None:
        box = OrientedBox.from_voxel_edges(volume.geometry, mark.lower, mark.upper)
    images = [volume.images[k] for k in crossed]
    edges = (*mark.lower[:2], *mark.upper[:2])
    return Finding(
        finding_id(run, ordinal),  # type: ignore[arg-type]
        made.labels[0].name,
        made.labels[0].code,
        mark.score,
        box,
        tuple(PixelBox(image.sop_instance_uid, image.frame, *edges) for image in images),
        crossed,
    )
