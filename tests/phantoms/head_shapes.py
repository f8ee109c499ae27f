"""Soft shapes of which the sample head is built: ellipsoids, boxes, bent tubes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tests.phantoms.head_fields import Field, Points, turned

Triple = tuple[float, float, float]
Knot = tuple[float, float, float, float]
"""A point of a tube's middle line and the radius there: x, y, z, radius, millimetres."""


class Shape(Protocol):
    """Something that has a surface."""

    def distance(self, points: Points) -> Field:
        """Signed distance from its surface, millimetres, negative inside."""

    def bounds(self) -> tuple[Triple, Triple]:
        """Its smallest and largest corner, LPS millimetres."""


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid, turned about the z axis.

    Attributes:
        centre: LPS millimetres.
        radii: Along x, y and z before it is turned.
        degrees: How far it is turned.
        power: 2 is an ellipsoid; more makes it squarer.
    """

    centre: Triple
    radii: Triple
    degrees: float = 0.0
    power: float = 2.0

    def distance(self, points: Points) -> Field:
        """Exact at the surface to first order.

        Powers are taken in double precision: in single they differ between processors.
        """
        if self.degrees:
            points = turned(points, self.centre, self.degrees)
        total: Field = np.full((1, 1, 1), 1e-6, np.float64)
        slope: Field = np.full((1, 1, 1), 1e-9, np.float32)
        for axis, middle, radius in zip(points, self.centre, self.radii, strict=True):
            part = np.abs(axis - np.float32(middle)) / np.float32(radius)
            raised = part * part if self.power == 2.0 else part.astype(np.float64) ** self.power
            total = total + raised
            steep = raised / np.maximum(part, np.float32(1e-3)) / np.float32(radius)
            slope = slope + np.asarray(steep * steep, np.float32)
        rho = np.sqrt(total) if self.power == 2.0 else total ** (1.0 / self.power)
        return np.asarray((rho - 1.0) * total / (rho * np.sqrt(slope)), np.float32)

    def bounds(self) -> tuple[Triple, Triple]:
        """The box around it, whichever way it is turned."""
        x, y, z = self.radii
        wide = (max(x, y), max(x, y), z) if self.degrees else (x, y, z)
        return _corners([self.centre], [wide])


@dataclass(frozen=True, slots=True)
class Box:
    """A box along the axes with rounded edges.

    Attributes:
        centre: LPS millimetres.
        half: Half its size without the rounding.
        round_mm: Added on every side.
    """

    centre: Triple
    half: Triple
    round_mm: float

    def distance(self, points: Points) -> Field:
        """Exact outside; inside no less than minus the rounding."""
        outside: Field = np.zeros((1, 1, 1), np.float32)
        for axis, middle, extent in zip(points, self.centre, self.half, strict=True):
            over = np.maximum(np.abs(axis - np.float32(middle)) - np.float32(extent), 0.0)
            outside = outside + over * over
        return np.asarray(np.sqrt(outside) - np.float32(self.round_mm), np.float32)

    def bounds(self) -> tuple[Triple, Triple]:
        """The box with its rounding."""
        x, y, z = (extent + self.round_mm for extent in self.half)
        return _corners([self.centre], [(x, y, z)])


@dataclass(frozen=True, slots=True)
class Tube:
    """A bent tube.

    Attributes:
        path: Its middle line and radii.
        squeeze: How much thinner than round it is along x, y and z (2 halves the radius).
    """

    path: tuple[Knot, ...]
    squeeze: Triple = (1.0, 1.0, 1.0)

    def distance(self, points: Points) -> Field:
        """Exact for a straight round piece, close elsewhere."""
        scaled = [axis * np.float32(by) for axis, by in zip(points, self.squeeze, strict=True)]
        nearest: Field | None = None
        for start, end in zip(self.path[:-1], self.path[1:], strict=True):
            piece = self._piece(scaled, start, end)
            nearest = piece if nearest is None else np.minimum(nearest, piece)
        if nearest is None:
            raise ValueError("a tube needs two points")
        return nearest

    def _piece(self, points: Sequence[Field], start: Knot, end: Knot) -> Field:
        origin = np.multiply(start[:3], self.squeeze)
        along = np.multiply(end[:3], self.squeeze) - origin
        length = float(along @ along)
        t: Field = np.zeros((1, 1, 1), np.float32)
        for axis, zero, step in zip(points, origin, along, strict=True):
            t = t + (axis - np.float32(zero)) * np.float32(step / length)
        t = np.clip(t, 0.0, 1.0)
        squared: Field = np.full((1, 1, 1), 1e-9, np.float32)
        for axis, zero, step in zip(points, origin, along, strict=True):
            offset = axis - np.float32(zero) - t * np.float32(step)
            squared = squared + offset * offset
        radius = np.float32(start[3]) + t * np.float32(end[3] - start[3])
        return np.asarray(np.sqrt(squared) - radius, np.float32)

    def bounds(self) -> tuple[Triple, Triple]:
        """The box around all its balls."""
        return _corners(
            [(x, y, z) for x, y, z, _ in self.path],
            [tuple(knot[3] / by for by in self.squeeze) for knot in self.path],  # type: ignore[misc]
        )


def _corners(centres: Sequence[Triple], extents: Sequence[Triple]) -> tuple[Triple, Triple]:
    middle, half = np.array(centres), np.array(extents)
    low, high = (middle - half).min(axis=0), (middle + half).max(axis=0)
    return (
        (float(low[0]), float(low[1]), float(low[2])),
        (float(high[0]), float(high[1]), float(high[2])),
    )
