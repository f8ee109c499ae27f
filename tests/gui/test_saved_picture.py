"""A picture that leaves says that it is for research use only, whatever else is switched off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage

from medai_desktop.gui.main_window import MainWindow
from medai_desktop.text import Language
from tests.gui.windows import MakeWindow, desk_of, two_series

STRIP_PX = 26
"""The sentence stands in the lowest pixels of a viewport."""


def saved(window: MainWindow, path: Path) -> npt.NDArray[np.uint8]:
    """The saved picture, (height, width, 4)."""
    window.port.save_picture_as(path)
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGBA8888)
    assert not image.isNull()
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def sentence(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Where the sentence of the left viewport stands."""
    width = picture.shape[1] // 2
    return picture[-STRIP_PX:-2, width // 5 : -width - width // 5, :3]


@pytest.mark.parametrize("language", list(Language))
def test_research_use_stands_in_every_saved_picture(
    language: Language, make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path / "data"), language=language)
    viewing = desk_of(window).viewing
    full = saved(window, tmp_path / "full.png")
    for mode in ("minimal", "off"):
        viewing.cycle_corner_text()
        assert viewing.corner_text_mode == mode
        picture = saved(window, tmp_path / f"{mode}.png")
        assert np.array_equal(sentence(picture), sentence(full))
        assert not np.array_equal(picture, full), "the corners have changed"
    viewing.hide_everything(True)
    picture = saved(window, tmp_path / "held.png")
    assert np.array_equal(sentence(picture), sentence(full)), "Space held, and still there"
    bright = (sentence(full).min(axis=-1) > 120).sum()
    assert bright > 150, "letters, not an empty strip"


def test_two_languages_are_two_sentences(make_window: MakeWindow, tmp_path: Path) -> None:
    pictures = []
    for language in Language:
        window = make_window(two_series(tmp_path / language.value), language=language)
        pictures.append(saved(window, tmp_path / f"{language.value}.png"))
        window.close()
    first, second = pictures
    assert first.shape == second.shape
    assert not np.array_equal(sentence(first), sentence(second))
