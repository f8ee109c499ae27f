"""Commands that move through images and change how they look."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.commands.command import Command, CommandGroup, Invocation
from medai_desktop.commands.conditions import (
    allows_volume,
    has_stages,
    is_something_shown,
    is_study_open,
)
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import ViewportKind

FAR = 1_000_000
"""More images than any series has: Home and End."""


def _scroll(steps: int) -> Callable[[Invocation], None]:
    def scroll(on: Invocation) -> None:
        on.desk.viewing.scroll(on.active, steps)

    return scroll


def _move(name: str, title: Message, steps: int, key: str) -> Command:
    return Command(
        f"move.{name}",
        title,
        CommandGroup.MOVE,
        _scroll(steps),
        keys=(key,),
        is_enabled=is_something_shown,
        repeats=True,
    )


def _tool(tool: Tool, title: Message, icon: str, key: str) -> Command:
    group = CommandGroup.MEASURE if tool in {Tool.RULER, Tool.BOX} else CommandGroup.SEE

    def is_chosen(desk: ReadingDesk) -> bool:
        return desk.viewing.tool is tool

    return Command(
        f"{group.value}.tool_{tool.value}",
        title,
        group,
        lambda on: on.desk.viewing.set_tool(tool),
        keys=(key,) if key else (),
        icon=icon,
        is_enabled=is_something_shown,
        is_checked=is_chosen,
    )


def _preset(number: int) -> Command:
    return Command(
        f"see.preset_{number}",
        message("commands.preset", number=number),
        CommandGroup.SEE,
        lambda on: on.desk.viewing.press_number_key(number),
        keys=(str(number),),
        is_enabled=is_something_shown,
    )


def _shows(kind: ViewportKind) -> Callable[[ReadingDesk], bool]:
    return lambda desk: desk.viewing.layout.active_viewport.kind is kind


def _layout(rows: int, columns: int) -> Command:
    return Command(
        f"see.layout_{rows}x{columns}",
        message("commands.layout", rows=rows, columns=columns),
        CommandGroup.SEE,
        lambda on: on.desk.viewing.set_layout(rows, columns),
        is_enabled=is_study_open,
    )


def _see(
    name: str,
    title: Message,
    handler: Callable[[Invocation], None],
    *keys: str,
    icon: str = "",
) -> Command:
    return Command(
        f"see.{name}",
        title,
        CommandGroup.SEE,
        handler,
        keys=keys,
        icon=icon,
        is_enabled=is_something_shown,
    )


MOVING: tuple[Command, ...] = (
    _move("next_image", message("commands.next_image"), 1, "Down"),
    _move("previous_image", message("commands.previous_image"), -1, "Up"),
    _move("next_ten", message("commands.next_ten"), 10, "Shift+Down"),
    _move("previous_ten", message("commands.previous_ten"), -10, "Shift+Up"),
    _move("first_image", message("commands.first_image"), -FAR, "Home"),
    _move("last_image", message("commands.last_image"), FAR, "End"),
    Command(
        "move.previous_series",
        message("commands.previous_series"),
        CommandGroup.MOVE,
        lambda on: on.desk.viewing.show_neighbour(-1),
        keys=("PgUp",),
        is_enabled=is_something_shown,
    ),
    Command(
        "move.next_series",
        message("commands.next_series"),
        CommandGroup.MOVE,
        lambda on: on.desk.viewing.show_neighbour(1),
        keys=("PgDown",),
        is_enabled=is_something_shown,
    ),
    Command(
        "move.previous_stage",
        message("commands.previous_stage"),
        CommandGroup.MOVE,
        lambda on: on.desk.viewing.change_stage(-1),
        keys=("Left",),
        is_enabled=has_stages,
    ),
    Command(
        "move.next_stage",
        message("commands.next_stage"),
        CommandGroup.MOVE,
        lambda on: on.desk.viewing.change_stage(1),
        keys=("Right",),
        is_enabled=has_stages,
    ),
)

SEEING: tuple[Command, ...] = (
    _tool(Tool.SCROLL, message("commands.tool_scroll"), "ph.arrows-down-up", "S"),
    _tool(Tool.WINDOW, message("commands.tool_window"), "ph.sun", "W"),
    _tool(Tool.PAN, message("commands.tool_pan"), "ph.hand", ""),
    _tool(Tool.ZOOM, message("commands.tool_zoom"), "ph.magnifying-glass-plus", "Z"),
    _tool(Tool.CROSSHAIR, message("commands.tool_crosshair"), "ph.crosshair", "C"),
    _tool(Tool.RULER, message("commands.tool_ruler"), "ph.ruler", "R"),
    _tool(Tool.BOX, message("commands.tool_box"), "ph.bounding-box", "Shift+E"),
    *(_preset(number) for number in range(10)),
    _see(
        "maximise",
        message("commands.maximise"),
        lambda on: on.desk.viewing.toggle_maximise(on.active),
        "F",
    ),
    _see("invert", message("commands.invert"), lambda on: on.desk.viewing.invert(on.active), "I"),
    _see(
        "turn_left",
        message("commands.turn_left"),
        lambda on: on.desk.viewing.turn(on.active, -1),
        "[",
    ),
    _see(
        "turn_right",
        message("commands.turn_right"),
        lambda on: on.desk.viewing.turn(on.active, 1),
        "]",
    ),
    _see(
        "flip_horizontally",
        message("commands.flip_horizontally"),
        lambda on: on.desk.viewing.flip(on.active, is_horizontal=True),
        "Shift+H",
    ),
    _see(
        "flip_vertically",
        message("commands.flip_vertically"),
        lambda on: on.desk.viewing.flip(on.active, is_horizontal=False),
        "Shift+V",
    ),
    _see("fit", message("commands.fit"), lambda on: on.desk.viewing.fit(on.active), "="),
    _see(
        "reset",
        message("commands.reset"),
        lambda on: on.desk.viewing.reset_view(on.active),
        "Ctrl+0",
    ),
    _see("slab", message("commands.slab"), lambda on: on.desk.viewing.cycle_slab(), "B"),
    _see(
        "diffusion",
        message("commands.diffusion"),
        lambda on: on.desk.viewing.swap_diffusion(),
        "X",
    ),
    _see(
        "corner_text",
        message("commands.corner_text"),
        lambda on: on.desk.viewing.cycle_corner_text(),
        "Ctrl+T",
    ),
    Command(
        "see.planes",
        message("commands.planes"),
        CommandGroup.SEE,
        lambda on: on.desk.viewing.toggle_planes(),
        keys=("M",),
        icon="ph.grid-four",
        is_enabled=allows_volume,
        is_checked=_shows(ViewportKind.PLANE),
    ),
    Command(
        "see.volume",
        message("commands.volume"),
        CommandGroup.SEE,
        lambda on: on.desk.viewing.toggle_volume(),
        keys=("Shift+M",),
        icon="ph.cube",
        is_enabled=allows_volume,
        is_checked=_shows(ViewportKind.VOLUME),
    ),
    _layout(1, 1),
    _layout(1, 2),
    _layout(1, 3),
    _layout(2, 2),
)
