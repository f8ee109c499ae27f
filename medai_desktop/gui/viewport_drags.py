"""What a drag in a viewport does: one small class for each."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt

from medai_desktop.findings import LengthMeasurement
from medai_desktop.gui.slice_slider import SliceSlider
from medai_desktop.gui.viewport_content import Point, Size, ViewportContent, rectangle
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message
from medai_desktop.view.box_edit import BoxHandle, Sheet, VoxelBox, dragged_box, drawn_box
from medai_desktop.view.overlay import Overlay
from medai_desktop.view.viewport import CUSTOM
from medai_desktop.view.window_drag import dragged

LEAST_DRAG_PX = 4.0
"""A ruler or box shorter than this was a click."""

Modifiers = Qt.KeyboardModifier


@dataclass(frozen=True, slots=True)
class Hand:
    """What a drag works on.

    Attributes:
        desk: takes what it does.
        content: of the viewport.
        index: of the viewport.
        size_px: of the viewport when the drag began.
    """

    desk: ReadingDesk
    content: ViewportContent
    index: int
    size_px: Size


class Drag:
    """A drag that does nothing.

    Args:
        hand: what it works on.
        start: where the button was pressed.
    """

    is_draft = True
    """Whether pictures may be coarse while it lasts."""

    def __init__(self, hand: Hand, start: Point) -> None:
        self.hand, self.start, self.last = hand, start, start

    def move(self, at: Point, modifiers: Modifiers) -> None:
        """The mouse has moved to here."""
        moved = (at[0] - self.last[0], at[1] - self.last[1])
        self.step(moved, at, modifiers)
        self.last = at

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """The mouse has moved by this."""

    def release(self) -> bool:
        """The button was let go; returns whether anything came of it."""
        return True

    def cancel(self) -> None:
        """Esc: as if it had not been."""

    def overlay(self) -> Overlay:
        """What is drawn while it lasts."""
        return Overlay()


class WindowDrag(Drag):
    """Right is wider, down is brighter; Ctrl five times, Ctrl+Shift twenty times as much."""

    def __init__(self, hand: Hand, start: Point) -> None:
        super().__init__(hand, start)
        self._before = hand.content.state

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Changes the window."""
        window = self.hand.content.state.window
        if window is None:
            return
        gain = 1.0
        if modifiers & Modifiers.ControlModifier:
            gain = 20.0 if modifiers & Modifiers.ShiftModifier else 5.0
        falls = self.hand.desk.level_rises_downwards != self.hand.content.is_inverted
        wanted = dragged(window, moved[0], moved[1], gain=gain, is_reversed=falls)
        self.hand.desk.viewing.set_window(self.hand.index, wanted)

    def cancel(self) -> None:
        """The window of before."""
        viewing, before = self.hand.desk.viewing, self._before
        if before.preset not in ("", CUSTOM):
            viewing.set_preset(self.hand.index, before.preset)
        elif before.window is not None:
            viewing.set_window(self.hand.index, before.window)


class PanDrag(Drag):
    """The picture goes with the mouse."""

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Shifts."""
        self.hand.desk.viewing.pan(self.hand.index, moved[0], moved[1])

    def cancel(self) -> None:
        """Shifts back."""
        back = (self.start[0] - self.last[0], self.start[1] - self.last[1])
        self.hand.desk.viewing.pan(self.hand.index, back[0], back[1])


class ZoomDrag(Drag):
    """Up enlarges, about the point that was pressed."""

    PER_PX = 1.01

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Enlarges or reduces."""
        self._zoom(-moved[1])

    def cancel(self) -> None:
        """Back to the size of before."""
        self._zoom(self.last[1] - self.start[1])

    def _zoom(self, pixels: float) -> None:
        width, height = self.hand.size_px
        anchor = (self.start[0] - width / 2, self.start[1] - height / 2)
        self.hand.desk.viewing.zoom(self.hand.index, self.PER_PX**pixels, anchor)


class ScrollDrag(Drag):
    """Down is the next image; the height of the viewport is the whole stack."""

    def __init__(self, hand: Hand, start: Point) -> None:
        super().__init__(hand, start)
        shown = hand.content.shown
        count = 1 if shown is None else len(shown.frames)
        self._per_image = max(3.0, min(16.0, hand.size_px[1] / max(1, count)))
        self._done = 0

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Goes on by whole images."""
        self._go_to(int((at[1] - self.start[1]) / self._per_image))

    def cancel(self) -> None:
        """Back to the image of before."""
        self._go_to(0)

    def _go_to(self, wanted: int) -> None:
        if wanted != self._done:
            self.hand.desk.viewing.scroll(self.hand.index, wanted - self._done)
            self._done = wanted


class TurnDrag(Drag):
    """A volume turns with the hand."""

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Turns."""
        self.hand.desk.viewing.turn_camera(self.hand.index, moved[0], moved[1])


class SliderDrag(Drag):
    """The thumb of the slice slider."""

    def __init__(self, hand: Hand, start: Point, slider: SliceSlider) -> None:
        super().__init__(hand, start)
        self._slider = slider
        self._before = hand.content.state.slice_index
        self.move(start, Modifiers.NoModifier)

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Goes to the image at this height."""
        wanted = self._slider.slice_at(at[1], self.hand.size_px)
        if wanted is not None and wanted != self.hand.content.state.slice_index:
            self.hand.desk.viewing.go_to_slice(self.hand.index, wanted)

    def cancel(self) -> None:
        """Back to the image of before."""
        self.hand.desk.viewing.go_to_slice(self.hand.index, self._before)


class CrosshairDrag(Drag):
    """Moves the crosshair of the planes: both lines, or the one that was taken.

    Args:
        hand: what it works on.
        start: where the button was pressed.
        follows: how much of the mouse's way across and down counts, 0 or 1 each; None: the
            crosshair comes to the mouse at once.
    """

    def __init__(self, hand: Hand, start: Point, follows: tuple[int, int] | None) -> None:
        super().__init__(hand, start)
        self._before = hand.desk.viewing.crosshair_lps_mm
        self._follows = follows or (1, 1)
        self._from = start
        if follows is None:
            self.move(start, Modifiers.NoModifier)
        else:
            self._from = hand.content.crosshair_px(hand.size_px) or start

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Every plane passes through the new place."""
        way = (at[0] - self.start[0], at[1] - self.start[1])
        x, y = (self._from[n] + self._follows[n] * way[n] for n in (0, 1))
        projection = self.hand.content.projection(self.hand.size_px)
        place = None if projection is None else projection.world_from_screen(x, y)
        if place is not None:
            self.hand.desk.viewing.place_crosshair(place)

    def cancel(self) -> None:
        """Back to the place of before."""
        if self._before is not None:
            self.hand.desk.viewing.place_crosshair(self._before)


class PointDrag(Drag):
    """The 3D cursor of a stack: other viewports show the place under the mouse."""

    def __init__(self, hand: Hand, start: Point) -> None:
        super().__init__(hand, start)
        self.move(start, Modifiers.NoModifier)

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Points here."""
        point_at(self.hand, at)

    def release(self) -> bool:
        """Points at nothing any more."""
        self.hand.desk.pointing.hide()
        return True

    def cancel(self) -> None:
        """Points at nothing any more."""
        self.hand.desk.pointing.hide()


class RulerDrag(Drag):
    """A new ruler."""

    is_draft = False

    def release(self) -> bool:
        """Keeps it, unless it was a click."""
        length = self._length()
        if length is None:
            return False
        self.hand.desk.measuring.add(length)
        return True

    def overlay(self) -> Overlay:
        """The ruler with its length."""
        length = self._length()
        if length is None:
            return Overlay()
        return self.hand.content.length_overlay(self.hand.size_px, length)

    def _length(self) -> LengthMeasurement | None:
        if math.dist(self.start, self.last) < LEAST_DRAG_PX:
            return None
        return self.hand.content.length(self.hand.size_px, (self.start, self.last))


class RulerEndDrag(Drag):
    """One end of a ruler.

    Args:
        hand: what it works on.
        start: where the button was pressed.
        length: as it was.
        end: 0 or 1.
    """

    is_draft = False

    def __init__(self, hand: Hand, start: Point, length: LengthMeasurement, end: int) -> None:
        super().__init__(hand, start)
        self._length, self._end = length, end
        hand.desk.measuring.select(length.id)

    def release(self) -> bool:
        """Keeps it where it is now."""
        moved = self._moved()
        if moved is not None:
            self.hand.desk.measuring.replace(moved)
        return True

    def overlay(self) -> Overlay:
        """The ruler as it would be."""
        moved = self._moved()
        if moved is None:
            return Overlay()
        return self.hand.content.length_overlay(self.hand.size_px, moved)

    def _moved(self) -> LengthMeasurement | None:
        if math.dist(self.start, self.last) < LEAST_DRAG_PX / 2:
            return None
        content, size = self.hand.content, self.hand.size_px
        return content.moved_length(size, self._length, self._end, self.last)


class BoxDrag(Drag):
    """A new mark of the reader."""

    is_draft = False

    def release(self) -> bool:
        """Keeps it, unless it was a click or lies beside the image."""
        if math.dist(self.start, self.last) < LEAST_DRAG_PX:
            return False
        found, shown = self.hand.content.new_box_sheet(self.hand.size_px), self.hand.content.shown
        box = None
        if found is not None:
            sheet, spacing_mm = found
            box = drawn_box(sheet, self.start, self.last, spacing_mm)
        if box is None or shown is None:
            self.hand.desk.viewing.say(message("gui.box_beside"))
        else:
            self.hand.desk.reviewing.add_box(box, shown)
        return True

    def overlay(self) -> Overlay:
        """The box as it is drawn."""
        return rectangle(self.start, self.last)


class HandleDrag(Drag):
    """A handle, or the body, of the box under edit.

    Args:
        hand: what it works on.
        start: where the button was pressed.
        sheet: where it is dragged.
        handle: what was pressed.
        box: as it was.
    """

    is_draft = False

    def __init__(
        self, hand: Hand, start: Point, sheet: Sheet, handle: BoxHandle, box: VoxelBox
    ) -> None:
        super().__init__(hand, start)
        self._sheet, self._handle, self._box = sheet, handle, box

    def step(self, moved: Point, at: Point, modifiers: Modifiers) -> None:
        """Shows the box as it would be."""
        box = dragged_box(self._sheet, self._box, self._handle, self.start, at)
        self.hand.desk.reviewing.editing.propose(box)


def point_at(hand: Hand, at: Point) -> None:
    """Shows the 3D cursor for a viewport position."""
    projection, shown = hand.content.projection(hand.size_px), hand.content.shown
    place = None if projection is None else projection.world_from_screen(*at)
    if place is not None and shown is not None:
        x, y, z = (float(v) for v in place)
        hand.desk.pointing.show(shown, (x, y, z))
