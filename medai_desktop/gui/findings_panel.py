"""State of each model, threshold, and the marks with the reader's decisions."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from medai_desktop.gui import icons
from medai_desktop.gui.decision_buttons import DecisionButtons, Runner
from medai_desktop.gui.detection_panel import DetectionPanel
from medai_desktop.gui.finding_rows import LINE_PX, PADDING_PX, FoldRow, MarkRow, finding_rows
from medai_desktop.gui.finding_thumbnail import FindingThumbnails
from medai_desktop.gui.fitted_scroll import FittedScroll
from medai_desktop.gui.labels import label
from medai_desktop.gui.row_list import Row, RowList
from medai_desktop.gui.row_painting import (
    SQUARE_STEP_PX,
    SQUARES,
    THUMBNAIL_PX,
    Line,
    paint_ground,
    paint_line,
    paint_squares,
    paint_thumbnail,
    rectangle,
)
from medai_desktop.gui.theme import DARK
from medai_desktop.gui.threshold_bar import ThresholdBar
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

EDGE_PX = 3
TEXT_LEFT_PX = 12 + THUMBNAIL_PX + 12
REJECTED_SHARE = 0.45
STATES_SHARE = 0.45
"""Of the panel: the marks below keep the rest, however much the models have to say."""


class FindingsPanel(QWidget):
    """The first tab of the right panel."""

    def __init__(self, desk: ReadingDesk, runner: Runner) -> None:
        super().__init__()
        self._desk, self._runner = desk, runner
        self._thumbnails = FindingThumbnails(desk)
        self.states = DetectionPanel(desk)
        self.threshold = ThresholdBar(desk)
        self.rows = RowList(paint_finding_row, self._chosen)
        self._hidden = label(rank="2")
        self._hidden.setContentsMargins(12, 8, 12, 8)
        self.buttons: DecisionButtons | None = None
        self._buttons_for: object = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._states_area = FittedScroll(self.states, STATES_SHARE)
        layout.addWidget(self._states_area)
        layout.addWidget(self.threshold)
        layout.addWidget(self._hidden)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)

    def refresh(self) -> None:
        """Looks at the desk again."""
        self.refresh_states()
        self.threshold.refresh()
        rows = finding_rows(self._desk, self._thumbnails.of)
        self.rows.setAccessibleName(self._desk.render(message("gui.findings")))
        self.rows.show_rows(rows)
        self._hidden.setText(self._desk.render(message("gui.marks_hidden")))
        self._hidden.setVisible(bool(rows) and not self._desk.reviewing.marks_are_shown)
        selected = next((r for r in rows if isinstance(r, MarkRow) and r.is_selected), None)
        self._place_buttons(selected)
        if selected is not None:
            self.rows.set_current(selected.key)

    def refresh_states(self) -> None:
        """Only what a running model says."""
        self.states.refresh()
        self._states_area.fit()

    def _place_buttons(self, row: MarkRow | None) -> None:
        wanted = None if row is None else (row.key, row.buttons_top_px, self._desk.language)
        item = None if row is None else self.rows.item_of(row.key)
        if wanted == self._buttons_for and (item is None or self.rows.itemWidget(item)):
            return
        self._take_buttons_away()
        self._buttons_for = wanted
        if row is not None and item is not None:
            self.buttons = DecisionButtons(
                self._desk, self._runner, TEXT_LEFT_PX, row.buttons_top_px, is_own=row.is_own
            )
            self.rows.setItemWidget(item, self.buttons)

    def _take_buttons_away(self) -> None:
        if self.buttons is not None and isValid(self.buttons):
            self.buttons.hide()
        self.buttons = None
        for number in range(self.rows.count()):
            self.rows.removeItemWidget(self.rows.item(number))

    def _chosen(self, row: Row) -> None:
        if isinstance(row, FoldRow):
            self._desk.reviewing.toggle_folded()
        elif isinstance(row, MarkRow):
            self._desk.reviewing.select(row.key)


def paint_finding_row(painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
    """One row of the findings list."""
    area = rectangle(option)
    if isinstance(row, FoldRow):
        paint_ground(painter, option, DARK.ground)
        caret = "ph.caret-down" if row.is_open else "ph.caret-right"
        painter.drawPixmap(12, area.top() + 12, icons.picture(caret, DARK.text_beside, 16))
        paint_line(painter, 34, area.top() + 12, area.width() - 46, Line(row.spoken))
    elif isinstance(row, MarkRow):
        _paint_mark(painter, option, row)
    painter.setOpacity(1.0)
    painter.fillRect(QRect(0, area.bottom(), area.width(), 1), QColor(DARK.line))


def _paint_mark(painter: QPainter, option: QStyleOptionViewItem, row: MarkRow) -> None:
    area = rectangle(option)
    paint_ground(painter, option, DARK.raised if row.is_selected else DARK.ground)
    if row.is_selected:
        painter.fillRect(QRect(0, area.top(), EDGE_PX, area.height()), QColor(DARK.program))
    if row.is_rejected:
        painter.setOpacity(REJECTED_SHARE)
    top = area.top() + PADDING_PX
    paint_thumbnail(painter, QRect(12, top, THUMBNAIL_PX, THUMBNAIL_PX), row.thumbnail)
    right = area.right() - 11
    room = right - TEXT_LEFT_PX
    squares = SQUARES * SQUARE_STEP_PX + 8 if row.steps is not None else 0
    paint_line(painter, TEXT_LEFT_PX, top, room - squares, Line(row.place, DARK.text, is_bold=True))
    paint_line(painter, TEXT_LEFT_PX, top + LINE_PX, room, Line(row.what))
    colour = DARK.text if row.is_rejected else DARK.reader
    paint_line(painter, TEXT_LEFT_PX, top + 2 * LINE_PX, room, Line(row.status, colour))
    if row.steps is not None:
        paint_squares(painter, right, top, row.steps)
