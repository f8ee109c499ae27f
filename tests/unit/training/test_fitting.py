"""Training: seeded, stopped and resumed without a trace, and it learns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from medai_desktop.errors import CancelledError, SourceError, UsageError
from medai_desktop.jobs import Cancellation
from medai_desktop.runtimes import torch_devices
from medai_desktop.runtimes.networks.slice_detector import SliceDetector
from medai_desktop.training.checkpoint import TrainingState, read_checkpoint, write_checkpoint
from medai_desktop.training.cohort import Slice, read_cohort
from medai_desktop.training.fitting import (
    CHECKPOINT,
    LOG,
    detection_loss,
    draw_batch,
    fit,
    generalised_iou,
    learning_rate,
    train_step,
)
from medai_desktop.training.recipe import SliceRecipe
from tests.unit.training.slices import TINY, write_collections


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    """Two threads on busy cores take longer than one."""
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections")
    write_collections(folder)
    return folder


@pytest.fixture(scope="module")
def cohort(data: Path) -> list[Slice]:
    return read_cohort(data)


def unheard(done: int, total: int) -> None:
    return None


def weights(network: SliceDetector) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


@pytest.fixture(scope="module")
def unbroken(cohort: list[Slice], tmp_path_factory: pytest.TempPathFactory) -> SliceDetector:
    """Six steps without a stop."""
    return fit(TINY, cohort, tmp_path_factory.mktemp("unbroken"), resume=False, told=unheard)


@pytest.mark.parametrize("has_bf16", [True, False])
def test_half_precision_only_on_processors_that_multiply_it(
    cohort: list[Slice], monkeypatch: pytest.MonkeyPatch, has_bf16: bool
) -> None:
    monkeypatch.setattr(torch_devices, "has_fast_bf16", lambda: has_bf16)
    state = TrainingState.fresh(TINY)
    seen: set[torch.dtype] = set()
    for part in state.network.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.register_forward_hook(lambda _, given, made: seen.add(made.dtype))
    with_mark = [item for item in cohort if item.box is not None]
    train_step(state, TINY, draw_batch(TINY, with_mark, [], 0))
    assert seen == {torch.bfloat16 if has_bf16 else torch.float32}


def test_the_same_seed_gives_the_same_weights(
    unbroken: SliceDetector, cohort: list[Slice], tmp_path: Path
) -> None:
    again = fit(TINY, cohort, tmp_path / "a", resume=False, told=unheard)
    other = fit(replace(TINY, seed=4), cohort, tmp_path / "b", resume=False, told=unheard)
    assert same(weights(unbroken), weights(again))
    assert not same(weights(unbroken), weights(other))


def test_cancelled_and_resumed_it_ends_with_the_same_weights(
    unbroken: SliceDetector, cohort: list[Slice], tmp_path: Path
) -> None:
    cancellation = Cancellation()

    def told(done: int, total: int) -> None:
        if done == 2:
            cancellation.cancel()

    with pytest.raises(CancelledError) as raised:
        fit(TINY, cohort, tmp_path, resume=False, told=told, cancellation=cancellation)
    assert raised.value.message.argument("step") == 3
    resumed = fit(TINY, cohort, tmp_path, resume=True, told=unheard)
    assert same(weights(unbroken), weights(resumed))
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert lines[-1]["step"] == TINY.steps


KILLED = """
import sys, time
from pathlib import Path
from medai_desktop.training.cohort import read_cohort
from medai_desktop.training.fitting import fit
from tests.unit.training.slices import TINY

def told(done, total):
    print(done, flush=True)
    time.sleep(0.2)

fit(TINY, read_cohort(Path(sys.argv[1])), Path(sys.argv[2]), resume=False, told=told)
"""


def test_killed_and_resumed_it_ends_with_the_same_weights(
    unbroken: SliceDetector, cohort: list[Slice], data: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(data), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 3:
                process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    state = TrainingState.fresh(TINY)
    read_checkpoint(state, TINY, tmp_path / CHECKPOINT)
    assert state.step == 2, "the last checkpoint before it was killed"
    resumed = fit(TINY, cohort, tmp_path, resume=True, told=unheard)
    assert same(weights(unbroken), weights(resumed))


def test_an_earlier_run_is_not_overwritten(cohort: list[Slice], tmp_path: Path) -> None:
    short = replace(TINY, steps=2)
    fit(short, cohort, tmp_path, resume=False, told=unheard)
    before = (tmp_path / CHECKPOINT).read_bytes()
    with pytest.raises(UsageError) as raised:
        fit(short, cohort, tmp_path, resume=False, told=unheard)
    assert raised.value.message.id == "training.checkpoint_there"
    with pytest.raises(UsageError) as raised:
        fit(replace(short, seed=9), cohort, tmp_path, resume=True, told=unheard)
    assert raised.value.message.id == "training.other_recipe"
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_a_damaged_checkpoint_is_said(cohort: list[Slice], tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"\x00" * 100)
    with pytest.raises(SourceError) as raised:
        fit(TINY, cohort, tmp_path, resume=True, told=unheard)
    assert raised.value.message.id == "training.bad_file"


def test_a_checkpoint_comes_back_whole(cohort: list[Slice], tmp_path: Path) -> None:
    torch.manual_seed(1)
    state = TrainingState.fresh(TINY)
    with_mark = [item for item in cohort if item.box is not None]
    for step in range(2):
        train_step(state, TINY, draw_batch(TINY, with_mark, [], step))
    path = tmp_path / CHECKPOINT
    write_checkpoint(state, TINY, path)
    torch.manual_seed(2)
    back = TrainingState.fresh(TINY)
    assert not same(weights(state.network), weights(back.network))
    read_checkpoint(back, TINY, path)
    assert back.step == 2
    assert same(weights(state.network), weights(back.network))
    assert same(weights(state.mean), weights(back.mean))
    assert not same(weights(state.mean), weights(state.network))
    moments = [s.optimiser.state_dict()["state"] for s in (state, back)]
    assert moments[0].keys() == moments[1].keys()
    assert all(same(moments[0][n], moments[1][n]) for n in moments[0])


def test_it_learns_what_it_is_shown(cohort: list[Slice]) -> None:
    recipe = replace(TINY, steps=1000, learning_rate=0.2)
    torch.manual_seed(recipe.seed)
    state = TrainingState.fresh(recipe)
    batch = draw_batch(recipe, [item for item in cohort if item.box is not None], [], 0)
    losses = [float(train_step(state, recipe, batch).sum()) for _ in range(40)]
    assert losses[-1] < 0.6 * losses[0]


def test_batches_depend_on_their_step_alone(cohort: list[Slice]) -> None:
    with_mark = [item for item in cohort if item.box is not None]
    without = [item for item in cohort if item.box is None]
    first, again, other = (draw_batch(TINY, with_mark, without, step) for step in (5, 5, 6))
    assert torch.equal(first[0], again[0])
    assert not torch.equal(first[0], other[0])
    marked = ~torch.isnan(first[1][:, 0])
    assert marked.tolist() == [True] * 3 + [False] * TINY.negatives


def test_rate_rises_and_falls() -> None:
    recipe = replace(TINY, steps=1000)
    rates = [learning_rate(recipe, step) for step in range(1000)]
    assert rates[0] < 0.02 * recipe.learning_rate
    assert max(rates) == pytest.approx(recipe.learning_rate, rel=0.05)
    assert rates[-1] == pytest.approx(0.01 * recipe.learning_rate, rel=0.01)
    assert rates[99] > rates[50]
    assert rates[900] < rates[500] < rates[100]


def test_generalised_overlap_of_known_boxes() -> None:
    boxes = torch.tensor(
        [[0.0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 2, 2]],
    )
    others = torch.tensor([[0.0, 0, 4, 4], [2, 0, 6, 4], [4, 4, 6, 6]])
    expected = [1.0, 8 / 24, 0.0 - (36 - 8) / 36]
    assert generalised_iou(boxes, others).tolist() == pytest.approx(expected)


def test_losses_punish_the_wrong_place() -> None:
    recipe: SliceRecipe = replace(TINY, batch=1)
    torch.manual_seed(0)
    network = SliceDetector(recipe.network)
    output = network(torch.zeros(1, 1, 64, 64))
    boxes, kinds = torch.tensor([[16.0, 16, 32, 32]]), torch.tensor([1])
    right, wrong = output.heatmap.detach() * 0 - 6, output.heatmap.detach() * 0 - 6
    right[0, 0, 2:4, 2:4] = 6.0
    wrong[0, 0, 6, 6] = 6.0
    losses = [
        float(detection_loss(replace(output, heatmap=heat), boxes, kinds)[0].detach())
        for heat in (right, wrong)
    ]
    assert losses[0] < 0.1 * losses[1]


COMMAND = """
import sys
from dataclasses import replace
from medai_desktop.app.command_line import main
from medai_desktop.training.recipe import RECIPES
from tests.unit.training.slices import TINY

RECIPES["brain-tumour-mr"] = replace(TINY, steps=10**6)
sys.exit(main(sys.argv[1:]))
"""


def test_the_command_stops_cleanly_with_a_checkpoint(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMMAND, "train", "brain-tumour-mr"]
    command += ["--data", str(data), "--out", str(tmp_path / "run")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        until = time.monotonic() + 120
        while not (tmp_path / "run" / CHECKPOINT).exists():
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 130, said
    assert "--resume goes on" in said
    with safe_open(str(tmp_path / "run" / CHECKPOINT), "pt") as file:
        step = int(file.metadata()["step"])
    assert f"after step {step} of" in said, "not the one from before it was stopped"
