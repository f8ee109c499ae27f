"""The slice slider at the right edge of a stack: where, what was seen, where marks are."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from medai_desktop.gui.theme import DARK
from medai_desktop.review.history import EXPORTED
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.mark_range import crossed_slices
from medai_desktop.view.reading_order import reading_position, slice_at
from medai_desktop.view.viewport import ViewportKind

REACH_PX = 16.0
"""The strip at the right edge that the slider answers to."""

WIDTH_PX = 6.0
RIGHT_PX = 4.0
TOP_PX, BOTTOM_PX = 44.0, 44.0
THUMB_PX = (10.0, 14.0)
TICK_PX = 5.0
LEAST_TICK_PX = 2.0
TICK_GAP_PX = 3.0
"""Ticks stand beside the thumb, which would hide them."""


class SliceSlider:
    """The slider of one viewport.

    Args:
        desk: what is shown.
        index: of the viewport.
    """

    def __init__(self, desk: ReadingDesk, index: int) -> None:
        self._desk, self._index = desk, index

    def shown(self) -> DisplaySet | None:
        """The stack it belongs to; None for planes, 3D and single images."""
        viewing = self._desk.viewing
        state = viewing.layout.viewports[self._index]
        shown = viewing.display_set_in(self._index)
        if shown is None or state.kind is not ViewportKind.STACK or len(shown.frames) < 2:
            return None
        return shown

    def is_at(self, at: QPointF, size_px: tuple[int, int]) -> bool:
        """Whether a press here moves the slider."""
        return self.shown() is not None and at.x() >= size_px[0] - REACH_PX

    def slice_at(self, y: float, size_px: tuple[int, int]) -> int | None:
        """Array index of the slice at a height; the ends reach to the ends of the viewport."""
        shown = self.shown()
        if shown is None:
            return None
        track = _track(size_px)
        share = (y - track.top()) / max(1.0, track.height())
        return slice_at(shown, 1 + int(max(0.0, min(0.9999, share)) * len(shown.frames)))

    def paint(self, painter: QPainter, size_px: tuple[int, int]) -> None:
        """Track, visited images lighter, thumb, and beside them the images that have marks."""
        shown = self.shown()
        if shown is None:
            return
        track, count = _track(size_px), len(shown.frames)
        painter.fillRect(track, QColor(DARK.line))
        step = track.height() / count
        for first, last in _runs(shown, self._desk.viewing.visited(shown.id)):
            top = track.top() + first * step
            height = (last - first + 1) * step
            painter.fillRect(
                QRectF(track.left(), top, WIDTH_PX, height), QColor(DARK.text_unconfirmed)
            )
        now = self._desk.viewing.layout.viewports[self._index].slice_index
        middle = track.top() + (reading_position(shown, now) - 0.5) * step
        _fill_about(painter, track.center().x(), middle, THUMB_PX, DARK.text)
        right = track.center().x() - THUMB_PX[0] / 2 - TICK_GAP_PX
        for (first, last), colour in self._ticks(shown):
            places = sorted(reading_position(shown, k) for k in (first, last))
            top = track.top() + (places[0] - 1) * step
            height = max(LEAST_TICK_PX, (places[1] - places[0] + 1) * step)
            painter.fillRect(QRectF(right - TICK_PX, top, TICK_PX, height), QColor(colour))

    def _ticks(self, shown: DisplaySet) -> list[tuple[tuple[int, int], str]]:
        """First and last slice of each mark, also of marks seen in other series, and its colour."""
        ticks: list[tuple[tuple[int, int], str]] = []
        if self._desk.viewing.everything_is_hidden:
            return ticks
        for row in self._desk.reviewing.drawn():
            crossed = crossed_slices(row.finding, row.display_set, shown)
            if crossed is not None:
                is_readers = row.provenance is None or row.reviewed.status in EXPORTED
                ticks.append((crossed, DARK.reader if is_readers else DARK.program))
        for length in self._desk.measuring.measurements(shown.id):
            if length.slice_index is not None:
                ticks.append(((length.slice_index, length.slice_index), DARK.reader))
        return ticks


def _track(size_px: tuple[int, int]) -> QRectF:
    width, height = size_px
    span = max(1.0, height - TOP_PX - BOTTOM_PX)
    return QRectF(width - RIGHT_PX - WIDTH_PX, TOP_PX, WIDTH_PX, span)


def _runs(shown: DisplaySet, visited: frozenset[int]) -> list[tuple[int, int]]:
    """Unbroken runs of visited images, first and last place in reading order from 0."""
    runs: list[tuple[int, int]] = []
    for place in sorted(reading_position(shown, k) - 1 for k in visited):
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _fill_about(
    painter: QPainter, x: float, y: float, size_px: tuple[float, float], colour: str
) -> None:
    width, height = size_px
    painter.fillRect(QRectF(x - width / 2, y - height / 2, width, height), QColor(colour))
