"""What the left mouse button does in a viewport."""

from enum import Enum


class Tool(Enum):
    """One tool at a time; it stays until another is taken."""

    WINDOW = "window"
    SCROLL = "scroll"
    PAN = "pan"
    ZOOM = "zoom"
    CROSSHAIR = "crosshair"
    RULER = "ruler"
    BOX = "box"
