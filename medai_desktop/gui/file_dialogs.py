"""Asking for folders and files, every word of it in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

TYPE_COLUMN = 2
"""Qt's catalogue has no word for what stands in it; the icons say the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask for.

    Attributes:
        title: of the dialog.
        accept: on its button.
        start: folder that it opens in, or the file name that it proposes.
        mode: one folder, several files, or a file that may be new.
        filters: kinds of file; empty for all.
    """

    title: Message
    accept: Message
    start: Path
    mode: QFileDialog.FileMode
    filters: tuple[str, ...] = ()


def ask(parent: QWidget, desk: ReadingDesk, asked: Asked) -> Sequence[Path]:
    """Asks, and waits for the answer; empty when the reader thought better of it."""
    dialog = file_dialog(parent, desk, asked)
    try:
        return [Path(name) for name in dialog.selectedFiles()] if dialog.exec() else []
    finally:
        dialog.deleteLater()


def file_dialog(parent: QWidget, desk: ReadingDesk, asked: Asked) -> QFileDialog:
    """The dialog, not yet shown."""
    is_new = asked.mode is QFileDialog.FileMode.AnyFile
    folder = asked.start.parent if is_new else asked.start
    dialog = QFileDialog(parent, desk.render(asked.title), str(folder))
    dialog.setFileMode(asked.mode)
    is_folder = asked.mode is QFileDialog.FileMode.Directory
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, is_folder)
    if is_new:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(asked.start.suffix.lstrip("."))
    if asked.filters:
        dialog.setNameFilters(list(asked.filters))
    if is_new:
        dialog.selectFile(asked.start.name)
    _name(dialog, desk, asked.accept, is_folder=is_folder)
    return dialog


def _name(dialog: QFileDialog, desk: ReadingDesk, accept: Message, *, is_folder: bool) -> None:
    kinds = QFileDialog.DialogLabel
    name = message("gui.dialog_folder_name") if is_folder else message("gui.dialog_file_name")
    for kind, words in (
        (kinds.LookIn, message("gui.dialog_look_in")),
        (kinds.FileName, name),
        (kinds.FileType, message("gui.dialog_file_type")),
        (kinds.Accept, accept),
        (kinds.Reject, message("gui.cancel")),
    ):
        dialog.setLabelText(kind, desk.render(words))
    for view in dialog.findChildren(QTreeView):
        view.setColumnHidden(TYPE_COLUMN, True)
