"""What commands ask of the window: dialogs, files, panels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMainWindow, QWidget

from medai_desktop.gui.dialog import ReadingDialog
from medai_desktop.gui.dialogs import AboutDialog, DetailsDialog, ReaderDialog
from medai_desktop.gui.grabbing import png_of
from medai_desktop.gui.palette import CommandPalette
from medai_desktop.gui.shortcut_sheet import ShortcutSheet
from medai_desktop.session.context import Notice
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

PICTURE_NAME = "view.png"


class Areas(Protocol):
    """The areas of the window that commands act on."""

    @property
    def views(self) -> QWidget:
        """What a picture of the view shows."""
        ...

    @property
    def active_view(self) -> QWidget | None:
        """The active viewport; None while nothing is open."""
        ...

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """What goes away together."""
        ...

    def run(self, identity: str) -> None:
        """Runs a command by id."""
        ...


class WindowPort:
    """The `commands.WindowPort` of a window.

    Args:
        window: parent of the dialogs.
        areas: its areas.
        desk: what is shown.
    """

    def __init__(self, window: QMainWindow, areas: Areas, desk: ReadingDesk) -> None:
        self._window, self._areas, self._desk = window, areas, desk

    def ask_for_folder(self) -> None:
        """Asks which folder to open, and opens it."""
        title = self._desk.render(message("commands.open_folder"))
        folder = QFileDialog.getExistingDirectory(self._window, title, self._last_folder())
        if folder:
            self._desk.opening.open_paths((Path(folder),))

    def ask_for_files(self) -> None:
        """Asks which files to open, and opens them."""
        title = self._desk.render(message("commands.open_files"))
        files, _ = QFileDialog.getOpenFileNames(self._window, title, self._last_folder())
        if files:
            self._desk.opening.open_paths([Path(name) for name in files])

    def ask_where_to_export(self) -> None:
        """Asks for a folder, and exports into it."""
        title = self._desk.render(message("gui.report_folder"))
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder:
            self._desk.exporting.export(Path(folder))

    def save_picture(self) -> None:
        """Asks for a file name, and saves the view as PNG."""
        title = self._desk.render(message("commands.save_picture"))
        name, _ = QFileDialog.getSaveFileName(self._window, title, PICTURE_NAME, "PNG (*.png)")
        if name:
            self.save_picture_as(Path(name))

    def save_picture_as(self, path: Path) -> None:
        """Saves the view as PNG with what is drawn on it, and says so."""
        self._desk.viewing.hide_everything(False)
        if self._desk.exporting.save_picture(path, png_of(self._areas.views)):
            said = message("gui.picture_saved", file=path.name)
            self._desk.notify(Notice(said, is_warning=False))

    def copy_picture(self) -> None:
        """Puts the picture of the active viewport on the clipboard, with what is drawn on it."""
        view = self._areas.active_view
        if view is not None:
            self._desk.viewing.hide_everything(False)
            QGuiApplication.clipboard().setPixmap(view.grab())
            self._desk.viewing.say(message("gui.picture_copied"))

    def with_reader(self, then: Callable[[], None]) -> None:
        """Goes on once the reader is named; asks when not known yet."""
        if self._desk.reviewing.needs_reader:
            self._open(ReaderDialog(self._window, self._desk, then))
        else:
            then()

    def ask_reader(self) -> None:
        """Asks for another reader's name."""
        self._open(ReaderDialog(self._window, self._desk, lambda: None))

    def show_shortcuts(self) -> None:
        """Shows the shortcut sheet."""
        self._open(ShortcutSheet(self._window, self._desk))

    def show_palette(self) -> None:
        """Shows every command with a field to search them."""
        self._open(CommandPalette(self._window, self._desk, self._areas.run))

    def show_about(self) -> None:
        """Shows what this program is, its licences and models."""
        self._open(AboutDialog(self._window, self._desk))

    def show_details(self) -> None:
        """Shows every notice with its reasons."""
        self._open(DetailsDialog(self._window, self._desk))

    def toggle_panels(self) -> None:
        """Side panels away, or back."""
        panels = self._areas.panels
        are_shown = any(not panel.isHidden() for panel in panels)
        for panel in panels:
            panel.setVisible(not are_shown)

    def toggle_full_screen(self) -> None:
        """Full screen, or back."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def close_window(self) -> None:
        """Ends the program."""
        self._window.close()

    def _open(self, dialog: ReadingDialog) -> None:
        """Opens a dialog; those that were closed before go for good."""
        for old in self._window.findChildren(ReadingDialog):
            if old is not dialog and not old.isVisible():
                old.deleteLater()
        dialog.open()

    def _last_folder(self) -> str:
        """Where the last study was opened from: the next one often lies beside it."""
        paths = self._desk.opening.opened_paths
        return str(paths[0].parent) if paths else ""
