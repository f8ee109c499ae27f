"""While Space is held everything drawn is gone, wherever in the window the focus is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from medai_desktop.gui.guard import answering
from medai_desktop.session.desk import ReadingDesk

OWN_SPACE = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)
"""Widgets that need Space themselves."""


class HoldToHide(QObject):
    """Watches the keys of one window.

    Args:
        window: whose keys count.
        desk: hides what is drawn.
    """

    def __init__(self, window: QWidget, desk: ReadingDesk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    @answering(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes Space before lists and viewports see it; lets go when the window is left."""
        kind = event.type()
        if kind in (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate):
            self._desk.viewing.hide_everything(False)
            return False
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Space:
            return False
        if kind is QEvent.Type.KeyRelease:
            was_hidden = self._desk.viewing.everything_is_hidden
            if not event.isAutoRepeat():
                self._desk.viewing.hide_everything(False)
            return was_hidden
        if not isinstance(watched, QWidget) or not self._is_ours(watched):
            return False
        if not event.isAutoRepeat():
            self._desk.viewing.hide_everything(True)
        return True

    def _is_ours(self, watched: QWidget) -> bool:
        if watched.window() is not self._window or isinstance(watched, OWN_SPACE):
            return False
        return self._desk.opening.current_study is not None
