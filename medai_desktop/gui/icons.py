"""Icons of one set: Phosphor regular, 18 px."""

from __future__ import annotations

import functools

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap

from medai_desktop.gui.icon_font import GlyphIcon, icon_font
from medai_desktop.gui.theme import DARK

PREFIX = "ph."
ICON_PX = 18
ICON_SIZE = QSize(ICON_PX, ICON_PX)


@functools.lru_cache(maxsize=128)
def icon(name: str, colour: str = DARK.text) -> QIcon:
    """An icon by its name, such as ``ph.folder-open``; faded when disabled.

    Raises:
        KeyError: the set has no such icon.
    """
    character = icon_font().characters[name.removeprefix(PREFIX)]
    faded = DARK.faded(colour)
    return QIcon(GlyphIcon(character, QColor(colour), QColor(DARK.text), QColor(faded)))


def picture(name: str, colour: str, size_px: int = ICON_PX) -> QPixmap:
    """An icon as pixels, for labels and painting."""
    return icon(name, colour).pixmap(QSize(size_px, size_px))
