"""Turning a camera by a drag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medai_desktop.view.viewport import Camera

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
