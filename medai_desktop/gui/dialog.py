"""A dialog in the program's dress."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medai_desktop.gui.labels import label, push_button
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message


class ReadingDialog(QDialog):
    """Heading, content, buttons at the right; Esc closes it without effect.

    Args:
        parent: the window it belongs to.
        desk: speaks.
        title: heading, and title of the window.
    """

    def __init__(self, parent: QWidget, desk: ReadingDesk, title: Message) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setModal(True)
        self.setWindowTitle(desk.render(title))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addWidget(label(desk.render(title), is_bold=True, size_px=14))
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        outer.addLayout(self.content, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        outer.addSpacing(4)
        outer.addLayout(self._buttons)

    def add_button(self, words: Message, *, is_main: bool = False) -> QPushButton:
        """Adds a button at the right; the main one is pressed by Enter."""
        made = push_button("main" if is_main else "")
        made.setText(self.desk.render(words))
        made.setAutoDefault(is_main)
        made.setDefault(is_main)
        self._buttons.addWidget(made)
        return made
