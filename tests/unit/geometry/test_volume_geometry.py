"""Index to millimetres and back, against SimpleITK and numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medai_desktop.geometry import VolumeGeometry
from tests.phantoms.series_geometry import rotation

OBLIQUE = rotation((0.2, 1.0, 0.3), 25.0) @ rotation((1.0, 0.0, 0.0), -15.0)
REVERSED = np.diag([1.0, -1.0, -1.0])
SHAPE = (7, 11, 13)


def geometry(
    direction: NDArray[np.float64] = OBLIQUE,
    spacing_mm: tuple[float, float, float] = (3.0, 0.9, 1.3),
    shape: tuple[int, int, int] = SHAPE,
    frame: str | None = "1.2.3",
) -> VolumeGeometry:
    return VolumeGeometry.from_axes((-12.5, 40.0, 7.25), direction, spacing_mm, shape, frame)


def tilted(degrees: float) -> VolumeGeometry:
    """Slices turned about x while the table moves along z."""
    direction = rotation((1.0, 0.0, 0.0), degrees)
    direction[:, 2] = (0.0, 0.0, 1.0)
    return geometry(direction, (2.5, 0.7, 0.7))


def itk_image(made: VolumeGeometry) -> SimpleITK.Image:
    slices, rows, columns = made.shape
    image = SimpleITK.Image(columns, rows, slices, SimpleITK.sitkUInt8)
    image.SetOrigin([float(v) for v in made.origin_lps_mm])
    image.SetSpacing([made.spacing_mm[2], made.spacing_mm[1], made.spacing_mm[0]])
    image.SetDirection([float(v) for v in made.direction.ravel()])
    return image


@pytest.mark.parametrize(
    "made",
    [
        geometry(np.eye(3)),
        geometry(OBLIQUE),
        geometry(REVERSED),
        geometry(np.eye(3), (2.0, 1.6, 0.8)),
        geometry(OBLIQUE @ REVERSED, (0.6, 2.4, 1.1)),
        tilted(20.0),
    ],
    ids=["straight", "oblique", "reversed", "non-square", "oblique-reversed", "tilted"],
)
def test_places_are_those_of_simpleitk(made: VolumeGeometry) -> None:
    image = itk_image(made)
    for index in ((0, 0, 0), (12, 10, 6), (3, 7, 1), (0.25, 4.5, 5.75), (-2.0, 30.0, 9.5)):
        expected = image.TransformContinuousIndexToPhysicalPoint(index)
        np.testing.assert_allclose(made.world_from_voxel(index), expected, atol=1e-9)
        back = image.TransformPhysicalPointToContinuousIndex(expected)
        np.testing.assert_allclose(made.voxel_from_world(expected), back, atol=1e-9)
    assert not np.allclose(
        made.world_from_voxel((3, 7, 1)), image.TransformIndexToPhysicalPoint((7, 3, 1))
    )


def test_worked_out_by_hand() -> None:
    # i runs to the patient's back, j to the feet, k to the right: a sagittal stack.
    direction = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    made = VolumeGeometry.from_axes((10.0, 20.0, 30.0), direction, (4.0, 0.5, 2.0), (3, 4, 5))
    np.testing.assert_array_equal(made.world_from_voxel((0, 0, 0)), (10, 20, 30))
    np.testing.assert_array_equal(made.world_from_voxel((1, 0, 0)), (10, 22, 30))
    np.testing.assert_array_equal(made.world_from_voxel((0, 1, 0)), (10, 20, 29.5))
    np.testing.assert_array_equal(made.world_from_voxel((0, 0, 1)), (6, 20, 30))
    np.testing.assert_array_equal(made.center_lps_mm, (6, 24, 29.25))
    assert made.spacing_mm == (4.0, 0.5, 2.0)


def test_many_positions_at_once() -> None:
    made = geometry()
    indices = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [12.0, 10.0, 6.0]])
    together = made.world_from_voxel(indices)
    one_by_one = np.array([made.world_from_voxel(index) for index in indices])
    np.testing.assert_array_equal(together, one_by_one)
    np.testing.assert_allclose(made.voxel_from_world(together), indices, atol=1e-12)


@given(
    st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda axis: np.linalg.norm(axis) > 0.1),
    st.floats(-180, 180),
    st.tuples(*[st.floats(0.05, 20)] * 3),
    st.tuples(*[st.floats(-500, 500)] * 3),
)
def test_there_and_back_is_where_it_was(
    axis: tuple[float, float, float],
    degrees: float,
    spacing_mm: tuple[float, float, float],
    index: tuple[float, float, float],
) -> None:
    made = geometry(rotation(axis, degrees), spacing_mm)
    np.testing.assert_allclose(
        made.voxel_from_world(made.world_from_voxel(index)), index, rtol=1e-9, atol=1e-7
    )
    np.testing.assert_allclose(made.spacing_mm, spacing_mm, rtol=1e-12)
    np.testing.assert_allclose(made.direction, rotation(axis, degrees), atol=1e-12)


@pytest.mark.parametrize(
    ("degrees", "is_tilted"), [(0.0, False), (0.4, False), (0.6, True), (-20.0, True)]
)
def test_tilt(degrees: float, is_tilted: bool) -> None:
    assert tilted(degrees).is_tilted is is_tilted


def test_the_normal_of_a_tilted_grid_is_not_its_step() -> None:
    made = tilted(20.0)
    radians = np.radians(20.0)
    np.testing.assert_allclose(made.normal, (0, -np.sin(radians), np.cos(radians)), atol=1e-12)
    np.testing.assert_allclose(made.direction[:, 2], (0, 0, 1), atol=1e-12)


def test_reversed_grid_keeps_its_hand() -> None:
    made = geometry(np.diag([1.0, -1.0, 1.0]))
    np.testing.assert_allclose(made.normal, (0, 0, -1))
    np.testing.assert_allclose(made.direction[:, 2], (0, 0, 1))
    assert not made.is_tilted


def test_contains_reaches_to_the_edges_of_the_outer_voxels() -> None:
    made = geometry()
    assert made.contains(made.world_from_voxel((-0.499, -0.499, -0.499)))
    assert made.contains(made.world_from_voxel((12.499, 10.499, 6.499)))
    for outside in ((-0.501, 5, 3), (5, 10.501, 3), (5, 5, 6.501)):
        assert not made.contains(made.world_from_voxel(outside))
    assert not made.contains((np.nan, 0, 0))


def test_equality_compares_grid_and_frame_of_reference() -> None:
    made = geometry()
    assert made == geometry()
    assert hash(made) == hash(geometry())
    others = [
        geometry(frame="1.2.4"),
        geometry(frame=None),
        geometry(shape=(7, 11, 14)),
        geometry(spacing_mm=(3.0, 0.9, 1.3000001)),
    ]
    assert all(made != other for other in others)
    assert made != "a grid"


def test_negative_zero_is_zero() -> None:
    plus, minus = np.eye(4), np.eye(4)
    minus[0, 1] = -0.0
    one, other = VolumeGeometry(plus, SHAPE), VolumeGeometry(minus, SHAPE)
    assert one == other
    assert hash(one) == hash(other)


def test_close_is_within_a_thousandth_of_a_millimetre() -> None:
    made = geometry()
    near, far = np.array(made.affine), np.array(made.affine)
    near[0, 3] += 0.0009
    far[0, 3] += 0.0011
    assert made.is_close_to(VolumeGeometry(near, SHAPE, "1.2.3"))
    assert not made.is_close_to(VolumeGeometry(far, SHAPE, "1.2.3"))
    assert not made.is_close_to(VolumeGeometry(near, SHAPE, "1.2.4"))


def test_unknown_frames_of_reference_are_never_shared() -> None:
    assert geometry(frame="1.2").shares_frame_with(geometry(np.eye(3), frame="1.2"))
    assert not geometry(frame="1.2").shares_frame_with(geometry(frame="1.3"))
    assert not geometry(frame=None).shares_frame_with(geometry(frame=None))


def test_values_cannot_be_changed_from_outside() -> None:
    given = np.eye(4)
    made = VolumeGeometry(given, SHAPE)
    given[0, 3] = 99.0
    assert made.affine[0, 3] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        made.affine[0, 3] = 1.0
    made.origin_lps_mm[0] = 5.0
    assert made.affine[0, 3] == 0.0


def with_entry(row: int, column: int, value: float) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[row, column] = value
    return matrix


@pytest.mark.parametrize(
    "affine",
    [
        np.eye(3),
        with_entry(0, 0, np.nan),
        with_entry(1, 3, np.inf),
        with_entry(2, 2, 0.0),
        with_entry(3, 0, 1.0),
        np.array([[1.0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
    ],
    ids=["3x3", "nan", "inf", "no step", "perspective", "parallel axes"],
)
def test_what_is_no_grid_is_refused(affine: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="affine"):
        VolumeGeometry(affine, SHAPE)


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, -1, 4), (4, 4)])
def test_an_empty_grid_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        VolumeGeometry(np.eye(4), shape)


@pytest.mark.parametrize("size_mm", [1e-6, 1e-3, 1e3])
def test_small_and_large_voxels_are_grids(size_mm: float) -> None:
    made = geometry(OBLIQUE, (size_mm, size_mm, size_mm))
    np.testing.assert_allclose(made.spacing_mm, size_mm)
