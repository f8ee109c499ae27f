"""Heads for tests, drawn as a disc with noise: nothing a reader would look at."""

from __future__ import annotations

import numpy as np

from medai_desktop.geometry import VolumeGeometry
from medai_desktop.volume import Acquisition, Contrast, MrClass, Region, Volume

INSIDE = Acquisition(
    "MR",
    region=Region.HEAD,
    contrast=Contrast.YES,
    mr_class=MrClass.T1,
    age_years=55.0,
)
"""Inside the training of the shipped model in every way that a header tells."""


def head(
    shape: tuple[int, int, int] = (9, 256, 256),
    spacing_mm: tuple[float, float, float] = (5.0, 0.9, 0.9),
    radius_mm: float = 80.0,
) -> Volume:
    """A bright ball with noise on a dark ground."""
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), spacing_mm, shape)
    rows = (np.arange(shape[1]) - (shape[1] - 1) / 2) * spacing_mm[1]
    columns = (np.arange(shape[2]) - (shape[2] - 1) / 2) * spacing_mm[2]
    is_head = np.hypot(rows[:, None], columns) <= radius_mm
    noise = np.random.default_rng(0).integers(0, 300, shape)
    voxels = (np.where(is_head, 700, 5) + noise * np.where(is_head, 1.0, 0.05)).astype(np.int16)
    return Volume(voxels, geometry, digest="d")
