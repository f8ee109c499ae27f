"""Every command, and a field to search them: for what is used too rarely to know its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from medai_desktop.commands import COMMANDS, Command
from medai_desktop.gui.dialog import ReadingDialog
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.keys import key_words
from medai_desktop.gui.row_list import Row, RowList
from medai_desktop.gui.row_painting import (
    Line,
    is_current,
    paint_ground,
    paint_line,
    paint_right,
    rectangle,
)
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

UNLISTED = frozenset({"rest.palette", "rest.cancel"})


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as the palette shows it."""

    key: str
    title: str
    keys: str
    is_enabled: bool
    spoken: str
    height_px: int = 32
    is_choosable: bool = True


class SearchField(QLineEdit):
    """A field whose up and down keys move in a list."""

    def __init__(self, rows: RowList) -> None:
        super().__init__()
        self._rows = rows

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, down and page keys go to the list."""
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in keys:
            self._rows.keyPressEvent(event)
        else:
            super().keyPressEvent(event)


class CommandPalette(ReadingDialog):
    """Type, choose, done.

    Args:
        parent: the window.
        desk: says what is enabled.
        run: runs a command by id, after the palette has gone.
    """

    def __init__(self, parent: QWidget, desk: ReadingDesk, run: Callable[[str], None]) -> None:
        super().__init__(parent, desk, message("commands.palette"))
        self._run = run
        self.resize(480, 460)
        self.rows = RowList(_paint_command, self._chosen)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setAccessibleName(desk.render(message("commands.palette")))
        self.field = SearchField(self.rows)
        self.field.setPlaceholderText(desk.render(message("gui.search_commands")))
        self.field.setAccessibleName(desk.render(message("gui.search_commands")))
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._enter)
        self.content.addWidget(self.field)
        self.content.addWidget(self.rows, 1)
        self._filter("")
        self.field.setFocus()

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        listed = [self._row(item) for item in COMMANDS if item.id not in UNLISTED]
        rows = [row for row in listed if all(word in row.title.casefold() for word in words)]
        rows.sort(key=lambda row: not row.is_enabled)
        self.rows.show_rows(rows)
        self.rows.setCurrentRow(0)

    def _row(self, item: Command) -> CommandRow:
        say = self.desk.render
        why = item.why_disabled(self.desk)
        title = say(item.title)
        keys = say(key_words(item.keys[0])) if item.keys else ""
        spoken = f"{title}\n{keys}" if why is None else f"{title}\n{say(why)}"
        return CommandRow(item.id, title, keys, why is None, spoken)

    def _chosen(self, row: Row) -> None:
        if isinstance(row, CommandRow) and row.is_enabled:
            self.accept()
            self._run(row.key)

    def _enter(self) -> None:
        rows, place = self.rows.rows(), self.rows.currentRow()
        if 0 <= place < len(rows):
            self._chosen(rows[place])


def _paint_command(painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
    if not isinstance(row, CommandRow):
        return
    area = rectangle(option)
    paint_ground(painter, option, DARK.hover if is_current(option) else DARK.ground)
    colour = DARK.text if row.is_enabled else DARK.faded(DARK.text)
    used = paint_right(
        painter, area.right() - 10, area.top() + 8, Line(row.keys, DARK.text_unconfirmed)
    )
    paint_line(painter, 10, area.top() + 8, area.width() - 40 - used, Line(row.title, colour))
