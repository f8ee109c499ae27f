"""The middle of the window: a grid of viewports, or the start screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from medai_desktop.gui.bridges import PicturePort
from medai_desktop.gui.start_screen import StartScreen
from medai_desktop.gui.viewport_widget import ViewportWidget
from medai_desktop.session.desk import ReadingDesk

GAP_PX = 2


class ViewGrid(QWidget):
    """Follows the layout of the desk.

    Args:
        desk: what is shown.
        pictures: draws for the viewports.
        start: shown while nothing is open.
        show_cursor: told what lies under the mouse.
        run: runs a command by id, chosen in a viewport's menu.
    """

    def __init__(
        self,
        desk: ReadingDesk,
        pictures: PicturePort,
        start: StartScreen,
        show_cursor: Callable[[str], None],
        run: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._desk, self._pictures, self._start = desk, pictures, start
        self._show_cursor, self._run = show_cursor, run
        self._keys = 0
        self.viewports: list[ViewportWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        self._grid.addWidget(start, 0, 0)

    def lay_out(self) -> None:
        """As many viewports as the layout has, each in its place."""
        if self._desk.opening.current_study is None:
            self._drop(0)
            self._start.setVisible(True)
            self._start.refresh()
            return
        self._start.setVisible(False)
        layout = self._desk.viewing.layout
        alone = layout.maximised
        shown = [n for n in range(len(layout.viewports)) if alone in (None, n)]
        self._drop(len(shown))
        while len(self.viewports) < len(shown):
            self._keys += 1
            widget = ViewportWidget(self._desk, 0, self._pictures, self._keys)
            widget.pointed.connect(self._show_cursor)
            widget.commanded.connect(self._run)
            self.viewports.append(widget)
        for widget, index in zip(self.viewports, shown, strict=True):
            self._grid.addWidget(widget, *layout.place(index))
            widget.show_viewport(index)
        self._share_evenly()
        self._focus_active()

    def refresh(self, indices: frozenset[int]) -> None:
        """Asks these viewports for new pictures."""
        for widget in self.viewports:
            if widget.index in indices:
                widget.refresh()

    def repaint_overlays(self) -> None:
        """What is drawn on top has changed, the pictures have not."""
        for widget in self.viewports:
            widget.update()

    def _share_evenly(self) -> None:
        layout = self._desk.viewing.layout
        is_alone = layout.maximised is not None
        rows, columns = (1, 1) if is_alone else (layout.rows, layout.columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row < rows else 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _drop(self, kept: int) -> None:
        for widget in self.viewports[kept:]:
            self._pictures.forget(widget.key)
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.viewports[kept:] = []

    def _focus_active(self) -> None:
        for widget in self.viewports:
            if widget.index == self._desk.viewing.layout.active:
                widget.show()  # what is not shown yet cannot have the focus
                widget.setFocus()
