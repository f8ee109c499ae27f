"""The menus of the tool bar, made from the table of commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from medai_desktop.gui.actions import CommandActions
from medai_desktop.gui.labels import name_it
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message
from medai_desktop.view.viewport import ViewportKind

LINE = ""
OPENING = ("file.open_folder", "file.open_files", "file.open_sample")
LAYOUT = (
    "see.layout_1x1",
    "see.layout_1x2",
    "see.layout_1x3",
    "see.layout_2x2",
    LINE,
    "move.previous_stage",
    "move.next_stage",
    LINE,
    "see.planes",
    "see.volume",
    "see.maximise",
    LINE,
    "see.corner_text",
    "rest.panels",
    "rest.full_screen",
)
MORE = (
    "see.slab",
    "see.diffusion",
    LINE,
    "see.invert",
    "see.turn_left",
    "see.turn_right",
    "see.flip_horizontally",
    "see.flip_vertically",
    "see.fit",
    "see.reset",
    LINE,
    "findings.toggle_marks",
    "findings.undo",
    "findings.redo",
    "measure.delete",
)
REPORT = ("file.export", "file.save_picture", "file.copy_picture")
SETTINGS = ("rest.reader", LINE, "rest.shortcuts", "rest.palette", "rest.about", LINE, "file.quit")
LANGUAGES = ("rest.language_en", "rest.language_zh_CN")


class Menus:
    """Every menu; their words follow the language.

    Args:
        parent: the window.
        desk: says what is shown.
        actions: of the window.
    """

    def __init__(self, parent: QWidget, desk: ReadingDesk, actions: CommandActions) -> None:
        self._desk, self._actions = desk, actions
        self.opening = self._menu(parent, OPENING)
        self.layout = self._menu(parent, LAYOUT)
        self.more = self._menu(parent, MORE)
        self.report = self._menu(parent, REPORT)
        self.presets = self._menu(parent, ())
        self.presets.aboutToShow.connect(self.fill_presets)
        self.settings = self._menu(parent, ())
        self.language = QMenu(self.settings)
        self._fill(self.language, LANGUAGES)
        self.settings.addMenu(self.language)
        self._fill(self.settings, SETTINGS)

    def refresh(self) -> None:
        """Words of what is no command."""
        say = self._desk.render
        self.language.setTitle(say(message("gui.language")))
        names: tuple[tuple[QMenu, Message], ...] = (
            (self.opening, message("gui.open")),
            (self.layout, message("gui.layout")),
            (self.presets, message("gui.presets")),
            (self.more, message("gui.more")),
            (self.report, message("commands.export")),
            (self.settings, message("gui.settings")),
        )
        for menu, words in names:
            name_it(menu, say(words))
            menu.setToolTip("")

    def has_presets(self) -> bool:
        """Whether there is anything to choose from."""
        shown = self._desk.viewing.active_display_set
        return shown is not None and bool(self._choices(shown))

    def fill_presets(self) -> None:
        """The presets of the series in the active viewport, with their keys."""
        self.presets.clear()
        shown = self._desk.viewing.active_display_set
        if shown is None:
            return
        state = self._desk.viewing.layout.active_viewport
        current = state.preset_3d if self._is_volume() else state.preset
        group = QActionGroup(self.presets)
        keys = self._keys(shown)
        for preset in self._choices(shown):
            words = self._desk.render(self._desk.presets.title(preset))
            action = QAction(f"{words}\t{keys.get(preset, '')}", self.presets)
            action.setCheckable(True)
            action.setChecked(preset == current)
            action.triggered.connect(_bound(self._choose, preset))
            group.addAction(action)
            self.presets.addAction(action)

    def _choices(self, shown: DisplaySet) -> tuple[str, ...]:
        presets = self._desk.presets
        return presets.presets_3d(shown) if self._is_volume() else presets.choices(shown)

    def _keys(self, shown: DisplaySet) -> dict[str, str]:
        keys: dict[str, str] = {}
        if self._is_volume():
            return keys
        for number in range(10):
            preset = self._desk.presets.key_preset(shown, number)
            if isinstance(preset, str):
                keys.setdefault(preset, str(number))
        return keys

    def _choose(self, preset: str) -> None:
        viewing = self._desk.viewing
        if self._is_volume():
            viewing.set_preset_3d(preset)
        else:
            viewing.set_preset(viewing.layout.active, preset)

    def _is_volume(self) -> bool:
        return self._desk.viewing.layout.active_viewport.kind is ViewportKind.VOLUME

    def _menu(self, parent: QWidget, identities: tuple[str, ...]) -> QMenu:
        made = QMenu(parent)
        made.setToolTipsVisible(True)
        made.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        self._fill(made, identities)
        return made

    def _fill(self, menu: QMenu, identities: tuple[str, ...]) -> None:
        for identity in identities:
            if identity == LINE:
                menu.addSeparator()
            else:
                menu.addAction(self._actions.action(identity))


def _bound(act: Callable[[str], None], preset: str) -> Callable[[], None]:
    return lambda: act(preset)
