"""Colours, type and the style sheet: one table of tokens."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from medai_desktop.view.overlay import Ink

FAMILIES = ["Inter", "Noto Sans CJK SC", "Droid Sans Fallback", "DejaVu Sans"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Tokens of the dark reading room."""

    view: str = "#000000"
    ground: str = "#141414"
    raised: str = "#1c1c1c"
    hover: str = "#262626"
    line: str = "#2b2b2b"
    text: str = "#e6e6e6"
    text_beside: str = "#a3a3a3"
    text_unconfirmed: str = "#6e6e6e"
    program: str = "#56b9f2"
    reader: str = "#f2b84b"
    warning: str = "#e5695e"
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
                Ink.WARNING: self.warning,
            }[ink]
        )


DARK = Theme()


def font(size_px: int = 12, *, is_bold: bool = False) -> QFont:
    """The program's font; Chinese falls back to the system's."""
    made = QFont()
    known = set(QFontDatabase.families())
    made.setFamilies([name for name in FAMILIES if name in known] or FAMILIES)
    made.setPixelSize(size_px)
    made.setBold(is_bold)
    return made


def apply(application: QApplication, theme: Theme = DARK) -> None:
    """Dresses the whole program."""
    application.setStyle("Fusion")
    application.setFont(font())
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, theme.ground),
        (QPalette.ColorRole.Base, theme.ground),
        (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.WindowText, theme.text),
        (QPalette.ColorRole.Button, theme.raised),
        (QPalette.ColorRole.ButtonText, theme.text),
        (QPalette.ColorRole.ToolTipBase, theme.raised),
        (QPalette.ColorRole.ToolTipText, theme.text),
        (QPalette.ColorRole.Highlight, theme.hover),
        (QPalette.ColorRole.HighlightedText, theme.text),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """The style sheet of the tokens."""
    return f"""
QMainWindow, QWidget#panel {{ background: {theme.ground}; }}
QLabel {{ color: {theme.text}; background: transparent; }}
QLabel[rank="2"] {{ color: {theme.text_beside}; }}
QLabel[rank="3"] {{ color: {theme.text_unconfirmed}; }}
QLabel[rank="title"] {{ font-size: 14px; font-weight: 600; }}
QLabel[rank="warning"] {{ color: {theme.warning}; }}
QToolBar {{ background: {theme.ground}; border: 0; border-bottom: 1px solid {theme.line};
  spacing: 4px; padding: 6px 8px; }}
QToolButton {{ color: {theme.text}; border: 0; border-radius: 6px; padding: 7px 8px;
  min-height: 18px; }}
QToolButton:hover, QToolButton:checked {{ background: {theme.hover}; }}
QToolButton:pressed {{ background: {theme.view}; }}
QToolButton:disabled {{ color: {theme.text_unconfirmed}; }}
QToolButton:focus, QPushButton:focus {{ border: 1px solid {theme.text_beside}; }}
QToolButton#main {{ background: {theme.main_button}; color: {theme.main_button_text};
  font-weight: 600; padding: 7px 16px; }}
QToolButton#main:disabled {{ background: {theme.raised}; color: {theme.text_unconfirmed}; }}
QPushButton {{ color: {theme.text}; background: {theme.ground}; border: 1px solid {theme.line};
  border-radius: 6px; padding: 6px 10px; min-height: 18px; }}
QPushButton:hover {{ background: {theme.hover}; }}
QPushButton:disabled {{ color: {theme.text_unconfirmed}; }}
QPushButton#main {{ background: {theme.main_button}; color: {theme.main_button_text};
  font-weight: 600; }}
QListWidget, QScrollArea {{ background: {theme.ground}; border: 0; }}
QListWidget::item {{ padding: 6px 12px; }}
QListWidget::item:selected, QListWidget::item:hover {{ background: {theme.hover};
  color: {theme.text}; }}
QStatusBar {{ background: {theme.ground}; border-top: 1px solid {theme.line}; }}
QStatusBar::item {{ border: 0; }}
QProgressBar {{ background: {theme.line}; border: 0; border-radius: 2px; max-height: 5px; }}
QProgressBar::chunk {{ background: {theme.text}; border-radius: 2px; }}
QTabBar::tab {{ color: {theme.text_beside}; padding: 10px 12px; border: 0; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.text}; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {theme.line}; }}
QMenu {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line}; }}
QMenu::item:selected {{ background: {theme.hover}; }}
QMenu::item:disabled {{ color: {theme.text_unconfirmed}; }}
QSlider::groove:horizontal {{ height: 4px; background: {theme.line}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; margin: -5px 0; border-radius: 7px;
  background: {theme.text}; }}
"""
