"""The state of a training run, kept as safetensors: nothing in it can run."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from medai_desktop.errors import SourceError, UsageError
from medai_desktop.report.atomic_file import write_atomically
from medai_desktop.runtimes.networks.slice_detector import SliceDetector
from medai_desktop.runtimes.torch_devices import training_layout
from medai_desktop.text import message
from medai_desktop.training.recipe import SliceRecipe


@dataclass(slots=True)
class TrainingState:
    """Everything that the next step depends on, the recipe and the cohort apart.

    Attributes:
        network: as trained.
        mean: running mean of its weights.
        optimiser: with its moments.
        step: finished steps.
    """

    network: SliceDetector
    mean: SliceDetector
    optimiser: torch.optim.Optimizer
    step: int = 0

    @classmethod
    def fresh(cls, recipe: SliceRecipe) -> TrainingState:
        """The state before the first step; random weights follow torch's seed."""
        network = SliceDetector(recipe.network)
        network.to(memory_format=training_layout())  # type: ignore[call-overload]
        optimiser = torch.optim.AdamW(
            network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        return cls(network, copy.deepcopy(network), optimiser)


def write_checkpoint(state: TrainingState, recipe: SliceRecipe, path: Path) -> None:
    """Writes a state; the file before it stays until the new one is whole.

    Raises:
        StorageError: it cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    for name, network in (("network", state.network), ("mean", state.mean)):
        for key, value in network.state_dict().items():
            tensors[f"{name}/{key}"] = value.contiguous()
    for number, moments in state.optimiser.state_dict()["state"].items():
        for key, value in moments.items():
            tensors[f"optimiser/{number}/{key}"] = value.contiguous()
    metadata = {"step": str(state.step), "recipe_sha256": recipe.sha256}
    write_atomically(path, save(tensors, metadata))


def read_checkpoint(state: TrainingState, recipe: SliceRecipe, path: Path) -> None:
    """Takes a state back.

    Args:
        state: a fresh one, changed in place.
        recipe: of the run; a checkpoint of another one is refused.
        path: of the file.

    Raises:
        UsageError: it is the checkpoint of another recipe.
        SourceError: it is damaged.
    """
    try:
        with safe_open(str(path), "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        step = int(metadata["step"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise SourceError(message("training.bad_file", file=path.name)) from error
    if metadata.get("recipe_sha256") != recipe.sha256:
        raise UsageError(message("training.other_recipe", file=str(path)))
    state.network.load_state_dict(_part(tensors, "network/"))
    state.mean.load_state_dict(_part(tensors, "mean/"))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in _part(tensors, "optimiser/").items():
        number, _, key = name.partition("/")
        moments.setdefault(int(number), {})[key] = value
    groups = state.optimiser.state_dict()["param_groups"]
    state.optimiser.load_state_dict({"state": moments, "param_groups": groups})
    state.step = step


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
