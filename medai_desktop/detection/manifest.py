"""The manifest of a model: what it is, what it takes, at which score it marks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.detection.manifest_values import Members
from medai_desktop.errors import ModelError
from medai_desktop.findings import CodedConcept
from medai_desktop.text import message
from medai_desktop.volume import MrClass, Region

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1_000_000
MOST_CANVAS_PX = 4096

PRECISIONS = ("fp32", "fp16", "bf16")
"""In which a network may compute."""

ASKED_PRECISION = "fp32"
"""For which settings are told before it is known in which precision they will be computed."""

LEAST_SCORE = 0.01
MOST_FINDINGS = 300
STEP_MM = 3.0
"""Thinner slices are looked at in steps of about this; the training slices were thicker."""

REACH_MM = 8.0
"""Boxes on slices further apart than this are never one finding."""

END_SHARE = 0.3
"""A finding ends where its score on a slice falls below this share of its highest."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader sees, with its code."""

    name: str
    code: CodedConcept


@dataclass(frozen=True, slots=True)
class OwnTest:
    """What the model left unmarked in its own test, for the sentence "no mark".

    Attributes:
        slices: single slices that show what it marks.
        unmarked_slices: of them, those where it did not mark it at `Manifest.threshold`.
    """

    slices: int
    unmarked_slices: int


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What images the model was trained on; others are outside its training.

    Attributes:
        most_pixel_mm: coarsest pixels.
        least_field_mm: smallest side of an image.
        most_step_mm: largest step between slices.
        least_age_years: youngest patients.
        foreground: least and most share of an image that is not background, 0 to 1.
    """

    most_pixel_mm: float
    least_field_mm: float
    most_step_mm: float
    least_age_years: float
    foreground: tuple[float, float]


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
        trained_on: see `TrainedOn`.
        spacing_mm: physical size of a pixel of its input.
        canvas_px: side of its input.
        normalisation: name of the grey scale.
        is_half_safe: whether half precision gives the same findings, as its maker has tested.
        link_iou: least overlap of boxes on neighbouring slices to be one finding.
        least_slices_mm: a finding crosses at least so much, when slices are thinner.
        threshold: lower operating point (dashed).
        threshold_solid: higher operating point.
        is_calibrated: whether scores are probabilities.
        network: name of the network.
        network_config: its sizes, by name.
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
    trained_on: TrainedOn
    spacing_mm: float
    canvas_px: int
    normalisation: str
    is_half_safe: bool
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
    def known_settings_sha256(self) -> frozenset[str]:
        """The settings hash of each precision: findings of any of them are this model's own."""
        return frozenset(self.settings_sha256_for(name) for name in PRECISIONS)

    def settings_sha256_for(self, precision: str) -> str:
        """Over everything that changes findings besides the weights, hexadecimal.

        The operating points are not in it: they change what counts as positive, not what is
        listed.

        Args:
            precision: that the network computed in; half precision moves scores.
        """
        parts = {
            "precision": precision,
            "spacing_mm": self.spacing_mm,
            "canvas_px": self.canvas_px,
            "normalisation": self.normalisation,
            "link_iou": self.link_iou,
            "least_slices_mm": self.least_slices_mm,
            "network": self.network,
            "network_config": dict(self.network_config),
            "labels": [
                (label.name, label.code.scheme, label.code.value, label.code.meaning)
                for label in self.labels
            ],
            "joining": (LEAST_SCORE, MOST_FINDINGS, STEP_MM, REACH_MM, END_SHARE),
        }
        text = json.dumps(parts, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Reads ``manifest.json`` of a model folder.

    Raises:
        ModelError: it is missing or not a manifest.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            text = file.read(MAX_MANIFEST_BYTES + 1)
        if len(text) > MAX_MANIFEST_BYTES:
            raise ValueError("too large")
        return _manifest(folder, Members(json.loads(text)))
    except OSError as error:
        raise ModelError(message("detection.no_manifest", model=folder.name)) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(message("detection.bad_manifest", model=folder.name)) from error


def _manifest(folder: Path, given: Members) -> Manifest:
    fit, taken = given.members("fit"), given.members("input")
    joining, network = given.members("joining"), given.members("network")
    weights, own_test = given.members("weights"), given.members("own_test")
    made = Manifest(
        id=given.text("id"),
        title=given.text("title"),
        version=given.text("version"),
        task=given.text("task"),
        modality=given.texts("modality"),
        labels=tuple(_label(entry) for entry in given.several("labels")),
        regions=fit.texts("regions"),
        mr_classes=fit.texts("mr_classes", may_be_empty=True),
        prefers_contrast=fit.truth("prefers_contrast"),
        trained_on=_trained_on(given, taken),
        spacing_mm=taken.number("spacing_mm", above=0.0, most=100.0),
        canvas_px=taken.whole("canvas_px", least=32, most=MOST_CANVAS_PX),
        normalisation=taken.text("normalisation"),
        is_half_safe=taken.truth("half_precision", default=False),
        link_iou=joining.number("link_iou", above=0.0, most=1.0),
        least_slices_mm=joining.number("least_slices_mm", least=0.0, most=1000.0),
        threshold=given.number("threshold", least=0.0, most=1.0),
        threshold_solid=given.number("threshold_solid", least=0.0, most=1.0),
        is_calibrated=given.truth("calibrated"),
        network=network.text("name"),
        network_config=network.members("config").frozen(),
        weights=folder / weights.file_name("file"),
        weights_sha256=weights.sha256("sha256"),
        own_test=OwnTest(
            own_test.whole("slices", least=1), own_test.whole("unmarked_slices", least=0)
        ),
        folder=folder,
    )
    _check(made, folder)
    return made


def _check(made: Manifest, folder: Path) -> None:
    if made.id != folder.name or not made.labels:
        raise ValueError("not the manifest of this folder")
    if made.threshold > made.threshold_solid:
        raise ValueError("contradicts itself")
    if made.own_test.unmarked_slices > made.own_test.slices:
        raise ValueError("more unmarked than there are")
    if made.canvas_px % 32:
        raise ValueError("the network takes multiples of 32 pixels")
    if not {*made.regions} <= {region.value for region in Region}:
        raise ValueError("unknown part of the body")
    if not {*made.mr_classes} <= {weighting.value for weighting in MrClass}:
        raise ValueError("unknown weighting")


def _trained_on(given: Members, taken: Members) -> TrainedOn:
    """The member ``trained_on``; what it leaves out follows from the input."""
    found = given.members("trained_on", may_be_missing=True)
    pixel_mm = taken.number("spacing_mm", above=0.0)
    field_mm = pixel_mm * taken.whole("canvas_px", least=1)
    low = found.number("least_foreground", default=0.15, least=0.0, most=1.0)
    high = found.number("most_foreground", default=0.85, least=low, most=1.0)
    return TrainedOn(
        most_pixel_mm=found.number("most_pixel_mm", default=1.5 * pixel_mm, above=0.0),
        least_field_mm=found.number("least_field_mm", default=0.6 * field_mm, least=0.0),
        most_step_mm=found.number("most_step_mm", default=10.0, above=0.0),
        least_age_years=found.number("least_age_years", default=18.0, least=0.0),
        foreground=(low, high),
    )


def _label(entry: Members) -> Label:
    code = entry.members("code")
    concept = CodedConcept(code.text("scheme"), code.text("value"), code.text("meaning"))
    return Label(entry.text("name"), concept)
