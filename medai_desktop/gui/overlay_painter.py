"""Paints the overlays of `view`."""

from __future__ import annotations

import functools
import math

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from medai_desktop.gui.theme import DARK, font
from medai_desktop.view.overlay import Anchor, Ink, Overlay, OverlayText, Polyline

HALO_PX = 4
HALOES = ((8.0, 110), (4.0, 235))
"""Width and strength of the dark strokes under a text: together they back it on a white film."""
SMALL_PX, LARGE_PX = 12, 20
MOST_TEXTS = 1024

_LEFT = {Anchor.TOP_LEFT, Anchor.CENTER_LEFT, Anchor.BOTTOM_LEFT}
_RIGHT = {Anchor.TOP_RIGHT, Anchor.CENTER_RIGHT, Anchor.BOTTOM_RIGHT}
_TOP = {Anchor.TOP_LEFT, Anchor.TOP_CENTER, Anchor.TOP_RIGHT}
_BOTTOM = {Anchor.BOTTOM_LEFT, Anchor.BOTTOM_CENTER, Anchor.BOTTOM_RIGHT}


def paint_overlay(painter: QPainter, overlay: Overlay) -> None:
    """Lines first, texts with a dark halo on top."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in overlay.lines:
        _paint_line(painter, line)
    for text in overlay.texts:
        _paint_text(painter, text)


@functools.lru_cache(maxsize=MOST_TEXTS)
def text_width(text: str) -> float:
    """How wide a line of corner text is painted."""
    return QFontMetricsF(font(SMALL_PX)).horizontalAdvance(text)


def _paint_line(painter: QPainter, line: Polyline) -> None:
    polygon = QPolygonF([QPointF(x, y) for x, y in line.points])
    for colour, width in ((QColor(0, 0, 0, 150), line.width_px + 1.5), (None, line.width_px)):
        pen = QPen(DARK.ink(line.ink) if colour is None else colour, width)
        if line.is_dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.is_closed:
            painter.drawPolygon(polygon)
        else:
            painter.drawPolyline(polygon)


def _paint_text(painter: QPainter, text: OverlayText) -> None:
    size_px = LARGE_PX if text.is_large else SMALL_PX
    metrics = QFontMetricsF(font(size_px, is_bold=text.is_bold))
    width, (x, y) = metrics.horizontalAdvance(text.text), text.position
    if text.anchor in _RIGHT:
        x -= width
    elif text.anchor not in _LEFT:
        x -= width / 2
    if text.anchor in _TOP:
        y += metrics.ascent()
    elif text.anchor not in _BOTTOM:
        y += metrics.ascent() / 2 - 1
    if text.is_boxed:
        painter.fillRect(QRectF(x - 4, y - metrics.ascent() - 1, width + 8, 17), DARK.ink(text.ink))
        painter.setFont(font(size_px, is_bold=text.is_bold))
        painter.setPen(QColor(DARK.main_button_text))
        painter.drawText(QPointF(x, y), text.text)
        return
    ratio = painter.device().devicePixelRatioF()
    image = _with_halo(text.text, text.ink, (size_px, text.is_bold), ratio)
    above = HALO_PX + math.ceil(metrics.ascent())
    painter.drawImage(QPoint(round(x) - HALO_PX, round(y) - above), image)


@functools.lru_cache(maxsize=MOST_TEXTS)
def _with_halo(text: str, ink: Ink, look: tuple[int, bool], ratio: float) -> QImage:
    """A text with its halo; stroking outlines takes milliseconds, and texts come again and again.

    Args:
        text: one line.
        ink: its colour.
        look: height in pixels, and whether it is bold.
        ratio: device pixels of a logical one.
    """
    used = font(look[0], is_bold=look[1])
    metrics = QFontMetricsF(used)
    width = math.ceil(metrics.horizontalAdvance(text)) + 2 * HALO_PX
    height = math.ceil(metrics.ascent()) + math.ceil(metrics.descent()) + 2 * HALO_PX
    image = QImage(
        math.ceil(width * ratio),
        math.ceil(height * ratio),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    at = QPointF(HALO_PX, HALO_PX + math.ceil(metrics.ascent()))
    path = QPainterPath()
    path.addText(at, used, text)
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(used)
        for width_px, alpha in HALOES:
            pen = QPen(QColor(0, 0, 0, alpha), width_px)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, pen)
        painter.setPen(DARK.ink(ink))
        painter.drawText(at, text)
    finally:
        painter.end()
    return image
