"""The left panel: whose images these are, and what there is of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QDrag, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QVBoxLayout, QWidget

from medai_desktop.gui.guard import guarded
from medai_desktop.gui.labels import ElidedLabel, label
from medai_desktop.gui.patient_words import patient_colour, patient_facts, patient_title
from medai_desktop.gui.row_list import Row, RowList
from medai_desktop.gui.row_painting import (
    THUMBNAIL_PX,
    Line,
    paint_ground,
    paint_line,
    paint_right,
    paint_ring,
    paint_thumbnail,
    pixmap,
    rectangle,
)
from medai_desktop.gui.series_drag import series_data
from medai_desktop.gui.series_rows import PatientRow, SeriesRow, StudyRow, study_rows
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.source.instance import PatientFacts
from medai_desktop.text import Message, message

WIDTH_PX = 248
STRIPE_PX = 4


class PatientBanner(QWidget):
    """Name and facts of the patient who is read, with the patient's own stripe."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self._desk = desk
        self._colour = DARK.line
        self.name, self.facts = ElidedLabel(is_bold=True, size_px=14), ElidedLabel("2")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12 + STRIPE_PX, 9, 12, 10)
        layout.setSpacing(2)
        layout.addWidget(self.name)
        layout.addWidget(self.facts)

    def show_patient(self, patient: PatientFacts, study_date: str) -> None:
        """Shows another patient, or says the same in another language."""
        self.name.say(self._said(patient_title(patient)))
        self.facts.say("   ".join(self._said(part) for part in patient_facts(patient, study_date)))
        colour = patient_colour(patient, (study.patient for study in self._desk.opening.studies))
        if colour != self._colour:
            self._colour = colour
            self.update()

    @property
    def colour(self) -> str:
        """Of the stripe."""
        return self._colour

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and stripe."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), QColor(DARK.raised))
            painter.fillRect(QRect(0, 0, STRIPE_PX, self.height()), QColor(self._colour))
        finally:
            painter.end()

    def _said(self, part: Message | str) -> str:
        return part if isinstance(part, str) else self._desk.render(part)


class SeriesList(RowList):
    """Series under their studies; a click shows one, a drag takes it to a viewport."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__(paint_series_row, self._show)
        self._desk = desk
        self.setDragEnabled(True)

    @guarded
    def startDrag(self, actions: Qt.DropAction) -> None:
        """Takes the series along."""
        item = self.currentItem()
        row = None if item is None else item.data(int(Qt.ItemDataRole.UserRole))
        if not isinstance(row, SeriesRow):
            return
        drag = QDrag(self)
        drag.setMimeData(series_data(row.key))
        if row.thumbnail is not None:
            side = QSize(THUMBNAIL_PX, THUMBNAIL_PX)
            drag.setPixmap(row.thumbnail.scaled(side, Qt.AspectRatioMode.KeepAspectRatio))
        drag.exec(Qt.DropAction.CopyAction)

    def _show(self, row: Row) -> None:
        if isinstance(row, SeriesRow):
            self._desk.viewing.show(row.key, self._desk.viewing.layout.active)


class StudiesPanel(QWidget):
    """Patient banner, studies, series."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self._desk = desk
        self._thumbnails: dict[str, tuple[npt.NDArray[np.uint8], QPixmap]] = {}
        self.banner = PatientBanner(desk)
        self._heading, self._nothing = label(rank="2", is_bold=True), label(rank="2")
        self.series = SeriesList(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        for text in (self._heading, self._nothing):
            text.setContentsMargins(12, 12, 12, 0)
            layout.addWidget(text)
        layout.addSpacing(4)
        layout.addWidget(self.series, 1)
        layout.addStretch(0)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say, study = self._desk.render, self._desk.opening.current_study
        self._heading.setText(say(message("gui.studies")))
        self._nothing.setText(say(message("session.nothing_open")))
        self.series.setAccessibleName(say(message("gui.studies")))
        for widget in (self.banner, self.series):
            widget.setVisible(study is not None)
        self._nothing.setVisible(study is None)
        if study is None:
            self.series.show_rows(())
            return
        self.banner.show_patient(study.patient, study.facts.date)
        self.series.show_rows(study_rows(self._desk, self._thumbnail))
        shown = self._desk.viewing.layout.active_viewport.display_set_id
        if shown is not None and not self.series.hasFocus():
            self.series.set_current(shown)

    def _thumbnail(self, identity: str) -> QPixmap | None:
        pixels = self._desk.opening.thumbnail(identity)
        if pixels is None:
            return None
        made = self._thumbnails.get(identity)
        if made is None or made[0] is not pixels:
            made = self._thumbnails[identity] = pixels, pixmap(pixels)
        return made[1]


def paint_series_row(painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
    """One row of the study list."""
    area = rectangle(option)
    if isinstance(row, PatientRow):
        painter.fillRect(area, QColor(DARK.ground))
        painter.fillRect(QRect(0, area.top() + 8, STRIPE_PX, 24), QColor(row.colour))
        colour = DARK.text if row.is_current else DARK.text_beside
        line = Line(row.spoken, colour, is_bold=True)
        paint_line(painter, 12, area.top() + 12, area.width() - 24, line)
    elif isinstance(row, StudyRow):
        colour = DARK.text if row.is_current else DARK.text_beside
        date = paint_right(painter, area.right() - 11, area.top() + 8, Line(row.date, colour))
        room = area.width() - 32 - date
        paint_line(painter, 12, area.top() + 8, room, Line(row.description, colour))
    elif isinstance(row, SeriesRow):
        _paint_series(painter, option, row)


def _paint_series(painter: QPainter, option: QStyleOptionViewItem, row: SeriesRow) -> None:
    area = rectangle(option)
    ground = DARK.hover if row.is_active else DARK.raised if row.is_shown else DARK.ground
    paint_ground(painter, option, ground)
    picture = QRect(12, area.top() + 8, THUMBNAIL_PX, THUMBNAIL_PX)
    paint_thumbnail(painter, picture, row.thumbnail)
    left, top = picture.right() + 11, area.top() + 15
    room = area.width() - left - 10
    paint_line(painter, left, top, room, Line(row.title, DARK.text))
    second = left
    if row.loading is not None:
        paint_ring(painter, QRectF(left + 1, top + 21, 10, 10), row.loading)
        second += 18
    colour = DARK.warning if row.is_wrong else DARK.text_beside
    paint_line(painter, second, top + 18, room - (second - left), Line(row.said, colour))
