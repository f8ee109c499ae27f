"""Findings: evidence of a program or a reader, never changed once made."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from medai_desktop.findings.coded_concept import CodedConcept
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.text import Message


class FindingOrigin(Enum):
    """Who saw it."""

    PROGRAM = "program"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen at a place.

    Attributes:
        id: see `identity`.
        label: what the reader sees, such as "enhancing mass".
        code: the label as a coded concept.
        score: of the program, 0 to 1; 1.0 for a reader's own.
        box: extent in the patient; None without patient geometry.
        boxes_px: one box for each image the finding crosses, in order of the slices.
        slice_indices: the slices of `boxes_px`, indices into the display set.
        origin: program or reader.
        reader: name of the reader; empty for a program's finding.
    """

    id: uuid.UUID
    label: str
    code: CodedConcept
    score: float
    box: OrientedBox | None
    boxes_px: tuple[PixelBox, ...]
    slice_indices: tuple[int, ...]
    origin: FindingOrigin = FindingOrigin.PROGRAM
    reader: str = ""

    @property
    def central_slice(self) -> int | None:
        """Index of the middle one of the slices it crosses; None when it crosses none."""
        return self.slice_indices[len(self.slice_indices) // 2] if self.slice_indices else None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where findings come from.

    Attributes:
        model_id: folder name of the model.
        model_title: what a reader sees.
        model_version: of the manifest.
        weights_sha256: hexadecimal.
        settings_sha256: over preprocessing and post-processing settings, hexadecimal.
        threshold: the lower operating point (dashed).
        threshold_solid: the higher operating point.
        is_calibrated: whether scores are probabilities.
        program_version: of MedAI Desktop.
        device: on which the model ran, such as "cpu".
    """

    model_id: str
    model_title: str
    model_version: str
    weights_sha256: str
    settings_sha256: str
    threshold: float
    threshold_solid: float
    is_calibrated: bool
    program_version: str
    device: str


@dataclass(frozen=True, slots=True)
class StageSeconds:
    """Seconds that each stage of a run took.

    Attributes:
        load: reading the images, where that belongs to the run.
        preprocess: starting the program and the model, handing over, bringing to scale.
        inference: the network.
        postprocess: joining.
        total: of all stages.
    """

    load: float = 0.0
    preprocess: float = 0.0
    inference: float = 0.0
    postprocess: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class FindingSet:
    """All findings of one run, down to a score of 0.01 (at most 300).

    Attributes:
        run: id of the run.
        display_set_id: what was looked at.
        display_set_digest: over its SOP UIDs, geometry and pixels.
        provenance: who looked.
        findings: highest score first.
        seconds: time per stage.
        outside_training: why the marks may be wrong; None when inside.
        warnings: what else must be said.
    """

    run: uuid.UUID
    display_set_id: str
    display_set_digest: str
    provenance: Provenance
    findings: tuple[Finding, ...]
    seconds: StageSeconds
    outside_training: Message | None = None
    warnings: tuple[Message, ...] = ()

    def at_or_above(self, threshold: float) -> tuple[Finding, ...]:
        """The findings that count as positive at a threshold."""
        return tuple(found for found in self.findings if found.score >= threshold)
