"""Fits a slice detector: seeded, with checkpoints, resumable."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from medai_desktop.errors import CancelledError, UsageError
from medai_desktop.jobs import Cancellation
from medai_desktop.report.atomic_file import write_atomically
from medai_desktop.runtimes import torch_devices
from medai_desktop.runtimes.networks.slice_detector import (
    STRIDE,
    SliceDetector,
    SliceDetectorOutput,
)
from medai_desktop.runtimes.slice_grey import normalise_slice
from medai_desktop.text import message
from medai_desktop.training.augmentation import augmented
from medai_desktop.training.checkpoint import TrainingState, read_checkpoint, write_checkpoint
from medai_desktop.training.cohort import Slice, Split, decoded
from medai_desktop.training.recipe import SliceRecipe

Told = Callable[[int, int], None]
CHECKPOINT = "checkpoint.safetensors"
LOG = "log.jsonl"
LOG_EVERY = 20


def fit(
    recipe: SliceRecipe,
    cohort: Sequence[Slice],
    out: Path,
    *,
    resume: bool,
    told: Told,
    cancellation: Cancellation | None = None,
) -> SliceDetector:
    """Trains, or goes on from the last checkpoint; both give the same weights.

    Args:
        recipe: what to do.
        cohort: only its training split is used.
        out: folder of checkpoint and log.
        resume: go on where an earlier run stopped.
        told: called with finished and total steps.
        cancellation: asked after each step; a checkpoint is written before the end.

    Returns:
        The network with the running mean of its weights.

    Raises:
        UsageError: there is a checkpoint and nobody said what to do with it, or it is that of
            another recipe.
        CancelledError: it was cancelled; `resume` goes on.
        StorageError: a checkpoint cannot be written.
    """
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    state = TrainingState.fresh(recipe)
    checkpoint = out / CHECKPOINT
    if checkpoint.exists():
        if not resume:
            raise UsageError(message("training.checkpoint_there", folder=str(out)))
        read_checkpoint(state, recipe, checkpoint)
    text = json.dumps(asdict(recipe), indent=1) + "\n"
    write_atomically(out / "recipe.json", text.encode())
    train = [item for item in cohort if item.split is Split.TRAIN]
    with_mark = [item for item in train if item.box is not None]
    without = [item for item in train if item.box is None]
    diary = _Diary(out / LOG)
    for step in range(state.step, recipe.steps):
        losses = train_step(state, recipe, draw_batch(recipe, with_mark, without, step))
        is_last = state.step == recipe.steps
        if state.step % LOG_EVERY == 0 or is_last:
            diary.note(state.step, losses)
        is_cancelled = cancellation is not None and cancellation.is_cancelled
        if state.step % recipe.checkpoint_every == 0 or is_last or is_cancelled:
            write_checkpoint(state, recipe, checkpoint)
        told(state.step, recipe.steps)
        if is_cancelled:
            raise CancelledError(message("training.stopped", step=state.step, total=recipe.steps))
    state.mean.eval()
    return state.mean


def train_step(
    state: TrainingState, recipe: SliceRecipe, batch: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """One step of the optimiser, and of the running mean of the weights.

    Args:
        state: changed in place.
        recipe: what to do.
        batch: slices, boxes, kinds, as `draw_batch` has them.

    Returns:
        The four losses before the step.
    """
    for group in state.optimiser.param_groups:
        group["lr"] = learning_rate(recipe, state.step)
    slices, boxes, kinds = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=torch_devices.has_fast_bf16()):
        output = state.network(slices)
    losses = detection_loss(output, boxes, kinds)
    state.optimiser.zero_grad(set_to_none=True)
    losses.sum().backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
    state.optimiser.step()
    decay = min(recipe.ema, (1 + state.step) / (10 + state.step))
    _follow(state.mean, state.network, decay)
    state.step += 1
    return losses.detach()


def learning_rate(recipe: SliceRecipe, step: int) -> float:
    """Cosine from the highest rate to a hundredth of it, after a short rise."""
    rise = min(1.0, (step + 1) / 100)
    share = step / max(1, recipe.steps - 1)
    return recipe.learning_rate * rise * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def draw_batch(
    recipe: SliceRecipe, with_mark: Sequence[Slice], without: Sequence[Slice], step: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The batch of one step; the same step always gives the same batch.

    Returns:
        Slices (n, 1, side, side); boxes (n, 4) in pixel edges, NaN without; class indices (n,).
    """
    random = np.random.default_rng((recipe.seed, step))
    negatives = recipe.negatives if without else 0
    kinds = random.integers(0, recipe.network.classes, recipe.batch - negatives)
    by_kind = [[i for i in with_mark if i.kind == k] for k in range(recipe.network.classes)]
    chosen = [_one_of(by_kind[k] or list(with_mark), random) for k in kinds]
    chosen += [_one_of(without, random) for _ in range(negatives)]
    slices, boxes = [], []
    for item in chosen:
        grey = normalise_slice(decoded(item))
        picture, box = augmented(grey, item.box, recipe.canvas_px, random)
        slices.append(torch.from_numpy(picture)[None])
        boxes.append(torch.tensor(box if box is not None else (math.nan,) * 4))
    stacked = torch.stack(slices).contiguous(memory_format=torch_devices.training_layout())
    return stacked, torch.stack(boxes), torch.tensor([max(item.kind, 0) for item in chosen])


def detection_loss(output: SliceDetectorOutput, boxes: Tensor, kinds: Tensor) -> Tensor:
    """Losses of heatmap, distances, classes and image score, (4,), weighted.

    Centre heatmap with the focal loss of CornerNet (Law and Deng, ECCV 2018), distances with GIoU
    (Rezatofighi et al., CVPR 2019).
    """
    heat = output.heatmap.float()[:, 0]
    marked = ~torch.isnan(boxes[:, 0])
    target, inside = _targets(boxes, marked, heat.shape[1], heat.shape[2])
    share = torch.sigmoid(heat).clamp(1e-5, 1 - 1e-5)
    is_peak = target > 0.999
    positive = -((1 - share) ** 2) * share.log() * is_peak
    negative = -((1 - target) ** 4) * share**2 * (1 - share).log() * ~is_peak
    heat_loss = (positive.sum() + negative.sum()) / is_peak.sum().clamp(min=1)
    number, row, column = inside.nonzero(as_tuple=True)
    weight = target[number, row, column]
    x, y = (column + 0.5) * STRIDE, (row + 0.5) * STRIDE
    left, top, right, bottom = output.distances.float()[number, :, row, column].unbind(1)
    predicted = torch.stack([x - left, y - top, x + right, y + bottom], 1)
    overlap = 1 - generalised_iou(predicted, boxes[number])
    box_loss = (overlap * weight).sum() / weight.sum().clamp(min=1)
    logits = output.classes.float()[number, :, row, column]
    class_loss = (
        functional.cross_entropy(logits, kinds[number], reduction="none") * weight
    ).sum() / weight.sum().clamp(min=1)
    image_loss = functional.binary_cross_entropy_with_logits(output.image.float(), marked.float())
    return torch.stack([heat_loss, 2 * box_loss, 0.5 * class_loss, 0.5 * image_loss])


def generalised_iou(first: Tensor, second: Tensor) -> Tensor:
    """GIoU of pairs of boxes, both (n, 4) as x0, y0, x1, y1; (n,)."""
    low = torch.maximum(first[:, :2], second[:, :2])
    high = torch.minimum(first[:, 2:], second[:, 2:])
    common = (high - low).clamp(min=0).prod(1)
    areas = [(b[:, 2:] - b[:, :2]).clamp(min=0).prod(1) for b in (first, second)]
    union = areas[0] + areas[1] - common
    hull_low = torch.minimum(first[:, :2], second[:, :2])
    hull_high = torch.maximum(first[:, 2:], second[:, 2:])
    hull = (hull_high - hull_low).clamp(min=0).prod(1)
    return common / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def _targets(boxes: Tensor, marked: Tensor, rows: int, columns: int) -> tuple[Tensor, Tensor]:
    y = ((torch.arange(rows) + 0.5) * STRIDE)[None, :, None]
    x = ((torch.arange(columns) + 0.5) * STRIDE)[None, None, :]
    safe = torch.nan_to_num(boxes)
    middle = (safe[:, :2] + safe[:, 2:]) / 2
    size = (safe[:, 2:] - safe[:, :2]).clamp(min=1)
    sigma = (size / 6).clamp(min=STRIDE / 2)
    square = ((x - middle[:, 0, None, None]) / sigma[:, 0, None, None]) ** 2
    square = square + ((y - middle[:, 1, None, None]) / sigma[:, 1, None, None]) ** 2
    target = torch.exp(-square / 2)
    nearest = square == square.amin((1, 2), keepdim=True)
    target = torch.where(nearest, torch.ones_like(target), target)
    target = target * marked[:, None, None]
    return target, (target > 0.3) & marked[:, None, None]


def _one_of(items: Sequence[Slice], random: np.random.Generator) -> Slice:
    return items[int(random.integers(len(items)))]


def _follow(mean: SliceDetector, network: SliceDetector, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(
            mean.state_dict().values(), network.state_dict().values(), strict=True
        ):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


class _Diary:
    """The log of a run, one JSON line at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._started = time.monotonic()

    def note(self, step: int, losses: Tensor) -> None:
        line = {
            "step": step,
            "losses": [round(value, 4) for value in losses.tolist()],
            "seconds": round(time.monotonic() - self._started, 1),
        }
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
