"""A list of painted rows that is updated in place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from medai_desktop.gui.guard import answering, guarded

TIP_OFFSET = QPoint(-8, 14)
"""Qt puts a tool tip so far below the place that it is asked for."""
VALUE = int(Qt.ItemDataRole.UserRole)
OWN_KEYS = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
    }
)
"""A list with the focus keeps these; otherwise they are shortcuts of the viewports."""


class Row(Protocol):
    """What a list needs to know of a row; a frozen value."""

    @property
    def key(self) -> Hashable:
        """Tells it from the others."""
        ...

    @property
    def height_px(self) -> int:
        """How high it is."""
        ...

    @property
    def is_choosable(self) -> bool:
        """Whether it can be clicked."""
        ...

    @property
    def spoken(self) -> str:
        """Everything it says, for the tool tip and for screen readers."""
        ...


Place = QModelIndex | QPersistentModelIndex
Paint = Callable[[QPainter, QStyleOptionViewItem, object], None]


class RowDelegate(QStyledItemDelegate):
    """Paints rows by a function.

    Args:
        paint_row: given the painter, the style option (rectangle, state) and the row.
    """

    def __init__(self, paint_row: Paint) -> None:
        super().__init__()
        self._paint_row = paint_row

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Place) -> None:
        """One row."""
        row = index.data(VALUE)
        if row is None:
            return
        painter.save()
        try:
            self._paint_row(painter, option, row)
        finally:
            painter.restore()


class RowList(QListWidget):
    """A list of rows; a click leaves the keys where they are, with the images.

    Args:
        paint_row: see `RowDelegate`.
        when_chosen: told of the row that was clicked or entered.
    """

    def __init__(self, paint_row: Paint, when_chosen: Callable[[Row], None]) -> None:
        super().__init__()
        self._painter_of_rows = RowDelegate(paint_row)
        self._when_chosen = when_chosen
        self.setItemDelegate(self._painter_of_rows)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(24)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.itemClicked.connect(self._choose)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows these rows; what stays is changed in place, scroll position and focus stay."""
        if [row.key for row in rows] != [row.key for row in self.rows()]:
            self._rebuild(rows)
            return
        for number, row in enumerate(rows):
            item = self.item(number)
            if item.data(VALUE) != row:
                self._fill(item, row)

    def rows(self) -> list[Row]:
        """What is shown now."""
        return [self.item(number).data(VALUE) for number in range(self.count())]

    def item_of(self, key: Hashable) -> QListWidgetItem | None:
        """The item of a row by its key."""
        for number in range(self.count()):
            if self.item(number).data(VALUE).key == key:
                return self.item(number)
        return None

    def set_current(self, key: Hashable) -> None:
        """Makes a row the current one, and brings it into view; does not choose it."""
        item = self.item_of(key)
        if item is not None and item is not self.currentItem():
            self.setCurrentItem(item)
            self.scrollToItem(item)

    @answering(False)
    def event(self, event: QEvent) -> bool:
        """Keeps the keys of a list from being taken as shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if plain and event.key() in OWN_KEYS:
                event.accept()
                return True
        return super().event(event)

    @answering(False)
    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips stand below their row: its buttons and words stay free."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            item = self.itemAt(event.pos())
            words = "" if item is None else item.toolTip()
            if item is None or not words:
                QToolTip.hideText()
                return True
            area = self.visualItemRect(item)
            below = self.viewport().mapToGlobal(area.bottomLeft()) - TIP_OFFSET
            QToolTip.showText(below, words, self.viewport(), area)
            return True
        return super().viewportEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses; letters are never a search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.currentItem()
            if item is not None:
                self._choose(item)
        elif event.key() in OWN_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _rebuild(self, rows: Sequence[Row]) -> None:
        current = self.currentItem()
        key = None if current is None else current.data(VALUE).key
        scrolled = self.verticalScrollBar().value()
        self.blockSignals(True)
        try:
            self.clear()
            for row in rows:
                item = QListWidgetItem()
                self._fill(item, row)
                self.addItem(item)
                if row.key == key:
                    self.setCurrentItem(item)
        finally:
            self.blockSignals(False)
        self.verticalScrollBar().setValue(scrolled)

    def _fill(self, item: QListWidgetItem, row: Row) -> None:
        item.setData(VALUE, row)
        if item.sizeHint().height() != row.height_px:
            item.setSizeHint(QSize(0, row.height_px))
        item.setToolTip(row.spoken if row.is_choosable else "")
        item.setData(int(Qt.ItemDataRole.AccessibleTextRole), row.spoken)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if row.is_choosable:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        item.setFlags(flags if row.is_choosable else Qt.ItemFlag.ItemIsEnabled)

    def _choose(self, item: QListWidgetItem) -> None:
        row: Row = item.data(VALUE)
        if row is not None and row.is_choosable:
            self._when_chosen(row)
