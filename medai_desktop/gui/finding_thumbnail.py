"""A small picture of the place of a finding, cut from the pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPixmap

from medai_desktop.findings import Finding
from medai_desktop.gui.row_painting import pixmap
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.volume import Volume, Window, apply_window

AROUND = 1.8
"""The crop's side is so many times the longer side of the box."""

LEAST_SIDE_MM = 24.0
LEAST_SIDE_PX = 24.0


class FindingThumbnails:
    """Crops, made once for each place of a finding.

    Args:
        desk: brings pixels and windows.
    """

    def __init__(self, desk: ReadingDesk) -> None:
        self._desk = desk
        self._made: dict[tuple[object, ...], QPixmap] = {}

    def of(self, finding: Finding, shown: DisplaySet) -> QPixmap | None:
        """The crop; None while its image is not here."""
        key = (finding.id, shown.id, finding.boxes_px)
        if key in self._made:
            return self._made[key]
        opening, k = self._desk.opening, finding.central_slice
        volume = opening.volume(shown.id)
        window = self._window(shown)
        if volume is None or window is None or k is None or not opening.is_loaded(shown.id, k):
            return None
        pixels = crop(volume, finding, window)
        if pixels is None:
            return None
        self._made[key] = pixmap(pixels)
        return self._made[key]

    def _window(self, shown: DisplaySet) -> Window | None:
        for state in self._desk.viewing.layout.viewports:
            if state.display_set_id == shown.id and state.window is not None:
                return state.window
        part = self._desk.opening.loaded_part(shown.id)
        opening = self._desk.presets.opening(shown, part, "")
        return None if opening is None else opening[1]


def crop(volume: Volume, finding: Finding, window: Window) -> npt.NDArray[np.uint8] | None:
    """The surroundings of a finding on its middle image.

    Args:
        volume: with that image loaded.
        finding: with a box for each image it crosses.
        window: grey scale.

    Returns:
        Grey or colour, square in millimetres, shape (side, side) or (side, side, 3); black
        outside the image. None when the finding has no box or lies outside.
    """
    k = finding.central_slice
    if k is None or not finding.boxes_px or not 0 <= k < volume.shape[0]:
        return None
    box = finding.boxes_px[finding.slice_indices.index(k)]
    row_mm, column_mm = volume.pixel_spacing_mm or (1.0, 1.0)
    least = LEAST_SIDE_MM if volume.pixel_spacing_mm else LEAST_SIDE_PX
    side = max(AROUND * (box.x1 - box.x0) * column_mm, AROUND * (box.y1 - box.y0) * row_mm, least)
    count = 96
    steps = (np.arange(count) + 0.5) / count - 0.5
    columns = np.floor((box.x0 + box.x1) / 2 + steps * side / column_mm).astype(int)
    rows = np.floor((box.y0 + box.y1) / 2 + steps * side / row_mm).astype(int)
    image = volume.voxels[k]
    inside = np.logical_and.outer(
        (rows >= 0) & (rows < image.shape[0]), (columns >= 0) & (columns < image.shape[1])
    )
    if not inside.any():
        return None
    rows, columns = np.clip(rows, 0, image.shape[0] - 1), np.clip(columns, 0, image.shape[1] - 1)
    cut = image[np.ix_(rows, columns)]
    grey = (
        cut.astype(np.uint8)
        if volume.is_colour
        else apply_window(cut, window, inverted=volume.is_inverted)
    )
    grey[~inside] = 0
    return grey
