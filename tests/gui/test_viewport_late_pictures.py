"""While the next picture is on its way, what is drawn belongs to the one on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medai_desktop.gui.bridges import PicturePort
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.review import FindingStatus
from medai_desktop.view.picture import PictureRequest
from tests.doubles.desks import make_workplace
from tests.doubles.heads import LOWER, UPPER, bright_mark, write_head
from tests.doubles.windows import PROGRAM, Room, close_room, coloured, extent

MARKED, UNMARKED = 8, int(UPPER[2]) + 2
SLIDER_PX = 20


@dataclass
class SlowRenderer:
    """The real renderer, which can be kept waiting."""

    real: PicturePort
    is_held: bool = False
    held: list[tuple[int, PictureRequest]] = field(default_factory=list)

    def submit(self, viewport_key: int, request: PictureRequest) -> None:
        if self.is_held:
            self.held.append((viewport_key, request))
        else:
            self.real.submit(viewport_key, request)

    def let_go(self) -> None:
        self.is_held = False
        for key, request in self.held:
            self.real.submit(key, request)
        self.held.clear()

    def forget(self, viewport_key: int) -> None:
        self.real.forget(viewport_key)

    def close(self) -> None:
        self.real.close()


@dataclass(frozen=True)
class SlowRoom:
    room: Room
    renderer: SlowRenderer

    def seen(self, index: int = 0) -> np.ndarray:
        QApplication.processEvents()
        return self.room.picture(index)[:, :-SLIDER_PX]

    def marked(self, index: int = 0) -> int:
        return int(coloured(self.seen(index), PROGRAM).sum())

    def let_go(self) -> None:
        self.renderer.let_go()
        self.room.quiet()


@pytest.fixture
def slow(qtbot: QtBot, tmp_path: Path) -> Iterator[SlowRoom]:
    write_head(tmp_path / "head")
    place, made = make_workplace(marks=[bright_mark()]), []

    def renderer(bridge: object) -> SlowRenderer:
        made.append(SlowRenderer(RenderThread(bridge.deliver, bridge.fail)))  # type: ignore[attr-defined]
        return made[0]

    window = MainWindow(place.desk, renderer)
    qtbot.addWidget(window)
    window.resize(1300, 800)
    window.show()
    qtbot.waitExposed(window)
    room = Room(window, place, qtbot)
    room.open(tmp_path / "head")
    room.detect()
    room.desk.viewing.go_to_slice(0, MARKED)
    room.quiet()
    yield SlowRoom(room, made[0])
    made[0].let_go()
    close_room(room)


def test_the_old_slice_keeps_its_marks_and_its_number_until_the_new_one_comes(
    slow: SlowRoom,
) -> None:
    before = slow.seen()
    assert slow.marked() > 50
    slow.renderer.is_held = True
    slow.room.desk.viewing.go_to_slice(0, UNMARKED)
    assert np.array_equal(slow.seen(), before)
    slow.let_go()
    assert slow.marked() == 0
    assert not np.array_equal(slow.seen(), before)


def test_an_unmarked_slice_gets_no_marks_of_the_next_one(slow: SlowRoom) -> None:
    slow.room.desk.viewing.go_to_slice(0, UNMARKED)
    slow.room.quiet()
    before = slow.seen()
    slow.renderer.is_held = True
    slow.room.desk.viewing.go_to_slice(0, MARKED)
    assert slow.marked() == 0
    assert np.array_equal(slow.seen(), before)
    slow.let_go()
    assert slow.marked() > 50


def test_zoom_and_pan_answer_at_once_and_take_the_marks_along(slow: SlowRoom) -> None:
    x0, y0, x1, y1 = extent(coloured(slow.seen(), PROGRAM))
    slow.renderer.is_held = True
    slow.room.desk.viewing.pan(0, 60, 0)
    moved = extent(coloured(slow.seen(), PROGRAM))
    assert moved == pytest.approx((x0 + 60, y0, x1 + 60, y1), abs=1)


def test_no_decision_on_a_mark_that_is_not_on_the_screen_yet(slow: SlowRoom) -> None:
    room, (row,) = slow.room, slow.room.desk.reviewing.rows()
    room.desk.viewing.go_to_slice(0, UNMARKED)
    room.desk.reviewing.select(row.finding.id, jump=False)
    room.quiet()
    slow.renderer.is_held = True
    room.desk.viewing.go_to_slice(0, MARKED)
    room.view().setFocus()
    QTest.keyClick(room.window, Qt.Key.Key_A)
    assert room.desk.reviewing.rows()[0].reviewed.status is FindingStatus.OPEN
    slow.let_go()
    QTest.keyClick(room.window, Qt.Key.Key_A)
    assert room.desk.reviewing.rows()[0].reviewed.status is FindingStatus.AGREED


def test_planes_keep_marks_and_crosshair_of_the_picture_on_the_screen(slow: SlowRoom) -> None:
    room = slow.room
    room.key(Qt.Key.Key_M)
    room.desk.reviewing.select(room.desk.reviewing.rows()[0].finding.id)
    room.quiet()
    indices = range(len(room.desk.viewing.layout.viewports))
    before = [slow.seen(index) for index in indices]
    assert all(slow.marked(index) > 50 for index in indices)
    slow.renderer.is_held = True
    (shown,) = {view.display_set_id for view in room.desk.viewing.layout.viewports}
    geometry = room.desk.opening.display_set(shown).geometry  # type: ignore[union-attr]
    assert geometry is not None
    away = geometry.affine @ np.array([UPPER[0] + 8, UPPER[1] + 8, LOWER[2] - 4, 1.0])
    room.desk.viewing.place_crosshair(away[:3])
    for index in indices:
        assert np.array_equal(slow.seen(index), before[index]), index
    slow.let_go()
    for index in indices:
        assert not np.array_equal(slow.seen(index), before[index]), index
    assert any(slow.marked(index) == 0 for index in indices)


def test_a_plane_of_another_size_is_stretched_with_what_is_drawn_on_it(slow: SlowRoom) -> None:
    room = slow.room
    room.key(Qt.Key.Key_M)
    room.quiet()
    slow.renderer.is_held = True
    widget = room.view()
    was, before = widget.size_px(), extent(coloured(slow.seen(), PROGRAM))
    room.window.resize(1100, 700)
    now = widget.size_px()
    assert now != was
    stretched = [edge * now[n % 2] / was[n % 2] for n, edge in enumerate(before)]
    assert extent(coloured(slow.seen(), PROGRAM)) == pytest.approx(stretched, abs=3)
