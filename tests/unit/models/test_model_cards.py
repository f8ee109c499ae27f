"""Every shipped model has a card, and the card says what the manifest says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import safe_open

from medai_desktop.detection.manifest import Manifest, read_manifest
from medai_desktop.detection.registry import check_weights
from medai_desktop.text import Message

ROOT = Path(__file__).resolve().parents[3]
MODELS = sorted(path.parent for path in (ROOT / "models").glob("*/manifest.json"))
PROMISES = [
    r"\bfinds?\b",
    r"\bdetects cancer\b",
    r"\brules? out\b",
    r"\bnormal\b",
    r"\bnegative\b",
    r"\btriage\b",
    r"\bsecond reader\b",
    r"\bsuspicious\b",
    r"\bmalignant\b",
    r"\bclinically validated\b",
    r"%",
]


@pytest.fixture(params=MODELS, ids=lambda path: path.name)
def model(request: pytest.FixtureRequest) -> Path:
    folder = request.param
    assert isinstance(folder, Path)
    return folder


def card(folder: Path) -> str:
    return (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def figures(manifest: Manifest) -> list[str]:
    """What a card must repeat."""
    return [
        f"# {manifest.title} {manifest.version}\n",
        f"`{manifest.id}`",
        "| single slices on which the mass has no mark",
        f"{manifest.own_test.unmarked_slices} of {manifest.own_test.slices}",
        f"{manifest.threshold:g} (lower, dashed) and {manifest.threshold_solid:g} (higher, solid)",
        f"{manifest.spacing_mm:g} mm a pixel",
        f"{manifest.canvas_px} x {manifest.canvas_px}",
        *(f'"{label.name}"' for label in manifest.labels),
        "Research use only. Not for use in diagnosis or treatment.",
    ]


def test_there_is_a_model() -> None:
    assert "brain-tumour-mr" in [folder.name for folder in MODELS]


def test_card_repeats_the_manifest(model: Path) -> None:
    text = card(model)
    missing = [said for said in figures(read_manifest(model)) if said not in text]
    assert missing == []


def test_card_tells_data_licence_split_and_failures(model: Path) -> None:
    text = card(model)
    for heading in ("## Data, licence, attribution", "**Split.**", "## Known failures"):
        assert heading in text
    assert "AP50" in text
    assert re.search(r"CC BY|CC0", text)


def test_card_promises_nothing(model: Path) -> None:
    text = card(model)
    assert [word for word in PROMISES if re.search(word, text, re.IGNORECASE)] == []


def test_weights_are_small_and_in_half_precision(model: Path) -> None:
    manifest = read_manifest(model)
    check_weights(manifest)
    assert manifest.weights.stat().st_size <= 12_000_000
    with safe_open(str(manifest.weights), "pt") as file:
        kinds = {str(file.get_slice(name).get_dtype()) for name in file.keys()}
    assert "F16" in kinds
    assert "F32" not in kinds


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.timeout(1800)
def test_figures_of_the_card_come_again(corpus: Callable[[str], Path], tmp_path: Path) -> None:
    from medai_desktop.training import run_evaluation

    data = corpus("brain-tumour-mr").parent
    corpus("brain-mr-no-tumour")
    folder = ROOT / "models" / "brain-tumour-mr"

    def unheard(done: int, total: int, stage: Message) -> None:
        return None

    report = run_evaluation(
        "brain-tumour-mr", folder, data, tmp_path, progress=unheard, render=lambda said: said.id
    )
    manifest, text = read_manifest(folder), card(folder)
    assert report.slices == manifest.own_test.slices
    assert report.unmarked_slices == manifest.own_test.unmarked_slices
    low, high = report.ap50_interval
    assert f"| {report.ap50:.2f} (0.95 interval by block: {low:.2f} to {high:.2f};" in text
    assert f"| AP30 | {report.ap30:.2f} |" in text
    by_class = " / ".join(f"{value:.2f}" for _, value in report.ap50_by_class)
    assert f"| {by_class} |" in text
    free = {row[0]: row for row in report.false_by_source}
    assert f"IXI {free['ixi'][2]:.2f} / {free['ixi'][3]:.2f};" in text
    subjects = sum(row[1] for row in report.false_by_source)
    assert sum(row[1] * row[3] for row in report.false_by_source) <= 0.2 * subjects + 1e-9
    assert sum(row[1] * row[2] for row in report.false_by_source) <= 1.0 * subjects + 1e-9
