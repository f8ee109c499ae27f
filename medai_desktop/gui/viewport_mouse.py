"""The mouse in a viewport: which drag a press begins, what a click does, the wheel, the cursor."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from medai_desktop.gui.slice_slider import SliceSlider
from medai_desktop.gui.viewport_content import GRASP_PX, Point, Size, ViewportContent
from medai_desktop.gui.viewport_drags import (
    BoxDrag,
    CrosshairDrag,
    Drag,
    Hand,
    HandleDrag,
    PanDrag,
    PointDrag,
    RulerDrag,
    RulerEndDrag,
    ScrollDrag,
    SliderDrag,
    TurnDrag,
    WindowDrag,
    ZoomDrag,
    point_at,
)
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.box_edit import BoxHandle, handle_at, handle_places
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import SlabMode, ViewportKind

CLICK_PX = 3.0
"""A press that moves less than this is a click."""

NOTCH = 120
"""Eighths of a degree of one notch of a wheel; touchpads send fractions of it."""

FAST = 10
ZOOM_PER_NOTCH = 1.15
NO_DEPTH = frozenset({SlabMode.MIP, SlabMode.MINIP})
"""Slabs in which nothing can be measured."""

DRAWING = frozenset({Tool.RULER, Tool.BOX})
"""Tools whose drag ends the edit of a box and goes on with its own."""

Button = Qt.MouseButton
Modifiers = Qt.KeyboardModifier


class ViewportMouse:
    """The mouse of one viewport.

    Args:
        desk: takes what it does.
        content: of the viewport.
        index: of the viewport.
        slider: of the viewport.
        size_px: of the viewport, asked when needed.
    """

    def __init__(
        self,
        desk: ReadingDesk,
        content: ViewportContent,
        index: int,
        slider: SliceSlider,
        size_px: Callable[[], Size],
    ) -> None:
        self._desk, self._content, self._index = desk, content, index
        self._slider, self._size = slider, size_px
        self.drag: Drag | None = None
        self.menu_at: Callable[[Point], None] = lambda at: None
        self.hit_end: Callable[[int], None] = lambda steps: None
        self._button = Button.NoButton
        self._pressed: Point = (0.0, 0.0)
        self._waiting: Drag | None = None
        self._turned = 0

    @property
    def is_busy(self) -> bool:
        """Whether a button is held."""
        return self._button is not Button.NoButton

    @property
    def is_draft(self) -> bool:
        """Whether pictures may be coarse now."""
        return self.drag is not None and self.drag.is_draft

    # -- press, move, release ------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Begins a drag, or waits whether one comes."""
        if self.is_busy:
            return
        if event.button() in (Button.BackButton, Button.ForwardButton):
            self._desk.viewing.show_neighbour(-1 if event.button() is Button.BackButton else 1)
            return
        self._button, self._pressed = event.button(), _point(event.position())
        hand = self._hand()
        if self._button is Button.MiddleButton:
            self.drag = PanDrag(hand, self._pressed)
        elif self._button is Button.RightButton:
            self._waiting = ZoomDrag(hand, self._pressed)
        elif self._button is Button.LeftButton:
            self._press_left(hand, event)

    def move(self, event: QMouseEvent) -> None:
        """Goes on with the drag; a small move is none yet."""
        at, modifiers = _point(event.position()), event.modifiers()
        if self._waiting is not None and math.dist(at, self._pressed) > CLICK_PX:
            self.drag, self._waiting = self._waiting, None
        if self.drag is not None:
            self.drag.move(at, modifiers)
        elif not self.is_busy:
            self._point(at, modifiers)

    def release(self, event: QMouseEvent) -> None:
        """Ends the drag; a press that did not move is a click."""
        if event.button() is not self._button:
            return
        button, drag = self._button, self.drag
        self._button, self.drag = Button.NoButton, None
        is_click = self._waiting is not None
        self._waiting = None
        if drag is not None:
            is_click = not drag.release()
        if is_click and button is Button.LeftButton:
            self._click()
        elif is_click and button is Button.RightButton:
            self.menu_at(self._pressed)

    def double_click(self, event: QMouseEvent) -> None:
        """On a mark: edit its box. Beside: this viewport alone, or all again."""
        at = event.position()
        tool = self._desk.viewing.tool
        if event.button() is not Button.LeftButton or self._slider.is_at(at, self._size()):
            return
        if self._desk.reviewing.editing.is_active:
            return
        identity = self._mark_at(_point(at))
        if identity is not None:
            self._desk.reviewing.select(identity, jump=False)
            self._desk.reviewing.toggle_edit()
        elif tool not in DRAWING:
            self._desk.viewing.toggle_maximise(self._index)

    def cancel(self) -> bool:
        """Ends a drag without effect; returns whether there was one."""
        drag, self.drag, self._waiting = self.drag, None, None
        if drag is not None:
            drag.cancel()
        return drag is not None

    def leave(self) -> None:
        """The mouse has gone elsewhere."""
        if self.drag is None:
            self._desk.pointing.hide()

    # -- wheel ---------------------------------------------------------------------------------

    def wheel(self, event: QWheelEvent) -> None:
        """One notch, one image; towards the reader is the next. Fractions add up.

        Shift: ten images. Ctrl, and 3D: zoom at the cursor, as everywhere else.
        """
        notches = self._notches(event)
        if notches == 0:
            return
        state = self._content.state
        is_ctrl = bool(event.modifiers() & Modifiers.ControlModifier)
        if is_ctrl or state.kind is ViewportKind.VOLUME:
            width, height = self._size()
            at = _point(event.position())
            anchor = (at[0] - width / 2, at[1] - height / 2)
            self._desk.viewing.zoom(self._index, ZOOM_PER_NOTCH**notches, anchor)
            return
        steps = -notches * (FAST if event.modifiers() & Modifiers.ShiftModifier else 1)
        if self._desk.viewing.scroll(self._index, steps):
            self.hit_end(steps)

    def _notches(self, event: QWheelEvent) -> int:
        if event.phase() is Qt.ScrollPhase.ScrollBegin:
            self._turned = 0
        turned = event.angleDelta().y()
        if turned == 0 and event.modifiers() & (Modifiers.AltModifier | Modifiers.ShiftModifier):
            turned = event.angleDelta().x()
        if turned * self._turned < 0:
            self._turned = 0
        self._turned += turned
        notches = int(self._turned / NOTCH)
        self._turned -= notches * NOTCH
        return notches

    # -- the cursor ----------------------------------------------------------------------------

    def cursor(self, at: QPointF) -> Qt.CursorShape:
        """The shape of the cursor at a position, while no button is held."""
        place, size = _point(at), self._size()
        if self._slider.is_at(at, size):
            return Qt.CursorShape.ArrowCursor
        sheet, box = self._content.edit_sheet(size), self._desk.reviewing.editing.box
        if sheet is not None and box is not None:
            handle = handle_at(sheet, box, place)
            if handle is not None:
                places = handle_places(sheet, box)
                middle, there = places[BoxHandle.BODY], places[handle]
                return _handle_cursor((there[0] - middle[0], there[1] - middle[1]), handle)
        if not self._desk.viewing.everything_is_hidden:
            ruler = self._content.ruler_at(size, place)
            if ruler is not None:
                is_end = ruler[1] is not None
                return Qt.CursorShape.SizeAllCursor if is_end else Qt.CursorShape.PointingHandCursor
            if self._is_on_crosshair(place):
                return Qt.CursorShape.SizeAllCursor
        tool = self._desk.viewing.tool
        if tool in {Tool.RULER, Tool.BOX, Tool.CROSSHAIR}:
            return Qt.CursorShape.CrossCursor
        if self._mark_at(place) is not None:
            return Qt.CursorShape.PointingHandCursor
        return {
            Tool.PAN: Qt.CursorShape.OpenHandCursor,
            Tool.SCROLL: Qt.CursorShape.SizeVerCursor,
            Tool.ZOOM: Qt.CursorShape.SizeVerCursor,
        }.get(tool, Qt.CursorShape.ArrowCursor)

    # -- inner ---------------------------------------------------------------------------------

    def _hand(self) -> Hand:
        return Hand(self._desk, self._content, self._index, self._size())

    def _press_left(self, hand: Hand, event: QMouseEvent) -> None:
        at = self._pressed
        editing = self._desk.reviewing.editing
        if self._slider.is_at(event.position(), hand.size_px):
            self.drag = SliderDrag(hand, at, self._slider)
            return
        if editing.is_active:
            sheet, box = self._content.edit_sheet(hand.size_px), editing.box
            handle = None if sheet is None or box is None else handle_at(sheet, box, at)
            if sheet is not None and box is not None and handle is not None:
                self.drag = HandleDrag(hand, at, sheet, handle, box)
            else:
                editing.accept()
                if self._desk.viewing.tool in DRAWING and self._projects():
                    self._begin_drawing(hand, at)
            return
        if not self._projects():
            self._waiting = self._volume_drag(hand, at)
        elif not self._begin_drawing(hand, at):
            tools = {Tool.SCROLL: ScrollDrag, Tool.PAN: PanDrag, Tool.ZOOM: ZoomDrag}
            self._waiting = tools.get(self._desk.viewing.tool, WindowDrag)(hand, at)

    def _projects(self) -> bool:
        return self._content.state.kind is not ViewportKind.VOLUME

    def _volume_drag(self, hand: Hand, at: Point) -> Drag:
        tools = {Tool.PAN: PanDrag, Tool.ZOOM: ZoomDrag}
        return tools.get(self._desk.viewing.tool, TurnDrag)(hand, at)

    def _begin_drawing(self, hand: Hand, at: Point) -> bool:
        """Begins what draws or moves something drawn; returns whether it did."""
        tool = self._desk.viewing.tool
        has_no_depth = self._content.state.slab.mode in NO_DEPTH
        is_hidden = self._desk.viewing.everything_is_hidden or has_no_depth
        ruler = None if is_hidden else self._content.ruler_at(hand.size_px, at)
        if ruler is not None and ruler[1] is not None and tool is not Tool.BOX:
            self.drag = RulerEndDrag(hand, at, ruler[0], ruler[1])
        elif tool is Tool.RULER:
            self.drag = RulerDrag(hand, at)
        elif tool is Tool.BOX:
            self.drag = BoxDrag(hand, at)
        elif tool is Tool.CROSSHAIR:
            self.drag = self._crosshair_drag(hand, at)
        elif self._is_on_crosshair(at):
            self._waiting = CrosshairDrag(hand, at, (1, 1))
        return self.drag is not None or self._waiting is not None

    def _crosshair_drag(self, hand: Hand, at: Point) -> Drag:
        cross = self._content.crosshair_px(hand.size_px)
        if cross is None:
            return PointDrag(hand, at)
        is_near = [abs(at[n] - cross[n]) <= GRASP_PX for n in (0, 1)]
        if not any(is_near):
            return CrosshairDrag(hand, at, None)
        both = all(is_near)
        return CrosshairDrag(hand, at, (int(both or is_near[0]), int(both or is_near[1])))

    def _is_on_crosshair(self, at: Point) -> bool:
        """Whether the crossing of the crosshair lies here."""
        cross = self._content.crosshair_px(self._size())
        is_hidden = self._desk.viewing.everything_is_hidden
        return cross is not None and not is_hidden and math.dist(cross, at) <= 1.5 * GRASP_PX

    def _click(self) -> None:
        """Selects the mark or the ruler under the cursor, or lets go of the ruler."""
        if self._desk.viewing.everything_is_hidden:
            return
        ruler = self._content.ruler_at(self._size(), self._pressed)
        identity = self._mark_at(self._pressed)
        if ruler is not None:
            self._desk.measuring.select(ruler[0].id)
        elif identity is not None:
            self._desk.reviewing.select(identity, jump=False)
        else:
            self._desk.measuring.select(None)

    def _mark_at(self, at: Point) -> uuid.UUID | None:
        return self._content.mark_at(self._size(), at)

    def _point(self, at: Point, modifiers: Modifiers) -> None:
        """Shift over a stack: the 3D cursor."""
        is_stack = self._content.state.kind is ViewportKind.STACK
        if is_stack and modifiers == Modifiers.ShiftModifier:
            point_at(self._hand(), at)
        else:
            self._desk.pointing.hide()


def _point(position: QPointF) -> Point:
    return position.x(), position.y()


def _handle_cursor(away: Point, handle: BoxHandle) -> Qt.CursorShape:
    """The arrow that points from the middle of the box to a handle."""
    if handle is BoxHandle.BODY:
        return Qt.CursorShape.SizeAllCursor
    eighth = round(math.degrees(math.atan2(away[1], away[0])) / 45) % 4
    return (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )[eighth]
