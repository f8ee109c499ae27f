"""Texts and lines on a picture can be read on bright and on dark ground."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from medai_desktop.gui.overlay_painter import paint_overlay
from medai_desktop.view.overlay import Anchor, Ink, Overlay, OverlayText, Polyline
from tests.doubles.windows import PROGRAM, READER, coloured, extent

SIZE = (300, 120)


def painted(overlay: Overlay, ground: int) -> np.ndarray:
    image = QImage(*SIZE, QImage.Format.Format_RGB888)
    image.fill(QColor(ground, ground, ground))
    painter = QPainter(image)
    paint_overlay(painter, overlay)
    painter.end()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], image.bytesPerLine())
    return flat[:, : 3 * SIZE[0]].reshape(SIZE[1], SIZE[0], 3).copy()


def text(words: str, anchor: Anchor, ink: Ink = Ink.READER) -> Overlay:
    return Overlay(texts=(OverlayText(words, (150.0, 60.0), anchor, ink),))


@pytest.mark.parametrize("words", ["50.3 mm", "患者 12"])
@pytest.mark.parametrize("ground", [10, 220])
def test_a_text_stands_out_from_any_ground(qtbot: QtBot, words: str, ground: int) -> None:
    pixels = painted(text(words, Anchor.CENTER_LEFT), ground)
    letters = coloured(pixels, READER, 60)
    assert letters.sum() > 40
    if ground > 100:
        x0, y0, x1, y1 = extent(letters)
        around = pixels[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1]
        assert (around.max(axis=2) < 110).sum() > letters.sum(), "a dark halo round each letter"
    far = pixels[:30]
    assert (far == ground).all()


@pytest.mark.parametrize(
    ("anchor", "left", "right"),
    [
        (Anchor.CENTER_LEFT, 150, None),
        (Anchor.CENTER_RIGHT, None, 150),
        (Anchor.CENTER, None, None),
    ],
)
def test_an_anchor_holds_the_text(
    qtbot: QtBot, anchor: Anchor, left: int | None, right: int | None
) -> None:
    x0, _, x1, _ = extent(coloured(painted(text("50.3 mm", anchor), 0), READER, 90))
    if left is not None:
        assert left - 1 <= x0 <= left + 3
    if right is not None:
        assert right - 3 <= x1 <= right + 2
    if left is right is None:
        assert (x0 + x1) / 2 == pytest.approx(150, abs=2)


def test_the_same_text_again_is_the_same_picture_and_another_ink_is_not(qtbot: QtBot) -> None:
    first = painted(text("50.3 mm", Anchor.CENTER), 90)
    assert np.array_equal(first, painted(text("50.3 mm", Anchor.CENTER), 90))
    assert not np.array_equal(first, painted(text("50.3 mm", Anchor.CENTER, Ink.PROGRAM), 90))
    assert not np.array_equal(first, painted(text("50.4 mm", Anchor.CENTER), 90))


def test_a_dashed_line_has_gaps(qtbot: QtBot) -> None:
    ends = ((20.0, 50.5), (280.0, 50.5))
    solid = painted(Overlay((Polyline(ends, Ink.PROGRAM),)), 0)
    dashed = painted(Overlay((Polyline(ends, Ink.PROGRAM, is_dashed=True),)), 0)
    counts = [int(coloured(pixels, PROGRAM).any(axis=0).sum()) for pixels in (solid, dashed)]
    assert counts[0] >= 258
    assert 100 < counts[1] < 200


@pytest.mark.parametrize("words", ["Research use only. Not", "仅供研究，不得用于"])
def test_on_a_white_film_the_text_lies_on_a_dark_band(qtbot: QtBot, words: str) -> None:
    """From the first letter to the last no white shows between the letters."""
    pixels = painted(text(words, Anchor.CENTER_LEFT, Ink.TEXT), 255)[:, :, 0].astype(int)
    inside = pixels < 160
    ys, xs = np.nonzero(inside)
    band = pixels[ys.min() + 4 : ys.max() - 3, xs.min() + 4 : xs.max() - 3]
    ink = 230
    assert (band == 255).mean() < 0.02
    assert (np.abs(band - ink) < 40).mean() < 0.5 < (band < 170).mean()
    assert (pixels[:20] == 255).all() and (pixels[-20:] == 255).all()
