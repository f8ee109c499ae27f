"""Paints the overlays of `view`."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from medai_desktop.gui.theme import DARK, font
from medai_desktop.view.overlay import Anchor, Overlay, OverlayText, Polyline

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
    used = font(20 if text.is_large else 12, is_bold=text.is_bold)
    metrics = QFontMetricsF(used)
    width, (x, y) = metrics.horizontalAdvance(text.text), text.position
    if text.anchor in _RIGHT:
        x -= width
    elif text.anchor not in _LEFT:
        x -= width / 2
    if text.anchor in _TOP:
        y += metrics.ascent()
    elif text.anchor not in _BOTTOM:
        y += metrics.ascent() / 2 - 1
    path = QPainterPath()
    path.addText(QPointF(x, y), used, text.text)
    if text.is_boxed:
        painter.fillRect(QRectF(x - 4, y - metrics.ascent() - 1, width + 8, 17), DARK.ink(text.ink))
        painter.fillPath(path, QColor(DARK.main_button_text))
        return
    painter.strokePath(path, QPen(QColor(0, 0, 0, 200), 2.5))
    painter.fillPath(path, DARK.ink(text.ink))
