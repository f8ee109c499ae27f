"""The looks of the whole program: palette and style sheet of the tokens."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from medai_desktop.gui.style_sheet import style_sheet
from medai_desktop.gui.theme import DARK, Theme, font


def dress(application: QApplication, theme: Theme = DARK) -> None:
    """Dresses the whole program."""
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette(theme))
    application.setStyleSheet(style_sheet(theme))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.ground),
        (roles.Base, theme.ground),
        (roles.AlternateBase, theme.raised),
        (roles.Text, theme.text),
        (roles.WindowText, theme.text),
        (roles.Button, theme.raised),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.text),
        (roles.PlaceholderText, theme.text_unconfirmed),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
        (roles.Highlight, theme.hover),
        (roles.HighlightedText, theme.text),
        (roles.Link, theme.text),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faded(theme.text)))
    return palette
