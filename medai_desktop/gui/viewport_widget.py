"""One viewport: picture, overlay, slice slider, mouse."""

from __future__ import annotations

import uuid

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from medai_desktop.gui.bridges import PicturePort
from medai_desktop.gui.guard import guarded
from medai_desktop.gui.overlay_painter import paint_overlay, text_width
from medai_desktop.gui.series_drag import dragged_series
from medai_desktop.gui.sights import Sights, is_same_kind
from medai_desktop.gui.slice_slider import SliceSlider
from medai_desktop.gui.theme import DARK
from medai_desktop.gui.viewport_content import Point, ViewportContent
from medai_desktop.gui.viewport_menu import ViewportMenu
from medai_desktop.gui.viewport_mouse import ViewportMouse
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.cursor import readout
from medai_desktop.view.picture import (
    Picture,
    PictureRequest,
    PlaneRequest,
    StoredSliceRequest,
)
from medai_desktop.view.viewport import ViewportKind

FLASH_MS = 160
FLASH_PX = 3


class ViewportWidget(QWidget):
    """Paints viewport ``index`` of the desk's layout and turns mouse moves into its actions."""

    pointed = Signal(str)
    """What lies under the mouse, in words."""

    commanded = Signal(str)
    """The id of a command chosen in the menu."""

    def __init__(self, desk: ReadingDesk, index: int, pictures: PicturePort, key: int) -> None:
        super().__init__()
        self._desk, self.index, self._pictures, self.key = desk, index, pictures, key
        self._picture: Picture | None = None
        self._image: QImage | None = None
        self._asked: PictureRequest | None = None
        self._sights = Sights()
        self._flash = 0
        self.menu: ViewportMenu | None = None
        self._take_hands()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMinimumSize(120, 120)
        self.setAcceptDrops(True)

    def show_viewport(self, index: int) -> None:
        """Shows another viewport of the layout from now on."""
        if index != self.index:
            self.index = index
            self._picture, self._image = None, None
            self._sights.forget()
            self._take_hands()
        self.mouse.cancel()
        self.refresh()

    def refresh(self) -> None:
        """Asks for the picture of what the desk says now."""
        self._desk.viewing.tell_size(self.index, self.size_px())
        self._asked = self._content.request(self.size_px(), self.mouse.is_draft)
        if self._asked is None:
            self._picture, self._image = None, None
            self._sights.forget()
        else:
            self._sights.remember(self._asked, self._content.now)
            self._pictures.submit(self.key, self._asked)
        self.update()

    @property
    def is_current(self) -> bool:
        """Whether the picture is the one asked for last, not one on its way out."""
        return self._asked is None or (
            self._picture is not None and self._picture.request is self._asked
        )

    def take(self, picture: Picture) -> None:
        """A finished picture has come."""
        self._picture, self._painted.reduced_from = picture, picture.reduced_from
        self._sights.arrived(picture.request)
        pixels = picture.pixels
        height, width = pixels.shape[:2]
        if pixels.ndim == 2:
            form = QImage.Format.Format_Grayscale8
        else:
            form = QImage.Format.Format_RGB888
        self._image = QImage(pixels.data, width, height, pixels.strides[0], form)
        self.update()

    def size_px(self) -> tuple[int, int]:
        """Width and height, at least one pixel each."""
        return max(1, self.width()), max(1, self.height())

    # -- what the desk asks --------------------------------------------------------------------

    def shows(self, finding_id: uuid.UUID) -> bool:
        """Whether the mark of a finding is inside the picture on the screen, and in the next."""
        if self._picture is None or not _is_inside(self._content, self.size_px(), finding_id):
            return False
        drawn_px = self._look_at_picture()
        return drawn_px is not None and _is_inside(self._painted, drawn_px, finding_id)

    def bring_into_view(self, finding_id: uuid.UUID) -> None:
        """Moves the picture when the middle of the mark lies beside it."""
        area = self._content.mark_area(self.size_px(), finding_id)
        if area is None:
            return
        width, height = self.size_px()
        x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
        if not (0 <= x < width and 0 <= y < height):
            self._desk.viewing.pan(self.index, width / 2 - x, height / 2 - y)

    def cancel_drag(self) -> bool:
        """Ends a drag without effect; returns whether there was one."""
        was_dragging = self.mouse.cancel()
        if was_dragging:
            self.refresh()
        return was_dragging

    # -- painting ------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, overlay, slider, edge."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), QColor(DARK.view))
            self._paint_picture(painter)
            if not self._desk.viewing.everything_is_hidden:
                self._paint_overlay(painter)
                if self.mouse.drag is not None:
                    paint_overlay(painter, self.mouse.drag.overlay())
            self._slider.paint(painter, self.size_px())
            self._paint_edges(painter)
        finally:
            painter.end()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size needs another picture."""
        self.refresh()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """What is painted here counts as in view."""
        if self not in self._desk.reviewing.sights:
            self._desk.reviewing.sights.append(self)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is in view here any more."""
        if self in self._desk.reviewing.sights:
            self._desk.reviewing.sights.remove(self)

    # -- mouse and keys ------------------------------------------------------------------------

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """One notch, one image; towards the reader is the next."""
        self._desk.viewing.activate(self.index)
        self.mouse.wheel(event)
        event.accept()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a drag."""
        self.setFocus()
        self._desk.viewing.activate(self.index)
        self.mouse.press(event)
        self.update()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Reads out, drags, chooses the cursor."""
        place = event.position()
        self._read_out((place.x(), place.y()))
        self.mouse.move(event)
        if not self.mouse.is_busy:
            self.setCursor(self.mouse.cursor(place))
        elif self.mouse.drag is not None:
            self.update()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a drag; what was coarse becomes fine."""
        self.mouse.release(event)
        self.refresh()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edits a mark, or shows one viewport alone, or all again."""
        self.mouse.double_click(event)

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing lies under the mouse any more."""
        self.mouse.leave()
        self.pointed.emit("")

    @guarded
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Shift let go: the 3D cursor goes."""
        if event.key() == Qt.Key.Key_Shift:
            self.mouse.leave()
        event.ignore()

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key; the right button opens the menu when it is let go."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._open_menu((self.width() / 2, self.height() / 2))
        event.accept()

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A series may be dropped here; files go to the window."""
        if dragged_series(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        """Shows the series that was dropped."""
        identity = dragged_series(event.mimeData())
        if identity is not None and self._desk.opening.display_set(identity) is not None:
            event.acceptProposedAction()
            self._desk.viewing.show(identity, self.index)

    # -- inner ---------------------------------------------------------------------------------

    def _take_hands(self) -> None:
        self._content = ViewportContent(self._desk, self.index, text_width)
        self._painted = ViewportContent(self._desk, self.index, text_width)
        self._slider = SliceSlider(self._desk, self.index)
        self.mouse = ViewportMouse(
            self._desk, self._content, self.index, self._slider, self.size_px
        )
        self.mouse.menu_at = self._open_menu
        self.mouse.hit_end = self._flash_edge

    def _open_menu(self, at: Point) -> None:
        """At a position: for a mark or ruler there, else for the view."""
        size, place = self.size_px(), QPoint(round(at[0]), round(at[1]))
        identity, ruler = self._content.mark_at(size, at), self._content.ruler_at(size, at)
        self._desk.viewing.activate(self.index)
        menu = ViewportMenu(self, self._desk, self.commanded.emit)
        if ruler is not None:
            self._desk.measuring.select(ruler[0].id)
            menu.offer_ruler()
        elif identity is not None:
            self._desk.reviewing.select(identity, jump=False)
            row = self._desk.reviewing.row(identity)
            if row is not None:
                menu.offer_mark(row)
        else:
            menu.offer_view(self.index)
        self.menu = menu
        menu.popup(self.mapToGlobal(place))

    def _flash_edge(self, steps: int) -> None:
        """A short light at the end that was hit; no image comes after it."""
        self._flash = 1 if steps > 0 else -1
        self.update()
        QTimer.singleShot(FLASH_MS, self, self._end_flash)

    def _end_flash(self) -> None:
        self._flash = 0
        self.update()

    def _paint_picture(self, painter: QPainter) -> None:
        if self._image is None or self._picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        request = self._picture.request
        if not is_same_kind(request, self._asked):
            return
        if not isinstance(request, StoredSliceRequest):
            painter.drawImage(QRectF(self.rect()), self._image)
            return
        projection = self._content.projection(self.size_px())
        if projection is None:
            return
        m = projection.screen_from_source
        painter.setTransform(QTransform(m[0, 0], m[1, 0], m[0, 1], m[1, 1], m[0, 2], m[1, 2]))
        painter.drawImage(QPoint(0, 0), self._image)
        painter.resetTransform()
        self._desk.viewing.mark_visited(request.volume.display_set_id, request.slice_index)

    def _paint_overlay(self, painter: QPainter) -> None:
        """Marks, letters and texts of the picture that is painted, not of the next one."""
        drawn_px = self._look_at_picture()
        if drawn_px is None:
            return
        width, height = self.size_px()
        painter.save()
        painter.scale(width / drawn_px[0], height / drawn_px[1])
        paint_overlay(painter, self._painted.overlay(drawn_px))
        painter.restore()

    def _look_at_picture(self) -> tuple[int, int] | None:
        """Makes `_painted` speak of the picture on the screen; of now where there is none.

        Returns:
            The size it was drawn for; None when nothing is known of it.
        """
        self._painted.sight = None
        if self._picture is None or not is_same_kind(self._picture.request, self._asked):
            return self.size_px()
        request, now = self._picture.request, self._content.now
        sight = self._sights.of(request, now)
        if sight is None:
            return None
        self._painted.sight = None if sight == now else sight
        return request.size_px if isinstance(request, PlaneRequest) else self.size_px()

    def _paint_edges(self, painter: QPainter) -> None:
        width, height = self.size_px()
        if self._flash:
            top = height - FLASH_PX if self._flash > 0 else 0
            painter.fillRect(QRectF(0, top, width, FLASH_PX), QColor(DARK.text_beside))
        layout = self._desk.viewing.layout
        if layout.active == self.index and len(layout.viewports) > 1:
            painter.setPen(QPen(QColor(DARK.text_unconfirmed), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _read_out(self, at: Point) -> None:
        shown, state = self._content.shown, self._content.state
        projection = self._content.projection(self.size_px())
        volume = None if shown is None else self._desk.opening.volume(shown.id)
        said = None
        if shown is not None and projection is not None and volume is not None:
            if state.kind is not ViewportKind.STACK:
                is_here = self._desk.opening.loading(shown.id).is_complete
            else:
                is_here = self._desk.opening.is_loaded(shown.id, state.slice_index)
            said = readout(volume, shown, state, projection, at) if is_here else None
        self.pointed.emit("" if said is None else self._desk.render(said))


def _is_inside(content: ViewportContent, size_px: tuple[int, int], finding_id: uuid.UUID) -> bool:
    area = content.mark_area(size_px, finding_id)
    if area is None:
        return False
    painted = QRectF(area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0)
    return painted.intersects(QRectF(0, 0, *size_px))
