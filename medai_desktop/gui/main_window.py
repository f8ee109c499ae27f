"""The main window of DESIGN section 6."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from medai_desktop import __version__
from medai_desktop.commands import COMMANDS, Invocation, command
from medai_desktop.gui.actions import CommandActions
from medai_desktop.gui.bridges import JobBridge, PictureBridge, PicturePort
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.panels import SidePanel, StudiesPanel, label
from medai_desktop.gui.status_line import StatusLine
from medai_desktop.gui.viewport_widget import ViewportWidget
from medai_desktop.session.changes import Changes
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message
from medai_desktop.view.picture import Picture

PictureSource = Callable[[PictureBridge], PicturePort]


class MainWindow(QMainWindow):
    """One desk in one window; the `WindowPort` of the commands.

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
        self._jobs = JobBridge(desk.mailbox)
        self._keys = 0
        self.viewports: list[ViewportWidget] = []
        self.has_picture = False
        self.setAcceptDrops(True)
        self.command_actions = CommandActions(self, desk, Invocation(desk, self))
        self.addToolBar(self.command_actions.tool_bar)
        self.studies = StudiesPanel(desk)
        self.side = SidePanel(desk, self.run)
        self._notices = QWidget()
        self._notice_lines = QVBoxLayout(self._notices)
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self._start = self._start_screen()
        self._grid.addWidget(self._start, 0, 0)
        self.setCentralWidget(self._center())
        self.status = StatusLine(desk)
        self.setStatusBar(self.status)
        desk.subscribe(self._changed)
        self._lay_out()
        self._changed(Changes(studies=True, language=True, notices=True))

    def run(self, identity: str) -> None:
        """Runs a command by id."""
        chosen = command(identity)
        if chosen.is_enabled(self._desk):
            chosen.handler(Invocation(self._desk, self))

    # -- WindowPort ------------------------------------------------------------------------------

    def ask_for_folder(self) -> None:
        """Asks which folder to open, and opens it."""
        title = self._desk.render(message("commands.open_folder"))
        folder = QFileDialog.getExistingDirectory(self, title)
        if folder:
            self._desk.opening.open_paths((Path(folder),))

    def ask_for_files(self) -> None:
        """Asks which files to open, and opens them."""
        title = self._desk.render(message("commands.open_files"))
        files, _ = QFileDialog.getOpenFileNames(self, title)
        if files:
            self._desk.opening.open_paths([Path(name) for name in files])

    def ask_where_to_export(self) -> None:
        """Asks for a folder, and exports into it."""
        title = self._desk.render(message("commands.export"))
        folder = QFileDialog.getExistingDirectory(self, title)
        if folder:
            self._desk.exporting.export(Path(folder))

    def save_picture(self) -> None:
        """Asks for a file name, and saves the view as PNG."""
        title = self._desk.render(message("commands.save_picture"))
        name, _ = QFileDialog.getSaveFileName(self, title, "view.png", "PNG (*.png)")
        if name:
            self._grid_host.grab().save(name, "PNG")

    def with_reader(self, then: Callable[[], None]) -> None:
        """Goes on once the reader is named."""
        if self._desk.reviewing.needs_reader:
            say = self._desk.render
            name, is_given = QInputDialog.getText(
                self, say(message("gui.reader_title")), say(message("gui.reader_question"))
            )
            if not is_given or not name.strip():
                return
            self._desk.reviewing.set_reader(name)
        then()

    def show_shortcuts(self) -> None:
        """Shows the shortcut sheet."""
        say = self._desk.render
        lines = [f"{say(c.title)}:  {', '.join(c.keys)}" for c in COMMANDS if c.keys]
        QMessageBox.information(self, say(message("commands.shortcuts")), "\n".join(lines))

    def show_about(self) -> None:
        """Shows what this program is."""
        say = self._desk.render
        models = "\n".join(f"{m.title} {m.version}" for m in self._desk.detection.models())
        text = say(message("gui.about", version=__version__, models=models))
        QMessageBox.about(self, say(message("commands.about")), text)

    def toggle_panels(self) -> None:
        """Side panels away, or back."""
        is_shown = self.side.isVisible()
        self.side.setVisible(not is_shown)
        self.studies.setVisible(not is_shown)

    def toggle_full_screen(self) -> None:
        """Full screen, or back."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def edit_selected_mark(self) -> None:
        """Says how a box is replaced: reject it and draw another."""
        self._desk.viewing.say(message("gui.edit_hint"))

    def cancel_action(self) -> None:
        """Falls back to the window tool."""
        from medai_desktop.view.tool import Tool

        self._desk.viewing.set_tool(Tool.WINDOW)

    def close_window(self) -> None:
        """Ends the program."""
        self.close()

    # -- Qt --------------------------------------------------------------------------------------

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped."""
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self._desk.opening.open_paths(paths)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space held: everything drawn is gone."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._desk.viewing.hide_everything(True)

    @guarded
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space let go: everything is back."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._desk.viewing.hide_everything(False)

    @guarded
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ends threads and worker programs."""
        self._pictures.close()
        self._desk.close()
        event.accept()

    def sizeHint(self) -> QSize:
        """Of the design."""
        return QSize(1600, 1000)

    # -- inner -----------------------------------------------------------------------------------

    def _center(self) -> QWidget:
        center, column = QWidget(), QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notices)
        column.addWidget(self._grid_host, 1)
        row = QHBoxLayout(center)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        row.addWidget(self.studies)
        row.addLayout(column, 1)
        row.addWidget(self.side)
        return center

    def _changed(self, changes: Changes) -> None:
        no_study = changes.studies and self._desk.opening.current_study is None
        if changes.layout or no_study:
            self._lay_out()
        for widget in self.viewports:
            if widget.index in changes.viewports:
                widget.refresh()
        self._refresh_panels(changes)
        if changes.findings or changes.measurements or changes.language or changes.tool:
            for widget in self.viewports:
                widget.update()
        self.status.refresh()
        self.command_actions.refresh(has_new_language=changes.language)
        if changes.language:
            self.setWindowTitle("MedAI Desktop")

    def _refresh_panels(self, changes: Changes) -> None:
        if changes.studies or changes.loading or changes.language:
            self.studies.refresh()
        if changes.findings or changes.detection or changes.measurements or changes.language:
            self.side.refresh()
        if changes.notices or changes.language:
            self._show_notices()

    def _lay_out(self) -> None:
        if self._desk.opening.current_study is None:
            self._drop_viewports(0)
            self._start.setVisible(True)
            return
        self._start.setVisible(False)
        layout = self._desk.viewing.layout
        alone = layout.maximised
        shown = [n for n in range(len(layout.viewports)) if alone in (None, n)]
        self._drop_viewports(len(shown))
        while len(self.viewports) < len(shown):
            self._keys += 1
            widget = ViewportWidget(self._desk, 0, self._pictures, self._keys)
            widget.pointed.connect(self.status.show_cursor)
            self.viewports.append(widget)
        for widget, index in zip(self.viewports, shown, strict=True):
            row, column = (0, 0) if alone is not None else divmod(index, layout.columns)
            self._grid.addWidget(widget, row, column)
            widget.show_viewport(index)
        self._focus_active()

    def _drop_viewports(self, kept: int) -> None:
        for widget in self.viewports[kept:]:
            self._pictures.forget(widget.key)
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.viewports = self.viewports[:kept]

    def _focus_active(self) -> None:
        for widget in self.viewports:
            if widget.index == self._desk.viewing.layout.active:
                widget.setFocus()

    def _start_screen(self) -> QWidget:
        say, host = self._desk.render, QWidget()
        host.setObjectName("panel")
        column = QVBoxLayout(host)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label(say(message("gui.drop_title")), "title")
        for widget in (title, label(say(message("gui.drop_more")), "2")):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget)
        for identity, name in (("file.open_folder", "main"), ("file.open_sample", "")):
            button = QPushButton(say(command(identity).title))
            button.setObjectName(name)
            button.clicked.connect(lambda _=False, i=identity: self.run(i))
            column.addWidget(button)
        return host

    def _show_notices(self) -> None:
        while (item := self._notice_lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._notices.setVisible(bool(self._desk.notices))
        for notice in self._desk.notices[-2:]:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(8, 0, 8, 0)
            rank = "warning" if notice.is_warning else "2"
            text: QLabel = label(self._desk.render(notice.message), rank)
            text.setToolTip("\n".join(self._desk.render(said) for said in notice.details))
            row.addWidget(text, 1)
            close = QPushButton(self._desk.render(message("gui.close")))
            close.clicked.connect(lambda _=False, n=notice: self._desk.dismiss(n))
            row.addWidget(close)
            self._notice_lines.addWidget(line)

    def _picture_arrived(self, key: int, picture: Picture) -> None:
        for widget in self.viewports:
            if widget.key == key:
                widget.take(picture)
                self.has_picture = True
