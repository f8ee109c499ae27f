"""What ``medai train`` and ``medai evaluate`` do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from medai_desktop.detection.manifest import read_manifest
from medai_desktop.detection.naming import model_name
from medai_desktop.detection.registry import check_weights
from medai_desktop.errors import ModelError, UsageError
from medai_desktop.jobs import Cancellation
from medai_desktop.report.atomic_file import check_writable, write_atomically
from medai_desktop.report.sentences import research_sentence
from medai_desktop.runtimes.networks.slice_detector import load_slice_detector
from medai_desktop.text import Message, message
from medai_desktop.training.cohort import read_cohort
from medai_desktop.training.export import as_shipped, export
from medai_desktop.training.fitting import fit
from medai_desktop.training.measure import EvaluationReport, OperatingPoints, measure
from medai_desktop.training.recipe import RECIPES, SliceRecipe

Told = Callable[[int, int, Message], None]
Render = Callable[[Message], str]


def run_training(
    model_id: str,
    data: Path,
    out: Path,
    *,
    resume: bool,
    progress: Told,
    cancellation: Cancellation | None = None,
) -> Path:
    """Trains a model from its recipe, measures it and writes its folder.

    Args:
        model_id: a recipe's.
        data: the unpacked collections.
        out: for checkpoint, log and the finished model.
        resume: go on where an earlier run stopped.
        progress: told of finished steps.
        cancellation: asked after each step; a checkpoint is written before the end.

    Returns:
        The folder of the finished model.

    Raises:
        UsageError: there is no recipe of this name, or an earlier run stands in the way.
        SourceError: the collections are not there.
        StorageError: the folder cannot be written.
        CancelledError: it was cancelled; `resume` goes on.
    """
    recipe = recipe_of(model_id)
    check_writable(out)
    stage = message("training.fitting", model=model_id)
    measuring = message("training.measuring", model=model_id)
    cohort = read_cohort(data)
    network = fit(
        recipe,
        cohort,
        out,
        resume=resume,
        told=lambda done, total: progress(done, total, stage),
        cancellation=cancellation,
    )

    def told(done: int, total: int) -> None:
        if cancellation is not None:
            cancellation.raise_if_cancelled()
        progress(done, total, measuring)

    shipped = as_shipped(network)
    report = measure(shipped, recipe, cohort, told)
    return export(shipped, recipe, report, out / model_id)


def run_evaluation(
    model_id: str, folder: Path, data: Path, out: Path, *, progress: Told, render: Render
) -> EvaluationReport:
    """Measures a finished model on the part of the data kept apart, at its own thresholds.

    Args:
        model_id: a recipe's.
        folder: of the model.
        data: the unpacked collections.
        out: ``report.json`` goes there.
        progress: told of finished slices; may raise to stop.
        render: wording of the sentence that stands in every export.

    Returns:
        The figures.

    Raises:
        UsageError: there is no recipe of this name.
        ModelError: the model folder is unusable.
        SourceError: the collections are not there.
        StorageError: the folder cannot be written.
    """
    from safetensors.torch import load_file

    recipe = recipe_of(model_id)
    check_writable(out)
    manifest = read_manifest(folder)
    check_weights(manifest)
    try:
        network = load_slice_detector(
            dict(manifest.network_config), load_file(str(manifest.weights))
        )
    except (KeyError, RuntimeError, TypeError) as error:
        raise ModelError(message("detection.bad_manifest", model=model_id)) from error
    stage = message("training.measuring", model=model_id)
    report = measure(
        network,
        recipe,
        read_cohort(data),
        lambda done, total: progress(done, total, stage),
        OperatingPoints(manifest.threshold, manifest.threshold_solid),
    )
    text = json.dumps(
        evaluation_document(report, folder, render), indent=1, allow_nan=False, ensure_ascii=False
    )
    write_atomically(out / "report.json", f"{text}\n".encode())
    return report


def evaluation_document(
    report: EvaluationReport, folder: Path, render: Render
) -> dict[str, object]:
    """The figures of a model as JSON values, with what was measured.

    Args:
        report: the figures.
        folder: of the model.
        render: wording of the sentence that stands in every export.
    """
    manifest = read_manifest(folder)
    model = {
        "id": manifest.id,
        "version": manifest.version,
        "weights_sha256": manifest.weights_sha256,
    }
    titles = {render(model_name(manifest.id, manifest.title))}
    said = research_sentence(titles, render)
    return {"research_use": said, "model": model, **report.document()}


def recipe_of(model_id: str) -> SliceRecipe:
    """The recipe of a model.

    Raises:
        UsageError: there is none of this name.
    """
    if model_id not in RECIPES:
        raise UsageError(message("training.no_recipe", model=model_id))
    return RECIPES[model_id]
