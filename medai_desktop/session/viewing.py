"""What the viewports show, all parts together.

The parts stand on one another: `viewports` (the layout), `windowing` (grey), `placing` (zoom,
pan, turns), `scrolling` (images and crosshair), `hanging` (protocols and grids), `planes` (planes,
slabs, 3D). A desk has one `Viewing`.
"""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.opening import Opening
from medai_desktop.session.planes import Planes
from medai_desktop.text import message
from medai_desktop.view.hanging import HangingProtocols
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import SlabMode

CORNER_TEXT_MODES = ("full", "minimal", "off")


class Viewing(Planes):
    """The viewports of a desk.

    Args:
        context: shared by the parts of the desk.
        opening: brings display sets and pixels.
        presets: windows, slabs and 3D presets.
        protocols: hanging protocols.
    """

    def __init__(
        self,
        context: DeskContext,
        opening: Opening,
        presets: WindowPresets,
        protocols: HangingProtocols,
    ) -> None:
        super().__init__(context, opening, presets, protocols)
        self.everything_is_hidden = False
        self.when_tool_taken: Callable[[], object] = lambda: None
        self.corner_text_mode = CORNER_TEXT_MODES[0]

    def set_tool(self, tool: Tool) -> None:
        """Another tool for the left mouse button; a ruler needs a depth, which a MIP has not."""
        if tool is Tool.RULER and self._shows_projection():
            self.say(message("session.no_depth"))
            return
        self.when_tool_taken()
        self.tool = tool
        self._context.changed(Changes(tool=True))

    def activate(self, index: int) -> None:
        """Makes a viewport the active one."""
        super().activate(index)
        self._drop_ruler()

    def cycle_slab(self) -> None:
        """The next slab of the active viewport, then none again; planes of a volume share it."""
        super().cycle_slab()
        self._drop_ruler()

    def hide_everything(self, is_hidden: bool) -> None:
        """Everything drawn is gone while Space is held."""
        if is_hidden != self.everything_is_hidden:
            self.everything_is_hidden = is_hidden
            self._changed_all()

    def cycle_corner_text(self) -> None:
        """Full, minimal, off."""
        place = CORNER_TEXT_MODES.index(self.corner_text_mode) + 1
        self.corner_text_mode = CORNER_TEXT_MODES[place % len(CORNER_TEXT_MODES)]
        self._changed_all()

    def _shows_projection(self) -> bool:
        return self.layout.active_viewport.slab.mode in {SlabMode.MIP, SlabMode.MINIP}

    def _drop_ruler(self) -> None:
        if self.tool is Tool.RULER and self._shows_projection():
            self.tool = Tool.WINDOW
            self.say(message("session.no_depth"))
