"""The main window of DESIGN section 6."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from medai_desktop.commands import Invocation, command
from medai_desktop.gui.actions import CommandActions
from medai_desktop.gui.bridges import PictureBridge, PicturePort
from medai_desktop.gui.guard import answering, guarded
from medai_desktop.gui.hold_to_hide import HoldToHide
from medai_desktop.gui.job_bridge import JobBridge
from medai_desktop.gui.labels import rule
from medai_desktop.gui.menus import Menus
from medai_desktop.gui.notice_bar import NoticeBar
from medai_desktop.gui.side_panel import SidePanel
from medai_desktop.gui.soon import Soon
from medai_desktop.gui.start_screen import StartScreen
from medai_desktop.gui.status_line import StatusLine
from medai_desktop.gui.studies_panel import StudiesPanel
from medai_desktop.gui.tool_bar import MainToolBar
from medai_desktop.gui.translator import speak
from medai_desktop.gui.view_grid import ViewGrid
from medai_desktop.gui.viewport_widget import ViewportWidget
from medai_desktop.gui.window_port import WindowPort
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import Notice
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message
from medai_desktop.view.picture import Picture

PictureSource = Callable[[PictureBridge], PicturePort]

SIZE = QSize(1600, 1000)
LEAST_SIZE = QSize(1024, 640)
TITLE = "MedAI Desktop"
REDRAW_MS = 80
"""Panels are redrawn at most so often while images load, jobs go on or the wheel turns."""


class MainWindow(QMainWindow):
    """One desk in one window.

    Args:
        desk: what is shown.
        pictures: makes the renderer for this window's bridge.
    """

    def __init__(self, desk: ReadingDesk, pictures: PictureSource) -> None:
        super().__init__()
        self._desk = desk
        self._bridge = PictureBridge()
        self._pictures = pictures(self._bridge)
        self._bridge.arrived.connect(self._picture_arrived)
        self._bridge.failed.connect(self._picture_failed)
        self._jobs = JobBridge(desk.mailbox)
        self.has_picture = False
        self.setWindowTitle(TITLE)
        self.setMinimumSize(LEAST_SIZE)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.port = WindowPort(self, self, desk)
        self.command_actions = CommandActions(self, desk, Invocation(desk, self.port))
        self.menus = Menus(self, desk, self.command_actions)
        self.tool_bar = MainToolBar(desk, self.command_actions, self.menus)
        self.addToolBar(self.tool_bar)
        self.studies = StudiesPanel(desk)
        self.side = SidePanel(desk, self, self._go_to)
        self.notices = NoticeBar(desk, self.port.show_details)
        self.status = StatusLine(desk)
        self.start = StartScreen(desk, self.run)
        self._grid = ViewGrid(desk, self._pictures, self.start, self.status.show_cursor, self.run)
        self.setCentralWidget(self._center())
        self._panels_soon = Soon(REDRAW_MS, self._refresh_panels)
        self._jobs_soon = Soon(REDRAW_MS, self._refresh_jobs)
        self._hold = HoldToHide(self, desk)
        desk.reviewing.ask_reader_by(self.port.with_reader)
        self._unsubscribe = desk.subscribe(self._changed)
        self._changed(Changes(studies=True, language=True, notices=True))
        self.start.open_folder.setFocus()

    @property
    def viewports(self) -> list[ViewportWidget]:
        """The viewports that are shown, in order."""
        return self._grid.viewports

    @property
    def views(self) -> QWidget:
        """What a picture of the view shows."""
        return self._grid

    @property
    def active_view(self) -> QWidget | None:
        """The active viewport; None while nothing is open."""
        active = self._desk.viewing.layout.active
        return next((view for view in self.viewports if view.index == active), None)

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """What goes away together."""
        return self.studies, self.side

    def run(self, identity: str) -> None:
        """Runs a command by id."""
        chosen = command(identity)
        if chosen.is_enabled(self._desk):
            chosen.handler(Invocation(self._desk, self.port))

    # -- Qt --------------------------------------------------------------------------------------

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.start.frame.set_hovered(True)

    @guarded
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They go elsewhere."""
        self.start.frame.set_hovered(False)

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped."""
        self.start.frame.set_hovered(False)
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._desk.opening.open_paths(paths)

    @guarded
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ends threads and worker programs."""
        for soon in (self._panels_soon, self._jobs_soon):
            soon.forget()
        self._pictures.close()
        self._desk.close()
        event.accept()

    @answering(SIZE)
    def sizeHint(self) -> QSize:
        """Of the design."""
        return SIZE

    # -- inner -----------------------------------------------------------------------------------

    def _center(self) -> QWidget:
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.notices)
        middle.addWidget(self._grid, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.studies)
        row.addWidget(rule(is_upright=True))
        row.addLayout(middle, 1)
        row.addWidget(rule(is_upright=True))
        row.addWidget(self.side)
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        return center

    def _changed(self, changes: Changes) -> None:
        no_study = changes.studies and self._desk.opening.current_study is None
        if changes.layout or no_study:
            self._grid.lay_out()
            self._order_focus()
        self._grid.refresh(changes.viewports)
        if changes.findings or changes.measurements or changes.language or changes.tool:
            self._grid.repaint_overlays()
        if changes.language:
            speak(self._desk.language)
        if changes.notices or changes.language:
            self.notices.refresh()
        if changes.recent or changes.language:
            self.start.refresh()
        self._change_panels(changes)

    def _change_panels(self, changes: Changes) -> None:
        if _is_at_once(changes):
            self._refresh_panels()
        elif changes.loading or changes.viewports:
            self._panels_soon.ask()
        if changes.jobs or changes.tool:
            self._jobs_soon.ask()

    def _refresh_panels(self) -> None:
        self._panels_soon.forget()
        self.studies.refresh()
        self.side.refresh()
        self.command_actions.refresh()
        self.menus.refresh()
        self.tool_bar.refresh()
        self.status.refresh()

    def _refresh_jobs(self) -> None:
        self.status.refresh()
        self.side.findings.refresh_states()
        if self._desk.opening.current_study is None:
            self.start.refresh()

    def _order_focus(self) -> None:
        """Tab goes as the eye does: tools, studies, images, marks."""
        chain: list[QWidget] = [self.studies.series, *self.viewports, self.side.tabBar()]
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)

    def _go_to(self, display_set_id: str, slice_index: int) -> None:
        viewing = self._desk.viewing
        for index, state in enumerate(viewing.layout.viewports):
            if state.display_set_id == display_set_id:
                viewing.go_to_slice(index, slice_index)
                return
        viewing.show(display_set_id, viewing.layout.active)
        viewing.go_to_slice(viewing.layout.active, slice_index)

    def _picture_arrived(self, key: int, picture: Picture) -> None:
        for widget in self.viewports:
            if widget.key == key:
                widget.take(picture)
                self.has_picture = True
        self._desk.restoring.begin()

    def _picture_failed(self, key: int, said: Message) -> None:
        self._desk.notify(Notice(said))
        self._desk.restoring.begin()


def _is_at_once(changes: Changes) -> bool:
    """What the reader has just done is answered at once; what goes on by itself is not."""
    return any(
        (
            changes.studies,
            changes.layout,
            changes.detection,
            changes.findings,
            changes.measurements,
            changes.language,
            changes.tool,
        )
    )
