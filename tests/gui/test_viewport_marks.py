"""Marks in the shown window: where they are painted, how they are decided on, how they go away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medai_desktop.review import FindingStatus
from medai_desktop.view.overlays import MARK_MARGIN_MM
from tests.doubles.desks import make_workplace
from tests.doubles.detectors import Mark
from tests.doubles.heads import LOWER, SPACING_MM, UPPER, HeadWords, bright_mark, write_head
from tests.doubles.windows import (
    PROGRAM,
    READER,
    Room,
    close_room,
    coloured,
    extent,
    open_room,
)

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
SECOND = Mark((8.0, 34.0, 15.0), (18.0, 46.0, 19.0), 0.9)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    write_head(tmp_path / "head")
    made = open_room(qtbot, make_workplace(marks=[bright_mark(), SECOND]))
    made.open(tmp_path / "head")
    made.detect()
    yield made
    close_room(made)


def status(room: Room) -> FindingStatus:
    return room.desk.reviewing.rows()[0].reviewed.status


def middle_of_mark(room: Room, index: int = 0) -> tuple[float, float]:
    return room.screen((LOWER[0] + UPPER[0]) / 2, (LOWER[1] + UPPER[1]) / 2, index)


def bright(pixels: np.ndarray) -> np.ndarray:
    """The bright box, away from texts and slider."""
    grey = pixels.max(axis=2)
    mask = (grey > 190) & (pixels.max(axis=2) - pixels.min(axis=2) < 12)
    mask[:60], mask[-90:], mask[:, :70], mask[:, -40:] = False, False, False, False
    return np.asarray(mask)


@pytest.mark.parametrize("layout", ["stack", "planes"])
def test_brackets_stand_round_the_bright_box_in_every_view(room: Room, layout: str) -> None:
    """The volume is oblique and anisotropic, the box off centre; the pixels are read back."""
    room.desk.reviewing.select(room.desk.reviewing.rows()[0].finding.id)
    if layout == "planes":
        room.key(Key.Key_M)
        room.desk.reviewing.select(room.desk.reviewing.rows()[0].finding.id)
    room.quiet()
    for index in range(len(room.desk.viewing.layout.viewports)):
        widget = room.view(index)
        with_marks = room.picture(index)
        room.desk.viewing.hide_everything(True)
        plain = room.picture(index)
        room.desk.viewing.hide_everything(False)
        box = extent(bright(plain))
        marks = extent(coloured(with_marks[:, :-20], PROGRAM))
        projection = widget._content.projection(widget.size_px())
        assert projection is not None
        assert projection.mm_per_px is not None
        margin = MARK_MARGIN_MM / projection.mm_per_px
        # Half a voxel of blur, and the hull of a section that lies askew in a plane.
        slack = (1.5 * max(SPACING_MM) if layout == "planes" else 1.0) / projection.mm_per_px + 3
        for side, sign in enumerate((-1, -1, 1, 1)):
            away = sign * (marks[side] - box[side])
            assert margin - slack <= away <= margin + slack, (index, side, box, marks)
        height, width = plain.shape[:2]
        off_centre = abs((box[0] + box[2]) / 2 - width / 2), abs((box[1] + box[3]) / 2 - height / 2)
        assert max(off_centre) > 20, "a mark in the middle would prove nothing"
        assert coloured(plain, PROGRAM).sum() == 0


def test_no_bracket_on_an_image_that_the_mark_does_not_cross(room: Room) -> None:
    assert room.count(PROGRAM) > 50
    room.desk.viewing.go_to_slice(0, int(UPPER[2]))
    room.quiet()
    column = room.picture()[:, :-20]
    assert coloured(column, PROGRAM).sum() == 0


def test_a_click_on_a_mark_selects_it_and_one_beside_does_not(room: Room) -> None:
    first, second = (row.finding.id for row in room.desk.reviewing.rows())
    room.desk.reviewing.select(second)
    room.desk.viewing.go_to_slice(0, 8)
    x, y = middle_of_mark(room)
    room.click((x - 300, y))
    assert room.desk.reviewing.selected == second
    before = room.desk.viewing.layout.viewports[0].window
    room.click((x, y))
    assert room.desk.reviewing.selected == first
    assert room.desk.viewing.layout.viewports[0].window == before
    assert room.desk.viewing.layout.viewports[0].slice_index == 8, "a click does not scroll"


def test_a_drag_over_a_mark_is_a_drag(room: Room) -> None:
    room.desk.reviewing.select(None)
    x, y = middle_of_mark(room)
    before = room.desk.viewing.layout.viewports[0].window
    room.drag((x, y), (x + 60, y))
    assert room.desk.reviewing.selected is None
    assert room.desk.viewing.layout.viewports[0].window != before


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Key.Key_A, Qt.KeyboardModifier.NoModifier, FindingStatus.AGREED),
        (Key.Key_A, Shift, FindingStatus.UNSURE),
        (Key.Key_X, Shift, FindingStatus.REJECTED),
    ],
)
def test_keys_decide_while_the_mark_is_in_view(
    room: Room, key: Qt.Key, modifier: Qt.KeyboardModifier, expected: FindingStatus
) -> None:
    room.desk.viewing.go_to_slice(0, 0)
    room.key(key, modifier)
    assert status(room) is FindingStatus.OPEN, "another image is shown"
    room.desk.viewing.go_to_slice(0, 8)
    room.desk.viewing.pan(0, 3000, 0)
    room.key(key, modifier)
    assert status(room) is FindingStatus.OPEN, "the mark lies beside the viewport"
    room.desk.viewing.pan(0, -3000, 0)
    room.key(key, modifier)
    assert status(room) is expected
    hint = room.desk.viewing.hint
    assert hint is not None
    assert "Ctrl+Z" in room.desk.render(hint)
    room.key(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert status(room) is FindingStatus.OPEN
    room.key(Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert status(room) is expected


def test_e_and_q_go_from_mark_to_mark_and_bring_it_into_the_picture(room: Room) -> None:
    first, second = (row.finding for row in room.desk.reviewing.rows())
    room.desk.reviewing.select(None)
    room.desk.viewing.zoom(0, 6.0, (0.0, 0.0))
    room.desk.viewing.pan(0, -2500, 1700)
    room.key(Key.Key_E)
    assert room.desk.reviewing.selected == first.id
    assert room.desk.viewing.layout.viewports[0].slice_index == first.central_slice
    assert room.view().shows(first.id), "brought into the picture although zoomed in"
    room.key(Key.Key_E)
    assert room.desk.reviewing.selected == second.id
    assert room.view().shows(second.id)
    room.key(Key.Key_Q)
    assert room.desk.reviewing.selected == first.id


def test_a_rejected_mark_leaves_the_picture(room: Room) -> None:
    assert room.count(PROGRAM) > 50
    room.key(Key.Key_X, Shift)
    assert coloured(room.picture()[:, :-20], PROGRAM).sum() == 0
    assert len(room.desk.reviewing.rows()) == 2


def test_an_agreed_mark_is_also_the_readers(room: Room) -> None:
    assert room.count(READER) == 0
    room.key(Key.Key_A)
    image = room.picture()[:, :-20]
    ellipse, brackets = coloured(image, READER), coloured(image, PROGRAM)
    assert brackets.sum() > 50
    x0, y0, x1, y1 = extent(ellipse)
    filled = ellipse[y0 : y0 + (y1 - y0) // 8, x0 : x0 + (x1 - x0) // 8]
    assert filled.sum() == 0, "an ellipse has no corners"
    tick = room.picture()[:, -22:]
    assert coloured(tick, READER).sum() > 4, "the slider carries the reader's tick"


def test_d_takes_the_marks_away_and_brings_them_back(room: Room) -> None:
    count = room.count(PROGRAM)
    room.key(Key.Key_D)
    assert room.count(PROGRAM) == 0
    room.key(Key.Key_D)
    assert room.count(PROGRAM) == count


# -- Space -----------------------------------------------------------------------------------


def key_event(kind: QEvent.Type, repeats: bool = False) -> QKeyEvent:
    none = Qt.KeyboardModifier.NoModifier
    return QKeyEvent(kind, Qt.Key.Key_Space, none, " ", repeats)


@pytest.mark.parametrize("focus", ["viewport", "list"])
def test_everything_drawn_is_gone_while_space_is_held(room: Room, focus: str) -> None:
    target = room.view() if focus == "viewport" else room.window.side.findings.rows
    assert target.isVisible()
    target.setFocus()
    assert QApplication.focusWidget() is target
    full = room.picture()
    QApplication.sendEvent(target, key_event(QEvent.Type.KeyPress))
    for _ in range(3):
        QApplication.sendEvent(target, key_event(QEvent.Type.KeyRelease, True))
        QApplication.sendEvent(target, key_event(QEvent.Type.KeyPress, True))
    held = room.picture()
    assert coloured(held, PROGRAM).sum() == 0
    assert held[:60, :60].max() == 0, "corner text is gone too"
    assert bright(held).sum() > 0, "the image stays"
    QApplication.sendEvent(target, key_event(QEvent.Type.KeyRelease))
    assert np.array_equal(room.picture(), full)
    assert status(room) is FindingStatus.OPEN


def test_leaving_the_window_while_space_is_held_brings_everything_back(room: Room) -> None:
    full = room.picture()
    QTest.keyPress(room.view(), Qt.Key.Key_Space)
    assert not np.array_equal(room.picture(), full)
    QApplication.sendEvent(room.window, QEvent(QEvent.Type.WindowDeactivate))
    assert not room.desk.viewing.everything_is_hidden
    assert coloured(room.picture(), PROGRAM).sum() > 50


# -- the window goes while a model runs ----------------------------------------------------------


def test_a_window_closed_while_a_model_runs_ends_it_quietly(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_head(tmp_path / "head")
    place = make_workplace(marks=[bright_mark()])
    made = open_room(qtbot, place)
    made.open(tmp_path / "head")
    place.script.gate.clear()
    assert made.desk.detection.start() is None
    made.wait(place.script.started.is_set)
    (job,) = made.desk.jobs
    close_room(made)
    assert job.wait(5)
    for _ in range(5):
        QApplication.processEvents()
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == []


def test_3d_has_letters_and_marks_that_turn_with_it(room: Room) -> None:
    room.key(Key.Key_M, Shift)

    def letters() -> dict[str, str]:
        texts = room.view()._content.overlay(room.view().size_px()).texts
        return {text.anchor.value: text.text for text in texts if text.is_bold}

    before = letters()
    assert (before["center_left"], before["center_right"]) == ("R", "L")
    assert (before["top_center"], before["bottom_center"]) == ("H", "F")
    seen = coloured(room.picture(), PROGRAM)
    assert seen.sum() > 50
    start = (200.0, 300.0)
    room.drag(start, (start[0] + 360, start[1]))
    after = letters()
    assert (after["center_left"], after["center_right"]) == ("L", "R"), "half a turn"
    assert (after["top_center"], after["bottom_center"]) == ("H", "F")
    turned = coloured(room.picture(), PROGRAM)
    assert turned.sum() > 50 and not np.array_equal(seen, turned)
    mirror = np.nonzero(seen)[1].mean() + np.nonzero(turned)[1].mean()
    assert mirror == pytest.approx(seen.shape[1], abs=12)
    room.key(Key.Key_D)
    assert coloured(room.picture(), PROGRAM).sum() == 0


def test_the_slider_shows_the_range_of_each_mark_beside_the_thumb(room: Room) -> None:
    height = room.view().height()
    step = (height - 88) / 24
    seen = coloured(room.picture()[:, -40:], PROGRAM)
    ys, xs = np.nonzero(seen)
    rows = np.unique(ys)
    first, second = UPPER[2] - LOWER[2], 19.0 - 15.0
    assert len(rows) == pytest.approx((first + second) * step, abs=4)
    thumb_left = 40 - 12
    assert xs.max() < thumb_left, "not behind the thumb"
    finding = room.desk.reviewing.rows()[0].finding
    room.desk.reviewing.select(finding.id, jump=True)
    room.quiet()
    after = coloured(room.picture()[:, -40:], PROGRAM)
    assert after.sum() == seen.sum(), "seen as well when the thumb is there"
    room.key(Key.Key_D)
    assert coloured(room.picture()[:, -40:], PROGRAM).sum() == 0


def test_marks_of_a_neighbouring_series_have_ticks_too(room: Room, tmp_path: Path) -> None:
    write_head(tmp_path / "flair", HeadWords(series="flair", number=2, description="Ax FLAIR"))
    room.open(tmp_path / "head", tmp_path / "flair")
    sets = room.desk.opening.current_study
    assert sets is not None and len(sets.display_sets) == 2
    other = next(s for s in sets.display_sets if "FLAIR" in s.series.description)
    room.desk.viewing.set_layout(1, 1)
    room.desk.viewing.show(other.id, 0)
    room.detect()
    assert {row.display_set.id for row in room.desk.reviewing.rows()} == {
        s.id for s in sets.display_sets if s.id != other.id
    }
    assert coloured(room.picture()[:, -40:], PROGRAM).sum() > 20
