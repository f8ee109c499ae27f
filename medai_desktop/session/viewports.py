"""The viewports of a desk: what each shows, and who is told when that changes."""

from __future__ import annotations

from dataclasses import replace

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext
from medai_desktop.session.opening import Opening
from medai_desktop.text import Message
from medai_desktop.view.presets import WindowPresets
from medai_desktop.view.viewport import Layout, ViewportKind, ViewportState


class Viewports:
    """The layout, and what every part of viewing needs.

    Args:
        context: shared by the parts of the desk.
        opening: brings display sets and pixels.
        presets: windows, slabs and 3D presets.
    """

    def __init__(self, context: DeskContext, opening: Opening, presets: WindowPresets) -> None:
        self._context = context
        self._opening = opening
        self._presets = presets
        self.layout = Layout()
        self.crosshair_lps_mm: tuple[float, float, float] | None = None
        self.hint: Message | None = None
        self.sizes_px: dict[int, tuple[int, int]] = {}
        opening.is_in_view = self.is_in_view

    def display_set_in(self, index: int) -> DisplaySet | None:
        """The display set that a viewport shows."""
        return self._opening.display_set(self.layout.viewports[index].display_set_id)

    @property
    def active_display_set(self) -> DisplaySet | None:
        """The display set of the active viewport."""
        return self.display_set_in(self.layout.active)

    def is_in_view(self, identity: str) -> bool:
        """Whether any viewport shows this display set."""
        return any(state.display_set_id == identity for state in self.layout.viewports)

    def activate(self, index: int) -> None:
        """Makes a viewport the active one."""
        if index != self.layout.active and 0 <= index < len(self.layout.viewports):
            self.layout = replace(self.layout, active=index)
            self._changed_all()

    def toggle_maximise(self, index: int) -> None:
        """Shows one viewport alone, or the whole grid again."""
        alone = None if self.layout.maximised is not None else index
        self.layout = replace(self.layout, active=index, maximised=alone)
        self._context.changed(Changes(layout=True, viewports=self._all()))

    def tell_size(self, index: int, size_px: tuple[int, int]) -> None:
        """How large a viewport is painted; planes side by side share the scale that fits all."""
        if self.sizes_px.get(index) == size_px:
            return
        self.sizes_px[index] = size_px
        planes = {n for n, v in enumerate(self.layout.viewports) if v.kind is ViewportKind.PLANE}
        if index in planes:
            self._changed(planes - {index})

    def say(self, said: Message) -> None:
        """A short sentence in the status bar."""
        self.hint = said
        self._context.changed(Changes(tool=True))

    def _put(self, index: int, state: ViewportState) -> None:
        """Changes a viewport without telling anybody yet."""
        self.layout = self.layout.with_viewport(index, state)

    def _replace(self, index: int, state: ViewportState) -> None:
        self._put(index, state)
        self._changed({index})

    def _all(self) -> frozenset[int]:
        return frozenset(range(len(self.layout.viewports)))

    def _changed_all(self) -> None:
        self._context.changed(Changes(viewports=self._all()))

    def _changed(self, indices: set[int]) -> None:
        if indices:
            self._context.changed(Changes(viewports=frozenset(indices)))
