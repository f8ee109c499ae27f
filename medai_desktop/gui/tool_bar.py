"""The tool bar: what a reader reaches for, left to right in the order of reading."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from medai_desktop.gui import icons, theme
from medai_desktop.gui.actions import CommandActions
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.labels import elided, name_it
from medai_desktop.gui.menus import Menus
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message
from medai_desktop.view.viewport import CUSTOM, ViewportKind

HEIGHT_PX = 48
TOOLS = ("see.tool_scroll", "see.tool_window", "see.tool_pan", "see.tool_zoom")
MARKERS = ("measure.tool_ruler", "measure.tool_box", "see.tool_crosshair")
WORDED = ("see.planes", "see.volume")
PRESETS_PX = 116
"""Of one width whatever the preset is called: the tools beside it stay where they are."""
COMPACT_PX = 1200
"""In a narrower window the icons that explain themselves go without words."""


class MainToolBar(QToolBar):
    """48 px of it.

    Args:
        desk: says what is shown.
        actions: of the window.
        menus: what the menu buttons open.
    """

    def __init__(self, desk: ReadingDesk, actions: CommandActions, menus: Menus) -> None:
        super().__init__()
        self._desk, self._actions, self._menus = desk, actions, menus
        self.setMovable(False)
        self.setFloatable(False)
        self.setIconSize(icons.ICON_SIZE)
        self.setFixedHeight(HEIGHT_PX)
        self._named: list[tuple[QToolButton, Callable[[], Message]]] = []
        self.buttons: dict[str, QToolButton] = {}
        self._fill_left()
        self._stretch()
        self._fill_right()

    def refresh(self) -> None:
        """Words, tool tips and what is enabled."""
        say = self._desk.render
        for button, words in self._named:
            text = say(words())
            name_it(button, text)
            if button is self.buttons["presets"]:
                room = PRESETS_PX - icons.ICON_PX - 24
                text = elided(text, button.font(), room)
            button.setText(text)
        is_open = self._desk.opening.current_study is not None
        nothing = say(message("session.nothing_open"))
        for name in ("layout", "presets", "more", "report"):
            button = self.buttons[name]
            enabled = is_open and (name != "presets" or self._menus.has_presets())
            button.setEnabled(enabled)
            if not is_open:
                button.setToolTip(f"{button.accessibleName()}\n{nothing}")
        for button in self.buttons.values():
            action = button.defaultAction()
            if action is not None:
                button.setAccessibleName(action.iconText())

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fewer words where there is no room for them."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if event.size().width() < COMPACT_PX:
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        for name in ("layout", *WORDED):
            if self.buttons[name].toolButtonStyle() != style:
                self.buttons[name].setToolButtonStyle(style)

    def _fill_left(self) -> None:
        self._menu("open", "ph.folder-open", lambda: message("gui.open"), self._menus.opening)
        self._menu("layout", "ph.squares-four", lambda: message("gui.layout"), self._menus.layout)
        self._menu("presets", "ph.circle-half", self._preset_title, self._menus.presets)
        self.buttons["presets"].setFixedWidth(PRESETS_PX)
        self._separate()
        for identity in TOOLS:
            self._command(identity)
        self._separate()
        for identity in MARKERS:
            self._command(identity)
        self._separate()
        for identity in WORDED:
            self._command(identity, has_words=True)
        self._menu("more", "ph.dots-three", lambda: message("gui.more"), self._menus.more, "icon")

    def _fill_right(self) -> None:
        self._command("rest.palette")
        settings = self._menus.settings
        self._menu("settings", "ph.gear-six", lambda: message("gui.settings"), settings, "icon")
        self._separate(is_line=False)
        report = self._menus.report
        self._menu("report", "", lambda: message("commands.export"), report)
        self._separate(is_line=False)
        detect = self._command("file.detect", has_words=True)
        detect.setObjectName("main")
        detect.setFont(theme.font(is_bold=True))
        detect.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)

    def _command(self, identity: str, *, has_words: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions.action(identity))
        style = Qt.ToolButtonStyle.ToolButtonIconOnly
        if has_words:
            style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        return self._place(identity, button, style, "words" if has_words else "icon")

    def _menu(
        self,
        name: str,
        icon_name: str,
        words: Callable[[], Message],
        menu: QMenu,
        kind: str = "words",
    ) -> QToolButton:
        button = QToolButton()
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        style = Qt.ToolButtonStyle.ToolButtonTextOnly
        if icon_name:
            colour = DARK.text_beside if kind == "icon" else DARK.text
            button.setIcon(icons.icon(icon_name, colour))
            style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if kind == "icon":
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        self._named.append((button, words))
        return self._place(name, button, style, kind)

    def _place(
        self, name: str, button: QToolButton, style: Qt.ToolButtonStyle, kind: str
    ) -> QToolButton:
        button.setObjectName(kind)
        button.setToolButtonStyle(style)
        button.setIconSize(icons.ICON_SIZE)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.buttons[name] = button
        self.addWidget(button)
        return button

    def _separate(self, *, is_line: bool = True) -> None:
        holder, line = QWidget(), QFrame()
        line.setObjectName("rule" if is_line else "")
        line.setFixedSize(1, 24)
        row = QHBoxLayout(holder)
        row.setContentsMargins(8 if is_line else 1, 0, 8 if is_line else 1, 0)
        row.addWidget(line)
        self.addWidget(holder)

    def _stretch(self) -> None:
        holder = QWidget()
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(holder)

    def _preset_title(self) -> Message:
        """What the active viewport is windowed with; "Presets" while nothing is shown."""
        state = self._desk.viewing.layout.active_viewport
        preset = state.preset_3d if state.kind is ViewportKind.VOLUME else state.preset
        if state.display_set_id is None or preset in ("", CUSTOM):
            return message("gui.presets")
        return self._desk.presets.title(preset)
