"""3D: a phantom of known outline seen from known sides, on both mappers; projections; sizes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from medai_desktop.app.locations import find_locations
from medai_desktop.findings import CodedConcept, Finding
from medai_desktop.geometry import OrientedBox, VolumeGeometry
from medai_desktop.rendering.volume_scene import VolumeScene, mm_per_pixel
from medai_desktop.view.overlays import DrawnFinding, finding_rectangle
from medai_desktop.view.picture import VolumeRequest
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.projection import volume_projection
from medai_desktop.view.viewport import Camera, ViewportKind, ViewportState
from medai_desktop.volume import IntensityUnit, VoiFunction, Volume, Window, apply_window
from tests.phantoms.series_geometry import rotation
from tests.unit.view.made_up import Made, display_set

SIZE = (220, 180)
CENTER = np.array([12.0, -30.0, 200.0])
# Balls at different places and of different sizes: no two sides look alike, and no mirror image.
BALLS = (((26.0, -14.0, 18.0), 9.0), ((-22.0, 10.0, -16.0), 14.0), ((4.0, 24.0, 22.0), 5.0))
OPAQUE = ((100.0, 0.0), (300.0, 0.9))
PRESETS = WindowPresets.load(find_locations().presets)

FRONT = Camera()
SIDES = {
    "front": FRONT,
    "back": Camera(direction=(0.0, -1.0, 0.0)),
    "left": Camera(direction=(-1.0, 0.0, 0.0)),
    "feet": Camera(direction=(0.0, 0.0, 1.0), up=(0.0, -1.0, 0.0)),
    "aslant": Camera(
        direction=(0.6, 0.64, -0.48),
        up=(0.328392, 0.350285, 0.877058),
        zoom=1.3,
        pan_px=(9.0, -7.0),
    ),
    "upside down": Camera(up=(0.0, 0.0, -1.0), zoom=0.8),
}


def grid(kind: str) -> VolumeGeometry:
    """80 mm on every side about the centre."""
    direction, spacing = np.eye(3), (1.6, 1.6, 1.6)
    if kind == "oblique":
        direction = rotation((0.2, 1.0, 0.3), 25.0) @ rotation((1.0, 0.0, 0.0), -15.0)
        spacing = (2.4, 1.2, 1.6)
    elif kind == "flipped":
        direction = np.diag([-1.0, -1.0, 1.0])
    elif kind == "tilted":
        direction = np.eye(3)
        direction[:, 2] = (0.0, np.sin(0.3), np.cos(0.3))
    shape = tuple(round(88 / mm) for mm in spacing)
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(spacing[::-1])
    affine[:3, 3] = CENTER - affine[:3, :3] @ (np.array(shape[::-1]) - 1) / 2
    return VolumeGeometry(affine, shape, "1.2")


def balls(geometry: VolumeGeometry) -> Volume:
    k, j, i = np.mgrid[tuple(slice(0, n) for n in geometry.shape)]
    index = np.stack([i, j, k], axis=-1).reshape(-1, 3)
    places = geometry.world_from_voxel(index)
    values = np.full(len(places), -1000.0)
    for center, radius in BALLS:
        away = np.linalg.norm(places - CENTER - np.array(center), axis=1)
        values = np.maximum(values, np.clip((radius - away) * 400 + 200, -1000, 1000))
    return Volume(
        values.reshape(geometry.shape).astype(np.int16), geometry, unit=IntensityUnit.HOUNSFIELD
    )


def request(volume: Volume, camera: Camera = FRONT, **other: object) -> VolumeRequest:
    made = VolumeRequest(volume, camera, SIZE, "ct-bone", OPAQUE, False, Window(0, 2000))
    return replace(made, **other)  # type: ignore[arg-type]


def outline(asked: VolumeRequest, mirror: bool = False) -> NDArray[np.bool_]:
    """Where the balls lie on the screen, by their places alone."""
    camera, mm = asked.camera, mm_per_pixel(asked)
    direction, up = np.array(camera.direction), np.array(camera.up)
    right = np.cross(direction, up)
    width, height = asked.size_px
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    seen = np.zeros((height, width), dtype=bool)
    assert asked.volume.geometry is not None
    middle = asked.volume.geometry.center_lps_mm
    for center, radius in BALLS:
        offset = CENTER + np.array(center) - middle
        across = float(offset @ right) * (-1 if mirror else 1)
        at_x = width / 2 + camera.pan_px[0] + across / mm
        at_y = height / 2 + camera.pan_px[1] - float(offset @ up) / mm
        seen |= np.hypot(x - at_x, y - at_y) <= radius / mm
    return seen


def overlap(picture: NDArray[np.uint8], seen: NDArray[np.bool_]) -> float:
    drawn = picture.max(axis=2) > 12
    return float((drawn & seen).sum() / max(1, (drawn | seen).sum()))


@pytest.fixture(scope="module", params=["software", "graphics card"])
def scene(request: pytest.FixtureRequest) -> Iterator[VolumeScene]:
    """The mapper for software renderers, and that for graphics cards (drawn by Mesa here)."""
    made = VolumeScene()
    made.is_software = request.param == "software"
    yield made
    made.close()


@pytest.mark.parametrize("side", SIDES)
def test_each_side_shows_its_outline(scene: VolumeScene, side: str) -> None:
    asked = request(balls(grid("straight")), SIDES[side])
    picture, reduced_from = scene.picture(asked)
    assert picture.shape == (SIZE[1], SIZE[0], 3) and picture.flags.c_contiguous
    assert reduced_from is None
    assert overlap(picture, outline(asked)) > 0.85
    assert overlap(picture, outline(asked, mirror=True)) < 0.6
    others = [camera for name, camera in SIDES.items() if name != side]
    assert all(overlap(picture, outline(replace(asked, camera=c))) < 0.6 for c in others)


@pytest.mark.parametrize("side", SIDES)
def test_marks_stand_about_what_they_mark(scene: VolumeScene, side: str) -> None:
    """Only the ball in the box is drawn; its pixels fill the rectangle of the mark."""
    volume = balls(grid("oblique"))
    geometry = volume.geometry
    assert geometry is not None
    middle, radius = CENTER + np.array(BALLS[0][0]), BALLS[0][1]
    k, j, i = np.mgrid[tuple(slice(0, n) for n in geometry.shape)]
    places = geometry.world_from_voxel(np.stack([i, j, k], axis=-1).reshape(-1, 3))
    far = np.linalg.norm(places - middle, axis=1).reshape(geometry.shape) > radius + 4
    alone = replace(volume, voxels=np.where(far, np.int16(-1000), volume.voxels))
    asked = request(alone, SIDES[side])
    picture, _ = scene.picture(asked)
    shown = display_set(Made("Chest"))
    shown = replace(shown, geometry=replace(geometry, frame_of_reference_uid="1.2.9"))
    box = OrientedBox(tuple(middle), (2 * radius,) * 3, tuple(np.eye(3).ravel()))  # type: ignore[arg-type]
    finding = Finding(uuid.uuid4(), "x", CodedConcept("SCT", "1", "x"), 0.9, box, (), ())
    item = DrawnFinding(finding, shown, True, False, False)
    state = ViewportState(kind=ViewportKind.VOLUME)
    projection = volume_projection(geometry, asked.camera, SIZE)
    place = finding_rectangle(item, shown, state, projection)
    assert place is not None
    y, x = np.nonzero(picture.max(axis=2) > 12)
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()]) + 1
    x0, y0, x1, y1 = place
    center = (np.array([x0, y0]) + np.array([x1, y1])) / 2
    assert np.abs((low + high) / 2 - center).max() < 2
    assert x0 <= low[0] + 1 and y0 <= low[1] + 1 and x1 >= high[0] - 1 and y1 >= high[1] - 1
    other = volume_projection(geometry, Camera(direction=(0.0, 0.0, -1.0), up=(1, 0, 0)), SIZE)
    assert finding_rectangle(item, shown, state, other) != pytest.approx(place, abs=4)


@pytest.mark.parametrize("kind", ["oblique", "flipped", "tilted"])
def test_the_grid_of_the_volume_does_not_matter(scene: VolumeScene, kind: str) -> None:
    for side in ("front", "aslant"):
        asked = request(balls(grid(kind)), SIDES[side])
        picture, _ = scene.picture(asked)
        assert overlap(picture, outline(asked)) > 0.85
        assert overlap(picture, outline(asked, mirror=True)) < 0.6


@pytest.mark.parametrize("size", [(300, 120), (120, 300)])
def test_tall_and_wide_viewports_keep_shape_and_scale(
    scene: VolumeScene, size: tuple[int, int]
) -> None:
    asked = request(balls(grid("straight")), size_px=size)
    picture, _ = scene.picture(asked)
    assert overlap(picture, outline(asked)) > 0.8
    assert not (picture.max(axis=2) > 12)[[0, -1]].any(), "nothing is cut off"


def test_presets_draw_different_tissue(scene: VolumeScene) -> None:
    volume = balls(grid("straight"))
    shown = display_set(Made("Chest"))
    seen = {}
    for preset in PRESETS.presets_3d(shown):
        points, is_mip = PRESETS.points_3d(preset, volume), PRESETS.is_mip(preset)
        picture, _ = scene.picture(request(volume, points=points, is_mip=is_mip, preset_3d=preset))
        seen[preset] = picture
    assert seen["ct-bone"].max() > 100
    assert seen["ct-metal"].max() == 0, "nothing is that dense"
    assert (seen["ct-skin"] > 12).sum() > (seen["ct-bone"] > 12).sum()
    grey = seen["ct-mip"]
    assert np.array_equal(grey[..., 0], grey[..., 1]) and grey.max() > 200
    assert not np.array_equal(seen["ct-bone"], seen["ct-muscle-bone"])


@pytest.mark.parametrize(
    "window",
    [
        Window(100, 1400),
        Window.from_range(-400, 700),
        Window(200, 600, VoiFunction.SIGMOID),
    ],
    ids=["linear", "exact", "sigmoid"],
)
@pytest.mark.parametrize("kind", ["straight", "oblique"])
def test_a_projection_has_the_grey_of_the_slices(
    scene: VolumeScene, window: Window, kind: str
) -> None:
    """Against the largest value along each ray, found by brute force."""
    geometry = grid(kind)
    noise = np.random.default_rng(3).normal(0, 1, geometry.shape)
    smooth = gaussian_filter(noise, 3.0)
    voxels = (smooth / np.abs(smooth).max() * 1000).astype(np.int16)
    asked = request(Volume(voxels, geometry), is_mip=True, points=(), window=window)
    picture, _ = scene.picture(asked)
    mm = mm_per_pixel(asked)
    rows, columns = np.arange(60, 120, 7), np.arange(70, 150, 7)
    depth = np.arange(-75, 75, 0.4)
    x = (columns + 0.5 - SIZE[0] / 2) * mm
    z = -(rows + 0.5 - SIZE[1] / 2) * mm
    zz, xx, yy = np.meshgrid(z, x, depth, indexing="ij")
    places = geometry.center_lps_mm + np.stack([xx, yy, zz], axis=-1)
    index = geometry.voxel_from_world(places.reshape(-1, 3))
    last = np.array(geometry.shape[::-1]) - 1
    values = map_coordinates(voxels.astype(float), index[:, ::-1].T, order=1)
    values[np.any((index < 0) | (index > last), axis=1)] = -np.inf
    most = values.reshape(zz.shape).max(axis=2)
    wanted = apply_window(most, window).astype(int)
    seen = picture[np.ix_(rows, columns)][..., 0].astype(int)
    assert np.abs(seen - wanted).mean() < 2.5
    assert np.abs(seen - wanted).max() <= 12
    assert np.abs(seen - wanted[:, ::-1]).mean() > 10


def test_a_draft_is_coarser_and_in_place(scene: VolumeScene) -> None:
    asked = request(balls(grid("straight")), is_draft=True)
    draft, _ = scene.picture(asked)
    full, _ = scene.picture(replace(asked, is_draft=False))
    assert draft.shape == full.shape
    assert overlap(draft, outline(asked)) > 0.7
    assert not np.array_equal(draft, full)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32, np.float64])
def test_every_type_of_voxel_is_drawn(scene: VolumeScene, kind: type[np.generic]) -> None:
    volume = balls(grid("straight"))
    values = np.clip(volume.voxels.astype(float), 0, 1000) / 4.0
    asked = request(replace(volume, voxels=values.astype(kind)), points=((25.0, 0.0), (75.0, 0.9)))
    picture, _ = scene.picture(asked)
    assert overlap(picture, outline(asked)) > 0.8


def test_a_reduced_copy_lies_in_the_same_place_and_says_so() -> None:
    geometry = VolumeGeometry.from_axes(
        CENTER - np.array([39.9, 39.9, 39.9]), np.eye(3), (1.6, 0.155, 1.6), (50, 516, 50), "1"
    )
    asked = request(balls(geometry), SIDES["aslant"], size_px=(90, 70))
    made = VolumeScene()
    try:
        made.is_software = True
        picture, reduced_from = made.picture(asked)
        assert reduced_from == 516
        assert overlap(picture, outline(asked)) > 0.8
        made.is_software, made._shown = False, None
        _, whole = made.picture(asked)
        assert whole is None
        made.texture_limit, made._shown = 256, None
        picture, limited = made.picture(asked)
        assert limited == 516
        assert overlap(picture, outline(asked)) > 0.8
    finally:
        made.close()


def test_without_geometry_there_is_no_3d(scene: VolumeScene) -> None:
    with pytest.raises(ValueError, match="geometry"):
        scene.picture(request(Volume(np.zeros((20, 20, 20), np.int16), None)))


def test_here_the_processor_draws() -> None:
    made = VolumeScene()
    try:
        assert made.is_software in (True, False)
        assert made.texture_limit >= 512
    finally:
        made.close()
