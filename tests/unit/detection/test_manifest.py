"""A manifest is a stranger's: it is checked, and its hash covers what changes findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.detection import manifest as manifest_module
from medai_desktop.detection.manifest import Label, TrainedOn, read_manifest
from medai_desktop.errors import ModelError
from medai_desktop.findings import CodedConcept
from tests.unit.detection.models import DROP, SHIPPED, changed, plain_manifest, write_model


def test_the_shipped_manifest() -> None:
    made = read_manifest(SHIPPED)
    assert made.id == "brain-tumour-mr"
    assert made.modality == ("MR",)
    assert made.labels[0].name == "enhancing mass"
    assert made.labels[0].code == CodedConcept("SCT", "4147007", "Mass")
    assert made.regions == ("head",)
    assert made.mr_classes == ("T1",)
    assert 0 < made.threshold <= made.threshold_solid < 1
    assert made.weights.is_file()
    assert made.own_test.unmarked_slices <= made.own_test.slices
    assert hash(made) == hash(read_manifest(SHIPPED))


def test_what_it_was_trained_on_follows_from_the_input_or_is_said(tmp_path: Path) -> None:
    plain = read_manifest(write_model(tmp_path / "plain"))
    assert plain.trained_on == TrainedOn(
        most_pixel_mm=pytest.approx(1.305),
        least_field_mm=pytest.approx(150.336),
        most_step_mm=10.0,
        least_age_years=18.0,
        foreground=(0.15, 0.85),
    )
    said = {
        "most_pixel_mm": 0.4,
        "least_field_mm": 250.0,
        "most_step_mm": 3.0,
        "least_age_years": 0,
        "least_foreground": 0.0,
        "most_foreground": 1.0,
    }
    told = read_manifest(write_model(tmp_path / "told", {"trained_on": said}))
    assert told.trained_on == TrainedOn(0.4, 250.0, 3.0, 0.0, (0.0, 1.0))


REFUSED: dict[str, dict[str, Any]] = {
    "another id": {"id": "another"},
    "id a number": {"id": 5},
    "no title": {"title": DROP},
    "empty title": {"title": ""},
    "title of two lines": {"title": "Brain\nmass"},
    "long title": {"title": "x" * 300},
    "no labels": {"labels": []},
    "labels no list": {"labels": {"name": "x"}},
    "label without code": {"labels": [{"name": "x"}]},
    "modality no list": {"modality": "MR"},
    "no modality": {"modality": []},
    "unknown region": {"fit.regions": ["hed"]},
    "unknown weighting": {"fit.mr_classes": ["T9"]},
    "contrast no truth": {"fit.prefers_contrast": "yes"},
    "no fit": {"fit": DROP},
    "spacing zero": {"input.spacing_mm": 0},
    "spacing negative": {"input.spacing_mm": -0.5},
    "spacing text": {"input.spacing_mm": "0.87"},
    "spacing true": {"input.spacing_mm": True},
    "spacing infinite": {"input.spacing_mm": float("inf")},
    "spacing nan": {"input.spacing_mm": float("nan")},
    "spacing huge": {"input.spacing_mm": 10**400},
    "canvas huge": {"input.canvas_px": 10**9},
    "canvas fraction": {"input.canvas_px": 288.5},
    "canvas odd": {"input.canvas_px": 300},
    "threshold above one": {"threshold": 1.1},
    "thresholds crossed": {"threshold": 0.9, "threshold_solid": 0.5},
    "more unmarked than there are": {"own_test.unmarked_slices": 480},
    "config no object": {"network.config": [1]},
    "config infinite": {"network.config.head_width": float("inf")},
    "config an object": {"network.config.head_width": {"a": 1}},
    "hash short": {"weights.sha256": "abc"},
    "hash large letters": {"weights.sha256": "A" * 64},
    "weights elsewhere": {"weights.file": "../weights.safetensors"},
    "weights at the root": {"weights.file": "/etc/passwd"},
    "weights on a drive": {"weights.file": "C:\\windows\\system.ini"},
    "weights over there": {"weights.file": "..\\weights.safetensors"},
    "weights nothing": {"weights.file": ""},
    "weights a dot": {"weights.file": "."},
    "weights two dots": {"weights.file": ".."},
    "weights with a null": {"weights.file": "w\0.safetensors"},
    "weights a list": {"weights.file": ["w"]},
    "trained on nothing known": {"trained_on": {"least_foreground": 0.9, "most_foreground": 0.1}},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_a_manifest_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = write_model(tmp_path / "some-model", changes)
    with pytest.raises(ModelError) as caught:
        read_manifest(folder)
    assert caught.value.message.id == "detection.bad_manifest"
    assert caught.value.message.argument("model") == "some-model"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"7", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b"{}" + b" " * 1_000_001],
    ids=["empty", "list", "number", "null", "cut", "binary", "deep", "too large"],
)
def test_a_file_that_is_no_manifest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read_manifest(tmp_path)
    assert caught.value.message.id == "detection.bad_manifest"


def test_no_manifest(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ModelError) as caught:
            read_manifest(folder)
        assert caught.value.message.id == "detection.no_manifest"
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(ModelError):
        read_manifest(tmp_path)


def leaves(plain: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(plain, dict):
        return [found for name in plain for found in leaves(plain[name], (*path, name))]
    if isinstance(plain, list):
        return [found for n, item in enumerate(plain) for found in leaves(item, (*path, n))]
    return [path]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(leaves(plain_manifest())), JSON)
def test_any_value_anywhere_is_taken_or_refused_in_words(path: tuple[Any, ...], value: Any) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = write_model(Path(name) / "some-model")
        plain = json.loads((folder / "manifest.json").read_text())
        place = plain
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
        (folder / "manifest.json").write_text(json.dumps(plain))
        try:
            made = read_manifest(folder)
        except ModelError:
            return
        assert made.weights.parent == folder
        assert len(made.settings_sha256_for("fp32")) == 64


CHANGES_FINDINGS: dict[str, Any] = {
    "input.spacing_mm": 0.9,
    "input.canvas_px": 320,
    "input.normalisation": "another",
    "joining.link_iou": 0.3,
    "joining.least_slices_mm": 6.0,
    "network.name": "another",
    "network.config.head_width": 32,
    "labels": [{"name": "mass", "code": {"scheme": "SCT", "value": "1", "meaning": "Mass"}}],
}
CHANGES_NOTHING: dict[str, Any] = {
    "title": "Another title",
    "version": "2.0.0",
    "threshold": 0.1,
    "threshold_solid": 0.9,
    "calibrated": True,
    "own_test.unmarked_slices": 1,
    "fit.regions": ["head", "neck"],
}


def settings_of(tmp_path: Path, changes: dict[str, Any], precision: str = "fp32") -> str:
    return read_manifest(write_model(tmp_path / "m", changes)).settings_sha256_for(precision)


@pytest.mark.parametrize("name", CHANGES_FINDINGS)
def test_what_changes_findings_changes_the_settings(tmp_path: Path, name: str) -> None:
    before = settings_of(tmp_path, {})
    assert settings_of(tmp_path, {}) == before
    assert settings_of(tmp_path, {name: CHANGES_FINDINGS[name]}) != before


@pytest.mark.parametrize("name", CHANGES_NOTHING)
def test_what_changes_no_finding_leaves_the_settings(tmp_path: Path, name: str) -> None:
    assert settings_of(tmp_path, {name: CHANGES_NOTHING[name]}) == settings_of(tmp_path, {})


def test_half_precision_is_another_setting(tmp_path: Path) -> None:
    found = {settings_of(tmp_path, {}, name) for name in ("fp32", "fp16", "bf16")}
    assert len(found) == 3


@pytest.mark.parametrize("name", ["STEP_MM", "REACH_MM", "END_SHARE", "LEAST_SCORE"])
def test_constants_of_the_joining_are_settings_too(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = settings_of(tmp_path, {})
    monkeypatch.setattr(manifest_module, name, 0.123)
    assert settings_of(tmp_path, {}) != before


def test_every_field_is_told_apart_by_equality() -> None:
    made = read_manifest(SHIPPED)
    assert made == read_manifest(SHIPPED)
    assert made != replace(made, threshold=0.1)
    assert made != replace(made, labels=(Label("x", made.labels[0].code),))


def test_the_order_of_members_does_not_matter(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    plain = json.loads((folder / "manifest.json").read_text())
    before = read_manifest(folder)
    (folder / "manifest.json").write_text(json.dumps(dict(reversed(plain.items()))))
    assert read_manifest(folder) == before
    assert changed(plain, {"title": "x"})["title"] == "x"
