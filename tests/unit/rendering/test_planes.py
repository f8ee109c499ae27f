"""Planes from the render thread: every pixel has the value of its place in the patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry, standard_plane
from medai_desktop.rendering.plane_picture import background, plane_picture, plane_values
from medai_desktop.rendering.vtk_volume import image_data
from medai_desktop.view.picture import PlaneRequest
from medai_desktop.view.projection import Projection, plane_projection
from medai_desktop.view.viewport import Slab, SlabMode, ViewportKind, ViewportState
from medai_desktop.volume import IntensityUnit, Volume, Window, apply_window
from tests.phantoms import volumes
from tests.phantoms.phantom import BOX_VALUE, RAMP_PER_MM, Phantom
from tests.phantoms.series_geometry import rotation
from tests.unit.session.reading_room import SIZE, Room, reading_room

WIDE = Window(0.0, 600.0)
PLANES = (AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL)
SIDES = (("R", "A", "L", "P"), ("R", "H", "L", "F"), ("A", "H", "P", "F"))
PHANTOMS: tuple[Callable[[Path], Phantom], ...] = (
    volumes.oblique_anisotropic,
    volumes.gantry_tilt,
    volumes.flipped_rows,
    volumes.reversed_order,
    volumes.non_square_pixels,
)
Shown = tuple[Phantom, Room]


@pytest.fixture(scope="module", params=PHANTOMS, ids=lambda make: make.__name__)
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("phantom")
    phantom = request.param(folder)
    with reading_room(folder) as room:
        room.desk.viewing.toggle_planes()
        yield phantom, room


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    """Each test begins at the middle, without zoom."""
    if "shown" not in request.fixturenames:
        return
    room: Room = request.getfixturevalue("shown")[1]
    for index in range(3):
        room.desk.viewing.reset_view(index)
        room.desk.viewing.set_window(index, WIDE)
    room.desk.viewing.place_crosshair(room.shown().geometry.center_lps_mm)  # type: ignore[union-attr]


def places(
    projection: Projection, size: tuple[int, int] = SIZE, step: int = 1
) -> NDArray[np.float64]:
    """LPS mm of the middle of every pixel: (height, width, 3)."""
    width, height = (-(-n // step) for n in size)
    x, y = (np.arange(n) + 0.5 for n in (width, height))
    x, y = x * size[0] / width, y * size[1] / height
    origin = projection.world_from_screen(0.0, 0.0)
    right = projection.world_from_screen(1.0, 0.0)
    down = projection.world_from_screen(0.0, 1.0)
    assert origin is not None and right is not None and down is not None
    across, along = right - origin, down - origin
    return np.asarray(origin + x[None, :, None] * across + y[:, None, None] * along)


def inside(phantom: Phantom, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places lie between voxel centres of the ramp, two voxels off ball and box."""
    index = (points - phantom.affine[:3, 3]) @ np.linalg.inv(phantom.affine[:3, :3]).T
    last = np.array(phantom.voxels.shape[::-1]) - 1.0
    there = np.all((index > 0.01) & (index < last - 0.01), axis=-1)
    off = 2.2 * max(phantom.spacing_mm)
    markers = volumes.MARKERS
    ball = np.linalg.norm(points - np.array(markers.ball_centre_mm), axis=-1)
    there &= ball > markers.ball_radius_mm + off
    low, high = np.array(markers.box_low_mm) - off, np.array(markers.box_high_mm) + off
    return np.asarray(there & ~np.all((points > low) & (points < high), axis=-1))


def ramp_at(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ np.array(RAMP_PER_MM))


def off_ramp(room: Room, phantom: Phantom, index: int, *, is_draft: bool = False) -> float:
    """Largest difference, in greys, between the picture and the ramp at its pixels' places."""
    picture = room.picture(index, is_draft=is_draft)
    points = places(room.projection(index), step=2 if is_draft else 1)
    assert picture.pixels.shape == points.shape[:2]
    there = inside(phantom, points)
    assert there.sum() > 500 / (4 if is_draft else 1)
    wanted = apply_window(ramp_at(points), WIDE).astype(int)
    return float(np.abs(picture.pixels.astype(int) - wanted)[there].max())


@pytest.mark.parametrize("index", range(3))
def test_each_pixel_has_the_value_of_its_place(shown: Shown, index: int) -> None:
    phantom, room = shown
    assert off_ramp(room, phantom, index) <= 1
    picture = room.pixels(index).astype(int)
    points = places(room.projection(index))
    there = inside(phantom, points)
    for moved in ([3.0, 0, 0], [0, 3.0, 0], [0, 0, 3.0]):
        wrong = apply_window(ramp_at(points + np.array(moved)), WIDE).astype(int)
        assert np.abs(picture - wrong)[there].min() >= 1


@pytest.mark.parametrize("index", range(3))
def test_zoom_and_pan_keep_every_place(shown: Shown, index: int) -> None:
    phantom, room = shown
    viewing = room.desk.viewing
    anchor = (60.0, -35.0)
    at = (SIZE[0] / 2 + anchor[0], SIZE[1] / 2 + anchor[1])
    before = room.projection(index).world_from_screen(*at)
    viewing.zoom(index, 1.7, anchor)
    after = room.projection(index).world_from_screen(*at)
    assert before is not None and after is not None
    np.testing.assert_allclose(after, before, atol=1e-9)
    viewing.pan(index, -23.5, 41.0)
    assert off_ramp(room, phantom, index) <= 1
    scales = {round(room.projection(n).mm_per_px or 0, 9) for n in range(3)}
    assert len(scales) == 1, "all planes at one scale"


@pytest.mark.parametrize("index", range(3))
def test_a_draft_is_coarser_and_in_the_same_place(shown: Shown, index: int) -> None:
    phantom, room = shown
    assert off_ramp(room, phantom, index, is_draft=True) <= 1
    assert room.picture(index, is_draft=True).pixels.shape == (200, 200)
    assert room.picture(index, (301, 203), is_draft=True).pixels.shape == (102, 151)


@pytest.mark.parametrize("index", range(3))
def test_sides_are_radiological(shown: Shown, index: int) -> None:
    _, room = shown
    assert room.projection(index).letters == SIDES[index]
    points = places(room.projection(index))
    right, down = points[200, 300] - points[200, 200], points[300, 200] - points[200, 200]
    axes = {"R": (0, -1), "L": (0, 1), "A": (1, -1), "P": (1, 1), "F": (2, -1), "H": (2, 1)}
    for vector, letter in ((right, SIDES[index][2]), (down, SIDES[index][3])):
        axis, sign = axes[letter]
        assert np.sign(vector[axis]) == sign
        assert abs(vector[axis]) == pytest.approx(np.linalg.norm(vector))


@pytest.mark.parametrize("index", range(3))
def test_the_box_lies_where_the_projection_says(shown: Shown, index: int) -> None:
    phantom, room = shown
    room.desk.viewing.place_crosshair(phantom.landmarks["box"])
    room.desk.viewing.set_window(index, Window(1400, 800))
    bright = np.argwhere(room.pixels(index) > 200) + 0.5
    at = room.projection(index).screen_from_world(phantom.landmarks["box"])
    mm = room.projection(index).mm_per_px
    assert at is not None and mm is not None and len(bright) > 50
    y, x = (bright.min(axis=0) + bright.max(axis=0)) / 2
    voxel_px = max(phantom.spacing_mm) / mm
    assert (x, y) == pytest.approx(at, abs=voxel_px)
    mirrored = (SIZE[0] - at[0], at[1])
    assert mirrored[0] != pytest.approx(x, abs=voxel_px)


def test_clicking_in_one_plane_brings_the_others(shown: Shown) -> None:
    phantom, room = shown
    viewing = room.desk.viewing
    target = np.array(phantom.landmarks["ball"])
    viewing.place_crosshair(target)
    pixel = {}
    for index in range(3):
        at = room.projection(index).screen_from_world(target)
        assert at is not None
        pixel[index] = at
    viewing.place_crosshair(room.shown().geometry.center_lps_mm)  # type: ignore[union-attr]
    viewing.activate(1)
    world = room.projection(1).world_from_screen(*pixel[1])
    assert world is not None
    viewing.place_crosshair(world)  # a click in the coronal plane: x and z of the ball
    center = room.shown().geometry.center_lps_mm  # type: ignore[union-attr]
    assert viewing.crosshair_lps_mm == pytest.approx((target[0], center[1], target[2]), abs=1e-6)
    for index, axis in ((0, 2), (2, 0)):
        depth = places(room.projection(index))[..., axis]
        assert depth == pytest.approx(target[axis], abs=1e-6)


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize(
    ("mode", "sign"), [(SlabMode.MEAN, 0.0), (SlabMode.MIP, 1.0), (SlabMode.MINIP, -1.0)]
)
def test_slabs_of_a_ramp(shown: Shown, index: int, mode: SlabMode, sign: float) -> None:
    phantom, room = shown
    request = room.request(index)
    assert isinstance(request, PlaneRequest)
    thick = replace(request, slab=Slab(mode, 6.0))
    values = plane_values(image_data(thick.volume.voxels), thick).astype(float)
    points = places(room.projection(index))
    normal = np.array(thick.plane.normal)
    there = inside(phantom, points + 3.1 * normal) & inside(phantom, points - 3.1 * normal)
    there &= inside(phantom, points)
    per_mm = abs(float(normal @ np.array(RAMP_PER_MM)))
    wanted = ramp_at(points) + sign * 3.0 * per_mm
    assert there.sum() > 100
    assert np.abs(values - wanted)[there].max() <= 1.5


def test_planes_scroll_by_voxels_and_stop_at_the_last(shown: Shown) -> None:
    _, room = shown
    viewing, geometry = room.desk.viewing, room.shown().geometry
    assert geometry is not None
    corners = geometry.world_from_voxel(
        [
            [i, j, k]
            for i in (0, geometry.shape[2] - 1)
            for j in (0, geometry.shape[1] - 1)
            for k in (0, geometry.shape[0] - 1)
        ]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    for index, axis, sign in ((0, 2, -1), (1, 1, 1), (2, 0, 1)):
        viewing.place_crosshair(geometry.center_lps_mm)
        start = np.array(viewing.crosshair_lps_mm)
        assert viewing.scroll(index, 1) is False
        moved = np.array(viewing.crosshair_lps_mm) - start
        assert np.sign(moved[axis]) == sign
        assert abs(moved[axis]) == pytest.approx(abs(geometry.affine[axis, :3]).max())
        assert viewing.scroll(index, 1_000_000) is True
        last = viewing.crosshair_lps_mm
        assert last is not None
        end = high[axis] if sign > 0 else low[axis]
        assert abs(last[axis] - end) < abs(moved[axis]) + 1e-6
        assert low[axis] - 1e-6 <= last[axis] <= high[axis] + 1e-6
        assert viewing.scroll(index, 1) is True
        assert viewing.crosshair_lps_mm == last


# -- without files: any grid --------------------------------------------------------------------


def any_geometry(angles: tuple[float, float], spacing: tuple[float, float, float], shear: float,
                 flips: tuple[bool, bool, bool]) -> VolumeGeometry:  # fmt: skip
    direction = rotation((0, 1, 0), angles[0]) @ rotation((1, 0, 0), angles[1])
    direction = direction * np.where(flips, -1.0, 1.0)
    direction[:, 2] += shear * direction[:, 1]
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array([spacing[2], spacing[1], spacing[0]])
    shape = (14, 18, 22)
    affine[:3, 3] = (11.0, -7.0, 400.0) - affine[:3, :3] @ (np.array(shape[::-1]) - 1.0) / 2
    return VolumeGeometry(affine, shape, "1.2.3")


def ramp_volume(geometry: VolumeGeometry) -> Volume:
    k, j, i = np.mgrid[tuple(slice(0, n) for n in geometry.shape)]
    index = np.stack([i, j, k], axis=-1).reshape(-1, 3).astype(float)
    values = ramp_at(geometry.world_from_voxel(index)).reshape(geometry.shape)
    return Volume(values.astype(np.float32), geometry)


def plane_request(volume: Volume, plane: AnatomicalPlane, size: tuple[int, int]) -> PlaneRequest:
    assert volume.geometry is not None
    state = ViewportState(kind=ViewportKind.PLANE, plane=plane, zoom=1.3, pan_px=(4.0, -9.0))
    cross = volume.geometry.center_lps_mm + np.array([1.0, -2.0, 1.5])
    projection = plane_projection(volume.geometry, state, cross, size)
    middle = projection.world_from_screen(size[0] / 2, size[1] / 2)
    assert projection.plane is not None and projection.mm_per_px is not None
    moved = projection.plane.moved_to(middle)
    return PlaneRequest(volume, moved, size, projection.mm_per_px, Slab(), WIDE, False)


def points_of(request: PlaneRequest) -> NDArray[np.float64]:
    width, height = request.size_px
    x = (np.arange(width) + 0.5 - width / 2) * request.mm_per_px
    y = (np.arange(height) + 0.5 - height / 2) * request.mm_per_px
    plane = request.plane
    return np.asarray(
        np.array(plane.origin_lps_mm)
        + x[None, :, None] * np.array(plane.right)
        + y[:, None, None] * np.array(plane.down)
    )


@settings(max_examples=40, deadline=None)
@given(
    angles=st.tuples(st.floats(-80, 80), st.floats(-60, 60)),
    spacing=st.tuples(st.floats(0.4, 6), st.floats(0.3, 2), st.floats(0.3, 2)),
    shear=st.floats(-0.4, 0.4),
    flips=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    plane=st.sampled_from(PLANES),
)
def test_a_ramp_in_any_grid_is_exact(
    angles: tuple[float, float],
    spacing: tuple[float, float, float],
    shear: float,
    flips: tuple[bool, bool, bool],
    plane: AnatomicalPlane,
) -> None:
    geometry = any_geometry(angles, spacing, shear, flips)
    request = plane_request(ramp_volume(geometry), plane, (61, 48))
    values = plane_values(image_data(request.volume.voxels), request)
    points = points_of(request)
    index = geometry.voxel_from_world(points.reshape(-1, 3)).reshape(points.shape)
    last = np.array(geometry.shape[::-1]) - 1.0
    there = np.all((index >= 1e-3) & (index <= last - 1e-3), axis=-1)
    assert there.any()
    np.testing.assert_allclose(values[there], ramp_at(points)[there], atol=0.05)
    far = np.any((index < -0.6) | (index > last + 0.6), axis=-1)
    assert np.all(values[far] == 0)


@pytest.mark.parametrize("plane", PLANES)
def test_noise_agrees_with_simpleitk(plane: AnatomicalPlane) -> None:
    geometry = any_geometry((33.0, -21.0), (2.7, 0.8, 1.3), 0.0, (True, False, True))
    voxels = np.random.default_rng(4).integers(-1000, 2000, geometry.shape).astype(np.float32)
    request = plane_request(Volume(voxels, geometry), plane, (90, 70))
    values = plane_values(image_data(voxels), request)
    image = SimpleITK.GetImageFromArray(voxels)
    image.SetOrigin(geometry.origin_lps_mm.tolist())
    image.SetSpacing([*reversed(geometry.spacing_mm)])
    image.SetDirection(geometry.direction.ravel().tolist())
    resample = SimpleITK.ResampleImageFilter()
    resample.SetInterpolator(SimpleITK.sitkLinear)
    resample.SetSize((90, 70, 1))
    resample.SetOutputSpacing((request.mm_per_px, request.mm_per_px, 1.0))
    points = points_of(request)
    resample.SetOutputOrigin(points[0, 0].tolist())
    axes = np.stack([request.plane.right, request.plane.down, request.plane.normal], axis=1)
    resample.SetOutputDirection(axes.ravel().tolist())
    wanted = SimpleITK.GetArrayFromImage(resample.Execute(image))[0]
    index = geometry.voxel_from_world(points.reshape(-1, 3)).reshape(points.shape)
    last = np.array(geometry.shape[::-1]) - 1.0
    there = np.all((index >= 0) & (index <= last), axis=-1)
    assert there.sum() > 500
    assert np.abs(values - wanted)[there].max() < 0.5
    assert np.abs(values[:, ::-1] - wanted)[there & there[:, ::-1]].max() > 500


def test_a_projection_steps_over_no_voxel() -> None:
    """One bright voxel of 0.4 mm in a slab of 8 mm."""
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (0.4, 0.4, 0.4), (30, 30, 30))
    voxels = np.zeros(geometry.shape, np.int16)
    voxels[19, 15, 14] = 1000
    plane = standard_plane(AnatomicalPlane.AXIAL, geometry.center_lps_mm)
    request = PlaneRequest(
        Volume(voxels, geometry), plane, (60, 60), 0.2, Slab(SlabMode.MIP, 8.0), WIDE, False
    )
    assert plane_values(image_data(voxels), request).max() > 550
    thin = replace(request, slab=Slab(SlabMode.MIP, 2.0))
    assert plane_values(image_data(voxels), thin).max() == 0


def test_outside_is_padding_air_or_zero() -> None:
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (1, 1, 1), (9, 9, 9))
    ct = Volume(np.zeros(geometry.shape, np.int16), geometry, unit=IntensityUnit.HOUNSFIELD)
    assert background(ct) == -1024
    assert background(replace(ct, padding=(-3000.0, -2000.0))) == -3000
    assert background(Volume(ct.voxels, geometry)) == 0


@pytest.mark.parametrize("is_inverted", [False, True])
@pytest.mark.parametrize("slab", [Slab(), Slab(SlabMode.MEAN, 4.0), Slab(SlabMode.MINIP, 30.0)])
def test_the_end_of_a_volume_of_air_is_seen_in_the_lung_window(
    slab: Slab, is_inverted: bool
) -> None:
    """Outside is black; air, up to half a voxel beyond the last centre, is grey."""
    geometry = any_geometry((28.0, -17.0), (2.5, 0.9, 0.7), 0.1, (False, True, False))
    voxels = np.full(geometry.shape, -1000, np.int16)
    air = Volume(voxels, geometry, unit=IntensityUnit.HOUNSFIELD)
    plain = plane_request(air, AnatomicalPlane.CORONAL, (120, 90))
    asked = replace(plain, window=Window(-600, 1500), slab=slab, is_inverted=is_inverted)
    picture = plane_picture(image_data(voxels), asked)
    points = points_of(asked)
    index = geometry.voxel_from_world(points.reshape(-1, 3)).reshape(points.shape)
    last = np.array(geometry.shape[::-1]) - 1.0
    there = np.all((index > -0.45) & (index < last + 0.45), axis=-1)
    grey = apply_window(np.array([-1000], np.int16), asked.window, inverted=is_inverted)[0]
    assert 0 < grey < 255 and there.sum() > 300
    assert np.abs(picture[there].astype(int) - int(grey)).max() <= 3
    beyond = np.any((index < -0.55) | (index > last + 0.55), axis=-1)
    if slab.mode is SlabMode.NONE:
        assert beyond.sum() > 300 and not picture[beyond].any()
    assert picture[0, 0] == 0 and picture[-1, -1] == 0


def test_big_endian_and_strided_voxels_are_drawn_alike() -> None:
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (1, 1, 1), (9, 9, 9))
    voxels = np.random.default_rng(1).integers(0, 900, geometry.shape).astype(np.int16)
    request = plane_request(Volume(voxels, geometry), AnatomicalPlane.SAGITTAL, (40, 40))
    plain = plane_values(image_data(voxels), request)
    swapped = plane_values(image_data(voxels.astype(">i2")), request)
    strided = plane_values(image_data(np.repeat(voxels, 2, axis=2)[:, :, ::2]), request)
    assert np.array_equal(plain, swapped) and np.array_equal(plain, strided)
    assert plain.max() > 0 and BOX_VALUE > 900
