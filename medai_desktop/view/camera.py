"""Turning a camera by a drag, and its scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import VolumeGeometry
from medai_desktop.view.viewport import Camera

BALL_SHARE = 0.75
"""Zoom 1 shows a ball of this share of the volume's diagonal: its corners are mostly air."""
RADIANS_PER_PX = np.deg2rad(0.5)


def turned(camera: Camera, right_px: float, down_px: float) -> Camera:
    """The camera after a drag: the volume follows the hand.

    Args:
        camera: before.
        right_px: drag to the right.
        down_px: drag downwards.
    """
    direction, up = np.array(camera.direction), np.array(camera.up)
    direction = _about(direction, up, -right_px * RADIANS_PER_PX)
    right = np.cross(direction, up)
    direction = _about(direction, right, -down_px * RADIANS_PER_PX)
    up = _about(up, right, -down_px * RADIANS_PER_PX)
    direction = direction / np.linalg.norm(direction)
    up = up - direction * float(up @ direction)
    up = up / np.linalg.norm(up)
    return replace(camera, direction=_triple(direction), up=_triple(up))


def camera_mm_per_px(geometry: VolumeGeometry, camera: Camera, size_px: tuple[int, int]) -> float:
    """Millimetres of a pixel of a 3D picture, everywhere the same: the projection is parallel."""
    return BALL_SHARE * diagonal_mm(geometry) / camera.zoom / min(size_px)


def diagonal_mm(geometry: VolumeGeometry) -> float:
    """Between the first and the last voxel."""
    slices, rows, columns = geometry.shape
    return math.dist(
        geometry.world_from_voxel([0, 0, 0]),
        geometry.world_from_voxel([columns - 1, rows - 1, slices - 1]),
    )


def _about(
    vector: npt.NDArray[np.float64], axis: npt.NDArray[np.float64], angle: float
) -> npt.NDArray[np.float64]:
    unit = axis / np.linalg.norm(axis)
    turned_vector = (
        vector * np.cos(angle)
        + np.cross(unit, vector) * np.sin(angle)
        + unit * float(unit @ vector) * (1 - np.cos(angle))
    )
    return np.asarray(turned_vector)


def _triple(vector: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
