"""A command, and what it acts on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from medai_desktop.commands.conditions import Condition, always, why_not
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message


class WindowPort(Protocol):
    """What a command may ask of the window itself."""

    def ask_for_folder(self) -> None:
        """Asks which folder to open, and opens it."""
        ...

    def ask_for_files(self) -> None:
        """Asks which files to open, and opens them."""
        ...

    def ask_where_to_export(self) -> None:
        """Asks for a folder, and exports into it."""
        ...

    def save_picture(self) -> None:
        """Asks for a file name, and saves the view as PNG."""
        ...

    def copy_picture(self) -> None:
        """Puts the picture of the active viewport on the clipboard."""
        ...

    def with_reader(self, then: Callable[[], None]) -> None:
        """Goes on once the reader is named; asks when not known yet."""
        ...

    def show_shortcuts(self) -> None:
        """Shows the shortcut sheet."""
        ...

    def show_palette(self) -> None:
        """Shows every command with a field to search them."""
        ...

    def show_about(self) -> None:
        """Shows what this program is, its licences and models."""
        ...

    def ask_reader(self) -> None:
        """Asks for another reader's name."""
        ...

    def toggle_panels(self) -> None:
        """Side panels away, or back."""
        ...

    def toggle_full_screen(self) -> None:
        """Full screen, or back."""
        ...

    def close_window(self) -> None:
        """Ends the program."""
        ...


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command acts on."""

    desk: ReadingDesk
    window: WindowPort

    @property
    def active(self) -> int:
        """Index of the active viewport."""
        return self.desk.viewing.layout.active


class CommandGroup(Enum):
    """Groups of the menu and of the shortcut sheet."""

    FILE = "file"
    MOVE = "move"
    SEE = "see"
    MEASURE = "measure"
    FINDINGS = "findings"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Command:
    """A command as data.

    Attributes:
        id: ``group.name``; stable, never shown.
        title: what menus say.
        group: where it stands.
        handler: does it.
        keys: key sequences in Qt's portable text form; the first stands in menus.
        icon: name of a Phosphor icon, such as ``ph.folder-open``; empty for none.
        is_enabled: whether it can do anything now.
        is_checked: for commands that are on or off; None for the others.
        needs_focus: a single key: acts only while a viewport or list has the focus.
        repeats: may repeat while its key is held.
    """

    id: str
    title: Message
    group: CommandGroup
    handler: Callable[[Invocation], None]
    keys: tuple[str, ...] = ()
    icon: str = ""
    is_enabled: Condition = always
    is_checked: Callable[[ReadingDesk], bool] | None = None
    needs_focus: bool = True
    repeats: bool = False

    def why_disabled(self, desk: ReadingDesk) -> Message | None:
        """Why it can do nothing now; None when it can."""
        return why_not(desk, self.is_enabled)
