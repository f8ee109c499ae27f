"""How rows are painted: one hand for every list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from medai_desktop.gui import theme
from medai_desktop.gui.labels import elided
from medai_desktop.gui.theme import DARK

THUMBNAIL_PX = 48
LINE_PX = 16
SQUARES = 5
SQUARE_PX = 7
SQUARE_STEP_PX = 9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a row."""

    text: str
    colour: str = DARK.text_beside
    is_bold: bool = False
    is_italic: bool = False


def is_hovered(option: QStyleOptionViewItem) -> bool:
    """Whether the mouse points at the row."""
    return bool(option.state & QStyle.StateFlag.State_MouseOver)


def has_focus(option: QStyleOptionViewItem) -> bool:
    """Whether keys go to the row."""
    return bool(option.state & QStyle.StateFlag.State_HasFocus)


def is_current(option: QStyleOptionViewItem) -> bool:
    """Whether the row is the list's current one."""
    return bool(option.state & QStyle.StateFlag.State_Selected)


def rectangle(option: QStyleOptionViewItem) -> QRect:
    """Where the row is painted."""
    found: QRect = option.rect
    return found


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, colour: str) -> None:
    """The row's ground: lighter when pointed at, with a ring when keys go to it."""
    area = rectangle(option)
    painter.fillRect(area, QColor(DARK.hover if is_hovered(option) else colour))
    if has_focus(option):
        painter.setPen(QPen(QColor(DARK.text_unconfirmed), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0, 0, -1, -1))


def paint_line(painter: QPainter, left: int, top: int, width: int, line: Line) -> None:
    """One line of text in a height of 16 px, cut where there is no room."""
    used = theme.font(is_bold=line.is_bold)
    used.setItalic(line.is_italic)
    painter.setFont(used)
    painter.setPen(QColor(line.colour))
    area = QRect(left, top, max(0, width), LINE_PX)
    flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    painter.drawText(area, flags, elided(line.text, used, max(0, width)))


def paint_right(painter: QPainter, right: int, top: int, line: Line) -> int:
    """One line that ends at the right; returns its width."""
    used = theme.font(is_bold=line.is_bold)
    width = QFontMetrics(used).horizontalAdvance(line.text)
    paint_line(painter, right - width, top, width + 1, line)
    return width


def paint_thumbnail(painter: QPainter, area: QRect, pixels: QPixmap | None) -> None:
    """A small picture, whole, on black."""
    painter.fillRect(area, QColor(DARK.view))
    if pixels is None or pixels.isNull():
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    size = pixels.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(0, 0, size.width(), size.height())
    target.moveCenter(area.center())
    painter.drawPixmap(target, pixels)


def paint_squares(painter: QPainter, right: int, top: int, steps: int) -> None:
    """Five squares; so many of them are filled."""
    for number in range(SQUARES):
        left = right - SQUARES * SQUARE_STEP_PX + number * SQUARE_STEP_PX + 2
        colour = DARK.program if number < steps else DARK.edge
        painter.fillRect(QRect(left, top + 4, SQUARE_PX, SQUARE_PX), QColor(colour))


def paint_ring(painter: QPainter, area: QRectF, share: float) -> None:
    """How much has come, as a ring that closes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(DARK.edge), 2))
    painter.drawEllipse(area)
    painter.setPen(QPen(QColor(DARK.text), 2))
    painter.drawArc(area, 90 * 16, -round(max(0.0, min(1.0, share)) * 360 * 16))


def pixmap(pixels: npt.NDArray[np.uint8]) -> QPixmap:
    """Pixels as Qt has them.

    Args:
        pixels: shape (h, w) grey or (h, w, 3) colour.
    """
    whole = np.ascontiguousarray(pixels)
    height, width = whole.shape[:2]
    form = QImage.Format.Format_Grayscale8 if whole.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(whole.data, width, height, whole.strides[0], form)
    return QPixmap.fromImage(image.copy())
