"""The reader's name, what this program is, and details of notices."""

from __future__ import annotations

import platform
from collections.abc import Callable

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from medai_desktop import __version__
from medai_desktop.gui.detection_words import model_title
from medai_desktop.gui.dialog import ReadingDialog
from medai_desktop.gui.labels import label
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

MOST_LETTERS = 64
"""The longest name that DICOM holds (PS3.5 6.2, PN: 64 characters a group)."""


class ReaderDialog(ReadingDialog):
    """Asks for the reader's name.

    Args:
        parent: the window.
        desk: keeps the name.
        then: goes on once it is given; not called after Esc.
    """

    def __init__(self, parent: QWidget, desk: ReadingDesk, then: Callable[[], None]) -> None:
        super().__init__(parent, desk, message("gui.reader_title"))
        self._then = then
        self.setMinimumWidth(400)
        self.content.addWidget(label(desk.render(message("gui.reader_question")), "2"))
        self.name = QLineEdit(desk.reviewing.reader)
        self.name.setMaxLength(MOST_LETTERS)
        self.name.setAccessibleName(desk.render(message("gui.reader_title")))
        self.name.selectAll()
        self.content.addWidget(self.name)
        self.add_button(message("gui.cancel")).clicked.connect(self.reject)
        self.go_on = self.add_button(message("gui.go_on"), is_main=True)
        self.go_on.clicked.connect(self._given)
        self.name.textChanged.connect(self._changed)
        self._changed(self.name.text())
        self.name.setFocus()

    def _changed(self, text: str) -> None:
        self.go_on.setEnabled(bool(text.strip()))

    def _given(self) -> None:
        name = " ".join(self.name.text().split())
        if name:
            self.desk.reviewing.set_reader(name)
            self.accept()
            self._then()


class UndecidedDialog(ReadingDialog):
    """Says before an export what it would leave out.

    Args:
        parent: the window.
        desk: speaks.
        counts: marks that nobody has decided on, and findings that the report would hold.
        then: goes on with the export; not called after Back or Esc.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: ReadingDesk,
        counts: tuple[int, int],
        then: Callable[[], None],
    ) -> None:
        super().__init__(parent, desk, message("gui.undecided_title"))
        self._then = then
        self.setMinimumWidth(400)
        self.said = label(desk.render(undecided_words(*counts)), "2")
        self.content.addWidget(self.said)
        self.back = self.add_button(message("gui.back"))
        self.back.clicked.connect(self.reject)
        self.go_on = self.add_button(message("gui.export"), is_main=True)
        self.go_on.clicked.connect(self._go_on)

    def _go_on(self) -> None:
        self.accept()
        self._then()


def undecided_words(undecided: int, held: int) -> Message:
    """How many marks are open, and what a report would hold now."""
    marks = message("gui.undecided", count=undecided)
    if undecided == 1:
        marks = message("gui.one_undecided")
    if held == 1:
        return message("gui.would_hold_one", marks=marks)
    return message("gui.would_hold", marks=marks, count=held)


class AboutDialog(ReadingDialog):
    """What this program is, on which parts it stands, which models there are."""

    def __init__(self, parent: QWidget, desk: ReadingDesk) -> None:
        super().__init__(parent, desk, message("gui.about_title"))
        say = desk.render
        self.setMinimumWidth(460)
        self.content.addWidget(label(say(message("view.research"))))
        self.content.addWidget(label(say(message("gui.about_version", version=__version__)), "2"))
        self.content.addWidget(label(say(message("gui.about_licence")), "2"))
        parts = message(
            "gui.about_parts",
            python=platform.python_version(),
            qt=qVersion(),
            system=f"{platform.system()} {platform.release()}",
        )
        self.content.addWidget(label(say(parts), "2"))
        self.content.addSpacing(4)
        self.content.addWidget(label(say(message("gui.models_here")), is_bold=True))
        for manifest in desk.detection.models():
            self.content.addWidget(label(say(model_title(manifest)), "2"))
        close = self.add_button(message("gui.close"), is_main=True)
        close.clicked.connect(self.accept)


class DetailsDialog(ReadingDialog):
    """Every notice with every reason, newest first; copied with one button."""

    def __init__(self, parent: QWidget, desk: ReadingDesk) -> None:
        super().__init__(parent, desk, message("gui.details"))
        self.resize(640, 420)
        blocks = []
        for notice in reversed(desk.notices):
            heading = desk.render(notice.message)
            reasons = [desk.render(reason) for reason in notice.details]
            lines = [heading, *(f"  - {said}" for said in reasons if said != heading)]
            blocks.append("\n".join(lines))
        self.text = QPlainTextEdit("\n\n".join(blocks))
        self.text.setReadOnly(True)
        self.text.setAccessibleName(desk.render(message("gui.details")))
        self.content.addWidget(self.text)
        copy = self.add_button(message("gui.copy"))
        copy.clicked.connect(self._copy)
        close = self.add_button(message("gui.close"), is_main=True)
        close.clicked.connect(self.accept)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
