"""A trained network becomes a model folder."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from medai_desktop.report.atomic_file import write_together
from medai_desktop.runtimes.networks.slice_detector import SliceDetector
from medai_desktop.runtimes.slice_grey import NORMALISATION
from medai_desktop.training.measure import EvaluationReport
from medai_desktop.training.recipe import SliceRecipe

MODEL_VERSION = "1.0.0"
WEIGHTS = "weights.safetensors"


def as_shipped(network: SliceDetector) -> SliceDetector:
    """The network with its weights rounded to half precision, as a model folder holds them.

    Figures and operating points are taken from this one: rounding moves scores in the third
    decimal, enough to let a mark past a threshold.
    """
    shipped = copy.deepcopy(network)
    shipped.load_state_dict({name: value.float() for name, value in _halved(network).items()})
    return shipped.eval()


def export(
    network: SliceDetector, recipe: SliceRecipe, report: EvaluationReport, folder: Path
) -> Path:
    """Writes weights (half precision) and manifest of a model.

    Raises:
        StorageError: they cannot be written.
    """
    weights = save(_halved(network))
    manifest = _manifest(recipe, report, hashlib.sha256(weights).hexdigest())
    text = json.dumps(manifest, indent=1) + "\n"
    write_together({folder / WEIGHTS: weights, folder / "manifest.json": text.encode()})
    return folder


def _halved(network: SliceDetector) -> dict[str, Tensor]:
    return {
        name: value.contiguous().half() if value.dtype == torch.float32 else value.contiguous()
        for name, value in network.state_dict().items()
    }


def _manifest(
    recipe: SliceRecipe, report: EvaluationReport, weights_sha256: str
) -> dict[str, object]:
    mass = {"scheme": "SCT", "value": "4147007", "meaning": "Mass"}
    return {
        "id": recipe.model_id,
        "title": recipe.title,
        "version": MODEL_VERSION,
        "task": "detection",
        "modality": ["MR"],
        "labels": [{"name": "enhancing mass", "code": mass}],
        "fit": {"regions": ["head"], "mr_classes": ["T1"], "prefers_contrast": True},
        "input": {
            "spacing_mm": recipe.spacing_mm,
            "canvas_px": recipe.canvas_px,
            "normalisation": NORMALISATION,
        },
        "joining": {"link_iou": 0.2, "least_slices_mm": 5.0},
        "threshold": _not_below(report.threshold),
        "threshold_solid": _not_below(report.threshold_solid),
        "calibrated": False,
        "network": {"name": "slice-detector", "config": asdict(recipe.network)},
        "weights": {"file": WEIGHTS, "sha256": weights_sha256},
        "own_test": {"slices": report.slices, "unmarked_slices": report.unmarked_slices},
    }


def _not_below(threshold: float) -> float:
    """Four decimals, rounded up: rounded down it would let marks in that it was to keep out."""
    return min(1.0, math.ceil(threshold * 10_000) / 10_000)
