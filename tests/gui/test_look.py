"""The tokens of the look, the fonts, and the little that is painted by hand."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import find_locations
from medai_desktop.gui import icons, theme
from medai_desktop.gui.finding_thumbnail import crop
from medai_desktop.gui.row_painting import paint_ring, paint_squares, pixmap
from medai_desktop.gui.theme import DARK, PATIENT_COLOURS
from medai_desktop.text import Message
from medai_desktop.view.person_words import age
from medai_desktop.volume import Volume, Window
from tests.gui.windows import Looked, made_up_marks


def test_tokens_are_those_of_the_design() -> None:
    assert (DARK.view, DARK.ground, DARK.raised, DARK.hover, DARK.line) == (
        "#000000",
        "#141414",
        "#1c1c1c",
        "#262626",
        "#2b2b2b",
    )
    assert (DARK.text, DARK.text_beside, DARK.text_unconfirmed) == ("#e6e6e6", "#a3a3a3", "#6e6e6e")
    assert (DARK.program, DARK.reader, DARK.warning) == ("#56b9f2", "#f2b84b", "#e5695e")
    assert (DARK.main_button, DARK.main_button_text) == ("#e6e6e6", "#111111")


def test_areas_beside_the_image_have_no_tint() -> None:
    for colour in (DARK.ground, DARK.raised, DARK.hover, DARK.line, DARK.edge, DARK.backdrop):
        assert len({QColor(colour).red(), QColor(colour).green(), QColor(colour).blue()}) == 1


def test_disabled_is_a_third() -> None:
    assert theme.mixed("#ffffff", "#000000", 0.32) == "#525252"
    assert theme.mixed("#ffffff", "#000000", 1.0) == "#ffffff"
    assert QColor(DARK.faded(DARK.text)).red() == round(0.32 * 0xE6 + 0.68 * 0x14)


def distance(one: str, other: str) -> float:
    a, b = QColor(one), QColor(other)
    return float(np.hypot.reduce([a.red() - b.red(), a.green() - b.green(), a.blue() - b.blue()]))


def test_stripes_are_no_colour_that_means_something() -> None:
    assert len(set(PATIENT_COLOURS)) == len(PATIENT_COLOURS) >= 6
    for stripe in PATIENT_COLOURS:
        for meaning in (DARK.program, DARK.reader, DARK.warning):
            assert distance(stripe, meaning) > 60


@pytest.mark.usefixtures("dressed")
def test_the_programs_own_font_is_used_and_its_figures_have_one_width() -> None:
    assert theme.load_fonts(find_locations().fonts) == ("Inter",)
    used = QFontMetricsF(theme.font())
    widths = {round(used.horizontalAdvance(figure * 10), 3) for figure in "0123456789"}
    assert len(widths) == 1
    assert used.horizontalAdvance("iiii") < used.horizontalAdvance("mmmm")


@pytest.mark.usefixtures("dressed")
def test_bold_is_bolder() -> None:
    plain, bold = QFontMetricsF(theme.font()), QFontMetricsF(theme.font(is_bold=True))
    assert bold.horizontalAdvance("Series 4, image 27") > plain.horizontalAdvance(
        "Series 4, image 27"
    )


def test_fonts_carry_their_licence() -> None:
    folder = find_locations().fonts
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000


def painted(width: int, height: int, paint: object) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.ground))
    painter = QPainter(image)
    paint(painter)  # type: ignore[operator]
    painter.end()
    return image


@pytest.mark.parametrize("steps", [1, 3, 5])
def test_squares_are_filled_in_the_colour_of_the_program(qtbot: QtBot, steps: int) -> None:
    image = painted(60, 16, lambda painter: paint_squares(painter, 56, 0, steps))
    row = [image.pixelColor(x, 7).name() for x in range(60)]
    runs = sum(1 for a, b in zip(row, row[1:], strict=False) if b == DARK.program != a)
    assert runs == steps


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75])
def test_ring_closes_with_what_has_come(qtbot: QtBot, share: float) -> None:
    image = painted(24, 24, lambda painter: paint_ring(painter, QRectF(4, 4, 16, 16), share))
    light = sum(image.pixelColor(x, y).red() > 150 for x in range(24) for y in range(24))
    whole = painted(24, 24, lambda painter: paint_ring(painter, QRectF(4, 4, 16, 16), 1.0))
    most = sum(whole.pixelColor(x, y).red() > 150 for x in range(24) for y in range(24))
    assert light == pytest.approx(share * most, abs=0.1 * most)


def test_icon_is_faded_when_disabled(qtbot: QtBot) -> None:
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QIcon

    made = icons.icon("ph.ruler")
    size = QSize(18, 18)

    def brightest(mode: QIcon.Mode) -> int:
        image = made.pixmap(size, mode).toImage()
        return max(
            image.pixelColor(x, y).red() * image.pixelColor(x, y).alpha() // 255
            for x in range(18)
            for y in range(18)
        )

    assert brightest(QIcon.Mode.Disabled) < 0.5 * brightest(QIcon.Mode.Normal)


def test_icons_differ_and_an_unknown_one_is_refused(qtbot: QtBot) -> None:
    from PySide6.QtCore import QSize

    def pixels(name: str) -> bytes:
        image = icons.icon(name).pixmap(QSize(18, 18)).toImage()
        return bytes(image.constBits())

    assert any(pixels("ph.ruler"))
    assert pixels("ph.ruler") == pixels("ph.ruler")
    assert pixels("ph.ruler") != pixels("ph.folder-open")
    with pytest.raises(KeyError):
        icons.icon("ph.no-such-icon")


def test_building_icons_leaves_the_compatibility_layer_alone() -> None:
    code = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication(['-platform', 'offscreen'])\n"
        "from medai_desktop.gui import icons\n"
        "assert not icons.icon('ph.ruler').pixmap(18, 18).isNull()\n"
        "assert 'qtpy' not in sys.modules\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)


def test_crop_is_the_place_of_the_finding(looked: Looked) -> None:
    finding = made_up_marks(looked).findings[1]
    k, box = finding.central_slice, finding.boxes_px[1]
    assert k is not None
    voxels = np.zeros(looked.shown.shape, np.int16)
    voxels[k, int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 100
    spacing = looked.shown.pixel_spacing_mm
    cut = crop(Volume(voxels, None, spacing), finding, Window(50, 100))
    assert cut is not None
    assert cut.shape == (96, 96)
    bright = cut > 128
    assert bright[48, 48]
    assert not bright[0, 0]
    share = (box.x1 - box.x0) * (spacing or (1, 1))[1]
    side = max(1.8 * share, 24.0)
    assert bright[48].mean() == pytest.approx(share / side, abs=0.04)


def test_crop_beyond_the_edge_is_black_there(looked: Looked) -> None:
    finding = made_up_marks(looked).findings[4]
    voxels = np.full(looked.shown.shape, 100, np.int16)
    cut = crop(Volume(voxels, None, (0.5, 0.5)), finding, Window(50, 100))
    assert cut is not None
    assert cut[0, 0] == 0
    assert cut[48, 48] > 200


def test_crop_is_square_in_millimetres(looked: Looked) -> None:
    finding = made_up_marks(looked).findings[1]
    box = finding.boxes_px[1]
    voxels = np.zeros(looked.shown.shape, np.int16)
    voxels[:, int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 100
    cut = crop(Volume(voxels, None, (2.0, 1.0)), finding, Window(50, 100))
    assert cut is not None
    tall, wide = (cut > 128)[:, 48].sum(), (cut > 128)[48].sum()
    assert tall == pytest.approx(2 * wide, rel=0.1)


def test_colour_pixels_stay_colours(qtbot: QtBot) -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[..., 0] = 200
    assert pixmap(pixels).toImage().pixelColor(1, 1) == QColor(200, 0, 0)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("060Y", ("view.age_years", 60)),
        ("011M", ("view.age_months", 11)),
        ("003W", ("view.age_weeks", 3)),
        ("009D", ("view.age_days", 9)),
    ],
)
def test_ages_in_words(written: str, said: tuple[str, int]) -> None:
    words = age(written)
    assert isinstance(words, Message)
    assert (words.id, words.argument("number")) == said


def test_an_age_that_is_none_stays_as_written() -> None:
    assert age("about 60") == "about 60"
    assert age("") == ""
