"""Every measurement of the study: what, where, how long."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QVBoxLayout, QWidget

from medai_desktop.gui.detection_words import series_name
from medai_desktop.gui.labels import label
from medai_desktop.gui.row_list import Row, RowList
from medai_desktop.gui.row_painting import (
    Line,
    paint_ground,
    paint_line,
    paint_right,
    rectangle,
)
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message
from medai_desktop.view.length import length_label
from medai_desktop.view.reading_order import image_name


@dataclass(frozen=True, slots=True)
class LengthRow:
    """A ruler: its kind, length, place and reader."""

    key: uuid.UUID
    kind: str
    length: str
    place: str
    is_selected: bool
    spoken: str
    height_px: int = 52
    is_choosable: bool = True


class MeasurementsPanel(QWidget):
    """The second tab of the right panel.

    Args:
        desk: measures.
        go_to: shows the image of a display set.
    """

    def __init__(self, desk: ReadingDesk, go_to: Callable[[str, int], None]) -> None:
        super().__init__()
        self._desk, self._go_to = desk, go_to
        self._none = label(rank="2")
        self._none.setContentsMargins(12, 12, 12, 12)
        self.rows = RowList(paint_length_row, self._chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._none)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say = self._desk.render
        rows = self._rows()
        self._none.setText(say(message("gui.no_measurements")))
        self._none.setVisible(not rows)
        self.rows.setVisible(bool(rows))
        self.rows.setAccessibleName(say(message("gui.measurements")))
        self.rows.show_rows(rows)

    def _rows(self) -> list[LengthRow]:
        say, rows = self._desk.render, []
        for length in self._desk.measuring.measurements():
            shown = self._desk.opening.display_set(length.display_set_id)
            if shown is None:
                continue
            series = series_name(shown)
            place = message("gui.place_series", series=series)
            if length.slice_index is not None:
                image = image_name(shown, length.slice_index)
                place = message("gui.place", series=series, image=image)
            words = say(length_label(length, shown))
            parts = [say(place), length.reader]
            where = " · ".join(part for part in parts if part)
            kind = say(message("gui.ruler"))
            rows.append(
                LengthRow(
                    length.id,
                    kind,
                    words,
                    where,
                    length.id == self._desk.measuring.selected,
                    f"{kind} {words}\n{where}",
                )
            )
        return rows

    def _chosen(self, row: Row) -> None:
        if not isinstance(row, LengthRow):
            return
        self._desk.measuring.select(row.key)
        for length in self._desk.measuring.measurements():
            if length.id == row.key and length.slice_index is not None:
                self._go_to(length.display_set_id, length.slice_index)


def paint_length_row(painter: QPainter, option: QStyleOptionViewItem, row: object) -> None:
    """Kind in the reader's colour, length at the right, place below."""
    if not isinstance(row, LengthRow):
        return
    area = rectangle(option)
    paint_ground(painter, option, DARK.raised if row.is_selected else DARK.ground)
    if row.is_selected:
        painter.fillRect(0, area.top(), 3, area.height(), QColor(DARK.reader))
    top, right = area.top() + 9, area.right() - 11
    used = paint_right(painter, right, top, Line(row.length, DARK.text))
    paint_line(painter, 12, top, right - 20 - used, Line(row.kind, DARK.reader))
    paint_line(painter, 12, top + 17, right - 12, Line(row.place))
    painter.fillRect(0, area.bottom(), area.width(), 1, QColor(DARK.line))
