"""The window at the sizes of a reader's screens, down to a small laptop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QScrollBar

from medai_desktop.gui.main_window import MainWindow
from medai_desktop.text import Language, message
from tests.gui.hands import all_widgets, lies_at
from tests.gui.windows import desk_of

SIZES = [(1024, 640), (1280, 800), (1366, 768), (1600, 1000)]


def place(window: MainWindow, widget: object) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", list(Language))
def test_every_tool_is_there_and_none_covers_another(
    window: MainWindow, size: tuple[int, int], language: Language
) -> None:
    desk_of(window).set_language(language)
    window.resize(*size)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    places = {name: place(window, button) for name, button in window.tool_bar.buttons.items()}
    bar = place(window, window.tool_bar)
    assert all(bar.contains(area) for area in places.values())
    areas = sorted(places.values(), key=lambda area: area.x())
    assert all(not a.intersects(b) for a, b in zip(areas, areas[1:], strict=False))
    for button in window.tool_bar.buttons.values():
        assert lies_at(button, button.rect().center()) is button


@pytest.mark.parametrize("size", SIZES)
def test_areas_have_their_sizes(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    QApplication.processEvents()
    assert window.tool_bar.height() == 48
    assert window.studies.width() == 248
    assert window.side.width() == 320
    assert window.views.width() == size[0] - 248 - 320 - 2
    bars = [w for w in all_widgets(window) if isinstance(w, QScrollBar)]
    assert [bar for bar in bars if bar.width() > bar.height()] == [], "nothing scrolls sideways"


def test_targets_are_large_enough_for_a_hand(window: MainWindow) -> None:
    for name, button in window.tool_bar.buttons.items():
        assert button.height() >= 32, name
        assert button.width() >= 32, name
    window.side.findings.rows.setCurrentRow(0)
    desk_of(window).reviewing.select(desk_of(window).reviewing.rows()[0].finding.id)
    buttons = window.side.findings.buttons
    assert buttons is not None
    for button in (buttons.agree, buttons.reject, buttons.unsure, buttons.edit):
        assert button.height() >= 32


@pytest.mark.parametrize("language", list(Language))
def test_buttons_in_the_row_stay_within_it(window: MainWindow, language: Language) -> None:
    desk = desk_of(window)
    desk.set_language(language)
    desk.reviewing.select(desk.reviewing.rows()[0].finding.id)
    QApplication.processEvents()
    panel = window.side.findings
    assert panel.buttons is not None
    row = panel.rows.visualItemRect(panel.rows.currentItem())
    for button in (panel.buttons.agree, panel.buttons.reject, panel.buttons.edit):
        area = QRect(button.mapTo(panel.rows.viewport(), QPoint(0, 0)), button.size())
        assert row.contains(area)


def test_talkative_models_leave_room_for_the_marks(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medai_desktop.gui import detection_panel
    from medai_desktop.gui.detection_words import ModelBlock, StateLine

    lines = tuple(StateLine(message("source.empty", file=f"line {n}")) for n in range(60))
    block = ModelBlock("x", message("gui.findings"), lines, ())
    monkeypatch.setattr(detection_panel, "model_blocks", lambda desk: (block,))
    window.resize(1024, 640)
    window.side.findings.refresh()
    QApplication.processEvents()
    panel = window.side.findings
    assert panel.states.height() > panel.height()
    assert panel._states_area.height() < 0.5 * panel.height()
    assert panel.rows.height() > 100


def test_presets_of_any_name_move_nothing(window: MainWindow) -> None:
    button = window.tool_bar.buttons["see.tool_window"]
    before = button.x()
    desk_of(window).viewing.press_number_key(3)
    window._refresh_panels()
    QApplication.processEvents()
    assert button.x() == before
