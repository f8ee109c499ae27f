"""The chest opened: a phantom whose lungs, vessels and nodule have known places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medai_desktop.app.locations import find_locations
from medai_desktop.geometry import VolumeGeometry
from medai_desktop.rendering.lung_mask import lung_mask
from medai_desktop.rendering.volume_scene import VolumeScene, mm_per_pixel
from medai_desktop.view.picture import VolumeRequest
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.viewport import Camera
from medai_desktop.volume import IntensityUnit, Volume, Window

SPACING = (3.0, 2.0, 2.0)
SHAPE = (70, 110, 150)
NODULE, NODULE_RADIUS = np.array([-60.0, 10.0, 20.0]), 7.0
PRESETS = WindowPresets.load(find_locations().presets)


def places() -> NDArray[np.float64]:
    """x, y, z of each voxel in mm from the middle, (slices, rows, columns, 3)."""
    k, j, i = np.mgrid[tuple(slice(0, n) for n in SHAPE)]
    mm = np.stack([i, j, k], axis=-1) * np.array(SPACING[::-1])
    return np.asarray(mm - (np.array(SHAPE[::-1]) - 1) * np.array(SPACING[::-1]) / 2)


def ellipse(at: NDArray[np.float64], middle: tuple[float, ...], half: tuple[float, ...]) -> NDArray:
    return np.asarray((((at - np.array(middle)) / np.array(half)) ** 2).sum(axis=-1) <= 1)


def chest(*, has_lungs: bool = True) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Voxels, and where the lungs are without their vessels."""
    at = places()
    voxels = np.full(SHAPE, -1000, np.int16)
    voxels[ellipse(at, (0, 0, 0), (130, 90, 1e6))] = 40
    voxels[ellipse(at, (0, -50, -75), (18, 18, 25))] = -900  # gas in the stomach
    voxels[np.abs(at[..., 1] - 98) < 3] = 100  # the table
    lungs = np.zeros(SHAPE, bool)
    if has_lungs:
        for x in (-60.0, 60.0):
            lungs |= ellipse(at, (x, 0, 10), (42, 62, 75))
        voxels[lungs] = -860
        for y in (-20.0, 15.0):  # vessels from the middle outwards
            is_vessel = np.hypot(at[..., 1] - y, at[..., 2] - 10) < 4
            voxels[is_vessel & lungs & (np.abs(at[..., 0]) < 85)] = 60
        voxels[np.linalg.norm(at - NODULE, axis=-1) < NODULE_RADIUS] = 50
    return voxels, lungs


def test_the_mask_holds_lungs_vessels_and_nodule_and_no_wall() -> None:
    voxels, lungs = chest()
    mask = lung_mask(voxels, SPACING)
    assert mask is not None and mask.shape == SHAPE
    overlap = 2 * (mask & lungs).sum() / (mask.sum() + lungs.sum())
    assert overlap > 0.9
    at = places()
    nodule = np.linalg.norm(at - NODULE, axis=-1) < NODULE_RADIUS
    assert mask[nodule].all()
    inner = ellipse(at, (-60, 0, 10), (34, 54, 66)) | ellipse(at, (60, 0, 10), (34, 54, 66))
    assert mask[inner].mean() > 0.99, "vessels belong to the lung"
    assert not mask[ellipse(at, (0, -50, -75), (14, 14, 20)) & ~lungs].any(), "gas of the bowel"
    ring = ~ellipse(at, (0, 0, 0), (112, 76, 1e6))
    assert not mask[ring].any(), "skin, table and room"


@pytest.mark.parametrize("spacing", [(1.0, 0.7, 0.7), (5.0, 2.5, 2.5)])
def test_the_grid_of_the_mask_is_that_of_the_voxels(spacing: tuple[float, float, float]) -> None:
    voxels, _ = chest()
    steps = tuple(max(1, round(wanted / mm)) for wanted, mm in zip(spacing, SPACING, strict=True))
    coarse = voxels[:: steps[0], :: steps[1], :: steps[2]]
    repeated = np.repeat(coarse, 2, axis=1) if spacing[0] < 2 else coarse
    real = tuple(mm * step for mm, step in zip(SPACING, steps, strict=True))
    real = (real[0], real[1] / (2 if spacing[0] < 2 else 1), real[2])
    mask = lung_mask(repeated, real)
    assert mask is not None and mask.shape == repeated.shape
    lungs = repeated == -860
    assert (mask & lungs).sum() / lungs.sum() > 0.75


def test_without_lungs_there_is_no_mask() -> None:
    voxels, _ = chest(has_lungs=False)
    assert lung_mask(voxels, SPACING) is None
    assert lung_mask(np.full(SHAPE, 40, np.int16), SPACING) is None
    assert lung_mask(np.full(SHAPE, -1000, np.int16), SPACING) is None


@pytest.mark.parametrize("is_software", [True, False])
def test_the_preset_of_the_chest_shows_the_nodule_and_not_the_skin(is_software: bool) -> None:
    voxels, _ = chest()
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), SPACING, SHAPE)
    volume = Volume(voxels, geometry, unit=IntensityUnit.HOUNSFIELD)
    preset = "ct-nodules-vessels"
    assert PRESETS.is_within_lungs(preset) and not PRESETS.is_within_lungs("ct-bone")
    points = PRESETS.points_3d(preset, volume)
    window = Window(0, 2000)
    size = (150, 130)
    asked = VolumeRequest(volume, Camera(), size, preset, points, False, window, within_lungs=True)
    scene = VolumeScene()
    scene.is_software = is_software
    try:
        inside, _ = scene.picture(asked)
        whole, _ = scene.picture(replace(asked, within_lungs=False))
        again, _ = scene.picture(asked)
    finally:
        scene.close()
    assert np.array_equal(inside, again)
    mm = mm_per_pixel(asked)

    def at(x: float, z: float) -> tuple[int, int]:
        return round(size[1] / 2 - z / mm), round(size[0] / 2 + x / mm)

    nodule = at(NODULE[0], NODULE[2])
    between = at(-60.0, 55.0)
    skin = at(-122.0, 0.0)
    assert inside[nodule].max() > 60
    assert inside[between].max() < 0.3 * inside[nodule].max()
    assert inside[skin].max() < 12 < whole[skin].max()
    assert abs(int(whole[nodule].max()) - int(whole[between].max())) < 40, "skin hides everything"
