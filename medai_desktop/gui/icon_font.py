"""Glyphs of the icon font as icons.

The font comes with the package `qtawesome`. The package itself is not imported: it loads every
class of Qt through a compatibility layer and every font it has, for as long as all of the window
takes to be built.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QPainter,
    QPixmap,
)

from medai_desktop.gui.guard import guarded

GLYPH_SHARE = 0.875
"""Of the icon's height; the rest is the bearing of the font."""


@dataclass(frozen=True, slots=True)
class IconFont:
    """A font whose glyphs are icons.

    Attributes:
        family: as Qt knows it.
        characters: one for each name.
    """

    family: str
    characters: dict[str, str]


@functools.lru_cache(maxsize=1)
def icon_font() -> IconFont:
    """Phosphor, made known to Qt on first use.

    Raises:
        FileNotFoundError: the package that brings it is not there.
    """
    found = importlib.util.find_spec("qtawesome")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("qtawesome")
    folder = Path(found.submodule_search_locations[0]) / "fonts"
    number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-*.ttf"))))
    family = QFontDatabase.applicationFontFamilies(number)[0]
    places = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
    return IconFont(family, {name: chr(int(place, 16)) for name, place in places.items()})


class GlyphIcon(QIconEngine):
    """One glyph, drawn sharp at every size.

    Args:
        character: whose glyph it is.
        colour: of the icon.
        colour_on: while it is checked.
        faded: while it is disabled.
    """

    def __init__(self, character: str, colour: QColor, colour_on: QColor, faded: QColor) -> None:
        super().__init__()
        self._character = character
        self._colour, self._colour_on, self._faded = colour, colour_on, faded

    @guarded
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draws it into a place."""
        drawn = QFont(icon_font().family)
        drawn.setPixelSize(max(1, round(GLYPH_SHARE * rect.height())))
        painter.save()
        painter.setFont(drawn)
        is_on = state == QIcon.State.On
        is_faded = mode == QIcon.Mode.Disabled
        painter.setPen(self._faded if is_faded else self._colour_on if is_on else self._colour)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """It as pixels; nothing here can fail but `paint`, which is guarded."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """A copy, which Qt asks for when an icon is changed."""
        return GlyphIcon(self._character, self._colour, self._colour_on, self._faded)
