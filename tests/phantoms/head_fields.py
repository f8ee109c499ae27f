"""Smooth random fields and soft shapes from which the sample head is made.

A shape is given by its signed distance in millimetres, negative inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Field = NDArray[Any]
Points = tuple[Field, Field, Field]

_HALF_EXTENT_MM = 136.0


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Gaussian noise of unit variance, smooth over ``sigma_mm``, the same for the same seed.

    Its zero surfaces lie about 4.4 sigma apart.
    """

    values: Field
    cell_mm: float

    @classmethod
    def make(cls, seed: int, sigma_mm: float) -> Noise:
        """A field over the cube in which the head lies."""
        cell_mm = max(1.2, sigma_mm / 2.2)
        count = int(2 * _HALF_EXTENT_MM / cell_mm) + 2
        white = np.random.default_rng(seed).standard_normal((count, count, count), np.float32)
        smooth = ndimage.gaussian_filter(white, sigma_mm / cell_mm, mode="wrap")
        return cls(np.asarray(smooth / smooth.std(), np.float32), cell_mm)

    def at(self, points: Points) -> Field:
        """The field at any places in millimetres, by linear interpolation."""
        shape = np.broadcast_shapes(*(axis.shape for axis in points))
        index = np.empty((3, *shape), np.float32)
        for axis, coordinate in enumerate(points):
            index[axis] = (coordinate + _HALF_EXTENT_MM) / self.cell_mm
        found = ndimage.map_coordinates(self.values, index, order=1, mode="grid-wrap")
        return np.asarray(found, np.float32)


def coverage(distance: Field, edge_mm: float = 1.0) -> Field:
    """How much of a voxel a shape covers: 1 inside, 0 outside, linear over the edge."""
    return np.asarray(np.clip(0.5 - distance / edge_mm, 0.0, 1.0), np.float32)


def smooth_step(value: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, smooth in between (``low`` may be the larger)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def smooth_union(first: Field, second: Field, radius_mm: float) -> Field:
    """Both shapes with the corner between them filled."""
    h = np.clip(0.5 + 0.5 * (second - first) / radius_mm, 0.0, 1.0)
    mixed = second + (first - second) * h - radius_mm * h * (1.0 - h)
    return np.asarray(mixed, np.float32)


def smooth_common(first: Field, second: Field, radius_mm: float) -> Field:
    """What both shapes have in common, with the corner rounded."""
    return -smooth_union(-first, -second, radius_mm)


def ellipsoid(points: Points, centre: Sequence[float], radii: Sequence[float]) -> Field:
    """Distance to an ellipsoid along the axes, exact at the surface to first order."""
    squared: Field = np.zeros((), np.float32)
    gradient: Field = np.zeros((), np.float32)
    for axis, middle, radius in zip(points, centre, radii, strict=True):
        part = (axis - np.float32(middle)) / np.float32(radius)
        squared = squared + part * part
        gradient = gradient + part * part / np.float32(radius * radius)
    rho = np.sqrt(squared)
    return np.asarray((rho - 1.0) * rho / np.sqrt(gradient + 1e-9), np.float32)


def box(points: Points, centre: Sequence[float], half: Sequence[float], round_mm: float) -> Field:
    """Distance to a box along the axes with rounded edges."""
    outside: Field = np.zeros((), np.float32)
    for axis, middle, extent in zip(points, centre, half, strict=True):
        over = np.maximum(np.abs(axis - np.float32(middle)) - np.float32(extent), 0.0)
        outside = outside + over * over
    return np.asarray(np.sqrt(outside) - round_mm, np.float32)


def tube(points: Points, path: Sequence[tuple[float, float, float, float]]) -> Field:
    """Distance to a bent tube.

    Args:
        points: Where to tell it.
        path: Points of its middle line and the radius there, (x, y, z, radius) millimetres.
    """
    nearest: Field | None = None
    for start, end in zip(path[:-1], path[1:], strict=True):
        along = np.subtract(end[:3], start[:3])
        length = float(along @ along)
        t: Field = np.zeros((), np.float32)
        for axis, origin, step in zip(points, start, along, strict=False):
            t = t + (axis - np.float32(origin)) * np.float32(step / length)
        t = np.clip(t, 0.0, 1.0)
        squared: Field = np.zeros((), np.float32)
        for axis, origin, step in zip(points, start, along, strict=False):
            offset = axis - np.float32(origin) - t * np.float32(step)
            squared = squared + offset * offset
        radius = np.float32(start[3]) + t * np.float32(end[3] - start[3])
        distance = np.asarray(np.sqrt(squared) - radius, np.float32)
        nearest = distance if nearest is None else np.minimum(nearest, distance)
    if nearest is None:
        raise ValueError("a tube needs two points")
    return nearest


def level_distance(field: Field, spacing_mm: Sequence[float]) -> Field:
    """Distance to the zero surface of a field, to first order.

    Args:
        field: (slices, rows, columns).
        spacing_mm: (slices, rows, columns).
    """
    squared = np.full(field.shape, 1e-6, np.float32)
    for slope in np.gradient(field, *spacing_mm):
        squared += np.asarray(slope * slope, np.float32)
    return np.asarray(field / np.sqrt(squared), np.float32)
