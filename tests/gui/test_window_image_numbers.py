"""One image has one number everywhere: the one in its file, its place in brackets behind it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from medai_desktop.findings import FindingSet
from medai_desktop.gui.finding_rows import MarkRow
from medai_desktop.gui.measurements_panel import LengthRow
from medai_desktop.gui.viewport_widget import ViewportWidget
from tests.gui.hands import click_row, drag
from tests.gui.windows import Looked, MakeWindow, desk_of
from tests.phantoms import volumes


def corner_number(widget: ViewportWidget) -> str:
    """What the corner of a viewport calls its image."""
    said = [text.text for text in widget._content.overlay(widget.size_px()).texts]
    (found,) = [match[1] for text in said if (match := re.search(r"Im (\d+ \(\d+/\d+\))", text))]
    return found


def test_lists_and_corner_call_an_image_by_the_same_number(
    make_window: MakeWindow, marks: FindingSet, looked: Looked
) -> None:
    """The files are numbered from the feet, the head is read from the top."""
    window = make_window([looked.folder], is_private=False)
    desk = desk_of(window)
    click_row(window.side.findings.rows, 0)
    views = desk.viewing.layout.viewports
    widget = next(v for v in window.viewports if views[v.index].display_set_id == looked.shown.id)
    number = corner_number(widget)
    written, place, count = map(int, re.findall(r"\d+", number))
    assert (written + place, count) == (25, 24)
    assert written != place
    rows = [row for row in window.side.findings.rows.rows() if isinstance(row, MarkRow)]
    assert rows[0].is_selected
    assert rows[0].place == f"Series 4, image {number}"
    assert rows[1].place != rows[0].place

    QTest.keyClick(window, Qt.Key.Key_R)
    drag(widget, QPoint(150, 150), QPoint(230, 200))
    (ruler,) = [r for r in window.side.measurements.rows.rows() if isinstance(r, LengthRow)]
    assert ruler.place.startswith(f"Series 4, image {number}")
    desk.viewing.scroll(widget.index, 3)
    assert corner_number(widget) == f"{written - 3} ({place + 3}/24)"


def test_gap_and_its_sentence_name_the_same_image(make_window: MakeWindow, tmp_path: Path) -> None:
    volumes.missing_slice(tmp_path, missing=5)
    window = make_window([tmp_path])
    desk = desk_of(window)
    shown = desk.viewing.active_display_set
    assert shown is not None
    sentence = desk.render(shown.messages[0])
    numbers = set(re.findall(r"image (\d+)", sentence))
    assert len(numbers) == 2
    (row,) = [r for r in window.studies.series.rows() if "missing" in getattr(r, "said", "")]
    found = re.search(r"Im (\d+) \((\d+)/19\)", row.said)  # type: ignore[union-attr]
    assert found is not None
    assert found[1] in numbers
    assert int(found[1]) + int(found[2]) == 20
