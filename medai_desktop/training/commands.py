"""What ``medai train`` and ``medai evaluate`` do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file

from medai_desktop.detection.manifest import read_manifest
from medai_desktop.errors import UsageError
from medai_desktop.runtimes.networks.slice_detector import SliceDetector, load_slice_detector
from medai_desktop.runtimes.slice_grey import NORMALISATION
from medai_desktop.text import Message, message
from medai_desktop.training.cohort import read_cohort
from medai_desktop.training.fitting import fit
from medai_desktop.training.measure import EvaluationReport, measure
from medai_desktop.training.recipe import RECIPES, SliceRecipe

Told = Callable[[int, int, Message], None]
MODEL_VERSION = "1.0.0"


def run_training(model_id: str, data: Path, out: Path, *, resume: bool, progress: Told) -> Path:
    """Trains a model from its recipe, measures it and writes its folder.

    Args:
        model_id: a recipe's.
        data: the unpacked collections.
        out: for checkpoints, log and the finished model.
        resume: go on where an earlier run stopped.
        progress: told of finished steps.

    Returns:
        The folder of the finished model.

    Raises:
        UsageError: there is no recipe of this name.
        SourceError: the collections are not there.
    """
    recipe = _recipe(model_id)
    stage = message("training.fitting", model=model_id)
    cohort = read_cohort(data)
    network = fit(
        recipe, cohort, out, resume=resume, told=lambda done, total: progress(done, total, stage)
    )
    report = measure(network, recipe, cohort, lambda done, total: progress(done, total, stage))
    return export(network, recipe, report, out / model_id)


def run_evaluation(
    model_id: str, folder: Path, data: Path, out: Path, *, progress: Told
) -> EvaluationReport:
    """Measures a finished model on the part of the data kept apart.

    Args:
        model_id: a recipe's.
        folder: of the model.
        data: the unpacked collections.
        out: ``report.json`` goes there.
        progress: told of finished slices.

    Returns:
        The figures.

    Raises:
        UsageError: there is no recipe of this name.
        ModelError: the model folder is unusable.
        SourceError: the collections are not there.
    """
    from safetensors.torch import load_file

    recipe = _recipe(model_id)
    manifest = read_manifest(folder)
    network = load_slice_detector(dict(manifest.network_config), load_file(str(manifest.weights)))
    stage = message("training.measuring", model=model_id)
    report = measure(
        network, recipe, read_cohort(data), lambda done, total: progress(done, total, stage)
    )
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report.document(), indent=1)
    (out / "report.json").write_text(text, encoding="utf-8")
    return report


def export(
    network: SliceDetector, recipe: SliceRecipe, report: EvaluationReport, folder: Path
) -> Path:
    """Writes weights (half precision) and manifest of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.contiguous().half() if value.dtype == torch.float32 else value.contiguous()
        for name, value in network.state_dict().items()
    }
    weights = folder / "weights.safetensors"
    save_file(state, str(weights))
    manifest = {
        "id": recipe.model_id,
        "title": "Brain mass MR",
        "version": MODEL_VERSION,
        "task": "detection",
        "modality": ["MR"],
        "labels": [
            {
                "name": "enhancing mass",
                "code": {"scheme": "SCT", "value": "4147007", "meaning": "Mass"},
            }
        ],
        "fit": {"regions": ["head"], "mr_classes": ["T1"], "prefers_contrast": True},
        "input": {
            "spacing_mm": recipe.spacing_mm,
            "canvas_px": recipe.canvas_px,
            "normalisation": NORMALISATION,
        },
        "joining": {"link_iou": 0.2, "least_slices_mm": 5.0},
        "threshold": round(report.threshold, 4),
        "threshold_solid": round(report.threshold_solid, 4),
        "calibrated": False,
        "network": {"name": "slice-detector", "config": asdict(recipe.network)},
        "weights": {
            "file": weights.name,
            "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        },
        "own_test": {"lesions": report.lesions, "unmarked": report.unmarked},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return folder


def _recipe(model_id: str) -> SliceRecipe:
    if model_id not in RECIPES:
        raise UsageError(message("training.no_recipe", model=model_id))
    return RECIPES[model_id]
