"""The buttons within the selected row: agree, reject, unsure, edit; one's own: edit, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from medai_desktop.commands import command
from medai_desktop.commands.reasons import REASONS
from medai_desktop.gui import icons, theme
from medai_desktop.gui.finding_rows import BUTTONS_PX
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.keys import key_words
from medai_desktop.gui.labels import name_it, push_button
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

ICON_PX = 14
ONLY_ICON_PX = 32


class Runner(Protocol):
    """Whoever runs commands."""

    def run(self, identity: str) -> None:
        """Runs a command by id."""
        ...


class KeyButton(QPushButton):
    """A button that shows its key beside its words."""

    key = ""

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, and its key in the rank below."""
        super().paintEvent(event)
        if not self.key:
            return
        painter = QPainter(self)
        try:
            painter.setFont(theme.font())
            painter.setPen(QColor(DARK.text_unconfirmed))
            area = QRect(0, 0, self.width() - 8, self.height())
            painter.drawText(
                area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self.key
            )
        finally:
            painter.end()


class DecisionButtons(QWidget):
    """Lies over the selected row; only its buttons take the mouse.

    Args:
        desk: speaks.
        runner: carries decisions out.
        left_px: where the text of the row begins.
        top_px: where the buttons begin.
        is_own: the mark is the reader's own: nobody agrees with oneself.
    """

    def __init__(
        self, desk: ReadingDesk, runner: Runner, left_px: int, top_px: int, *, is_own: bool = False
    ) -> None:
        super().__init__()
        self._desk, self._runner = desk, runner
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(left_px, top_px, 8, 0)
        row.setSpacing(4)
        row.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for button in self._for_own() if is_own else self._for_program():
            row.addWidget(button)
        row.addStretch(1)

    @property
    def identities(self) -> tuple[str, ...]:
        """Ids of the commands that there are buttons for."""
        return tuple(self._buttons)

    @property
    def agree(self) -> QPushButton:
        """Only on a program's mark."""
        return self._buttons["findings.agree"]

    @property
    def reject(self) -> QPushButton:
        """Only on a program's mark; opens the reasons."""
        return self._buttons["findings.reject"]

    @property
    def unsure(self) -> QPushButton:
        """Only on a program's mark."""
        return self._buttons["findings.unsure"]

    @property
    def edit(self) -> QPushButton:
        """On every mark."""
        return self._buttons["findings.edit"]

    @property
    def delete(self) -> QPushButton:
        """Only on the reader's own mark."""
        return self._buttons["measure.delete"]

    def _for_program(self) -> tuple[QPushButton, ...]:
        reject = self._worded("findings.reject", "")
        reject.setMenu(self._reasons())
        return (
            self._worded("findings.agree", "A"),
            reject,
            self._pictured("findings.unsure"),
            self._pictured("findings.edit"),
        )

    def _for_own(self) -> tuple[QPushButton, ...]:
        return self._worded("findings.edit", ""), self._pictured("measure.delete")

    def _worded(self, identity: str, key: str) -> QPushButton:
        item = command(identity)
        made = KeyButton()
        made.key = key
        words = self._desk.render(item.title)
        made.setText(words)
        room = 20 if key else 8
        made.setStyleSheet(
            f"padding: 0 {room}px 0 8px; min-height: {BUTTONS_PX - 2}px;"
            "} QPushButton::menu-indicator { image: none; width: 0; "
        )
        self._dress(made, identity)
        return made

    def _pictured(self, identity: str) -> QPushButton:
        made = push_button("")
        made.setStyleSheet(f"padding: 0; min-height: {BUTTONS_PX - 2}px;")
        made.setFixedWidth(ONLY_ICON_PX)
        self._dress(made, identity)
        return made

    def _dress(self, button: QPushButton, identity: str) -> None:
        item = command(identity)
        button.setIcon(icons.icon(item.icon))
        button.setIconSize(
            icons.ICON_SIZE.scaled(ICON_PX, ICON_PX, Qt.AspectRatioMode.KeepAspectRatio)
        )
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        key = self._desk.render(key_words(item.keys[0])) if item.keys else ""
        name_it(button, self._desk.render(item.title), key)
        self._buttons[identity] = button
        if identity != "findings.reject":
            button.clicked.connect(lambda _=False: self._runner.run(identity))

    def _reasons(self) -> QMenu:
        menu = QMenu(self)
        plain = menu.addAction(self._desk.render(message("gui.reason_none")))
        plain.triggered.connect(_bound(self._runner.run, "findings.reject"))
        menu.addSeparator()
        for number, (reason, said) in enumerate(REASONS.items(), start=1):
            action = menu.addAction(f"&{number}   {self._desk.render(said)}")
            identity = f"findings.reject_{reason.name.lower()}"
            action.triggered.connect(_bound(self._runner.run, identity))
        return menu


def _bound(act: Callable[[str], None], identity: str) -> Callable[[], None]:
    return lambda: act(identity)
