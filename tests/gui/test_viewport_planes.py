"""Planes in the shown window: one scale, tiles filled, texts free, lines over the image alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import find_locations
from medai_desktop.gui.overlay_painter import text_width
from medai_desktop.gui.theme import DARK, load_fonts
from medai_desktop.view.corner_layout import corner_overlay, text_box
from medai_desktop.view.corner_text import CornerText
from medai_desktop.view.overlay import Anchor, Ink
from tests.doubles.desks import make_workplace
from tests.doubles.heads import bright_mark, write_head
from tests.doubles.windows import Room, close_room, coloured, open_room

Key = Qt.Key
LONG_ID = "1.3.6.1.4.1.14519.5.2.1.6279.6001.WWWWWWWWWWWWWWWWWWWW.298806137288633453246975630178"


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    load_fonts(find_locations().fonts)
    write_head(tmp_path / "head")
    made = open_room(qtbot, make_workplace(marks=[bright_mark()]))
    made.open(tmp_path / "head")
    yield made
    close_room(made)


def scales(room: Room) -> list[float]:
    found = []
    for widget in room.window.viewports:
        projection = widget._content.projection(widget.size_px())
        assert projection is not None and projection.mm_per_px is not None
        found.append(projection.mm_per_px)
    return found


@pytest.mark.parametrize("size", [(1600, 1000), (1024, 700)])
def test_axial_is_tall_on_the_left_and_all_planes_have_one_scale(
    room: Room, size: tuple[int, int]
) -> None:
    room.window.resize(*size)
    room.key(Key.Key_M)
    axial, coronal, sagittal = (room.view(index) for index in range(3))
    assert axial.y() == coronal.y() and coronal.x() == sagittal.x() > axial.x()
    assert sagittal.y() > coronal.y() + 100 and axial.height() > 1.8 * coronal.height()
    assert len({round(mm, 9) for mm in scales(room)}) == 1
    filled = []
    for index, widget in enumerate((axial, coronal, sagittal)):
        lines = widget._content.overlay(widget.size_px()).lines
        assert lines, index
        seen = room.picture(index).max(axis=2) > 24
        filled.append(max(seen.any(axis=0).mean(), seen.any(axis=1).mean()))
    assert max(filled) > 0.9
    before = scales(room)
    room.view(1).setFocus()
    room.window.resize(size[0] + 120, size[1] - 60)
    room.quiet()
    assert len({round(mm, 9) for mm in scales(room)}) == 1
    assert scales(room) != before
    room.desk.viewing.toggle_maximise(0)
    room.quiet()
    assert len(scales(room)) == 1 and scales(room)[0] < before[0], "alone it is larger"


def test_lines_have_the_colour_of_their_plane_and_stay_on_the_image(room: Room) -> None:
    room.key(Key.Key_M)
    inks = ((DARK.axial, Ink.AXIAL), (DARK.coronal, Ink.CORONAL), (DARK.sagittal, Ink.SAGITTAL))
    for index, widget in enumerate(room.window.viewports):
        overlay = widget._content.overlay(widget.size_px())
        cross = [line for line in overlay.lines if line.ink in {i for _, i in inks}]
        badge = [line for line in cross if line.ink is inks[index][1]]
        assert len(badge) == 1 and badge[0].width_px == 3, "its own colour is on the badge alone"
        texts = [text_box(text, text_width) for text in overlay.texts]
        for line in cross:
            if line in badge:
                continue
            xs, ys = zip(*line.points, strict=True)
            for x0, y0, x1, y1 in texts:
                assert max(xs) < x0 or min(xs) > x1 or max(ys) < y0 or min(ys) > y1
        for number, (colour, _) in enumerate(inks):
            seen = coloured(room.picture(index), colour, tolerance=8).sum()
            assert seen > 40 if number != index else seen < 200


def test_the_place_of_each_plane_is_told(room: Room) -> None:
    room.key(Key.Key_M)
    cross = room.desk.viewing.crosshair_lps_mm
    assert cross is not None

    def told() -> list[str]:
        found = []
        for widget in room.window.viewports:
            texts = widget._content.overlay(widget.size_px()).texts
            found += [t.text for t in texts if t.anchor is Anchor.BOTTOM_LEFT and " · " in t.text]
        return found

    for axis, number in (("z", cross[2]), ("y", cross[1]), ("x", cross[0])):
        wanted = f"{axis} {round(number, 1) + 0.0:.1f}"
        assert any(line.endswith(wanted) for line in told()), (wanted, told())
    before = told()
    room.wheel(-120, index=0)
    moved = [line for line in told() if line not in before]
    assert len(moved) == 1 and " z " in moved[0]


@pytest.mark.parametrize("text", [LONG_ID, "WWWWWWWWWW" * 12, "检查描述" * 40, "iiii" * 90])
def test_no_text_runs_past_its_margins_as_painted(room: Room, text: str) -> None:
    """Measured with the font that paints."""
    corners = CornerText((text, "ID"), (text,), (text,), (text,), ("Research use only.",))
    for width in (260, 420):
        overlay = corner_overlay(corners, (width, 600), text_width)
        for line in overlay.texts:
            x0, _, x1, _ = text_box(line, text_width)
            assert x0 >= 9.9 and x1 <= width - 9.9
        cut = [line for line in overlay.texts if line.text.endswith("…")]
        assert cut
        longer = replace(cut[0], text=cut[0].text[:-1] + text[len(cut[0].text) - 1] + "…")
        assert text_width(longer.text) > width - 34, "as much as there is room for"


def test_planes_of_a_small_window_say_the_research_sentence_whole(room: Room) -> None:
    room.window.resize(1024, 700)
    room.key(Key.Key_M)
    for widget in room.window.viewports:
        texts = widget._content.overlay(widget.size_px()).texts
        label = sorted(
            (t for t in texts if t.anchor is Anchor.BOTTOM_CENTER and len(t.text) > 3),
            key=lambda t: t.position[1],
        )
        said = " ".join(t.text for t in label)
        assert said == "Research use only. Not for use in diagnosis or treatment."
        for text in label:
            x0, _, x1, _ = text_box(text, text_width)
            assert x0 >= 0 and x1 <= widget.width()
        assert not any("kVp" in t.text or "TR " in t.text for t in texts)
    assert np.array(scales(room)).max() > 0
