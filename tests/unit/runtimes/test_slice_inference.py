"""From stored pixels to the network's input and back, and the network's answer to boxes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from scipy import ndimage

from medai_desktop.detection.joining import looked_at
from medai_desktop.detection.manifest import read_manifest
from medai_desktop.runtimes.networks.slice_detector import (
    STRIDE,
    SliceDetector,
    SliceDetectorOutput,
    box_iou,
    boxes_from_output,
    load_slice_detector,
    suppress_overlaps,
)
from medai_desktop.runtimes.slice_grey import normalise_slice
from medai_desktop.runtimes.slice_inference import (
    SliceInput,
    from_canvas,
    run_slice_detector,
    to_canvas,
)
from tests.unit.detection.heads import head
from tests.unit.detection.models import SHIPPED

GIVEN = SliceInput(0.87, 288)


@pytest.fixture(scope="module")
def network() -> SliceDetector:
    manifest = read_manifest(SHIPPED)
    return load_slice_detector(dict(manifest.network_config), load_file(str(manifest.weights)))


# -- grey ------------------------------------------------------------------------------


@given(st.floats(0.01, 1000), st.floats(-5000, 5000))
def test_grey_does_not_depend_on_gain_and_offset(gain: float, offset: float) -> None:
    plain = head((1, 64, 64), (1.0, 3.0, 3.0)).voxels[0].astype(np.float64)
    expected = normalise_slice(plain)
    np.testing.assert_allclose(normalise_slice(plain * gain + offset), expected, atol=2e-2)


def test_grey_of_nothing_is_nothing() -> None:
    assert normalise_slice(np.full((8, 8), 700, np.int16)).max() == 0.0
    assert normalise_slice(np.full((8, 8), np.nan)).max() == 0.0


def test_grey_lies_between_black_and_a_bit_above_white() -> None:
    grey = normalise_slice(head((1, 64, 64), (1.0, 3.0, 3.0)).voxels[0])
    assert grey.min() == 0.0
    assert 0.9 < grey.max() <= 1.25


# -- scale and place -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "spacing_mm"),
    [
        ((256, 256), (0.9375, 0.9375)),
        ((512, 400), (0.45, 0.45)),
        ((288, 288), (0.87, 0.87)),
        ((160, 256), (1.5, 0.9)),
        ((321, 255), (0.7, 0.8)),
    ],
)
def test_a_dot_is_where_it_was(shape: tuple[int, int], spacing_mm: tuple[float, float]) -> None:
    row, column = shape[0] // 3, shape[1] * 3 // 5
    dot = np.zeros(shape, np.float32)
    dot[row - 3 : row + 4, column - 3 : column + 4] = 1000.0
    canvas = to_canvas(ndimage.gaussian_filter(dot, 1.0), spacing_mm, GIVEN)
    y, x = ndimage.center_of_mass(canvas)
    # Canvas pixel n covers [n, n + 1): its centre lies at n + 0.5 in pixel edges.
    box = from_canvas((x - 2.5, y - 2.5, x + 3.5, y + 3.5), shape, spacing_mm, GIVEN)
    assert box is not None
    assert (box[0] + box[2]) / 2 == pytest.approx(column + 0.5, abs=0.3)
    assert (box[1] + box[3]) / 2 == pytest.approx(row + 0.5, abs=0.3)
    assert (box[2] - box[0]) * spacing_mm[1] == pytest.approx(6 * 0.87)
    assert (box[3] - box[1]) * spacing_mm[0] == pytest.approx(6 * 0.87)


def test_boxes_end_at_the_image() -> None:
    # 100 x 100 mm in the middle of a canvas of 251 mm.
    box = from_canvas((0.0, 0.0, 288.0, 288.0), (100, 200), (1.0, 0.5), GIVEN)
    assert box == (0.0, 0.0, 200.0, 100.0)
    assert from_canvas((0.0, 0.0, 50.0, 50.0), (100, 200), (1.0, 0.5), GIVEN) is None


# -- the answer of the network -------------------------------------------------------


def output(peaks: list[tuple[int, int, float]], image: float = 20.0) -> SliceDetectorOutput:
    """A heatmap with peaks (row, column, score) and boxes of 10, 20, 30, 40 pixels to the sides."""
    heat = torch.full((1, 1, 12, 16), -20.0)
    for row, column, score in peaks:
        heat[0, 0, row, column] = torch.logit(torch.tensor(score))
    distances = torch.tensor([10.0, 20.0, 30.0, 40.0])[None, :, None, None].expand(1, 4, 12, 16)
    return SliceDetectorOutput(heat, distances, torch.zeros((1, 3, 12, 16)), torch.tensor([image]))


def test_boxes_from_a_heatmap_by_hand() -> None:
    (found,) = boxes_from_output(output([(3, 5, 0.8)]))
    x, y = 5.5 * STRIDE, 3.5 * STRIDE
    expected = [[x - 10, y - 20, x + 30, y + 40, 0.8, 0.0]]
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-4)


def test_the_image_score_weighs_on_every_box() -> None:
    (found,) = boxes_from_output(output([(3, 5, 0.8)], image=0.0))
    assert float(found[0, 4]) == pytest.approx(0.8 * 0.5**0.5, abs=1e-4)


def test_overlapping_boxes_leave_the_highest_and_scores_end_at_a_hundredth() -> None:
    (found,) = boxes_from_output(output([(3, 3, 0.5), (3, 4, 0.9), (9, 14, 0.4), (0, 15, 0.005)]))
    assert [round(float(score), 3) for score in found[:, 4]] == [0.9, 0.4]
    boxes = torch.tensor([[0.0, 0, 10, 10, 0.9], [0, 0, 10, 10, 0.8], [20, 20, 30, 30, 0.7]])
    assert suppress_overlaps(boxes)[:, 4].tolist() == pytest.approx([0.9, 0.7])
    assert box_iou(boxes[0], boxes[1]) == 1.0
    assert box_iou(boxes[0], boxes[2]) == 0.0


def test_twenty_boxes_a_slice_at_most() -> None:
    peaks = [(r, c, 0.5 + 0.001 * (r + c)) for r in range(0, 12, 2) for c in range(0, 16, 2)]
    (found,) = boxes_from_output(output(peaks), limit=20)
    assert len(found) <= 20


# -- a run ---------------------------------------------------------------------------


def test_units_are_finished_slices_and_batches_change_nothing(network: SliceDetector) -> None:
    voxels = head((11, 96, 96), (1.0, 2.2, 2.2)).voxels
    seen: list[tuple[int, int]] = []
    found = run_slice_detector(
        network, voxels, (1.0, 2.2, 2.2), SliceInput(0.87, 288, 2), lambda *p: seen.append(p)
    )
    chosen = looked_at(11, 1.0)
    assert seen == [(0, 4), (2, 4), (4, 4)]
    assert set(found[:, 0].astype(int)) <= set(chosen)
    one = run_slice_detector(
        network, voxels, (1.0, 2.2, 2.2), SliceInput(0.87, 288, 1), lambda *p: None
    )
    np.testing.assert_allclose(one, found, atol=1e-2)


def test_half_precision_moves_scores_a_little(network: SliceDetector) -> None:
    voxels = head((2, 128, 128), (5.0, 1.8, 1.8)).voxels
    tops = {}
    for precision in ("fp32", "bf16"):
        given = SliceInput(0.87, 288, 2, precision)
        rows = run_slice_detector(network, voxels, (5.0, 1.8, 1.8), given, lambda *p: None)
        tops[precision] = rows[np.argsort(-rows[:, 5])][:1]
    assert np.isfinite(tops["bf16"]).all()
    np.testing.assert_allclose(tops["bf16"][:, 5], tops["fp32"][:, 5], atol=0.1)
    assert tops["bf16"].tobytes() != tops["fp32"].tobytes()


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_tiny_images_are_no_fault(rows: int, columns: int) -> None:
    voxels = np.random.default_rng(0).integers(0, 1000, (rows, columns))
    assert np.isfinite(to_canvas(voxels, (1.0, 1.0), SliceInput(0.87, 64))).all()
