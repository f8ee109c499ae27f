"""A small collection of drawn slices, laid out like the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from medai_desktop.runtimes.networks.slice_detector import SliceDetectorConfig
from medai_desktop.training.cohort import CLASSES
from medai_desktop.training.recipe import SliceRecipe

SIDE = 64
SPACING = 50
"""File numbers lie so far apart that no gap drops any of them."""

TINY = SliceRecipe(
    "brain-tumour-mr",
    "Brain mass MR",
    SliceDetectorConfig((4, 8, 8, 8, 8), 8, 3),
    canvas_px=SIDE,
    spacing_mm=4.0,
    batch=4,
    negatives=1,
    steps=6,
    seed=3,
    checkpoint_every=2,
)


def drawn_slice(
    seed: int, mass: tuple[float, float, float] | None
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A grey ellipse with texture; a bright disc (column, row, radius) when there is a mass."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    values = np.where(((x - 31.5) / 26) ** 2 + ((y - 31.5) / 29) ** 2 <= 1, 90.0, 4.0)
    if mass is not None:
        values[(x - mass[0]) ** 2 + (y - mass[1]) ** 2 <= mass[2] ** 2] = 230.0
    noisy = values + random.normal(0, 3, values.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def write_collections(data: Path, per_class: int = 16, subjects: int = 3) -> None:
    """Both collections below a folder, as `unpack` leaves them."""
    for kind, name in enumerate(CLASSES):
        folder = data / "brain-tumour-mr" / "brain-tumour-mr" / name
        folder.mkdir(parents=True)
        for n in range(per_class):
            write_pair(folder, SPACING * (n + 1), 1000 * kind + n)
    others = data / "brain-mr-no-tumour" / "brain-mr-no-tumour"
    for source, subject in (
        ("openneuro-ds002748", "sub-{n:02d}"),
        ("open-ms", "patient{n:02d}"),
        ("ixi", "IXI{n:03d}-Guys"),
    ):
        folder = others / source
        folder.mkdir(parents=True)
        for n in range(subjects):
            for k in range(2):
                name = f"{subject.format(n=n + 1)}_{k}.jpg"
                Image.fromarray(drawn_slice(7000 + 10 * n + k, None)).save(folder / name)


def write_pair(folder: Path, number: int, seed: int) -> None:
    """One slice with its box beside it, as fractions of the sides."""
    random = np.random.default_rng(seed)
    x, y, radius = random.uniform(22, 42), random.uniform(22, 42), random.uniform(4, 8)
    Image.fromarray(drawn_slice(seed, (x, y, radius))).save(folder / f"{number:04d}.jpg")
    middle = ((x + 0.5) / SIDE, (y + 0.5) / SIDE, 2 * radius / SIDE, 2 * radius / SIDE)
    text = " ".join(f"{value:.6f}" for value in middle)
    (folder / f"{number:04d}.txt").write_text(f"0 {text}\n")
