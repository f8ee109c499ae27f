"""The table of all commands (keys: reading defaults 6)."""

from __future__ import annotations

from medai_desktop.commands.command import Command
from medai_desktop.commands.filing import FILING
from medai_desktop.commands.reviewing import REVIEWING
from medai_desktop.commands.viewing import MOVING, SEEING

COMMANDS: tuple[Command, ...] = (*FILING, *MOVING, *SEEING, *REVIEWING)


def command(identity: str) -> Command:
    """The command with this id.

    Raises:
        KeyError: there is none.
    """
    for candidate in COMMANDS:
        if candidate.id == identity:
            return candidate
    raise KeyError(identity)
