"""Under the cursor: the stored voxel and its millimetres, nothing outside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.app.locations import find_locations
from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.source.instance import PixelFacts
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.view.camera import turned
from medai_desktop.view.cursor import readout
from medai_desktop.view.projection import plane_projection, stack_projection
from medai_desktop.view.viewport import Camera, ViewportKind, ViewportState
from medai_desktop.view.window_drag import dragged
from medai_desktop.volume import Window
from tests.unit.view.made_up import Made, display_set, film, volume_of

SIZE = (400, 300)
CATALOGUES = Catalogues(find_locations().translations)
OBLIQUE = (0.8, 0.0, 0.6, 0.0, 1.0, 0.0)
CHEST = display_set(Made("Chest", orientation=OBLIQUE, step_mm=3.0))
VOXELS = np.arange(12 * 64 * 64).reshape(12, 64, 64).astype(np.int32) - 20000
VOLUME = volume_of(CHEST, VOXELS)


def english(said: Message | None) -> str:
    return "" if said is None else CATALOGUES.render(said, Language.ENGLISH)


@settings(max_examples=60, deadline=None)
@given(
    i=st.integers(0, 63),
    j=st.integers(0, 63),
    k=st.integers(0, 11),
    off=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)),
    turns=st.integers(0, 3),
    zoom=st.floats(0.3, 20),
)
def test_the_stored_voxel_of_a_stack(
    i: int, j: int, k: int, off: tuple[float, float], turns: int, zoom: float
) -> None:
    state = ViewportState(slice_index=k, quarter_turns=turns, zoom=zoom)
    projection = stack_projection(CHEST, state, SIZE)
    at = projection.screen_from_pixel(i + off[0], j + off[1])
    said = english(readout(VOLUME, CHEST, state, projection, at))
    assert said.startswith(f"{VOXELS[k, j, i]} HU ")
    world = projection.world_from_screen(*at)
    assert world is not None
    x, y, z = world
    assert said.endswith(f"x {x:.1f} y {y:.1f} z {z:.1f} mm")


@settings(max_examples=40, deadline=None)
@given(
    index=st.tuples(st.integers(0, 63), st.integers(0, 63), st.integers(0, 11)),
    plane=st.sampled_from(
        [AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL]
    ),
)
def test_the_stored_voxel_of_a_plane(index: tuple[int, int, int], plane: AnatomicalPlane) -> None:
    assert CHEST.geometry is not None
    world = CHEST.geometry.world_from_voxel(np.array(index) + 0.1)
    state = ViewportState(kind=ViewportKind.PLANE, plane=plane, zoom=1.7)
    projection = plane_projection(CHEST.geometry, state, world, SIZE)
    at = projection.screen_from_world(world)
    assert at is not None
    i, j, k = index
    said = english(readout(VOLUME, CHEST, state, projection, at))
    assert said.startswith(f"{VOXELS[k, j, i]} HU ")
    outside = CHEST.geometry.world_from_voxel((-0.6, float(j), float(k)))
    projection = plane_projection(CHEST.geometry, state, outside, SIZE)
    at = projection.screen_from_world(outside)
    assert at is not None
    assert readout(VOLUME, CHEST, state, projection, at) is None


@pytest.mark.parametrize("at", [(-0.01, 10), (64.01, 10), (10, -0.01), (10, 64.01)])
def test_nothing_outside_the_image(at: tuple[float, float]) -> None:
    state = ViewportState(slice_index=2)
    projection = stack_projection(CHEST, state, SIZE)
    assert readout(VOLUME, CHEST, state, projection, projection.screen_from_pixel(*at)) is None
    inside = (min(63.99, max(0.01, at[0])), min(63.99, max(0.01, at[1])))
    assert readout(VOLUME, CHEST, state, projection, projection.screen_from_pixel(*inside))


def test_a_film_tells_its_pixel_and_no_unit() -> None:
    shown = display_set(film("x"))
    volume = volume_of(shown, np.arange(64 * 64).reshape(1, 64, 64).astype(np.uint16))
    projection = stack_projection(shown, ViewportState(), SIZE)
    at = projection.screen_from_pixel(5.5, 2.5)
    said = english(readout(volume, shown, ViewportState(), projection, at))
    assert said == "133   column 6, row 3"


def test_fractions_and_colours() -> None:
    shown = display_set(Made("x", "MR", "HEAD"))
    volume = volume_of(shown, np.full((12, 64, 64), 0.8214, np.float32))
    projection = stack_projection(shown, ViewportState(), SIZE)
    said = english(readout(volume, shown, ViewportState(), projection, (200, 150)))
    assert said.startswith("0.821 ")
    colour = display_set(Made("x", pixels=PixelFacts(64, 64, samples_per_pixel=3)))
    rgb = volume_of(colour, np.full((12, 64, 64, 3), (1, 20, 255), np.uint8))
    said = english(readout(rgb, colour, ViewportState(), projection, (200, 150)))
    assert said.startswith("1 20 255 ") and "HU" not in said


# Reading defaults 2: right is wider, down a lower level; one pixel is W/300, at least 1.
@pytest.mark.parametrize(
    ("window", "right", "down", "gain", "wanted"),
    [
        (Window(-600, 1500), 10, 0, 1.0, Window(-600, 1550)),
        (Window(-600, 1500), 0, 10, 1.0, Window(-650, 1500)),
        (Window(-600, 1500), -10, -10, 1.0, Window(-550, 1450)),
        (Window(40, 80), 10, 5, 1.0, Window(35, 90)),
        (Window(-600, 1500), 10, 10, 5.0, Window(-850, 1750)),
        (Window(-600, 1500), 10, 10, 20.0, Window(-1600, 2500)),
        (Window(40, 80), -500, 0, 1.0, Window(40, 1)),
    ],
)
def test_a_drag_of_the_window(
    window: Window, right: float, down: float, gain: float, wanted: Window
) -> None:
    assert dragged(window, right, down, gain=gain) == wanted
    up = dragged(window, right, down, gain=gain, is_reversed=True)
    assert up.center - window.center == window.center - wanted.center


@settings(max_examples=50, deadline=None)
@given(drags=st.lists(st.tuples(st.floats(-80, 80), st.floats(-80, 80)), max_size=8))
def test_a_turned_camera_stays_upright_and_of_unit_length(
    drags: list[tuple[float, float]],
) -> None:
    camera = Camera()
    for right, down in drags:
        camera = turned(camera, right, down)
    direction, up = np.array(camera.direction), np.array(camera.up)
    assert np.linalg.norm(direction) == pytest.approx(1) and np.linalg.norm(up) == pytest.approx(1)
    assert direction @ up == pytest.approx(0, abs=1e-9)


def test_the_volume_follows_the_hand() -> None:
    """Seen from the front, what is near moves with the drag."""
    camera = Camera()
    near = -np.array(camera.direction)
    right, down = turned(camera, 20, 0), turned(camera, 0, 20)
    screen_right = np.cross(right.direction, right.up)
    assert float(near @ screen_right) > 0.1
    assert float(near @ np.array(down.up)) < -0.1
