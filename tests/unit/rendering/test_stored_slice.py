"""Stored images and slabs of them."""

from __future__ import annotations

import numpy as np
import pytest

from medai_desktop.rendering.stored_slice import stored_slice
from medai_desktop.view.picture import StoredSliceRequest
from medai_desktop.view.viewport import SlabMode
from medai_desktop.volume import Volume, Window, apply_window

VOXELS = np.random.default_rng(9).integers(-1000, 1000, (6, 10, 12)).astype(np.int16)
WINDOW = Window(0, 800)


def request(mode: SlabMode, shares: tuple[tuple[int, float], ...]) -> StoredSliceRequest:
    return StoredSliceRequest(Volume(VOXELS, None), 2, WINDOW, False, mode, shares)


def test_one_image() -> None:
    for mode, shares in ((SlabMode.NONE, ()), (SlabMode.MEAN, ((2, 1.0),))):
        grey = stored_slice(request(mode, shares))
        assert np.array_equal(grey, apply_window(VOXELS[2], WINDOW))
        assert grey.flags.c_contiguous and grey.dtype == np.uint8


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (SlabMode.MIP, VOXELS[1:4].max(axis=0)),
        (SlabMode.MINIP, VOXELS[1:4].min(axis=0)),
        (SlabMode.MEAN, (VOXELS[1] * 0.5 + VOXELS[2] + VOXELS[3] * 0.5) / 2),
    ],
)
def test_slabs(mode: SlabMode, wanted: np.ndarray) -> None:
    grey = stored_slice(request(mode, ((1, 0.5), (2, 1.0), (3, 0.5))))
    assert np.abs(grey.astype(int) - apply_window(wanted, WINDOW)).max() <= 1
    assert np.abs(grey.astype(int) - apply_window(VOXELS[2], WINDOW)).max() > 30


def test_inverted_and_in_colour() -> None:
    plain = StoredSliceRequest(Volume(VOXELS, None), 2, WINDOW, False)
    turned = StoredSliceRequest(Volume(VOXELS, None), 2, WINDOW, True)
    assert np.abs(stored_slice(plain).astype(int) + stored_slice(turned) - 255).max() <= 1
    rgb = np.random.default_rng(1).integers(0, 255, (2, 5, 6, 3)).astype(np.uint8)
    colour = StoredSliceRequest(Volume(rgb, None), 1, WINDOW, True)
    assert np.array_equal(stored_slice(colour), rgb[1])
