"""All keys on one sheet, grouped as the hand knows them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from medai_desktop.commands import COMMANDS, Command, CommandGroup
from medai_desktop.gui.dialog import ReadingDialog
from medai_desktop.gui.keys import key_words
from medai_desktop.gui.labels import label
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

GROUPS: dict[CommandGroup, Message] = {
    CommandGroup.FILE: message("gui.group_file"),
    CommandGroup.MOVE: message("gui.group_move"),
    CommandGroup.SEE: message("gui.group_see"),
    CommandGroup.MEASURE: message("gui.group_measure"),
    CommandGroup.FINDINGS: message("gui.group_findings"),
    CommandGroup.REST: message("gui.group_rest"),
}
COLUMNS = (
    (CommandGroup.MOVE, CommandGroup.FILE),
    (CommandGroup.SEE,),
    (CommandGroup.FINDINGS, CommandGroup.MEASURE, CommandGroup.REST),
)
KEYS_PX = 118
COLUMN_PX = 296


class ShortcutSheet(ReadingDialog):
    """Every command that has a key."""

    def __init__(self, parent: QWidget, desk: ReadingDesk) -> None:
        super().__init__(parent, desk, message("commands.shortcuts"))
        row = QHBoxLayout()
        row.setSpacing(24)
        for groups in COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(6)
            for group in groups:
                self._add_group(column, group)
            column.addStretch(1)
            row.addLayout(column)
        self.content.addLayout(row)
        close = self.add_button(message("gui.close"), is_main=True)
        close.clicked.connect(self.accept)

    def _add_group(self, column: QVBoxLayout, group: CommandGroup) -> None:
        say = self.desk.render
        heading = label(say(GROUPS[group]), is_bold=True)
        heading.setContentsMargins(0, 4, 0, 0)
        column.addWidget(heading)
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(8)
        grid.setColumnMinimumWidth(0, KEYS_PX)
        grid.setColumnMinimumWidth(1, COLUMN_PX - KEYS_PX)
        for line, (keys, words) in enumerate(self._lines(group)):
            grid.addWidget(_keys(keys), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(words, "2"), line, 1)
        column.addLayout(grid)

    def _lines(self, group: CommandGroup) -> list[tuple[str, str]]:
        say = self.desk.render
        lines: list[tuple[str, str]] = []
        if group is CommandGroup.MOVE:
            lines.append((say(message("gui.key_wheel")), say(message("gui.wheel_does"))))
        if group is CommandGroup.FINDINGS:
            lines.append((say(message("gui.key_space")), say(message("gui.space_does"))))
        presets = [item for item in COMMANDS if item.id.startswith("see.preset_")]
        for item in COMMANDS:
            if item.group is group and item.keys and item not in presets:
                lines.append((_written(self.desk, item), say(item.title)))
        if group is CommandGroup.SEE and presets:
            lines.append(("0 \N{EN DASH} 9", say(message("gui.presets_do"))))
        return lines


def _written(desk: ReadingDesk, item: Command) -> str:
    return ",  ".join(dict.fromkeys(desk.render(key_words(key)) for key in item.keys))


def _keys(text: str) -> QLabel:
    made = label(text)
    made.setWordWrap(False)
    return made
