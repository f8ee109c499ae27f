"""However a slice is turned, its box goes with it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.runtimes.slice_grey import normalise_slice
from medai_desktop.training.augmentation import augmented
from tests.unit.training.slices import SIDE, drawn_slice


@given(
    st.integers(0, 10**6),
    st.floats(26, 38),
    st.floats(26, 38),
    st.floats(5, 8),
)
def test_the_box_follows_what_it_is_round(seed: int, x: float, y: float, radius: float) -> None:
    grey = normalise_slice(drawn_slice(5, (x, y, radius)))
    given_box = (x + 0.5 - radius, y + 0.5 - radius, x + 0.5 + radius, y + 0.5 + radius)
    moved, box = augmented(grey, given_box, SIDE, np.random.default_rng(seed))
    assert moved.shape == (SIDE, SIDE)
    assert moved.dtype == np.float32
    assert 0 <= moved.min() <= moved.max() <= 1.25
    assert box is not None
    bright = moved > 0.75 * moved.max()
    rows, columns = np.nonzero(bright)
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    is_inside = 6 < middle[0] < SIDE - 6 and 6 < middle[1] < SIDE - 6
    if is_inside and 20 < len(rows) < 600:
        assert abs(columns.mean() + 0.5 - middle[0]) < 3.5
        assert abs(rows.mean() + 0.5 - middle[1]) < 3.5


def test_chance_comes_from_its_source_alone() -> None:
    grey = normalise_slice(drawn_slice(5, (30.0, 30.0, 6.0)))
    first, again, other = (
        augmented(grey, None, SIDE, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
