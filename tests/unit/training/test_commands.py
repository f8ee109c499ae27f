"""From slices to a model folder, and its figures again from the folder alone."""

from __future__ import annotations

import ast
import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from installers.compile_catalogues import TRANSLATIONS
from medai_desktop.detection.manifest import read_manifest
from medai_desktop.detection.registry import check_weights
from medai_desktop.errors import ModelError, SourceError, StorageError, UsageError
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.training import commands
from medai_desktop.training.commands import run_evaluation, run_training
from medai_desktop.training.measure import EvaluationReport
from medai_desktop.training.recipe import SliceRecipe
from tests.unit.training.slices import TINY, write_collections

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = {"torch", "numpy", "scipy", "PIL", "safetensors"}


CATALOGUES = Catalogues(TRANSLATIONS)


def english(said: Message) -> str:
    return CATALOGUES.render(said, Language.ENGLISH)


def unheard(done: int, total: int, stage: Message) -> None:
    return None


def evaluated(folder: Path, data: Path, out: Path) -> EvaluationReport:
    return run_evaluation("brain-tumour-mr", folder, data, out, progress=unheard, render=english)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections")
    write_collections(folder, subjects=3)
    return folder


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> SliceRecipe:
    """The recipe of the brain model, of a size that takes a second."""
    small = replace(TINY, steps=20, batch=8, learning_rate=8e-3)
    monkeypatch.setitem(commands.RECIPES, "brain-tumour-mr", small)
    return small


def test_a_trained_model_is_a_model_folder_with_the_figures_it_had(
    recipe: SliceRecipe, data: Path, tmp_path: Path
) -> None:
    folder = run_training("brain-tumour-mr", data, tmp_path / "run", resume=False, progress=unheard)
    manifest = read_manifest(folder)
    check_weights(manifest)
    assert (folder / "weights.safetensors").stat().st_size < 12_000_000
    assert manifest.title == "Brain mass MR"
    assert manifest.labels[0].name == "enhancing mass"
    assert manifest.own_test.slices == 3 * 4
    report = run_evaluation(
        "brain-tumour-mr", folder, data, tmp_path / "eval", progress=unheard, render=english
    )
    assert report.slices == manifest.own_test.slices
    assert report.unmarked_slices == manifest.own_test.unmarked_slices
    assert report.threshold == manifest.threshold
    written = json.loads((tmp_path / "eval" / "report.json").read_text())
    assert written["model"]["weights_sha256"] == manifest.weights_sha256
    assert written["ap50"] == report.ap50
    assert "Brain mass MR" in written["research_use"]
    assert "not for use in diagnosis or treatment" in written["research_use"]
    assert set(written) == {
        "research_use",
        "model",
        "ap50",
        "ap50_interval_95",
        "ap30",
        "ap50_by_class",
        "slices_with_a_lesion",
        "slices_unmarked_at_threshold",
        "false_marks_a_subject",
        "threshold",
        "threshold_solid",
    }
    assert set(written["ap50_by_class"]) == {"meningioma", "glioma", "pituitary"}
    sources = {row["source"]: row["subjects"] for row in written["false_marks_a_subject"]}
    assert sources == {"ixi": 3, "open-ms": 1, "openneuro-ds002748": 1}
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(ModelError) as raised:
        run_evaluation(
            "brain-tumour-mr", folder, data, tmp_path / "eval", progress=unheard, render=english
        )
    assert raised.value.message.id == "detection.wrong_hash"


def test_what_is_missing_is_said(data: Path, tmp_path: Path) -> None:
    models = ROOT / "models" / "brain-tumour-mr"
    with pytest.raises(UsageError):
        run_training("unknown", data, tmp_path, resume=False, progress=unheard)
    with pytest.raises(SourceError):
        run_evaluation(
            "brain-tumour-mr", models, tmp_path, tmp_path / "e", progress=unheard, render=english
        )
    with pytest.raises(ModelError):
        run_evaluation(
            "brain-tumour-mr", tmp_path, data, tmp_path / "e", progress=unheard, render=english
        )
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        run_training("brain-tumour-mr", data, tmp_path / "file", resume=False, progress=unheard)


def test_figures_that_cannot_be_had_are_null() -> None:
    report = EvaluationReport(
        math.nan, (math.nan, math.nan), math.nan, (("glioma", math.nan),), 0, 0, (), 0.5, 0.6
    )
    document = json.loads(json.dumps(report.document(), allow_nan=False))
    assert document["ap50"] is None
    assert document["ap50_interval_95"] == [None, None]
    assert document["ap50_by_class"] == {"glioma": None}
    assert document["threshold"] == 0.5


@pytest.mark.parametrize("language", list(Language))
def test_figures_are_sentences_in_the_language_of_whoever_asked(language: Language) -> None:
    report = EvaluationReport(
        0.714,
        (0.52, math.nan),
        0.87,
        (("glioma", 0.45),),
        479,
        168,
        (("ixi", 48, 1.19, 0.23),),
        0.615,
        0.754,
    )
    lines = [CATALOGUES.render(line, language) for line in report.lines()]
    assert len(lines) == 4
    for shown in ("0.714", "0.520", "0.450", "479", "168", "0.615", "0.754", "48", "1.19", "0.23"):
        assert any(shown in line for line in lines), shown
    assert not any("nan" in line or "{" in line for line in lines)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in lines[2]) is (
        language is Language.CHINESE
    )


def test_training_needs_only_what_every_trainer_has() -> None:
    foreign = set()
    for path in (ROOT / "medai_desktop" / "training").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            foreign |= {name.partition(".")[0] for name in names}
    foreign -= {"medai_desktop"} | set(sys.stdlib_module_names)
    assert foreign == ALLOWED
