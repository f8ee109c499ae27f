"""What the worker does with models that cannot run; in this process, with the real network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from medai_desktop.detection.manifest import read_manifest
from medai_desktop.errors import ModelError
from medai_desktop.runtimes import torch_devices
from medai_desktop.runtimes.model_runner import ModelRunner
from medai_desktop.runtimes.torch_devices import (
    NoSuchDeviceError,
    chosen_device,
    chosen_precision,
    device_names,
)
from medai_desktop.volume import Volume
from medai_desktop.wire import Frame, Slot
from tests.unit.detection.heads import head
from tests.unit.detection.models import DROP, copy_shipped

VOLUME: Volume = head((2, 128, 128))


@pytest.fixture
def slot() -> Iterator[Slot]:
    made = Slot(VOLUME.voxels.nbytes)
    made.array(VOLUME.voxels.shape, VOLUME.voxels.dtype)[...] = VOLUME.voxels
    yield made
    made.close()


def hashes(folder: Path) -> dict[str, str]:
    """What the window read of a model; anything where it is none."""
    try:
        made = read_manifest(folder)
    except ModelError:
        return {"weights_sha256": "", "settings_sha256": ""}
    return {
        "weights_sha256": made.weights_sha256,
        "settings_sha256": made.settings_sha256_for("fp32"),
    }


def request(folder: Path, slot: Slot) -> Frame:
    return Frame(
        "detect",
        {
            "folder": str(folder),
            **hashes(folder),
            "device": "cpu",
            "threads": 1,
            "slot": slot.name,
            "dtype": VOLUME.voxels.dtype.str,
        },
        {
            "shape": np.array(VOLUME.voxels.shape, np.int64),
            "spacing_mm": np.array((5.0, 0.9, 0.9)),
        },
    )


def answered(folder: Path, slot: Slot) -> Frame:
    return ModelRunner().detect(request(folder, slot), lambda frame: None)


def with_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """The model with other weights, and a manifest that declares them."""
    path = folder / "weights.safetensors"
    state = load_file(str(path))
    change(state)
    save_file(state, str(path))
    return declared(folder)


def declared(folder: Path) -> Path:
    manifest = json.loads((folder / "manifest.json").read_text())
    weights = (folder / "weights.safetensors").read_bytes()
    manifest["weights"]["sha256"] = hashlib.sha256(weights).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_the_shipped_model_answers(tmp_path: Path, slot: Slot) -> None:
    told: list[Frame] = []
    reply = ModelRunner().detect(request(copy_shipped(tmp_path), slot), told.append)
    assert reply.kind == "result"
    assert reply.text("device") == "cpu"
    assert reply.text("precision") == "fp32"
    assert reply.tensors["slice_boxes"].shape[1] == 6
    assert [frame.number("done") for frame in told] == [0, 2]
    assert reply.number("inference_s") > 0


def test_no_numbers_out_of_the_network_are_a_failure_and_not_silence(
    tmp_path: Path, slot: Slot
) -> None:
    def spoil(state: dict[str, torch.Tensor]) -> None:
        state["heatmap.bias"].fill_(float("nan"))

    reply = answered(with_weights(copy_shipped(tmp_path), spoil), slot)
    assert reply.is_error
    assert "no numbers" in reply.text("reason")


def test_weights_of_another_network(tmp_path: Path, slot: Slot) -> None:
    def lose(state: dict[str, torch.Tensor]) -> None:
        del state["heatmap.bias"]

    assert answered(with_weights(copy_shipped(tmp_path), lose), slot).text("reason") == "model"


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"\xff" * 100])
def test_weights_that_are_none(tmp_path: Path, slot: Slot, content: bytes) -> None:
    folder = copy_shipped(tmp_path)
    (folder / "weights.safetensors").write_bytes(content)
    assert answered(declared(folder), slot).text("reason") == "model"


def test_weights_others_than_declared_are_not_loaded(tmp_path: Path, slot: Slot) -> None:
    folder = copy_shipped(tmp_path)
    (folder / "weights.safetensors").write_bytes(b"others")
    assert answered(folder, slot).text("reason") == "model"
    (folder / "weights.safetensors").unlink()
    assert answered(folder, slot).text("reason") == "model"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"network.name": "transformer-xl"}, "newer"),
        ({"input.normalisation": "slice-percentile-9"}, "newer"),
        ({"network.config.widths": DROP}, "model"),
        ({"network.config.widths": [16]}, "model"),
        ({"network.config.head_width": "wide"}, "model"),
        ({"threshold": 5}, "model"),
    ],
)
def test_manifests_that_this_program_cannot_run(
    tmp_path: Path, slot: Slot, changes: dict[str, Any], reason: str
) -> None:
    assert answered(copy_shipped(tmp_path, changes), slot).text("reason") == reason


def test_the_model_is_warm_for_its_weights_only(tmp_path: Path, slot: Slot) -> None:
    runner = ModelRunner()
    folder = copy_shipped(tmp_path / "a")
    first = runner.detect(request(folder, slot), lambda frame: None)
    warm = runner._warm
    again = runner.detect(request(folder, slot), lambda frame: None)
    assert runner._warm is warm
    assert again.tensors["slice_boxes"].tobytes() == first.tensors["slice_boxes"].tobytes()

    def shift(state: dict[str, torch.Tensor]) -> None:
        state["heatmap.bias"] += 1.0

    other = with_weights(copy_shipped(tmp_path / "b"), shift)
    changed = runner.detect(request(other, slot), lambda frame: None)
    assert runner._warm is not warm
    assert changed.tensors["slice_boxes"].tobytes() != first.tensors["slice_boxes"].tobytes()


def test_what_ran_is_repeated(tmp_path: Path, slot: Slot) -> None:
    folder = copy_shipped(tmp_path)
    reply = answered(folder, slot)
    assert {name: reply.text(name) for name in hashes(folder)} == hashes(folder)


@pytest.mark.parametrize("kind", ["weights", "settings", "neither"])
def test_a_model_other_than_the_one_asked_for_does_not_run(
    tmp_path: Path, slot: Slot, kind: str
) -> None:
    asked = request(copy_shipped(tmp_path / "before"), slot)
    if kind == "weights":

        def shift(state: dict[str, torch.Tensor]) -> None:
            state["heatmap.bias"] += 1.0

        now = with_weights(copy_shipped(tmp_path / "now"), shift)
    else:
        changes = {"input.spacing_mm": 1.2} if kind == "settings" else {"version": "9.9.9"}
        now = copy_shipped(tmp_path / "now", changes)
    wanted = Frame("detect", {**asked.parameters, "folder": str(now)}, asked.tensors)
    reply = ModelRunner().detect(wanted, lambda frame: None)
    if kind == "neither":
        assert reply.kind == "result"
    else:
        assert reply.text("reason") == "changed"


def test_a_stranger_device_is_answered_with_those_there_are(tmp_path: Path, slot: Slot) -> None:
    asked = request(copy_shipped(tmp_path), slot)
    wanted = Frame("detect", {**asked.parameters, "device": "cuda:55"}, asked.tensors)
    reply = ModelRunner().detect(wanted, lambda frame: None)
    assert reply.text("reason") == "device"
    assert "cpu" in reply.text("names")
    assert ModelRunner().devices().text("names").split(",") == device_names()


# -- the choice of a device: cards are described, as this computer may have none ---------------


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Free bytes of each card, to be filled by the test."""
    described: dict[str, int] = {}
    monkeypatch.setattr(torch_devices, "device_names", lambda: ["cpu", *described])
    monkeypatch.setattr(torch_devices, "_free_bytes", lambda name: described[name])
    return described


@pytest.mark.parametrize(
    ("free", "wanted", "expected"),
    [
        ({}, "auto", "cpu"),
        ({"cuda:0": 8 << 30}, "auto", "cuda:0"),
        ({"cuda:0": 2 << 30, "cuda:1": 8 << 30}, "auto", "cuda:1"),
        ({"cuda:0": 1 << 20}, "auto", "cpu"),
        ({"mps": 8 << 30}, "auto", "mps"),
        ({"mps": 1 << 20}, "auto", "cpu"),
        ({"cuda:0": 1 << 20}, "cuda", "cuda:0"),
        ({"cuda:0": 2 << 30, "cuda:1": 8 << 30}, "cuda", "cuda:1"),
        ({"cuda:0": 2 << 30, "cuda:10": 8 << 30}, "cuda:0", "cuda:0"),
        ({"cuda:10": 8 << 30}, "cuda:1", None),
        ({"cuda:0": 8 << 30}, "mps", None),
        ({}, "cuda", None),
        ({"cuda:0": 8 << 30}, "cpu", "cpu"),
        ({}, "c", None),
    ],
)
def test_choice_of_the_device(
    cards: dict[str, int], free: dict[str, int], wanted: str, expected: str | None
) -> None:
    cards.update(free)
    if expected is None:
        with pytest.raises(NoSuchDeviceError) as caught:
            chosen_device(wanted)
        assert caught.value.names == ["cpu", *free]
    else:
        assert chosen_device(wanted) == expected


def test_half_precision_only_where_the_model_allows_it() -> None:
    assert chosen_precision("cpu", False) == "fp32"
    assert chosen_precision("mps", False) == "fp32"
    assert chosen_precision("mps", True) == "fp16"
    assert chosen_precision("cpu", True) in {"fp32", "bf16"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("_is_avx512_bf16_supported", True), ("_is_amx_tile_supported", True), ("", False)],
)
def test_which_processors_multiply_bfloat16(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: bool
) -> None:
    for asked in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, asked, lambda asked=asked: asked == name, raising=False)
    assert torch_devices.has_fast_bf16() is expected


def test_a_device_that_does_not_compute_is_not_offered() -> None:
    assert torch_devices._computes("cpu")
    assert not torch_devices._computes("cuda:99")
    assert device_names()[0] == "cpu"
