"""Between patient, image and screen: there and back, for every turn, flip, zoom and grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry
from medai_desktop.source.instance import PixelFacts, TechniqueFacts
from medai_desktop.view.camera import turned
from medai_desktop.view.projection import (
    Projection,
    default_orientation,
    plane_projection,
    planes_mm_per_px,
    stack_projection,
    volume_projection,
)
from medai_desktop.view.viewport import Camera, ViewportKind, ViewportState
from tests.unit.view.made_up import AXIAL, CORONAL, SAGITTAL, Made, display_set, film

SIZE = (400, 300)


def stack(
    made: Made, state: ViewportState | None = None, size: tuple[int, int] = SIZE
) -> Projection:
    return stack_projection(display_set(made), state or ViewportState(), size)


@settings(max_examples=60, deadline=None)
@given(
    turns=st.integers(0, 3),
    flips=st.tuples(st.booleans(), st.booleans()),
    zoom=st.floats(0.2, 8),
    pan=st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
    pixel=st.tuples(st.floats(0, 64), st.floats(0, 64)),
    k=st.integers(0, 11),
    orientation=st.sampled_from([AXIAL, CORONAL, SAGITTAL, (0.6, 0.0, 0.8, 0.0, 1.0, 0.0)]),
)
def test_stacks_map_there_and_back(
    turns: int,
    flips: tuple[bool, bool],
    zoom: float,
    pan: tuple[float, float],
    pixel: tuple[float, float],
    k: int,
    orientation: tuple[float, ...],
) -> None:
    shown = display_set(Made("x", orientation=orientation))
    state = ViewportState(
        slice_index=k,
        zoom=zoom,
        pan_px=pan,
        quarter_turns=turns,
        is_flipped_horizontally=flips[0],
        is_flipped_vertically=flips[1],
    )
    projection = stack_projection(shown, state, SIZE)
    at = projection.screen_from_pixel(*pixel)
    assert projection.pixel_from_screen(*at) == pytest.approx(pixel, abs=1e-6)
    world = projection.world_from_screen(*at)
    assert world is not None and shown.geometry is not None
    index = (pixel[0] - 0.5, pixel[1] - 0.5, float(k))
    np.testing.assert_allclose(shown.geometry.world_from_voxel(index), world, atol=1e-6)
    assert projection.screen_from_world(world) == pytest.approx(at, abs=1e-6)
    assert projection.depth_mm(world) == pytest.approx(0.0, abs=1e-6)
    assert projection.mm_per_px is not None
    other = projection.world_from_screen(at[0] + 10, at[1])
    assert other is not None
    assert np.linalg.norm(other - world) == pytest.approx(10 * projection.mm_per_px)


def test_the_whole_image_fits_and_lies_in_the_middle() -> None:
    projection = stack(Made("x", pixels=PixelFacts(64, 128)))
    assert projection.screen_from_pixel(0, 0) == pytest.approx((0, 50))
    assert projection.screen_from_pixel(128, 64) == pytest.approx((400, 250))
    turned = stack(Made("x", pixels=PixelFacts(64, 128)), ViewportState(quarter_turns=1))
    assert turned.screen_from_pixel(0, 64) == pytest.approx((125, 0))
    assert turned.screen_from_pixel(128, 0) == pytest.approx((275, 300))


def test_the_field_of_a_film_fills_the_viewport() -> None:
    state = ViewportState(fit_px=(16, 8, 48, 40))
    projection = stack(film("x", position={"imager_spacing_mm": (0.2, 0.2)}), state)
    assert projection.screen_from_pixel(16, 8) == pytest.approx((50, 0))
    assert projection.screen_from_pixel(48, 40) == pytest.approx((350, 300))
    assert projection.mm_per_px == pytest.approx(32 * 0.2 / 300)
    assert projection.world_from_screen(1, 1) is None and projection.plane is None
    assert projection.screen_from_world((0, 0, 0)) is None
    assert projection.depth_mm((0, 0, 0)) is None


@pytest.mark.parametrize(
    ("position", "share"),
    [
        ({"imager_spacing_mm": (0.4, 0.2)}, 2.0),
        ({"pixel_aspect_ratio": (2.0, 1.0)}, 2.0),
        ({"pixel_aspect_ratio": (1.0, 2.0)}, 0.5),
        ({}, 1.0),
    ],
)
def test_pixels_that_are_not_square_are_drawn_so(
    position: dict[str, tuple[float, float]], share: float
) -> None:
    projection = stack(film("x", position=position))
    x0, y0 = projection.screen_from_pixel(0, 0)
    x1, y1 = projection.screen_from_pixel(10, 10)
    assert (y1 - y0) / (x1 - x0) == pytest.approx(share)
    assert (projection.mm_per_px is None) == ("imager_spacing_mm" not in position)


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        (("R", "F"), ("L", "H", "R", "F")),
        (("A", "F"), ("P", "H", "A", "F")),
        (("PL", "FR"), ("AR", "HL", "PL", "FR")),
        (("L",), ("", "", "", "")),
        (("X", "F"), ("", "", "", "")),
        (("", ""), ("", "", "", "")),
        ((), ("", "", "", "")),
    ],
)
def test_letters_of_a_film_come_from_its_header(
    written: tuple[str, ...], letters: tuple[str, str, str, str]
) -> None:
    made = film("x", technique=TechniqueFacts(patient_orientation=written))
    assert stack(made).letters == letters


def test_letters_of_a_film_turn_with_it() -> None:
    made = film("x", technique=TechniqueFacts(patient_orientation=("L", "F")))
    assert stack(made).letters == ("R", "H", "L", "F")
    assert stack(made, ViewportState(quarter_turns=1)).letters == ("F", "R", "H", "L")
    assert stack(made, ViewportState(quarter_turns=2)).letters == ("L", "F", "R", "H")
    mirrored = ViewportState(is_flipped_horizontally=True)
    assert stack(made, mirrored).letters == ("L", "H", "R", "F")
    both = ViewportState(quarter_turns=1, is_flipped_vertically=True)
    assert stack(made, both).letters == ("F", "L", "H", "R")


STORED = {
    "axial": (AXIAL, ("R", "A", "L", "P")),
    "axial, rows upwards": ((1.0, 0, 0, 0, -1.0, 0), ("R", "A", "L", "P")),
    "axial, rows to the right": ((-1.0, 0, 0, 0, 1.0, 0), ("R", "A", "L", "P")),
    "axial, lying": ((0, 1.0, 0, 1.0, 0, 0), ("R", "A", "L", "P")),
    "coronal": (CORONAL, ("R", "H", "L", "F")),
    "coronal, feet up": ((1.0, 0, 0, 0, 0, 1.0), ("R", "H", "L", "F")),
    "sagittal": (SAGITTAL, ("A", "H", "P", "F")),
    "sagittal, mirrored": ((0, -1.0, 0, 0, 0, -1.0), ("A", "H", "P", "F")),
    "sagittal, lying": ((0, 0, 1.0, 0, 1.0, 0), ("A", "H", "P", "F")),
}


@pytest.mark.parametrize("name", STORED)
def test_stacks_open_as_radiologists_see_them(name: str) -> None:
    orientation, letters = STORED[name]
    shown = display_set(Made("x", "MR", "HEAD", orientation=orientation))
    turns, horizontally, vertically = default_orientation(shown)
    state = ViewportState(
        quarter_turns=turns,
        is_flipped_horizontally=horizontally,
        is_flipped_vertically=vertically,
    )
    assert stack_projection(shown, state, SIZE).letters == letters
    plain = stack_projection(shown, ViewportState(), SIZE).letters
    assert (plain == letters) == ((turns, horizontally, vertically) == (0, False, False))


def test_oblique_stacks_and_films_open_as_stored() -> None:
    c = np.cos(np.pi / 4)
    oblique = Made("x", "MR", "HEAD", orientation=(c, c, 0.0, 0.0, 0.0, -1.0))
    assert default_orientation(display_set(oblique)) == (0, False, False)
    assert stack(oblique).letters == ("RA", "H", "LP", "F")
    assert default_orientation(display_set(film("x"))) == (0, False, False)


def geometry() -> VolumeGeometry:
    return VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (2, 1, 1), (20, 40, 60), "1")


def test_planes_need_a_name_and_share_one_scale() -> None:
    with pytest.raises(ValueError, match="plane"):
        plane_projection(geometry(), ViewportState(kind=ViewportKind.PLANE), (0, 0, 0), SIZE)
    scales = {
        plane_projection(
            geometry(), ViewportState(kind=ViewportKind.PLANE, plane=plane), (1, 2, 3), SIZE
        ).mm_per_px
        for plane in (AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL)
    }
    assert scales == {60 / 400}, "the widest of them fills the viewport"


def test_the_scale_of_planes_is_the_largest_that_shows_all_of_them() -> None:
    """60 x 40 x 40 mm: axial 60 x 40, coronal 60 x 40, sagittal 40 x 40."""
    axial, coronal, sagittal = (
        AnatomicalPlane.AXIAL,
        AnatomicalPlane.CORONAL,
        AnatomicalPlane.SAGITTAL,
    )
    sizes = {axial: (300, 700), coronal: (300, 350), sagittal: (300, 350)}
    assert planes_mm_per_px(geometry(), sizes) == pytest.approx(60 / 300)
    assert planes_mm_per_px(geometry(), sizes | {coronal: (600, 150)}) == pytest.approx(40 / 150)
    assert planes_mm_per_px(geometry(), {sagittal: (300, 350)}) == pytest.approx(40 / 300)


def test_a_plane_goes_through_the_crosshair_and_stays_centred() -> None:
    state = ViewportState(kind=ViewportKind.PLANE, plane=AnatomicalPlane.CORONAL)
    cross = (5.0, 7.0, 9.0)
    projection = plane_projection(geometry(), state, cross, SIZE)
    assert projection.depth_mm(cross) == pytest.approx(0)
    middle = projection.world_from_screen(200, 150)
    assert middle is not None
    np.testing.assert_allclose(middle, (29.5, 7.0, 19.0))
    at = projection.screen_from_world(cross)
    assert at is not None
    np.testing.assert_allclose(projection.world_from_screen(*at), cross)
    shifted = plane_projection(geometry(), replace(state, pan_px=(10.0, -5.0)), cross, SIZE)
    moved = shifted.screen_from_world(cross)
    assert moved == pytest.approx((at[0] + 10, at[1] - 5))


def test_letters_of_3d_follow_the_camera() -> None:
    """Half a turn about the head's axis swaps right and left; a quarter shows front and back."""
    geometry = VolumeGeometry.from_axes((5, -9, 30), np.eye(3), (2.0, 1.0, 1.0), (40, 60, 50))

    def letters(camera: Camera) -> tuple[str, ...]:
        return volume_projection(geometry, camera, (300, 200)).letters

    front = Camera()
    assert letters(front) == ("R", "H", "L", "F")
    half, quarter = (turned(front, px, 0.0) for px in (360.0, 180.0))
    assert letters(half) == ("L", "H", "R", "F")
    assert set(letters(quarter)[::2]) == {"A", "P"}
    assert letters(turned(front, 0.0, 180.0))[1::2] in {("A", "P"), ("P", "A")}
    oblique = letters(turned(front, 80.0, 0.0))
    assert set(oblique[0]) == {"R", "A"} or set(oblique[0]) == {"R", "P"}
    assert letters(turned(front, 8.0, 0.0)) == letters(front), "nearly straight is one letter"


@pytest.mark.parametrize("direction", [(0.0, 1.0, 0.0), (0.0, -1.0, 0.0), (1.0, 0.0, 0.0)])
def test_3d_projects_along_the_view(direction: tuple[float, float, float]) -> None:
    geometry = VolumeGeometry.from_axes((5, -9, 30), np.eye(3), (2.0, 1.0, 1.0), (40, 60, 50))
    camera = Camera(direction=direction, zoom=1.7, pan_px=(12.0, -8.0))
    projection = volume_projection(geometry, camera, (300, 200))
    middle = geometry.center_lps_mm
    assert projection.screen_from_world(middle) == pytest.approx((162.0, 92.0))
    behind = middle + 25.0 * np.array(direction)
    assert projection.screen_from_world(behind) == pytest.approx((162.0, 92.0))
    higher = projection.screen_from_world(middle + np.array([0, 0, 10.0]))
    assert projection.mm_per_px is not None
    assert higher == pytest.approx((162.0, 92.0 - 10.0 / projection.mm_per_px))
