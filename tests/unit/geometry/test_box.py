"""Boxes in the patient and the outlines that planes cut from them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medai_desktop.geometry import (
    AnatomicalPlane,
    OrientedBox,
    ViewPlane,
    VolumeGeometry,
    standard_plane,
)
from tests.phantoms.series_geometry import rotation

OBLIQUE = rotation((0.2, 1.0, 0.3), 25.0) @ rotation((1.0, 0.0, 0.0), -15.0)
GRID = VolumeGeometry.from_axes((-20.0, 11.0, 5.0), OBLIQUE, (3.0, 0.9, 1.3), (20, 40, 48))
STRAIGHT = VolumeGeometry.from_axes((0.0, 0.0, 0.0), np.eye(3), (1.0, 1.0, 1.0), (20, 20, 20))


def cube() -> OrientedBox:
    """4 x 6 x 8 mm about (0, 0, 0), along the patient's axes."""
    return OrientedBox((0.0, 0.0, 0.0), (4.0, 6.0, 8.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))


def area(outline: NDArray[np.float64], plane: ViewPlane) -> float:
    flat = np.array([plane.plane_coordinates_mm(point) for point in outline])
    x, y = flat[:, 0], flat[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def brute_force_area(box: OrientedBox, plane: ViewPlane, step_mm: float) -> float:
    """Counts the points of a fine grid on the plane that lie in the box."""
    reach = float(np.linalg.norm(box.size_mm)) / 2 + step_mm
    middle = plane.plane_coordinates_mm(box.center_lps_mm)
    offsets = np.arange(-reach, reach, step_mm) + step_mm / 2
    right, down = np.meshgrid(offsets + middle[0], offsets + middle[1])
    points = (
        np.array(plane.origin_lps_mm)
        + right[..., None] * np.array(plane.right)
        + down[..., None] * np.array(plane.down)
    )
    local = (points - np.array(box.center_lps_mm)) @ np.linalg.inv(box.axes()).T
    inside = np.all(np.abs(local) <= np.array(box.size_mm) / 2, axis=-1)
    return float(inside.sum()) * step_mm**2


def test_voxel_edges_by_hand() -> None:
    made = OrientedBox.from_voxel_edges(STRAIGHT, (2, 3, 4), (5, 9, 12))
    # Voxel n covers [n, n + 1) and its centre lies at n millimetres.
    assert made.center_lps_mm == (3.0, 5.5, 7.5)
    assert made.size_mm == (3.0, 6.0, 8.0)


def test_a_box_holds_exactly_the_voxels_it_spans() -> None:
    made = OrientedBox.from_voxel_edges(GRID, (10, 12, 5), (14, 20, 8))
    for i, j, k in itertools.product(range(8, 17), range(10, 23), range(3, 11)):
        spans = 10 <= i < 14 and 12 <= j < 20 and 5 <= k < 8
        assert made.contains(GRID.world_from_voxel((i, j, k))) is spans


def test_corners_are_the_edges_of_the_outer_voxels() -> None:
    made = OrientedBox.from_voxel_edges(GRID, (10, 12, 5), (14, 20, 8))
    expected = [
        GRID.world_from_voxel((i, j, k))
        for k, j, i in itertools.product((4.5, 7.5), (11.5, 19.5), (9.5, 13.5))
    ]
    np.testing.assert_allclose(made.corners_lps_mm(), expected, atol=1e-9)


def test_tilted_grid_gives_a_sheared_box() -> None:
    direction = rotation((1.0, 0.0, 0.0), 20.0)
    direction[:, 2] = (0.0, 0.0, 1.0)
    grid = VolumeGeometry.from_axes((0, 0, 0), direction, (2.5, 1.0, 1.0), (10, 20, 20))
    made = OrientedBox.from_voxel_edges(grid, (4, 4, 2), (8, 9, 5))
    for i, j, k in itertools.product(range(3, 9), range(3, 10), range(1, 6)):
        spans = 4 <= i < 8 and 4 <= j < 9 and 2 <= k < 5
        assert made.contains(grid.world_from_voxel((i, j, k))) is spans


@pytest.mark.parametrize(
    ("plane", "expected"),
    [
        (AnatomicalPlane.AXIAL, 24.0),
        (AnatomicalPlane.CORONAL, 32.0),
        (AnatomicalPlane.SAGITTAL, 48.0),
    ],
)
def test_sections_by_hand(plane: AnatomicalPlane, expected: float) -> None:
    view = standard_plane(plane, (1.0, 1.0, 1.0))
    outline = cube().section_lps_mm(view)
    assert outline.shape == (4, 3)
    assert area(outline, view) == pytest.approx(expected)
    np.testing.assert_allclose([view.depth_mm(point) for point in outline], 0, atol=1e-12)


@pytest.mark.parametrize(("height", "corners"), [(3.999, 4), (4.0, 4), (4.001, 0), (-4.0, 4)])
def test_a_plane_on_a_face_still_cuts(height: float, corners: int) -> None:
    view = standard_plane(AnatomicalPlane.AXIAL, (0.0, 0.0, height))
    assert len(cube().section_lps_mm(view)) == corners


def test_a_diagonal_plane_cuts_a_hexagon() -> None:
    box = OrientedBox((0.0, 0.0, 0.0), (2.0, 2.0, 2.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    right = tuple(float(v) for v in np.array([1.0, -1.0, 0.0]) / np.sqrt(2))
    down = tuple(float(v) for v in np.array([1.0, 1.0, -2.0]) / np.sqrt(6))
    view = ViewPlane((0.0, 0.0, 0.0), right, down)  # type: ignore[arg-type]
    outline = box.section_lps_mm(view)
    assert outline.shape == (6, 3)
    assert area(outline, view) == pytest.approx(3 * np.sqrt(3))


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda axis: np.linalg.norm(axis) > 0.1),
    st.floats(-180, 180),
    st.floats(-6, 6),
)
def test_sections_by_brute_force(
    axis: tuple[float, float, float], degrees: float, depth_mm: float
) -> None:
    box = OrientedBox.from_voxel_edges(GRID, (10, 12, 5), (18, 20, 8))
    turn = rotation(axis, degrees)
    right, down = (tuple(float(v) for v in turn[:, n]) for n in (0, 1))
    origin = np.array(box.center_lps_mm) + depth_mm * turn[:, 2]
    view = ViewPlane(tuple(float(v) for v in origin), right, down)  # type: ignore[arg-type]
    outline = box.section_lps_mm(view)
    counted = brute_force_area(box, view, 0.05)
    cut = area(outline, view) if len(outline) else 0.0
    assert cut == pytest.approx(counted, abs=0.05 * 45)
    for point in outline:
        assert abs(view.depth_mm(point)) < 1e-9
        inwards = point + 1e-6 * (np.array(box.center_lps_mm) - point)
        assert box.contains(inwards)
