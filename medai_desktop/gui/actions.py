"""Tool bar and shortcuts, built from the table of commands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QToolBar, QToolButton, QWidget

from medai_desktop.commands import COMMANDS, Command, Invocation
from medai_desktop.session.desk import ReadingDesk

TOOL_BAR = (
    "file.open_folder",
    "",
    "see.tool_scroll",
    "see.tool_window",
    "see.tool_pan",
    "see.tool_zoom",
    "",
    "measure.tool_ruler",
    "measure.tool_box",
    "see.tool_crosshair",
    "",
    "see.planes",
    "see.volume",
    ">",
    "rest.shortcuts",
    "rest.language_en",
    "rest.language_zh_CN",
    "file.export",
    "file.detect",
)
WORDS = {"file.open_folder", "see.planes", "see.volume", "file.export", "file.detect"}


class CommandActions:
    """One action for each command.

    Args:
        window: gets the shortcuts.
        desk: says what is enabled.
        invocation: what the commands act on.
    """

    def __init__(self, window: QMainWindow, desk: ReadingDesk, invocation: Invocation) -> None:
        self._desk = desk
        self._actions: dict[str, QAction] = {}
        for item in COMMANDS:
            action = QAction(window)
            action.setShortcuts([QKeySequence(key) for key in item.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setAutoRepeat(item.repeats)
            action.setCheckable(item.is_checked is not None)
            action.triggered.connect(lambda _=False, c=item: self._run(c, invocation))
            self._actions[item.id] = action
            window.addAction(action)
        self.tool_bar = QToolBar()
        self.tool_bar.setMovable(False)
        self.tool_bar.setIconSize(QSize(18, 18))
        self.tool_bar.setFixedHeight(48)
        self._fill()

    def refresh(self, *, has_new_language: bool) -> None:
        """Enabled, checked and, after a switch, worded anew."""
        for item in COMMANDS:
            action = self._actions[item.id]
            action.setEnabled(item.is_enabled(self._desk))
            if item.is_checked is not None:
                action.setChecked(item.is_checked(self._desk))
            if has_new_language:
                title = self._desk.render(item.title)
                action.setText(title)
                keys = ", ".join(item.keys)
                action.setToolTip(f"{title} ({keys})" if keys else title)

    def _run(self, item: Command, invocation: Invocation) -> None:
        if item.is_enabled(self._desk):
            item.handler(invocation)
        self.refresh(has_new_language=False)

    def _fill(self) -> None:
        icons = {item.id: item.icon for item in COMMANDS}
        for identity in TOOL_BAR:
            if identity in ("", ">"):
                spacer = QWidget()
                if identity == ">":
                    policy = QSizePolicy.Policy.Expanding
                    spacer.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
                else:
                    spacer.setFixedWidth(12)
                self.tool_bar.addWidget(spacer)
                continue
            action = self._actions[identity]
            if icons[identity]:
                action.setIcon(_icon(icons[identity]))
            button = QToolButton()
            button.setDefaultAction(action)
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
            if identity in WORDS:
                style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if not icons[identity]:
                style = Qt.ToolButtonStyle.ToolButtonTextOnly
            button.setToolButtonStyle(style)
            if identity == "file.detect":
                button.setObjectName("main")
            self.tool_bar.addWidget(button)


def _icon(name: str) -> QIcon:
    import qtawesome

    made: QIcon = qtawesome.icon(name, color="#e6e6e6", color_disabled="#6e6e6e")
    return made
