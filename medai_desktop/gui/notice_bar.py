"""What must be said, as one bar that pushes the views down; it never covers pixels."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from medai_desktop.gui import icons, theme
from medai_desktop.gui.guard import answering, guarded
from medai_desktop.gui.labels import ELLIPSIS, icon_button, label, name_it, push_button
from medai_desktop.gui.theme import DARK
from medai_desktop.session.context import Notice
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

MOST_LINES = 3
LEAST_HEIGHT_PX = 48
PADDING_PX = 8
NAMES = frozenset({"file", "first", "second", "folder"})
"""Arguments of a sentence that name a thing on the disk: set in bold."""

_OPEN, _CLOSE = "\N{START OF TEXT}", "\N{END OF TEXT}"


class NoticeText(QWidget):
    """A sentence of at most three lines; what does not fit stands in the details."""

    def __init__(self) -> None:
        super().__init__()
        self._marked = ""
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._document.setDefaultFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, marked: str) -> None:
        """Shows a sentence in which names are marked; see `emphasised`."""
        self._marked = marked
        self.setAccessibleName(plain(marked))
        self._fit()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines elsewhere."""
        if event.oldSize().width() != event.size().width():
            self._fit()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines."""
        painter = QPainter(self)
        try:
            self._document.drawContents(painter, QRectF(self.rect()))
        finally:
            painter.end()

    def _fit(self) -> None:
        line = QFontMetrics(theme.font()).lineSpacing()
        words = self._marked
        self._lay_out(words)
        while self._document.size().height() > MOST_LINES * line + 2 and " " in words.strip():
            words = words.rstrip(ELLIPSIS + " ").rpartition(" ")[0] + ELLIPSIS
            self._lay_out(words)
        self.setFixedHeight(max(line, round(self._document.size().height())))
        self.update()

    def _lay_out(self, marked: str) -> None:
        escaped = html.escape(marked.replace(_CLOSE + ELLIPSIS, ELLIPSIS + _CLOSE))
        bold = escaped.replace(_OPEN, '<span style="font-weight:700">').replace(_CLOSE, "</span>")
        self._document.setHtml(f'<div style="color:{DARK.text}">{bold}</div>')
        self._document.setTextWidth(max(80, self.width()))


class NoticeBar(QWidget):
    """The newest notice, with the number of the others.

    Args:
        desk: has the notices.
        show_details: opens the list of all of them.
    """

    def __init__(self, desk: ReadingDesk, show_details: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._icon, self.text, self._more = QLabel(), NoticeText(), label(rank="2")
        self._more.setWordWrap(False)
        self.details = push_button("link", show_details)
        self.close_button = icon_button("ph.x", self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, PADDING_PX, 8, PADDING_PX)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        row.addWidget(self._more)
        row.addWidget(self.details)
        row.addWidget(self.close_button)
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """The one that is shown."""
        return self._desk.notices[-1] if self._desk.notices else None

    def refresh(self) -> None:
        """Looks at the desk again."""
        notice, say = self.notice, self._desk.render
        self.setVisible(notice is not None)
        if notice is None:
            return
        self._dress("warning" if notice.is_warning else "said")
        self.text.say(emphasised(notice.message, say))
        others = len(self._desk.notices) - 1
        self._more.setText(say(message("gui.more_notices", count=others)) if others else "")
        self._more.setVisible(others > 0)
        self.details.setText(say(message("gui.details")))
        self.details.setVisible(bool(notice.details) or others > 0)
        name_it(self.close_button, say(message("gui.close")))

    @answering(QSize(400, LEAST_HEIGHT_PX))
    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(400, max(LEAST_HEIGHT_PX, self.text.height() + 2 * PADDING_PX))

    def _dress(self, kind: str) -> None:
        name, colour = "ph.info", DARK.text_beside
        if kind == "warning":
            name, colour = "ph.warning", DARK.warning
        self._icon.setPixmap(icons.picture(name, QColor(colour).name()))
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)

    def _dismiss(self) -> None:
        if self.notice is not None:
            self._desk.dismiss(self.notice)


def emphasised(said: Message, render: Callable[[Message], str]) -> str:
    """A sentence in which the names of files are marked."""
    arguments = tuple((name, _marked(name, value, render)) for name, value in said.arguments)
    return render(Message(said.id, arguments))


def plain(marked: str) -> str:
    """The sentence without the marks."""
    return marked.replace(_OPEN, "").replace(_CLOSE, "")


def _marked(
    name: str, value: str | int | float | Message, render: Callable[[Message], str]
) -> str | int | float:
    if isinstance(value, Message):
        return emphasised(value, render)
    return f"{_OPEN}{value}{_CLOSE}" if name in NAMES and isinstance(value, str) else value
