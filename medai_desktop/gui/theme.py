"""Colours and type: one table of tokens."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase

from medai_desktop.view.overlay import Ink

FAMILIES = (
    "Inter",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "Droid Sans Fallback",
    "DejaVu Sans",
)
"""The program's own font, then whatever draws Chinese on this system."""

DISABLED_SHARE = 0.32
"""How much of a colour is left of what is disabled."""

PATIENT_COLOURS = (
    "#8fb3a6",
    "#a58fc2",
    "#c08fa6",
    "#a9a878",
    "#8fa0b8",
    "#b89a86",
    "#7fa9b0",
    "#b3b3b3",
)
"""Stripes that tell patients apart; none is the colour of a mark, a decision or a warning."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Tokens of the dark reading room."""

    view: str = "#000000"
    backdrop: str = "#0d0d0d"
    ground: str = "#141414"
    raised: str = "#1c1c1c"
    hover: str = "#262626"
    line: str = "#2b2b2b"
    edge: str = "#3d3d3d"
    text: str = "#e6e6e6"
    text_beside: str = "#a3a3a3"
    text_unconfirmed: str = "#6e6e6e"
    program: str = "#56b9f2"
    reader: str = "#f2b84b"
    warning: str = "#e5695e"
    warning_ground: str = "#2a1f1e"
    axial: str = "#a58fc2"
    coronal: str = "#a9a878"
    sagittal: str = "#7fa9b0"
    main_button: str = "#e6e6e6"
    main_button_text: str = "#111111"

    def ink(self, ink: Ink) -> QColor:
        """Colour of a kind of speech."""
        return QColor(
            {
                Ink.PROGRAM: self.program,
                Ink.READER: self.reader,
                Ink.TEXT: self.text,
                Ink.CROSSHAIR: self.text_beside,
                Ink.AXIAL: self.axial,
                Ink.CORONAL: self.coronal,
                Ink.SAGITTAL: self.sagittal,
                Ink.WARNING: self.warning,
            }[ink]
        )

    def faded(self, colour: str) -> str:
        """A colour as it looks on the ground when disabled."""
        return mixed(colour, self.ground, DISABLED_SHARE)


DARK = Theme()


def mixed(colour: str, other: str, share: float) -> str:
    """So much of one colour over another."""
    over, under = QColor(colour), QColor(other)
    parts = (
        (over.red(), under.red()),
        (over.green(), under.green()),
        (over.blue(), under.blue()),
    )
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts)).name()


def load_fonts(folder: Path) -> tuple[str, ...]:
    """Makes the fonts of a folder known to Qt.

    Returns:
        Their families; empty when there are none.
    """
    families: dict[str, None] = {}
    for path in sorted(folder.glob("*.otf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families.update(dict.fromkeys(QFontDatabase.applicationFontFamilies(number)))
    _families.cache_clear()
    _font.cache_clear()
    return tuple(families)


def font(size_px: int = 12, *, is_bold: bool = False) -> QFont:
    """The program's font, figures of one width; Chinese falls back to the system's.

    Bold, not a weight below it: only from there on Qt thickens a Chinese font that has no bold.
    """
    return QFont(_font(size_px, is_bold))


@functools.lru_cache(maxsize=32)
def _font(size_px: int, is_bold: bool) -> QFont:
    made = QFont()
    made.setFamilies(list(_families()))
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight.Bold if is_bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@functools.lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    known = set(QFontDatabase.families())
    return tuple(name for name in FAMILIES if name in known) or FAMILIES
