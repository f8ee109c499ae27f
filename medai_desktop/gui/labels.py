"""Lines of text of a rank, and small controls that every panel uses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from medai_desktop.gui import icons, theme
from medai_desktop.gui.guard import answering, guarded

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def label(text: str = "", rank: str = "1", *, is_bold: bool = False, size_px: int = 12) -> QLabel:
    """A wrapped text of a rank.

    Args:
        text: plain text.
        rank: "1" said, "2" beside, "3" unconfirmed, "warning", "reader".
        is_bold: a heading.
        size_px: of the font.
    """
    made = QLabel(text)
    made.setProperty("rank", rank)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(theme.font(size_px, is_bold=is_bold))
    return made


def set_rank(widget: QWidget, rank: str) -> None:
    """Gives a label another rank."""
    if widget.property("rank") != rank:
        widget.setProperty("rank", rank)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where there is no room; whole in the tool tip."""

    def __init__(self, rank: str = "1", *, is_bold: bool = False, size_px: int = 12) -> None:
        super().__init__()
        self.setProperty("rank", rank)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size_px, is_bold=is_bold))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Shows a text."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)
            self.setAccessibleName(text)

    @answering(QSize(0, 16))
    def minimumSizeHint(self) -> QSize:
        """As narrow as needed."""
        return QSize(0, QFontMetrics(self.font()).height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, as much as fits."""
        painter = QPainter(self)
        try:
            painter.setFont(self.font())
            painter.setPen(self.palette().color(self.foregroundRole()))
            shown = elided(self.text(), self.font(), self.width())
            painter.drawText(self.rect(), int(self.alignment()), shown)
        finally:
            painter.end()


def elided(text: str, font: QFont, width_px: int) -> str:
    """As much of a text as fits, on one line."""
    metrics = QFontMetrics(font)
    return metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, width_px)


def rule(*, is_upright: bool = False) -> QFrame:
    """A line of 1 px between areas."""
    made = QFrame()
    made.setObjectName("rule")
    if is_upright:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def push_button(kind: str = "", when_clicked: Callable[[], object] | None = None) -> QPushButton:
    """A button; its words come with the language.

    Args:
        kind: "" framed, "main", "flat", "link" or "inline".
        when_clicked: what it does.
    """
    made = QPushButton()
    made.setObjectName(kind)
    made.setFont(theme.font(is_bold=kind == "main"))
    made.setAutoDefault(False)
    if when_clicked is not None:
        made.clicked.connect(lambda _=False: when_clicked())
    return made


def icon_button(icon_name: str, when_clicked: Callable[[], object]) -> QToolButton:
    """A square button that holds an icon alone; its words are tool tip and accessible name."""
    made = QToolButton()
    made.setObjectName("icon")
    made.setIcon(icons.icon(icon_name, theme.DARK.text_beside))
    made.setIconSize(icons.ICON_SIZE)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda _=False: when_clicked())
    return made


def name_it(button: QWidget, words: str, keys: str = "") -> None:
    """Tool tip and accessible name of a control that shows no words."""
    button.setToolTip(f"{words} ({keys})" if keys else words)
    button.setAccessibleName(words)
