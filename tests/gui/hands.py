"""A reader's hands: clicks at places of the shown window, whatever lies there."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from medai_desktop.gui.row_list import RowList

LEFT = Qt.MouseButton.LeftButton


def lies_at(widget: QWidget, point: QPoint) -> QWidget:
    """What is on top at a place of a widget, as seen through its window."""
    window = widget.window()
    found = window.childAt(widget.mapTo(window, point))
    return window if found is None else found


def click(widget: QWidget, point: QPoint | None = None) -> None:
    """Clicks a place of a widget (its middle) through its window; nothing may cover it."""
    place = widget.rect().center() if point is None else point
    target = lies_at(widget, place)
    assert target is widget or widget.isAncestorOf(target), f"{target} covers {widget}"
    inside = target.mapFrom(widget.window(), widget.mapTo(widget.window(), place))
    QTest.mouseClick(target, LEFT, Qt.KeyboardModifier.NoModifier, inside)


def row_rectangle(rows: RowList, number: int) -> QRect:
    """Where a row is painted, within the list's viewport."""
    return rows.visualItemRect(rows.item(number))


def click_row(rows: RowList, number: int) -> None:
    """Clicks the thumbnail end of a row."""
    area = row_rectangle(rows, number)
    click(rows.viewport(), QPoint(area.left() + 30, area.top() + 20))


def drag(widget: QWidget, start: QPoint, end: QPoint, steps: int = 5) -> None:
    """Presses, moves and lets go."""
    QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, steps + 1):
        share = step / steps
        between = QPoint(
            round(start.x() + (end.x() - start.x()) * share),
            round(start.y() + (end.y() - start.y()) * share),
        )
        QTest.mouseMove(widget, between)
    QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, end)


def all_widgets(root: QWidget) -> Iterator[QWidget]:
    """Every visible widget below one, itself included."""
    if root.isVisible():
        yield root
        for child in root.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child.isVisible():
                yield from all_widgets(child)
