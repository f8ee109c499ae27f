"""Commands on files, the window and the program."""

from __future__ import annotations

from medai_desktop.commands.command import Command, CommandGroup, Invocation
from medai_desktop.commands.conditions import can_detect, is_something_shown, is_study_open
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Language, message
from medai_desktop.view.tool import Tool


def _detect(on: Invocation) -> None:
    reason = on.desk.detection.start()
    if reason is not None:
        on.desk.viewing.say(reason)


def _cancel(on: Invocation) -> None:
    if not on.desk.reviewing.cancel():
        on.desk.viewing.set_tool(Tool.WINDOW)


def _speak(language: Language) -> Command:
    titles = {
        Language.ENGLISH: message("commands.english"),
        Language.CHINESE: message("commands.chinese"),
    }

    def speaks(desk: ReadingDesk) -> bool:
        return desk.language is language

    return Command(
        f"rest.language_{language.value}",
        titles[language],
        CommandGroup.REST,
        lambda on: on.desk.set_language(language),
        is_checked=speaks,
    )


FILING: tuple[Command, ...] = (
    Command(
        "file.open_folder",
        message("commands.open_folder"),
        CommandGroup.FILE,
        lambda on: on.window.ask_for_folder(),
        keys=("Ctrl+O",),
        icon="ph.folder-open",
        needs_focus=False,
    ),
    Command(
        "file.open_files",
        message("commands.open_files"),
        CommandGroup.FILE,
        lambda on: on.window.ask_for_files(),
        keys=("Ctrl+Shift+O",),
        needs_focus=False,
    ),
    Command(
        "file.open_sample",
        message("commands.open_sample"),
        CommandGroup.FILE,
        lambda on: (on.desk.opening.open_sample(), None)[1],
        needs_focus=False,
    ),
    Command(
        "file.detect",
        message("commands.detect"),
        CommandGroup.FILE,
        _detect,
        keys=("Ctrl+D",),
        is_enabled=can_detect,
        needs_focus=False,
    ),
    Command(
        "file.export",
        message("commands.export"),
        CommandGroup.FILE,
        lambda on: on.window.ask_where_to_export(),
        keys=("Ctrl+E",),
        icon="ph.export",
        is_enabled=is_study_open,
        needs_focus=False,
    ),
    Command(
        "file.save_picture",
        message("commands.save_picture"),
        CommandGroup.FILE,
        lambda on: on.window.save_picture(),
        keys=("Ctrl+Shift+S",),
        icon="ph.image",
        is_enabled=is_something_shown,
        needs_focus=False,
    ),
    Command(
        "file.copy_picture",
        message("commands.copy_picture"),
        CommandGroup.FILE,
        lambda on: on.window.copy_picture(),
        keys=("Ctrl+Shift+C",),
        icon="ph.copy",
        is_enabled=is_something_shown,
        needs_focus=False,
    ),
    Command(
        "file.quit",
        message("commands.quit"),
        CommandGroup.FILE,
        lambda on: on.window.close_window(),
        keys=("Ctrl+Q",),
        needs_focus=False,
    ),
    Command(
        "rest.cancel",
        message("commands.cancel"),
        CommandGroup.REST,
        _cancel,
        keys=("Esc",),
        needs_focus=False,
    ),
    Command(
        "rest.panels",
        message("commands.panels"),
        CommandGroup.REST,
        lambda on: on.window.toggle_panels(),
        keys=("`",),
    ),
    Command(
        "rest.full_screen",
        message("commands.full_screen"),
        CommandGroup.REST,
        lambda on: on.window.toggle_full_screen(),
        keys=("F11",),
        needs_focus=False,
    ),
    Command(
        "rest.shortcuts",
        message("commands.shortcuts"),
        CommandGroup.REST,
        lambda on: on.window.show_shortcuts(),
        keys=("?",),
        icon="ph.keyboard",
    ),
    Command(
        "rest.palette",
        message("commands.palette"),
        CommandGroup.REST,
        lambda on: on.window.show_palette(),
        keys=("Ctrl+K",),
        icon="ph.command",
        needs_focus=False,
    ),
    Command(
        "rest.reader",
        message("commands.reader"),
        CommandGroup.REST,
        lambda on: on.window.ask_reader(),
        icon="ph.user",
        needs_focus=False,
    ),
    Command(
        "rest.about",
        message("commands.about"),
        CommandGroup.REST,
        lambda on: on.window.show_about(),
        needs_focus=False,
    ),
    _speak(Language.ENGLISH),
    _speak(Language.CHINESE),
)
