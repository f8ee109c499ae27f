"""One Qt action for each command: its words, its keys, whether it can do anything."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow

from medai_desktop.commands import COMMANDS, Command, Invocation
from medai_desktop.gui import icons
from medai_desktop.gui.keys import key_words
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk

OWN_CHECKS = ("see.layout_",)
"""Ids that the window checks by itself, since the command does not say whether it is on."""


class CommandActions:
    """The actions of a window.

    Args:
        window: gets the shortcuts.
        desk: says what is enabled.
        invocation: what the commands act on.
    """

    def __init__(self, window: QMainWindow, desk: ReadingDesk, invocation: Invocation) -> None:
        self._desk = desk
        self._invocation = invocation
        self._actions: dict[str, QAction] = {}
        for item in COMMANDS:
            action = QAction(window)
            action.setCheckable(item.is_checked is not None or item.id.startswith(OWN_CHECKS))
            action.triggered.connect(lambda _=False, c=item: self._triggered(c))
            if item.icon:
                colour = DARK.text_beside if action.isCheckable() else DARK.text
                action.setIcon(icons.icon(item.icon, colour))
            action.setIconVisibleInMenu(False)
            self._actions[item.id] = action
            for key in item.keys:
                shortcut = QShortcut(QKeySequence(key), window)
                shortcut.setAutoRepeat(item.repeats)
                shortcut.activated.connect(lambda c=item: self._pressed(c))

    def action(self, identity: str) -> QAction:
        """The action of a command by its id."""
        return self._actions[identity]

    def refresh(self) -> None:
        """Enabled, checked and worded anew."""
        layout = self._desk.viewing.layout
        for item in COMMANDS:
            action = self._actions[item.id]
            why = item.why_disabled(self._desk)
            action.setEnabled(why is None)
            title = self._desk.render(item.title)
            keys = self._desk.render(key_words(item.keys[0])) if item.keys else ""
            action.setText(f"{title}\t{keys}" if keys else title)
            action.setIconText(title)
            tip = f"{title} ({keys})" if keys else title
            action.setToolTip(tip if why is None else f"{tip}\n{self._desk.render(why)}")
            if item.is_checked is not None:
                action.setChecked(item.is_checked(self._desk))
            elif item.id.startswith("see.layout_"):
                grid = f"see.layout_{layout.rows}x{layout.columns}"
                action.setChecked(item.id == grid and not layout.first_is_tall)

    def _pressed(self, item: Command) -> None:
        """A key: when its command can do nothing, it says why."""
        why = item.why_disabled(self._desk)
        if why is None:
            self._triggered(item)
        else:
            self._desk.viewing.say(why)

    def _triggered(self, item: Command) -> None:
        if item.is_enabled(self._desk):
            item.handler(self._invocation)
        self.refresh()
