"""VOI functions against the pseudo-code of PS3.3 C.11.2.1.2 and C.11.2.1.3, value by value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.volume import VoiFunction, Window, apply_window


def grey_of_the_standard(x: float, window: Window) -> float:
    """Written out as the standard has it, y from 0 to 255."""
    c, w = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        return 255.0 / (1.0 + math.exp(min(700.0, -4.0 * (x - c) / w)))
    if window.function is VoiFunction.LINEAR:
        if x <= c - 0.5 - (w - 1) / 2:
            return 0.0
        if x > c - 0.5 + (w - 1) / 2:
            return 255.0
        return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255.0
    if x <= c - w / 2:
        return 0.0
    if x > c + w / 2:
        return 255.0
    return ((x - c) / w + 0.5) * 255.0


@pytest.mark.parametrize("function", list(VoiFunction))
@pytest.mark.parametrize(
    ("center", "width"), [(40.0, 400.0), (-600.0, 1500.0), (2048.0, 4096.0), (0.0, 2.0)]
)
def test_every_value_as_the_standard_says(
    function: VoiFunction, center: float, width: float
) -> None:
    window = Window(center, width, function)
    values = np.arange(-2100, 5000, 7, dtype=np.int16)
    drawn = apply_window(values, window)
    expected = np.array([grey_of_the_standard(float(x), window) for x in values])
    assert np.abs(drawn - expected).max() <= 0.501


def test_the_three_functions_differ() -> None:
    values = np.arange(0, 100, dtype=np.int16)
    drawn = {f: apply_window(values, Window(50.0, 20.0, f)).tobytes() for f in VoiFunction}
    assert len(set(drawn.values())) == 3


@pytest.mark.parametrize(
    ("x", "linear", "exact"),
    [(0, 0, 0), (127, 127, 127), (128, 128, 128), (255, 255, 254), (256, 255, 255)],
)
def test_the_notes_of_the_standard_on_center_128_width_256(x: int, linear: int, exact: int) -> None:
    # C.11.2.1.2.1: LINEAR 128/256 is the identity of 0 to 255.
    value = np.array([x], np.int16)
    assert apply_window(value, Window(128.0, 256.0))[0] == linear
    assert apply_window(value, Window(128.0, 256.0, VoiFunction.LINEAR_EXACT))[0] == exact


def test_width_one_is_a_threshold_at_the_center_less_a_half() -> None:
    values = np.array([98.0, 99.4, 99.5, 99.6, 100.0], np.float32)
    drawn = apply_window(values, Window(100.0, 1.0))
    assert drawn.tolist() == [0, 0, 0, 255, 255]


@pytest.mark.parametrize("function", list(VoiFunction))
def test_inverted_is_the_other_end(function: VoiFunction) -> None:
    values = np.arange(-50, 150, dtype=np.int16)
    window = Window(40.0, 80.0, function)
    plain = apply_window(values, window).astype(int)
    turned = apply_window(values, window, inverted=True).astype(int)
    assert np.abs(plain + turned - 255).max() <= 1
    assert turned[0] > turned[-1]
    assert plain[0] < plain[-1]


@given(
    st.lists(st.integers(-32768, 32767), min_size=2, max_size=40),
    st.floats(-3000, 3000),
    st.floats(0, 5000),
    st.sampled_from(list(VoiFunction)),
)
def test_brighter_never_turns_darker(
    values: list[int], center: float, width: float, function: VoiFunction
) -> None:
    array = np.array(sorted(values), np.int32)
    drawn = apply_window(array, Window(center, width, function)).astype(int)
    assert np.all(np.diff(drawn) >= 0)


def test_what_is_no_number_is_black_and_no_fault() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 50.0], np.float32)
    for function in VoiFunction:
        drawn = apply_window(values, Window(50.0, 10.0, function))
        assert drawn[:3].tolist() == [0, 255, 0]
    assert apply_window(values, Window(50.0, 0.0, VoiFunction.SIGMOID))[1] == 255


def test_large_whole_numbers_keep_their_units() -> None:
    # float32 knows no odd numbers here.
    values = np.array([2**25, 2**25 + 1, 2**25 + 2], np.int32)
    drawn = apply_window(values, Window(2.0**25 + 1, 2.0, VoiFunction.LINEAR_EXACT))
    assert drawn.tolist() == [0, 128, 255]


def test_shape_is_kept_and_input_is_not_touched() -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    before = values.copy()
    assert apply_window(values, Window(10.0, 5.0)).shape == (2, 3, 4)
    np.testing.assert_array_equal(values, before)


def test_window_from_a_range() -> None:
    window = Window.from_range(-100.0, 300.0)
    assert (window.center, window.width) == (100.0, 400.0)
    assert (window.low, window.high) == (-100.0, 300.0)
    assert apply_window(np.array([-100.0, 100.0, 300.0]), window).tolist() == [0, 128, 255]
    flat = Window.from_range(5.0, 5.0)
    assert flat.width > 0
    assert apply_window(np.array([4.0, 6.0]), flat).tolist() == [0, 255]
