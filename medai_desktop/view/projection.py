"""Between patient, stored image and screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import (
    AnatomicalPlane,
    ViewPlane,
    VolumeGeometry,
    direction_letters,
    opposite_letters,
    standard_plane,
)
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.camera import camera_mm_per_px
from medai_desktop.view.viewport import Camera, ViewportState

SHOWN_PLANES = (AnatomicalPlane.AXIAL, AnatomicalPlane.CORONAL, AnatomicalPlane.SAGITTAL)
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Projection:
    """How one viewport maps.

    Attributes:
        screen_from_source: (3, 3): source plane to viewport pixels (y down). The source plane is
            pixel edges (column, row) of the stored image for stacks, millimetres to the right of
            and below the plane's origin for planes.
        world_from_source: (4, 3): source plane (u, v, 1) to LPS mm; None without geometry.
        mm_per_px: of the screen; None without millimetres.
        plane: the plane looked at; None without geometry.
        sides: patient directions at the right and the bottom of the screen, where the header
            names them without geometry (Patient Orientation of a radiograph); else empty.
    """

    screen_from_source: Matrix
    world_from_source: Matrix | None
    mm_per_px: float | None
    plane: ViewPlane | None
    sides: tuple[str, str] = ("", "")

    def screen_from_pixel(self, column: float, row: float) -> tuple[float, float]:
        """Viewport position of a point of the source plane (pixel edges, or mm)."""
        x, y, _ = self.screen_from_source @ np.array([column, row, 1.0])
        return float(x), float(y)

    def pixel_from_screen(self, x: float, y: float) -> tuple[float, float]:
        """The inverse of `screen_from_pixel`."""
        u, v, _ = self._source_from_screen @ np.array([x, y, 1.0])
        return float(u), float(v)

    def world_from_screen(self, x: float, y: float) -> npt.NDArray[np.float64] | None:
        """Patient position, (3,), LPS mm, under a viewport position; None without geometry."""
        if self.world_from_source is None:
            return None
        u, v = self.pixel_from_screen(x, y)
        return np.asarray((self.world_from_source @ np.array([u, v, 1.0]))[:3])

    def screen_from_world(self, position_lps_mm: npt.ArrayLike) -> tuple[float, float] | None:
        """Viewport position of a patient position, projected along the normal."""
        if self.plane is None:
            return None
        right, down = self.plane.plane_coordinates_mm(position_lps_mm)
        x, y = self._plane_origin
        mm = self.mm_per_px or 1.0
        return x + right / mm, y + down / mm

    def depth_mm(self, position_lps_mm: npt.ArrayLike) -> float | None:
        """Distance behind the plane; None without geometry."""
        return None if self.plane is None else self.plane.depth_mm(position_lps_mm)

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Orientation letters at the left, top, right and bottom of the viewport."""
        right, bottom = self.sides
        if self.plane is not None:
            right = direction_letters(self.plane.right)
            bottom = direction_letters(self.plane.down)
        return opposite_letters(right), opposite_letters(bottom), right, bottom

    @cached_property
    def _source_from_screen(self) -> Matrix:
        return np.asarray(np.linalg.inv(self.screen_from_source))

    @cached_property
    def _plane_origin(self) -> tuple[float, float]:
        """Viewport position of the origin of the plane."""
        if self.world_from_source is None or self.plane is None:
            return 0.0, 0.0
        linear = self.world_from_source[:3, :2]
        offset = np.array(self.plane.origin_lps_mm) - self.world_from_source[:3, 2]
        uv = np.linalg.lstsq(linear, offset, rcond=None)[0]
        return self.screen_from_pixel(float(uv[0]), float(uv[1]))


def default_orientation(shown: DisplaySet) -> tuple[int, bool, bool]:
    """Turns and flips that bring a stack to the radiological view (reading defaults 3).

    Returns:
        Clockwise quarter turns, horizontal and vertical flip; nothing for oblique slices and
        images without geometry: they are shown as stored.
    """
    geometry, plane = shown.geometry, shown.plane
    if geometry is None or plane is None or plane.value == "oblique":
        return 0, False, False
    wanted = standard_plane(plane, (0.0, 0.0, 0.0))
    row, column = geometry.direction[:, 0], geometry.direction[:, 1]
    best, choice = -9.0, (0, False, False)
    for turns in range(4):
        for horizontally in (False, True):
            right, down = _turned(row, column, turns, horizontally)
            fit = float(right @ np.array(wanted.right)) + float(down @ np.array(wanted.down))
            if fit > best + 1e-6:
                best, choice = fit, (turns, horizontally, False)
    return choice


def stack_projection(
    shown: DisplaySet, state: ViewportState, size_px: tuple[int, int]
) -> Projection:
    """The projection of a stored image: square millimetres, turned and flipped as asked."""
    row_mm, column_mm = _pixel_size(shown)
    _, rows, columns = shown.shape
    x0, y0, x1, y1 = state.fit_px or (0, 0, columns, rows)
    width, height = (x1 - x0) * column_mm, (y1 - y0) * row_mm
    if state.quarter_turns % 2:
        width, height = height, width
    px_per_mm = min(size_px[0] / width, size_px[1] / height) * state.zoom
    middle = np.array([[1, 0, -(x0 + x1) / 2], [0, 1, -(y0 + y1) / 2], [0, 0, 1.0]])
    scale = np.diag([column_mm * px_per_mm, row_mm * px_per_mm, 1.0])
    linear = _screen_turn(state)
    move = np.eye(3)
    move[:2, :2] = linear
    move[:2, 2] = size_px[0] / 2 + state.pan_px[0], size_px[1] / 2 + state.pan_px[1]
    screen = move @ scale @ middle
    place = shown.frames[state.slice_index].position_lps_mm
    if shown.geometry is None or place is None:
        mm_per_px = None if shown.pixel_spacing_mm is None else 1 / px_per_mm
        return Projection(screen, None, mm_per_px, None, _written_sides(shown, linear))
    across, along = shown.geometry.affine[:3, 0], shown.geometry.affine[:3, 1]
    world = np.zeros((4, 3))
    world[:3, 0], world[:3, 1] = across, along
    world[:3, 2], world[3, 2] = np.array(place) - (across + along) / 2, 1.0
    right = shown.geometry.direction[:, :2] @ linear[0]
    down = shown.geometry.direction[:, :2] @ linear[1]
    center = world[:3] @ np.array([columns / 2, rows / 2, 1.0])
    return Projection(screen, world, 1 / px_per_mm, ViewPlane(*map(_triple, (center, right, down))))


def _pixel_size(shown: DisplaySet) -> tuple[float, float]:
    """Height and width of a pixel in millimetres, or in units of its width without spacing."""
    if shown.pixel_spacing_mm is not None:
        return shown.pixel_spacing_mm
    aspect = shown.frames[0].instance.position.pixel_aspect_ratio
    return (1.0, 1.0) if aspect is None else (aspect[0] / aspect[1], 1.0)


def _screen_turn(state: ViewportState) -> Matrix:
    """(2, 2): turns and flips, from image to screen directions."""
    turn = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), state.quarter_turns % 4)
    flip = np.diag(
        [
            -1.0 if state.is_flipped_horizontally else 1.0,
            -1.0 if state.is_flipped_vertically else 1.0,
        ]
    )
    return np.asarray(flip @ turn)


def _written_sides(shown: DisplaySet, linear: Matrix) -> tuple[str, str]:
    """What Patient Orientation (0020,0020) says of the right and the bottom of the screen."""
    written = shown.technique.patient_orientation
    if len(written) != 2 or not all(re.fullmatch("[LRAPHF]{1,3}", part) for part in written):
        return "", ""
    sides = []
    for direction in linear:
        axis = int(np.argmax(np.abs(direction)))
        letters = written[axis]
        sides.append(letters if direction[axis] > 0 else opposite_letters(letters))
    return sides[0], sides[1]


def plane_projection(
    geometry: VolumeGeometry,
    state: ViewportState,
    crosshair_lps_mm: npt.ArrayLike,
    size_px: tuple[int, int],
    fit_mm_per_px: float | None = None,
) -> Projection:
    """The projection of a patient-orthogonal plane through the crosshair.

    Args:
        geometry: of the volume.
        state: of the viewport.
        crosshair_lps_mm: shape (3,).
        size_px: of the viewport.
        fit_mm_per_px: scale of zoom 1, shared by planes side by side; None: what fits every plane
            of the volume into this viewport.

    Raises:
        ValueError: the state names no plane.
    """
    if state.plane is None:
        raise ValueError("a plane viewport names its plane")
    through = np.asarray(crosshair_lps_mm, dtype=np.float64)
    base = standard_plane(state.plane, geometry.center_lps_mm)
    depth = base.depth_mm(through)
    plane = base.moved_to(np.array(base.origin_lps_mm) + depth * base.normal)
    if fit_mm_per_px is None:
        fit_mm_per_px = planes_mm_per_px(geometry, dict.fromkeys(SHOWN_PLANES, size_px))
    mm_per_px = fit_mm_per_px / state.zoom
    screen = np.eye(3)
    screen[0, 0] = screen[1, 1] = 1 / mm_per_px
    screen[:2, 2] = size_px[0] / 2 + state.pan_px[0], size_px[1] / 2 + state.pan_px[1]
    world = np.zeros((4, 3))
    world[:3, 0], world[:3, 1] = plane.right, plane.down
    world[:3, 2], world[3, 2] = plane.origin_lps_mm, 1.0
    return Projection(screen, world, mm_per_px, plane)


def volume_projection(
    geometry: VolumeGeometry, camera: Camera, size_px: tuple[int, int]
) -> Projection:
    """The parallel projection of a 3D picture, on the plane through the middle of the volume."""
    direction, up = np.array(camera.direction), np.array(camera.up)
    right = np.cross(direction, up)
    plane = ViewPlane(*map(_triple, (geometry.center_lps_mm, right, -up)))
    mm_per_px = camera_mm_per_px(geometry, camera, size_px)
    x, y = camera.pan_px
    screen = np.diag([1 / mm_per_px, 1 / mm_per_px, 1.0])
    screen[:2, 2] = size_px[0] / 2 + x, size_px[1] / 2 + y
    world = np.zeros((4, 3))
    world[:3, 0], world[:3, 1] = plane.right, plane.down
    world[:3, 2], world[3, 2] = plane.origin_lps_mm, 1.0
    return Projection(screen, world, mm_per_px, plane)


def planes_mm_per_px(
    geometry: VolumeGeometry, sizes_px: Mapping[AnatomicalPlane, tuple[int, int]]
) -> float:
    """The scale that fits planes of a volume into their viewports: one for all of them."""
    slices, rows, columns = geometry.shape
    corners = geometry.world_from_voxel(
        [[i, j, k] for i in (0, columns) for j in (0, rows) for k in (0, slices)]
    )
    extent_mm = corners.max(axis=0) - corners.min(axis=0)
    needed = []
    for plane, size_px in sizes_px.items():
        seen = standard_plane(plane, (0.0, 0.0, 0.0))
        for direction, room_px in zip((seen.right, seen.down), size_px, strict=True):
            needed.append(float(np.abs(direction) @ extent_mm) / max(1, room_px))
    return max(needed)


def _turned(row: Matrix, column: Matrix, turns: int, is_flipped: bool) -> tuple[Matrix, Matrix]:
    right, down = row, column
    for _ in range(turns):
        right, down = -down, right
    return (-right if is_flipped else right), down


def _triple(vector: Matrix) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
