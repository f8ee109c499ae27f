"""Nothing is open: drop a study, open a folder, go on with a recent one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from medai_desktop.gui.guard import guarded
from medai_desktop.gui.labels import label, push_button
from medai_desktop.gui.recent_rows import RecentRow, recent_rows
from medai_desktop.gui.row_list import Row, RowList
from medai_desktop.gui.row_painting import Line, paint_ground, paint_line, paint_right, rectangle
from medai_desktop.gui.theme import DARK
from medai_desktop.jobs import Job
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

WIDTH_PX = 560
FRAME_HEIGHT_PX = 196
SCANNING = "session.scanning"


class DropFrame(QWidget):
    """The dashed frame; lighter while something hovers over the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(WIDTH_PX, FRAME_HEIGHT_PX)
        self._is_hovered = False

    def set_hovered(self, is_hovered: bool) -> None:
        """Something to be dropped is over the window, or has left it."""
        if is_hovered != self._is_hovered:
            self._is_hovered = is_hovered
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(QColor(DARK.text_beside if self._is_hovered else DARK.edge), 1)
            pen.setDashPattern([4, 4])
            painter.setPen(pen)
            if self._is_hovered:
                painter.setBrush(QColor(DARK.ground))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        finally:
            painter.end()


class StartScreen(QWidget):
    """What the middle shows before the first study.

    Args:
        desk: knows what was open last, and scans.
        run: runs a command by id.
    """

    def __init__(self, desk: ReadingDesk, run: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("backdrop")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self.frame = DropFrame()
        self._title = label(is_bold=True, size_px=20)
        self._more = label(rank="2")
        self.open_folder = push_button("main", lambda: run("file.open_folder"))
        self.open_sample = push_button("", lambda: run("file.open_sample"))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(240)
        self._bar.setRange(0, 0)
        self.cancel = push_button("", self._cancel)
        self._recent = label(rank="2", is_bold=True)
        self.recent = RowList(_paint_recent, self._open)
        self.recent.setFixedWidth(WIDTH_PX + 24)
        self._fill()

    def refresh(self) -> None:
        """Looks at the desk again."""
        say, scan = self._desk.render, self._scan()
        is_scanning = scan is not None
        self._title.setText(say(message("gui.drop_title")))
        self._more.setText(say(message("gui.drop_more")))
        if scan is not None:
            done = 0 if scan.progress is None else scan.progress.done
            self._title.setText(say(message("gui.scan_title")))
            self._more.setText(say(message("gui.scan_count", count=done)))
        self.open_folder.setText(say(message("commands.open_folder")))
        self.open_sample.setText(say(message("commands.open_sample")))
        self.cancel.setText(say(message("gui.cancel")))
        for widget in (self.open_folder, self.open_sample):
            widget.setVisible(not is_scanning)
        self._bar.setVisible(is_scanning)
        self.cancel.setVisible(is_scanning)
        rows = () if is_scanning else recent_rows(self._desk, datetime.now(UTC).astimezone())
        self._recent.setText(say(message("gui.recent")))
        self._recent.setVisible(bool(rows))
        self.recent.setVisible(bool(rows))
        self.recent.setAccessibleName(say(message("gui.recent")))
        self.recent.setFixedHeight(sum(row.height_px for row in rows))
        self.recent.show_rows(rows)

    def _fill(self) -> None:
        inside = QVBoxLayout(self.frame)
        inside.setSpacing(6)
        inside.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for text in (self._title, self._more):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inside.addWidget(text)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.open_folder, self.open_sample, self._bar, self.cancel):
            buttons.addWidget(widget)
        inside.addSpacing(8)
        inside.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(3)
        center = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self.frame, 0, center)
        column.addSpacing(16)
        self._recent.setFixedWidth(WIDTH_PX)
        column.addWidget(self._recent, 0, center)
        column.addSpacing(6)
        column.addWidget(self.recent, 0, center)
        column.addStretch(4)

    def _scan(self) -> Job[object] | None:
        return next((job for job in self._desk.jobs if job.title.id == SCANNING), None)

    def _cancel(self) -> None:
        scan = self._scan()
        if scan is not None:
            self._desk.cancel(scan.id)

    def _open(self, row: Row) -> None:
        if isinstance(row, RecentRow) and not row.is_missing:
            self._desk.opening.open_paths(row.paths)


def _paint_recent(painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
    if not isinstance(row, RecentRow):
        return
    area = rectangle(option)
    paint_ground(painter, option, DARK.backdrop)
    colour = DARK.text_beside if row.is_missing else DARK.text
    side = Line(row.said, DARK.warning if row.is_missing else DARK.text_beside)
    top = area.top() + 8
    used = paint_right(painter, area.right() - 11, top, side)
    paint_line(painter, 12, top, area.width() - 40 - used, Line(row.title, colour))
