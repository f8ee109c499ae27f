"""Everything painted on top of a picture, as values; `gui` paints them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Ink(Enum):
    """Who speaks; the theme knows the colour."""

    PROGRAM = "program"
    READER = "reader"
    TEXT = "text"
    CROSSHAIR = "crosshair"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    WARNING = "warning"


class Anchor(Enum):
    """Which point of a text its position names."""

    TOP_LEFT = "top_left"
    TOP_CENTER = "top_center"
    TOP_RIGHT = "top_right"
    CENTER = "center"
    CENTER_LEFT = "center_left"
    CENTER_RIGHT = "center_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_CENTER = "bottom_center"
    BOTTOM_RIGHT = "bottom_right"


@dataclass(frozen=True, slots=True)
class Polyline:
    """A line through points, in viewport pixels (logical, origin top left).

    Attributes:
        points: (x, y).
        ink: who speaks.
        is_dashed: the lower of two operating points.
        is_closed: a polygon.
        width_px: of the line.
        finding_id: the finding it belongs to, for clicks; empty for none.
    """

    points: tuple[tuple[float, float], ...]
    ink: Ink
    is_dashed: bool = False
    is_closed: bool = False
    width_px: float = 1.5
    finding_id: str = ""


@dataclass(frozen=True, slots=True)
class OverlayText:
    """A line of text with a dark halo.

    Attributes:
        text: already in the reader's language.
        position: (x, y) in viewport pixels.
        anchor: which point of the text that is.
        ink: who speaks.
        is_bold: for side letters and the patient.
        is_boxed: dark text on a filled bar (a prior).
        is_large: for the view and side of a radiograph.
    """

    text: str
    position: tuple[float, float]
    anchor: Anchor
    ink: Ink = Ink.TEXT
    is_bold: bool = False
    is_boxed: bool = False
    is_large: bool = False


@dataclass(frozen=True, slots=True)
class HitArea:
    """Where a click selects a finding: an upright rectangle in viewport pixels.

    Attributes:
        finding_id: which.
        x0: left.
        y0: top.
        x1: right.
        y1: bottom.
        is_original: where the program had it before the reader's edit.
    """

    finding_id: str
    x0: float
    y0: float
    x1: float
    y1: float
    is_original: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is painted on one viewport."""

    lines: tuple[Polyline, ...] = ()
    texts: tuple[OverlayText, ...] = ()
    hits: tuple[HitArea, ...] = ()
