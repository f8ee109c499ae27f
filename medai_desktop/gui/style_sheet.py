"""The style sheet of the tokens."""

from __future__ import annotations

from medai_desktop.gui.theme import Theme


def style_sheet(theme: Theme) -> str:
    """Of the whole program; a rule for each kind of control."""
    return "\n".join((_areas(theme), _buttons(theme), _lists(theme), _bars(theme), _fields(theme)))


def _areas(theme: Theme) -> str:
    return f"""
QMainWindow, QDialog, QWidget#panel {{ background: {theme.ground}; }}
QWidget#backdrop {{ background: {theme.backdrop}; }}
QWidget#section {{ background: {theme.ground}; border-bottom: 1px solid {theme.line}; }}
QFrame#rule {{ background: {theme.line}; border: 0; }}
QLabel {{ color: {theme.text}; background: transparent; }}
QLabel[rank="2"] {{ color: {theme.text_beside}; }}
QLabel[rank="3"] {{ color: {theme.text_unconfirmed}; }}
QLabel[rank="warning"] {{ color: {theme.warning}; }}
QLabel[rank="reader"] {{ color: {theme.reader}; }}
QLabel:disabled {{ color: {theme.faded(theme.text)}; }}
QToolTip {{ color: {theme.text}; background: {theme.raised}; border: 1px solid {theme.edge};
  padding: 4px 6px; }}
QDialog {{ border: 1px solid {theme.edge}; }}
"""


def _buttons(theme: Theme) -> str:
    return f"""
QToolButton {{ color: {theme.text}; background: transparent; border: 1px solid transparent;
  border-radius: 6px; padding: 0 8px; min-height: 32px; }}
QToolButton:hover {{ background: {theme.hover}; }}
QToolButton:checked {{ background: {theme.line}; }}
QToolButton:checked:hover {{ background: {theme.edge}; }}
QToolButton:pressed, QToolButton:open {{ background: {theme.raised}; }}
QToolButton:disabled {{ color: {theme.faded(theme.text)}; background: transparent; }}
QToolButton:focus {{ border: 1px solid {theme.text_beside}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QToolButton#words {{ padding: 0 1px 0 8px; }}
QToolButton#icon {{ padding: 0; min-width: 34px; max-width: 34px; }}
QToolButton#main, QPushButton#main {{ background: {theme.main_button};
  color: {theme.main_button_text}; border: 1px solid {theme.main_button}; padding: 0 16px; }}
QToolButton#main:hover, QPushButton#main:hover {{ background: #ffffff; }}
QToolButton#main:pressed, QPushButton#main:pressed {{ background: #c4c4c4; }}
QToolButton#main:focus, QPushButton#main:focus {{ border: 1px solid {theme.program}; }}
QToolButton#main:disabled, QPushButton#main:disabled {{ background: transparent;
  color: {theme.faded(theme.text)}; border: 1px solid transparent; }}
QPushButton {{ color: {theme.text}; background: transparent; border: 1px solid {theme.edge};
  border-radius: 6px; padding: 0 12px; min-height: 32px; }}
QPushButton:hover {{ background: {theme.hover}; }}
QPushButton:pressed {{ background: {theme.raised}; }}
QPushButton:focus {{ border: 1px solid {theme.text_beside}; }}
QPushButton[stands="true"] {{ color: {theme.reader}; background: {theme.line};
  border: 1px solid {theme.line}; }}
QPushButton:disabled {{ color: {theme.faded(theme.text)}; border: 1px solid {theme.line}; }}
QPushButton#flat {{ border: 1px solid transparent; padding: 0 8px; color: {theme.text_beside};
  text-align: left; }}
QPushButton#flat:hover {{ color: {theme.text}; }}
QPushButton#flat:focus {{ border: 1px solid {theme.text_beside}; }}
QPushButton#link {{ border: 1px solid transparent; padding: 0 4px; text-decoration: underline; }}
QPushButton#link:hover {{ background: transparent; color: #ffffff; }}
QPushButton#link:focus {{ border: 1px solid {theme.text_beside}; }}
QPushButton#inline {{ border: 1px solid transparent; padding: 0 6px; min-height: 22px;
  color: {theme.text}; }}
QPushButton#inline:focus {{ border: 1px solid {theme.text_beside}; }}
"""


def _lists(theme: Theme) -> str:
    return f"""
QListWidget, QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: {theme.ground};
  border: 0; outline: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {theme.line}; border-radius: 3px; margin: 2px;
  min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {theme.edge}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {theme.line}; }}
QTabBar {{ background: {theme.ground}; }}
QTabBar::tab {{ color: {theme.text_beside}; background: transparent; border: 0;
  border-bottom: 2px solid transparent; padding: 0 12px; height: 38px; }}
QTabBar::tab:hover {{ color: {theme.text}; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.text}; }}
QTabBar::tab:focus {{ border: 1px solid {theme.text_beside};
  border-bottom: 2px solid {theme.text}; }}
QMenu {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.edge};
  padding: 4px 0; }}
QMenu::item {{ padding: 7px 24px 7px 12px; background: transparent; }}
QMenu::item:selected {{ background: {theme.hover}; }}
QMenu::item:disabled {{ color: {theme.faded(theme.text)}; }}
QMenu::separator {{ height: 1px; background: {theme.line}; margin: 4px 0; }}
QMenu::indicator {{ width: 14px; height: 14px; left: 8px; }}
"""


def _bars(theme: Theme) -> str:
    return f"""
QToolBar {{ background: {theme.ground}; border: 0; border-bottom: 1px solid {theme.line};
  spacing: 2px; padding: 0 8px; }}
QWidget#status {{ background: {theme.ground}; border-top: 1px solid {theme.line}; }}
QWidget#notice {{ background: {theme.raised}; border-bottom: 1px solid {theme.line}; }}
QWidget#notice[kind="warning"] {{ background: {theme.warning_ground}; }}
QWidget#notice QPushButton:hover {{ background: transparent; }}
QProgressBar {{ background: {theme.line}; border: 0; border-radius: 2px; min-height: 4px;
  max-height: 4px; }}
QProgressBar::chunk {{ background: {theme.text}; border-radius: 2px; }}
QSlider {{ min-height: 24px; }}
QSlider::groove:horizontal {{ height: 4px; background: {theme.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ height: 4px; background: {theme.text_beside};
  border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; margin: -5px 0; border-radius: 7px;
  background: {theme.text}; border: 0; }}
QSlider::handle:horizontal:hover {{ background: #ffffff; }}
QSlider::handle:horizontal:focus {{ border: 1px solid {theme.program}; width: 12px; }}
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{
  background: {theme.raised}; }}
"""


def _fields(theme: Theme) -> str:
    return f"""
QLineEdit {{ color: {theme.text}; background: {theme.backdrop}; border: 1px solid {theme.edge};
  border-radius: 6px; padding: 0 10px; min-height: 32px; selection-background-color: #3a5a70; }}
QLineEdit:focus {{ border: 1px solid {theme.text_beside}; }}
QPlainTextEdit {{ color: {theme.text}; background: {theme.backdrop}; border: 1px solid {theme.line};
  border-radius: 6px; padding: 6px; selection-background-color: #3a5a70; }}
QPlainTextEdit:focus {{ border: 1px solid {theme.text_beside}; }}
"""
