"""Keys go where a reader's eyes are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medai_desktop.errors import StorageError
from medai_desktop.findings import FindingSet
from medai_desktop.text import Language, message
from tests.gui.hands import click, click_row
from tests.gui.windows import Looked, MakeWindow, desk_of, open_in, two_series


def test_a_click_in_a_list_leaves_the_keys_to_the_images(
    make_window: MakeWindow, marks: FindingSet, looked: Looked
) -> None:
    window = make_window([looked.folder], is_private=False)
    desk = desk_of(window)
    click_row(window.side.findings.rows, 1)
    assert window.focusWidget() in window.viewports
    before = desk.viewing.layout.active_viewport.slice_index
    QTest.keyClick(window, Qt.Key.Key_Down)
    assert desk.viewing.layout.active_viewport.slice_index != before


def test_images_have_the_keys_after_a_scan_that_took_long(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window()
    window.start.open_folder.hide()
    window.start.cancel.show()
    window.start.cancel.setFocus()
    open_in(qtbot, window, two_series(tmp_path))
    assert window.focusWidget() in window.viewports


def test_tab_goes_from_studies_to_images_to_marks(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    desk_of(window).viewing.set_layout(1, 2)
    window.activateWindow()
    window.studies.series.setFocus()
    seen: list[QWidget | None] = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        seen.append(window.focusWidget())
    assert seen == [*window.viewports, window.side.tabBar()]


def test_arrows_change_the_tab_that_has_the_focus(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    desk = desk_of(window)
    stage = desk.viewing.stage_index
    window.side.tabBar().setFocus()
    QTest.keyClick(window.side.tabBar(), Qt.Key.Key_Right)
    assert window.side.currentIndex() == 1
    assert desk.viewing.stage_index == stage
    click(window.side.tabBar(), window.side.tabBar().tabRect(2).center())
    assert window.side.currentIndex() == 2


def test_space_hides_what_is_drawn_while_held(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    desk = desk_of(window)
    window.viewports[0].setFocus()
    QTest.keyPress(window.viewports[0], Qt.Key.Key_Space)
    assert desk.viewing.everything_is_hidden
    QTest.keyRelease(window.viewports[0], Qt.Key.Key_Space)
    assert not desk.viewing.everything_is_hidden


def test_a_language_that_cannot_be_kept_is_spoken_all_the_same(
    make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    desk = desk_of(window)

    def refuses(language: Language) -> None:
        raise StorageError(message("session.no_models"))

    object.__setattr__(desk._supplies, "remember_language", refuses)
    desk.set_language(Language.CHINESE)
    assert window.side.tabText(0) == "标记"
    assert [notice.message.id for notice in desk.notices] == ["session.no_models"]
