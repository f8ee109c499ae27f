"""Smooth random fields and the rules by which the shapes of the sample head are joined.

A shape is given by its signed distance in millimetres, negative inside. Points are given by
three coordinates that broadcast against each other, so that a regular grid stays three lines.
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

_CELLS = 96
"""Along each side of the cube that a field repeats."""
_LEAST_CELL_MM = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """A smooth random field of unit variance, the same for the same seed.

    Attributes:
        values: (x, y, z) on a cube that repeats in every direction.
        cell_mm: Distance of two values.
    """

    values: Field
    cell_mm: float

    @classmethod
    def smooth(cls, seed: int, sigma_mm: float) -> Noise:
        """Everything coarser than about ``sigma_mm``."""
        cell_mm = max(_LEAST_CELL_MM, sigma_mm / 2.5)
        return cls(_unit(_blurred(_white(seed), sigma_mm / cell_mm)), cell_mm)

    @classmethod
    def winding(cls, seed: int, apart_mm: float) -> Noise:
        """One scale only: its zero surfaces wind like furrows, about ``apart_mm`` from another."""
        sigma_mm = 0.36 * apart_mm
        cell_mm = max(_LEAST_CELL_MM, sigma_mm / 2.5)
        white = _white(seed)
        fine = _blurred(white, sigma_mm / cell_mm)
        return cls(_unit(fine - _blurred(fine, 1.1 * sigma_mm / cell_mm)), cell_mm)

    def at(self, points: Points) -> Field:
        """The field at places in millimetres, by linear interpolation."""
        if all(axis.size == max(axis.shape) for axis in points):
            return self._on_axes(points)
        shape = np.broadcast_shapes(*(axis.shape for axis in points))
        index = np.empty((3, *shape), np.float32)
        for axis, coordinate in enumerate(points):
            index[axis] = coordinate / self.cell_mm
        found = ndimage.map_coordinates(self.values, index, order=1, mode="grid-wrap")
        return np.asarray(found, np.float32)

    def _on_axes(self, points: Points) -> Field:
        found = np.ascontiguousarray(self.values.transpose(2, 1, 0))
        for axis, coordinate in zip((2, 1, 0), points, strict=True):
            place = coordinate.ravel() / np.float32(self.cell_mm)
            low = np.floor(place).astype(np.intp)
            part = (place - low).astype(np.float32)
            part = part.reshape([-1 if k == axis else 1 for k in range(3)])
            below = found.take(low, axis, mode="wrap")
            found = below + part * (found.take(low + 1, axis, mode="wrap") - below)
        return found


def _white(seed: int) -> Field:
    return np.random.default_rng(seed).standard_normal((_CELLS, _CELLS, _CELLS), np.float32)


def _blurred(values: Field, sigma: float) -> Field:
    return np.asarray(ndimage.gaussian_filter(values, sigma, mode="wrap", truncate=3.0))


def _unit(values: Field) -> Field:
    return np.asarray(values / values.std(dtype=np.float64), np.float32)


def coverage(distance: Field, edge_mm: float = 1.0) -> Field:
    """How much of a voxel a shape covers: 1 inside, 0 outside, linear over the edge."""
    return np.asarray(np.clip(0.5 - distance / np.float32(edge_mm), 0.0, 1.0), np.float32)


def smooth_step(value: Field, low: float, high: float) -> Field:
    """0 at ``low``, 1 at ``high``, smooth in between (``low`` may be the larger)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def smooth_union(first: Field, second: Field, radius_mm: float) -> Field:
    """Both shapes with the corner between them filled."""
    h = np.clip(0.5 + 0.5 * (second - first) / np.float32(radius_mm), 0.0, 1.0)
    mixed = second + (first - second) * h - np.float32(radius_mm) * h * (1.0 - h)
    return np.asarray(mixed)


def smooth_common(first: Field, second: Field, radius_mm: float) -> Field:
    """What both shapes have in common, with the corner rounded."""
    return np.asarray(-smooth_union(-first, -second, radius_mm))


def level_distance(field: Field, spacing_mm: float, least_slope: float = 1e-3) -> Field:
    """Signed distance to the zero surface of a field, to first order.

    Args:
        field: (slices, rows, columns).
        spacing_mm: Of its voxels.
        least_slope: Where the field is flatter it is taken to be so steep.
    """
    squared = np.full(field.shape, least_slope**2, np.float32)
    for slope in np.gradient(field, spacing_mm):
        squared += np.asarray(slope * slope, np.float32)
    return np.asarray(field / np.sqrt(squared), np.float32)


def turned(points: Points, centre: Sequence[float], degrees: float) -> Points:
    """The points turned about the z axis through a centre."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    x, y = points[0] - centre[0], points[1] - centre[1]
    turned_x = np.asarray(cosine * x - sine * y + centre[0], np.float32)
    turned_y = np.asarray(sine * x + cosine * y + centre[1], np.float32)
    return turned_x, turned_y, points[2]
