"""Which way is anterior."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from medai_desktop.geometry import (
    AnatomicalPlane,
    ViewPlane,
    anatomical_plane,
    direction_letters,
    opposite_letters,
    standard_plane,
)
from tests.phantoms.series_geometry import rotation

AXES = {
    "L": (1, 0, 0),
    "R": (-1, 0, 0),
    "P": (0, 1, 0),
    "A": (0, -1, 0),
    "H": (0, 0, 1),
    "F": (0, 0, -1),
}


@pytest.mark.parametrize(("letter", "axis"), AXES.items())
def test_axes(letter: str, axis: tuple[int, int, int]) -> None:
    assert direction_letters(axis) == letter
    assert direction_letters(tuple(50 * v for v in axis)) == letter
    assert direction_letters(tuple(-v for v in axis)) == opposite_letters(letter)


def quarter_turns() -> list[np.ndarray]:
    """The 24 turns that bring axes onto axes."""
    found = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[list(order), range(3)] = signs
            if np.linalg.det(matrix) > 0:
                found.append(matrix)
    return found


def test_every_quarter_turn_takes_the_letters_along() -> None:
    turns = quarter_turns()
    assert len(turns) == 24
    seen = set()
    for turn in turns:
        letters = tuple(direction_letters(turn[:, axis]) for axis in range(3))
        # Brute force: the letter whose axis points the same way.
        expected = tuple(
            max(AXES, key=lambda letter: float(np.dot(AXES[letter], turn[:, axis])))
            for axis in range(3)
        )
        assert letters == expected
        seen.add(letters)
    assert len(seen) == 24


@pytest.mark.parametrize(
    ("degrees", "letters"),
    [(0, "L"), (10, "L"), (20, "LP"), (44, "LP"), (46, "PL"), (80, "P"), (100, "P"), (170, "R")],
)
def test_slanted_directions_name_the_larger_part_first(degrees: float, letters: str) -> None:
    turned = rotation((0.0, 0.0, 1.0), degrees) @ np.array([1.0, 0.0, 0.0])
    assert direction_letters(turned) == letters


def test_three_letters() -> None:
    assert direction_letters((0.5, -0.6, -0.4)) == "ALF"
    assert opposite_letters("ALF") == "PRH"


@pytest.mark.parametrize("nothing", [(0, 0, 0), (np.nan, 0, 1), (np.inf, 0, 0)])
def test_no_direction_has_no_letters(nothing: tuple[float, float, float]) -> None:
    assert direction_letters(nothing) == ""
    assert anatomical_plane(nothing) is AnatomicalPlane.OBLIQUE


@pytest.mark.parametrize(
    ("normal", "plane"),
    [
        ((0, 0, 1), AnatomicalPlane.AXIAL),
        ((0, 0, -2), AnatomicalPlane.AXIAL),
        ((0, -1, 0), AnatomicalPlane.CORONAL),
        ((1, 0, 0), AnatomicalPlane.SAGITTAL),
        ((0, 0.59, 0.81), AnatomicalPlane.AXIAL),
        ((0, 0.61, 0.79), AnatomicalPlane.OBLIQUE),
        ((1, 1, 1), AnatomicalPlane.OBLIQUE),
    ],
)
def test_planes(normal: tuple[float, float, float], plane: AnatomicalPlane) -> None:
    assert anatomical_plane(normal) is plane


@pytest.mark.parametrize(
    ("plane", "right", "down"),
    [
        (AnatomicalPlane.AXIAL, "L", "P"),
        (AnatomicalPlane.CORONAL, "L", "F"),
        (AnatomicalPlane.SAGITTAL, "P", "F"),
    ],
)
def test_standard_views(plane: AnatomicalPlane, right: str, down: str) -> None:
    view = standard_plane(plane, (1.0, 2.0, 3.0))
    assert (direction_letters(view.right), direction_letters(view.down)) == (right, down)
    assert anatomical_plane(view.normal) is plane
    assert view.origin_lps_mm == (1.0, 2.0, 3.0)


def test_oblique_has_no_standard_view() -> None:
    with pytest.raises(KeyError):
        standard_plane(AnatomicalPlane.OBLIQUE, (0, 0, 0))


def test_plane_coordinates_by_hand() -> None:
    view = standard_plane(AnatomicalPlane.CORONAL, (10.0, 20.0, 30.0))
    # 4 mm to the patient's left, 3 mm behind the plane, 7 mm up.
    place = (14.0, 23.0, 37.0)
    assert view.plane_coordinates_mm(place) == (4.0, -7.0)
    assert view.depth_mm(place) == 3.0
    np.testing.assert_allclose(view.position_lps_mm(4.0, -7.0), (14, 20, 37))
    moved = view.moved_to(place)
    assert moved.depth_mm(place) == 0.0
    assert (moved.right, moved.down) == (view.right, view.down)


def test_depth_grows_away_from_the_eye() -> None:
    turn = rotation((0.3, -1.0, 0.2), 33.0)
    right, down = (tuple(float(v) for v in turn[:, n]) for n in (0, 1))
    view = ViewPlane((5.0, 6.0, 7.0), right, down)  # type: ignore[arg-type]
    behind = np.array(view.origin_lps_mm) + 2.5 * np.cross(right, down)
    assert view.depth_mm(behind) == pytest.approx(2.5)
