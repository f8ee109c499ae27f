"""Recipes: everything that makes one model, declared once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from medai_desktop.runtimes.networks.slice_detector import SliceDetectorConfig


@dataclass(frozen=True, slots=True)
class SliceRecipe:
    """How a slice detector is trained.

    Attributes:
        model_id: the model it makes.
        title: what a reader sees.
        network: sizes of the network.
        canvas_px: side of the square input.
        spacing_mm: physical size of its pixels.
        batch: slices in a batch.
        negatives: how many of them show no tumour.
        steps: batches in all.
        learning_rate: highest of the cosine schedule.
        weight_decay: of AdamW.
        ema: decay of the running mean of the weights.
        seed: of everything random.
        threads: of torch.
        checkpoint_every: steps between checkpoints.
    """

    model_id: str
    title: str
    network: SliceDetectorConfig = SliceDetectorConfig()
    canvas_px: int = 288
    spacing_mm: float = 0.87
    batch: int = 16
    negatives: int = 3
    steps: int = 4000
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    ema: float = 0.998
    seed: int = 20261124
    threads: int = 1
    checkpoint_every: int = 100

    @property
    def sha256(self) -> str:
        """Over everything that changes the weights, hexadecimal."""
        parts = asdict(self)
        del parts["checkpoint_every"]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


RECIPES: dict[str, SliceRecipe] = {
    "brain-tumour-mr": SliceRecipe("brain-tumour-mr", "Brain mass MR")
}
