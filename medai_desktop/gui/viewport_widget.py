"""One viewport: picture, overlay, slice slider, mouse."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from medai_desktop.gui.bridges import PicturePort
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.overlay_painter import paint_overlay
from medai_desktop.gui.theme import DARK
from medai_desktop.gui.viewport_content import ViewportContent
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.cursor import readout
from medai_desktop.view.length import make_length
from medai_desktop.view.picture import Picture, PlaneRequest, StoredSliceRequest
from medai_desktop.view.reading_order import reading_position, slice_at
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import ViewportKind
from medai_desktop.view.window_drag import dragged

SLIDER_PX = 16


class ViewportWidget(QWidget):
    """Paints viewport ``index`` of the desk's layout and turns mouse moves into its actions."""

    pointed = Signal(str)

    def __init__(self, desk: ReadingDesk, index: int, pictures: PicturePort, key: int) -> None:
        super().__init__()
        self._desk, self.index, self._pictures, self.key = desk, index, pictures, key
        self._content = ViewportContent(desk, index)
        self._picture: Picture | None = None
        self._image: QImage | None = None
        self._drag_from: QPointF | None = None
        self._drag_button = Qt.MouseButton.NoButton
        self._ruler: tuple[QPointF, QPointF] | None = None
        self._is_dragging_slider = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMinimumSize(120, 120)
        self.setAcceptDrops(False)

    def show_viewport(self, index: int) -> None:
        """Shows another viewport of the layout from now on."""
        if index != self.index:
            self.index, self._content = index, ViewportContent(self._desk, index)
            self._picture, self._image = None, None
        self._ruler, self._drag_from, self._is_dragging_slider = None, None, False
        self.refresh()

    def refresh(self) -> None:
        """Asks for the picture of what the desk says now."""
        request = self._content.request(self._size(), self._drag_from is not None)
        if request is None:
            self._picture, self._image = None, None
            self.update()
        else:
            self._pictures.submit(self.key, request)
        self.update()

    def take(self, picture: Picture) -> None:
        """A finished picture has come."""
        self._picture = picture
        pixels = picture.pixels
        height, width = pixels.shape[:2]
        if pixels.ndim == 2:
            form = QImage.Format.Format_Grayscale8
        else:
            form = QImage.Format.Format_RGB888
        self._image = QImage(pixels.data, width, height, pixels.strides[0], form)
        request = picture.request
        if isinstance(request, StoredSliceRequest):
            self._desk.viewing.mark_visited(request.volume.display_set_id, request.slice_index)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, overlay, slider, edge."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), QColor(DARK.view))
            self._paint_picture(painter)
            if not self._desk.viewing.everything_is_hidden:
                paint_overlay(painter, self._content.overlay(self._size(), self._ruler_ends()))
            self._paint_slider(painter)
            if self._desk.viewing.layout.active == self.index:
                painter.setPen(QPen(QColor(DARK.text_unconfirmed), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        finally:
            painter.end()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size needs another picture."""
        self.refresh()

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """One notch, one image; towards the reader is the next."""
        notches = event.angleDelta().y() or event.angleDelta().x()
        steps = -1 if notches > 0 else 1
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            steps *= 10
        self._desk.viewing.activate(self.index)
        self._desk.viewing.scroll(self.index, steps)
        event.accept()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a drag, selects a mark, or moves the slider."""
        self.setFocus()
        self._desk.viewing.activate(self.index)
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._has_slider() and at.x() >= self.width() - SLIDER_PX:
            self._is_dragging_slider = True
            self._slide(at.y())
            return
        if left and self._select_at(at):
            return
        self._drag_from, self._drag_button = at, event.button()
        if left and self._desk.viewing.tool in {Tool.RULER, Tool.BOX}:
            self._ruler = (at, at)
        elif left and self._desk.viewing.tool is Tool.CROSSHAIR:
            self._place_crosshair(at)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Reads out, drags."""
        at = event.position()
        self._point_at(at)
        if self._is_dragging_slider:
            self._slide(at.y())
            return
        if self._drag_from is None:
            return
        moved = at - self._drag_from
        self._drag(moved, at, event)
        self._drag_from = at

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a drag; a ruler or box is kept."""
        self._is_dragging_slider = False
        if self._ruler is not None:
            start, end = self._ruler
            self._ruler = None
            if (end - start).manhattanLength() > 4:
                self._keep(start, end)
        self._drag_from, self._drag_button = None, Qt.MouseButton.NoButton
        self.refresh()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """One viewport alone, or all again."""
        self._desk.viewing.toggle_maximise(self.index)

    def _drag(self, moved: QPointF, at: QPointF, event: QMouseEvent) -> None:
        viewing, tool = self._desk.viewing, self._desk.viewing.tool
        state = viewing.layout.viewports[self.index]
        if self._ruler is not None:
            self._ruler = (self._ruler[0], at)
            self.update()
        elif self._drag_button == Qt.MouseButton.MiddleButton or tool is Tool.PAN:
            viewing.pan(self.index, moved.x(), moved.y())
        elif self._drag_button == Qt.MouseButton.RightButton or tool is Tool.ZOOM:
            middle = (at.x() - self.width() / 2, at.y() - self.height() / 2)
            viewing.zoom(self.index, 1.01 ** (-moved.y()), middle)
        elif state.kind is ViewportKind.VOLUME:
            viewing.turn_camera(self.index, moved.x(), moved.y())
        elif tool is Tool.CROSSHAIR:
            self._place_crosshair(at)
        elif tool is Tool.SCROLL:
            viewing.scroll(self.index, int(np.sign(moved.y())))
        elif state.window is not None:
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            gain = (20.0 if shift else 5.0) if control else 1.0
            window = dragged(state.window, moved.x(), moved.y(), gain=gain)
            viewing.set_window(self.index, window)

    def _keep(self, start: QPointF, end: QPointF) -> None:
        shown = self._desk.viewing.display_set_in(self.index)
        projection = self._content.projection(self._size())
        if shown is None or projection is None:
            return
        ends = ((start.x(), start.y()), (end.x(), end.y()))
        if self._desk.viewing.tool is Tool.BOX:
            self._content.add_finding(projection, ends)
            return
        state = self._desk.viewing.layout.viewports[self.index]
        reader = self._desk.reviewing.reader
        self._desk.measuring.add(make_length(shown, state, projection, ends, reader))

    def _ruler_ends(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        if self._ruler is None:
            return None
        start, end = self._ruler
        return (start.x(), start.y()), (end.x(), end.y())

    def _paint_picture(self, painter: QPainter) -> None:
        if self._image is None or self._picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        request = self._picture.request
        if isinstance(request, StoredSliceRequest):
            projection = self._content.projection(self._size())
            if projection is None:
                return
            m = projection.screen_from_source
            painter.setTransform(QTransform(m[0, 0], m[1, 0], m[0, 1], m[1, 1], m[0, 2], m[1, 2]))
            painter.drawImage(QPoint(0, 0), self._image)
            painter.resetTransform()
        elif isinstance(request, PlaneRequest):
            painter.drawImage(QRectF(self.rect()), self._image)
        else:
            painter.drawImage(QRectF(self.rect()), self._image)

    def _has_slider(self) -> bool:
        state = self._desk.viewing.layout.viewports[self.index]
        shown = self._desk.viewing.display_set_in(self.index)
        return shown is not None and state.kind is ViewportKind.STACK and len(shown.frames) > 1

    def _paint_slider(self, painter: QPainter) -> None:
        shown = self._desk.viewing.display_set_in(self.index)
        if shown is None or not self._has_slider():
            return
        state = self._desk.viewing.layout.viewports[self.index]
        count, top, span = len(shown.frames), 40.0, self.height() - 100.0
        x = self.width() - 11.0
        painter.fillRect(QRectF(x, top, 5, span), QColor(DARK.line))
        visited = self._desk.viewing.visited(shown.id)
        for k in visited:
            y = top + (reading_position(shown, k) - 1) / count * span
            painter.fillRect(QRectF(x, y, 5, max(1.0, span / count)), QColor(DARK.text_unconfirmed))
        for row in self._desk.reviewing.drawn():
            if row.display_set.id == shown.id and row.finding.central_slice is not None:
                place = reading_position(shown, row.finding.central_slice)
                y = top + (place - 1) / count * span
                painter.fillRect(QRectF(x - 2, y, 9, 3), QColor(DARK.program))
        y = top + (reading_position(shown, state.slice_index) - 1) / max(1, count - 1) * span
        painter.fillRect(QRectF(x - 1, y - 5, 7, 10), QColor(DARK.text))

    def _slide(self, y: float) -> None:
        shown = self._desk.viewing.display_set_in(self.index)
        if shown is None:
            return
        share = (y - 40.0) / max(1.0, self.height() - 100.0)
        position = 1 + round(max(0.0, min(1.0, share)) * (len(shown.frames) - 1))
        self._desk.viewing.go_to_slice(self.index, slice_at(shown, position))

    def _select_at(self, at: QPointF) -> bool:
        if self._desk.viewing.tool in {Tool.RULER, Tool.BOX, Tool.CROSSHAIR}:
            return False
        identity = self._content.finding_at(self._size(), (at.x(), at.y()))
        if identity is None or identity == self._desk.reviewing.selected:
            return False
        self._desk.reviewing.select(identity, jump=False)
        return True

    def _place_crosshair(self, at: QPointF) -> None:
        projection = self._content.projection(self._size())
        world = None if projection is None else projection.world_from_screen(at.x(), at.y())
        if world is not None:
            self._desk.viewing.place_crosshair(world)

    def _point_at(self, at: QPointF) -> None:
        shown = self._desk.viewing.display_set_in(self.index)
        state = self._desk.viewing.layout.viewports[self.index]
        projection = self._content.projection(self._size())
        volume = None if shown is None else self._desk.opening.volume(shown.id)
        said = None
        if shown is not None and projection is not None and volume is not None:
            said = readout(volume, shown, state, projection, (at.x(), at.y()))
        self.pointed.emit("" if said is None else self._desk.render(said))

    def _size(self) -> tuple[int, int]:
        return max(1, self.width()), max(1, self.height())
