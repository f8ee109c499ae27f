"""The models on this computer: usable, or one clear sentence why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from installers.compile_catalogues import TRANSLATIONS
from medai_desktop.detection.manifest import read_manifest
from medai_desktop.detection.registry import ModelRegistry, check_weights
from medai_desktop.errors import ModelError
from medai_desktop.text import Catalogues, Language, message
from tests.unit.detection.models import SHIPPED, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three good ones, and one of each kind that is not."""
    for name in ("b-good", "a-good", "c-good"):
        write_model(tmp_path / name)
    write_model(tmp_path / "bad", {"threshold": 7})
    write_model(tmp_path / "lost")
    (tmp_path / "lost" / "weights.safetensors").unlink()
    write_model(tmp_path / "swapped")
    (tmp_path / "swapped" / "weights.safetensors").write_bytes(b"others")
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "README").write_text("no model")
    return tmp_path


def reasons(registry: ModelRegistry, *, verified: bool) -> dict[str, str]:
    entries = registry.verified() if verified else registry.entries()
    return {entry.id: entry.reason.id if entry.reason else "" for entry in entries}


def test_one_bad_model_never_hides_the_others(folder: Path) -> None:
    registry = ModelRegistry(folder)
    assert [made.id for made in registry.usable()] == ["a-good", "b-good", "c-good", "swapped"]
    assert reasons(registry, verified=False) == {
        "a-good": "",
        "b-good": "",
        "bad": "detection.bad_manifest",
        "c-good": "",
        "empty": "detection.no_manifest",
        "lost": "detection.no_weights",
        "swapped": "",
    }


def test_verify_reads_the_weights(folder: Path) -> None:
    found = reasons(ModelRegistry(folder), verified=True)
    assert found["swapped"] == "detection.wrong_hash"
    assert found["a-good"] == ""
    assert found["bad"] == "detection.bad_manifest"


def test_the_shipped_models_are_what_they_say() -> None:
    entries = ModelRegistry(SHIPPED.parent).verified()
    assert [(entry.id, entry.reason) for entry in entries] == [("brain-tumour-mr", None)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad", "detection.bad_manifest"),
        ("lost", "detection.no_weights"),
        ("empty", "detection.no_manifest"),
        ("nowhere", "detection.unknown_model"),
        ("../a-good", "detection.unknown_model"),
    ],
)
def test_why_a_model_cannot_be_had(folder: Path, name: str, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        ModelRegistry(folder).get(name)
    said = caught.value.message
    assert said.id == reason
    for language in Language:
        sentence = Catalogues(TRANSLATIONS).render(said, language)
        assert name in sentence
        assert "{" not in sentence


def test_a_good_model_can_be_had(folder: Path) -> None:
    made = ModelRegistry(folder).get("a-good")
    assert made == read_manifest(folder / "a-good")
    assert made != ModelRegistry(folder).get("b-good")


def test_the_bytes_that_were_compared_are_handed_out(folder: Path) -> None:
    manifest = read_manifest(folder / "a-good")
    assert check_weights(manifest) == b"weights of a-good"
    with pytest.raises(ModelError) as caught:
        check_weights(read_manifest(folder / "swapped"))
    assert caught.value.message == message("detection.wrong_hash", model="swapped")
    with pytest.raises(ModelError) as caught:
        check_weights(read_manifest(folder / "lost"))
    assert caught.value.message == message("detection.no_weights", model="lost")


@pytest.mark.parametrize("kind", ["missing", "file", "loop"])
def test_no_folder_of_models_is_no_model(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "models"
    if kind == "file":
        place.write_text("")
    elif kind == "loop":
        os.symlink(place, place)
    assert ModelRegistry(place).entries() == ()
    assert ModelRegistry(place).usable() == ()


def test_a_link_in_the_place_of_weights_is_held_to_the_hash(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "models" / "linked")
    secret = tmp_path / "secret"
    secret.write_bytes(b"something of the reader")
    (folder / "weights.safetensors").unlink()
    os.symlink(secret, folder / "weights.safetensors")
    entry = ModelRegistry(tmp_path / "models").verified()[0]
    assert entry.reason == message("detection.wrong_hash", model="linked")
