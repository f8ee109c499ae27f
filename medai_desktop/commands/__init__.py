"""Every command as data: id, title, keys, when, handler.

Lives here: `Command`, the port to the window (dialogs) and the table of all commands, from which
menus, tool bar, shortcuts, shortcut sheet and help are made. May import `session` and below.
"""

from medai_desktop.commands.command import Command, CommandGroup, Invocation, WindowPort
from medai_desktop.commands.table import COMMANDS, command

__all__ = [
    "COMMANDS",
    "Command",
    "CommandGroup",
    "Invocation",
    "WindowPort",
    "command",
]
