"""The manifest of a model: what it is, what it takes, at which score it marks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from medai_desktop.errors import ModelError
from medai_desktop.findings import CodedConcept
from medai_desktop.text import message


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader sees, with its code."""

    name: str
    code: CodedConcept


@dataclass(frozen=True, slots=True)
class OwnTest:
    """What the model left unmarked in its own test, for the sentence "no mark"."""

    lesions: int
    unmarked: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One model.

    Attributes:
        id: folder name.
        title: what a reader sees.
        version: of the model.
        task: "detection".
        modality: DICOM defined terms.
        labels: first one for one-class models.
        regions: parts of the body it takes; the value names of `Region`.
        mr_classes: weightings it takes; empty for other modalities.
        prefers_contrast: runs on the series with contrast when there is one.
        spacing_mm: physical size of a pixel of its input.
        canvas_px: side of its input.
        normalisation: name of the grey scale.
        link_iou: least overlap of boxes on neighbouring slices to be one finding.
        least_slices_mm: a finding crosses at least so much, when slices are thinner.
        threshold: lower operating point (dashed).
        threshold_solid: higher operating point.
        is_calibrated: whether scores are probabilities.
        network: name of the network.
        network_config: its sizes.
        weights: the weight file.
        weights_sha256: hexadecimal.
        own_test: see `OwnTest`.
        folder: of the model.
    """

    id: str
    title: str
    version: str
    task: str
    modality: tuple[str, ...]
    labels: tuple[Label, ...]
    regions: tuple[str, ...]
    mr_classes: tuple[str, ...]
    prefers_contrast: bool
    spacing_mm: float
    canvas_px: int
    normalisation: str
    link_iou: float
    least_slices_mm: float
    threshold: float
    threshold_solid: float
    is_calibrated: bool
    network: str
    network_config: tuple[tuple[str, object], ...]
    weights: Path
    weights_sha256: str
    own_test: OwnTest
    folder: Path

    @property
    def settings_sha256(self) -> str:
        """Over everything that changes findings besides the weights, hexadecimal."""
        parts = (
            self.spacing_mm,
            self.canvas_px,
            self.normalisation,
            self.link_iou,
            self.least_slices_mm,
            self.network,
            self.network_config,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def settings_with(self, **others: object) -> str:
        """The settings hash of a variant, for tests and comparisons."""
        return hashlib.sha256(
            f"{self.settings_sha256}{sorted(others.items())}".encode()
        ).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Reads ``manifest.json`` of a model folder.

    Raises:
        ModelError: it is missing or not a manifest.
    """
    try:
        plain = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return _manifest(folder, plain)
    except OSError as error:
        raise ModelError(message("detection.no_manifest", model=folder.name)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(message("detection.bad_manifest", model=folder.name)) from error


def _manifest(folder: Path, plain: Mapping[str, object]) -> Manifest:
    given = cast(Mapping[str, Mapping[str, object]], plain)
    labels = cast(list[Mapping[str, object]], plain["labels"])
    made = Manifest(
        id=str(plain["id"]),
        title=str(plain["title"]),
        version=str(plain["version"]),
        task=str(plain["task"]),
        modality=_texts(plain["modality"]),
        labels=tuple(_label(entry) for entry in labels),
        regions=_texts(given["fit"]["regions"]),
        mr_classes=_texts(given["fit"]["mr_classes"]),
        prefers_contrast=given["fit"]["prefers_contrast"] is True,
        spacing_mm=_positive(given["input"]["spacing_mm"]),
        canvas_px=int(_positive(given["input"]["canvas_px"])),
        normalisation=str(given["input"]["normalisation"]),
        link_iou=_positive(given["joining"]["link_iou"]),
        least_slices_mm=float(str(given["joining"]["least_slices_mm"])),
        threshold=_score(plain["threshold"]),
        threshold_solid=_score(plain["threshold_solid"]),
        is_calibrated=plain["calibrated"] is True,
        network=str(given["network"]["name"]),
        network_config=tuple(
            sorted(cast(Mapping[str, object], given["network"]["config"]).items())
        ),
        weights=folder / Path(str(given["weights"]["file"])).name,
        weights_sha256=str(given["weights"]["sha256"]),
        own_test=OwnTest(
            int(_positive(given["own_test"]["lesions"])),
            int(float(str(given["own_test"]["unmarked"]))),
        ),
        folder=folder,
    )
    if made.id != folder.name or not made.labels or made.threshold > made.threshold_solid:
        raise ValueError("contradicts itself")
    return made


def _label(entry: Mapping[str, object]) -> Label:
    code = cast(Mapping[str, object], entry["code"])
    concept = CodedConcept(str(code["scheme"]), str(code["value"]), str(code["meaning"]))
    return Label(str(entry["name"]), concept)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("a list of texts")
    return tuple(str(item) for item in value)


def _positive(value: object) -> float:
    number = float(str(value))
    if not number > 0:
        raise ValueError("a positive number")
    return number


def _score(value: object) -> float:
    number = float(str(value))
    if not 0 <= number <= 1:
        raise ValueError("a score lies between 0 and 1")
    return number
