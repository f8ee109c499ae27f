"""What one viewport shows, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.volume import Window

CUSTOM = "custom"
"""Preset id of a window that the reader set by hand."""


class ViewportKind(Enum):
    """How a display set is shown."""

    STACK = "stack"
    PLANE = "plane"
    VOLUME = "volume"


class SlabMode(Enum):
    """How a slab is reduced to one plane."""

    NONE = "none"
    MEAN = "mean"
    MIP = "mip"
    MINIP = "minip"


@dataclass(frozen=True, slots=True)
class Slab:
    """A slab: its mode and thickness."""

    mode: SlabMode = SlabMode.NONE
    thickness_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a volume is seen from.

    Attributes:
        direction: unit vector from the eye into the patient, LPS.
        up: unit vector to the top of the screen, LPS.
        zoom: 1 shows a ball of three quarters of the volume's diagonal.
        pan_px: shift of the picture to the right and down, in pixels of the viewport.
    """

    direction: tuple[float, float, float] = (0.0, 1.0, 0.0)
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    zoom: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ViewportState:
    """What one viewport shows.

    Attributes:
        display_set_id: None: nothing.
        kind: stored images, a reformatted plane, or 3D.
        slice_index: STACK: index into the display set's array (not the reading order).
        plane: PLANE: which patient-orthogonal plane; it passes through the crosshair.
        window: None until one is chosen from the pixels.
        preset: id of the window preset, such as "lung", "auto", "file", or `CUSTOM`.
        slot_preset: id of the preset that the hanging slot asks for; empty for none.
        is_inverted: the reader's own inversion, on top of MONOCHROME1.
        opens_inverted: the slot opens dark for bright.
        fit_px: x0, y0, x1, y1 in pixel edges: the part of a stored image that zoom 1 fits into
            the viewport (the exposed field of a radiograph); None for all of it.
        zoom: 1 fits the image into the viewport.
        pan_px: shift to the right and down, in pixels of the viewport.
        quarter_turns: clockwise.
        is_flipped_horizontally: after the turns.
        is_flipped_vertically: after the turns.
        slab: STACK and PLANE.
        preset_3d: VOLUME only: id of the 3D preset.
        camera: VOLUME only.
    """

    display_set_id: str | None = None
    kind: ViewportKind = ViewportKind.STACK
    slice_index: int = 0
    plane: AnatomicalPlane | None = None
    window: Window | None = None
    preset: str = ""
    slot_preset: str = ""
    is_inverted: bool = False
    opens_inverted: bool = False
    fit_px: tuple[int, int, int, int] | None = None
    zoom: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)
    quarter_turns: int = 0
    is_flipped_horizontally: bool = False
    is_flipped_vertically: bool = False
    slab: Slab = Slab()
    preset_3d: str = ""
    camera: Camera = Camera()


@dataclass(frozen=True, slots=True)
class Layout:
    """A grid of viewports.

    Attributes:
        rows: of the grid.
        columns: of the grid.
        viewports: row by row, rows x columns of them; fewer where the first one is tall.
        active: index of the viewport that keys and presets act on.
        maximised: index of the one shown alone; None for the whole grid.
    """

    rows: int = 1
    columns: int = 1
    viewports: tuple[ViewportState, ...] = (ViewportState(),)
    active: int = 0
    maximised: int | None = None
    first_is_tall: bool = False
    """The first viewport fills the whole left column."""

    def place(self, index: int) -> tuple[int, int, int, int]:
        """Row, column, and how many rows and columns a viewport spans; alone when maximised."""
        if self.maximised is not None:
            return 0, 0, 1, 1
        if not self.first_is_tall:
            return index // self.columns, index % self.columns, 1, 1
        if index == 0:
            return 0, 0, self.rows, 1
        others = self.columns - 1
        return (index - 1) // others, (index - 1) % others + 1, 1, 1

    def with_viewport(self, index: int, state: ViewportState) -> Layout:
        """The same layout with one viewport changed."""
        viewports = list(self.viewports)
        viewports[index] = state
        return replace(self, viewports=tuple(viewports))

    @property
    def active_viewport(self) -> ViewportState:
        """The viewport that keys act on."""
        return self.viewports[self.active]
