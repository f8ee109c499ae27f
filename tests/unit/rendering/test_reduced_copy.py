"""Smaller copies for renderers that cannot draw the whole: 256 voxels or more stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.rendering.reduced_copy import reduced, reduction_steps

Shape = tuple[int, int, int]
AXES = st.tuples(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))


@given(shape=AXES, limit=st.integers(512, 16384))
def test_software_keeps_256_voxels_on_every_axis_that_has_them(shape: Shape, limit: int) -> None:
    steps = reduction_steps(shape, is_software=True, texture_limit=limit)
    for count, step in zip(shape, steps, strict=True):
        left = count // step
        assert left >= min(count, 256)
        assert left <= 511
        assert (step == 1) == (count < 512)


@given(shape=AXES, limit=st.integers(256, 4096))
def test_a_graphics_card_gets_what_its_textures_hold(shape: Shape, limit: int) -> None:
    steps = reduction_steps(shape, is_software=False, texture_limit=limit)
    for count, step in zip(shape, steps, strict=True):
        assert count // step <= limit
        assert step == 1 or count > limit


@pytest.mark.parametrize(
    ("shape", "steps"),
    [
        ((256, 256, 256), (1, 1, 1)),
        ((511, 511, 511), (1, 1, 1)),
        ((512, 512, 512), (2, 2, 2)),
        ((100, 512, 512), (1, 2, 2)),
        ((767, 512, 512), (2, 2, 2)),
        ((768, 512, 512), (3, 2, 2)),
        ((1000, 1024, 300), (3, 4, 1)),
    ],
)
def test_axes_are_reduced_by_themselves(shape: Shape, steps: Shape) -> None:
    assert reduction_steps(shape, is_software=True, texture_limit=2048) == steps


def test_blocks_become_their_mean() -> None:
    voxels = np.random.default_rng(1).integers(-1000, 3000, (7, 9, 10)).astype(np.int16)
    copy = reduced(voxels, (2, 3, 4))
    assert copy.voxels.shape == (3, 3, 2) and copy.voxels.dtype == np.int16
    for k, j, i in np.ndindex(3, 3, 2):
        block = voxels[2 * k : 2 * k + 2, 3 * j : 3 * j + 3, 4 * i : 4 * i + 4]
        assert abs(copy.voxels[k, j, i] - block.mean()) <= 0.5
    assert (copy.steps, copy.reduced_from) == ((2, 3, 4), 10)


def test_the_whole_is_handed_on_as_it_is() -> None:
    voxels = np.zeros((3, 4, 5), np.uint8)
    copy = reduced(voxels, (1, 1, 1))
    assert copy.voxels is voxels and copy.reduced_from is None
