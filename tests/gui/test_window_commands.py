"""The table of commands as menus, keys, palette and sheet."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from medai_desktop.commands import COMMANDS, Command
from medai_desktop.gui.dialogs import AboutDialog, ReaderDialog
from medai_desktop.gui.keys import key_words
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.menus import Menus
from medai_desktop.gui.palette import CommandPalette
from medai_desktop.gui.shortcut_sheet import ShortcutSheet
from medai_desktop.text import message
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import ViewportKind
from tests.gui.hands import click
from tests.gui.windows import WAIT_MS, MakeWindow, desk_of, two_series
from tests.phantoms import clinical, volumes


def clashes(table: tuple[Command, ...]) -> dict[str, list[str]]:
    """Keys that would run two commands."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for item in table:
        for key in item.keys:
            by_key[QKeySequence(key).toString()].append(item.id)
    return {key: ids for key, ids in by_key.items() if len(ids) > 1 or not key}


def test_no_key_runs_two_commands() -> None:
    assert clashes(COMMANDS) == {}
    first = COMMANDS[0]
    assert clashes((first, Command("x.y", first.title, first.group, first.handler, first.keys)))


def test_every_id_is_there_once() -> None:
    ids = [item.id for item in COMMANDS]
    assert len(set(ids)) == len(ids)
    assert all(
        identity.partition(".")[0] == item.group.value
        for identity, item in zip(ids, COMMANDS, strict=True)
    )


def test_every_command_runs_with_nothing_open(
    make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for ask in ("getExistingDirectory",):
        monkeypatch.setattr(QFileDialog, ask, lambda *_: "")
    for ask in ("getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, ask, lambda *_: ([], ""))
    window = make_window()
    last = ["file.open_sample", "file.quit"]
    assert {"file.copy_picture", *last} <= {item.id for item in COMMANDS}
    for item in COMMANDS:
        if item.id in last:
            continue
        window.command_actions.action(item.id).trigger()
        window.run(item.id)
        for dialog in (ReaderDialog, AboutDialog, ShortcutSheet, CommandPalette):
            for shown in window.findChildren(dialog):
                shown.reject()
    if window.isFullScreen():
        window.showNormal()
    desk = desk_of(window)
    assert desk.notices == ()
    window.command_actions.action("file.open_sample").trigger()
    qtbot.waitUntil(lambda: window.has_picture and not desk.jobs, timeout=WAIT_MS)
    assert desk.opening.current_study is not None
    window.command_actions.action("file.quit").trigger()
    assert not window.isVisible()


def test_the_picture_is_copied_with_what_is_drawn_on_it(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    desk, clipboard = desk_of(window), QGuiApplication.clipboard()
    desk.viewing.set_layout(1, 2)
    QGuiApplication.processEvents()
    clipboard.clear()
    desk.viewing.activate(1)
    window.command_actions.action("file.copy_picture").trigger()
    copied = clipboard.image()
    assert copied.size() == window.viewports[1].grab().size()
    assert copied == window.viewports[1].grab().toImage().convertToFormat(copied.format())
    assert copied != window.viewports[0].grab().toImage().convertToFormat(copied.format())
    assert desk.viewing.hint == message("gui.picture_copied")


def test_disabled_commands_say_why(make_window: MakeWindow) -> None:
    window = make_window()
    for identity in ("file.detect", "see.volume", "findings.agree", "measure.tool_ruler"):
        action = window.command_actions.action(identity)
        assert not action.isEnabled()
        assert action.toolTip().endswith("Nothing is open.")
    for name in ("layout", "presets", "report"):
        assert not window.tool_bar.buttons[name].isEnabled()
        assert "Nothing is open." in window.tool_bar.buttons[name].toolTip()


def test_the_reason_is_the_one_that_holds(make_window: MakeWindow, tmp_path: Path) -> None:
    clinical.hand_radiograph(tmp_path)
    window = make_window([tmp_path])
    volume = window.command_actions.action("see.volume")
    assert not volume.isEnabled()
    assert volume.toolTip().splitlines()[1] not in ("", "Nothing is open.")
    agree = window.command_actions.action("findings.agree")
    assert agree.toolTip().endswith("No mark is selected.")


def test_a_key_that_can_do_nothing_says_why(make_window: MakeWindow, tmp_path: Path) -> None:
    volumes.missing_slice(tmp_path, missing=5)
    window = make_window([tmp_path])
    desk = desk_of(window)
    assert not window.tool_bar.buttons["see.planes"].isEnabled()
    window.viewports[0].setFocus()
    QTest.keyClick(window, Qt.Key.Key_M)
    assert desk.viewing.layout.active_viewport.kind is ViewportKind.STACK
    shown = desk.viewing.active_display_set
    assert shown is not None
    assert desk.viewing.hint == shown.messages[0]


def test_tool_tips_name_the_key(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    assert window.tool_bar.buttons["measure.tool_ruler"].toolTip() == "Ruler (R)"
    assert window.tool_bar.buttons["see.planes"].toolTip().startswith("Planes (M)")


def test_tools_are_chosen_in_the_tool_bar(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    desk = desk_of(window)
    click(window.tool_bar.buttons["measure.tool_ruler"])
    assert desk.viewing.tool is Tool.RULER
    assert window.tool_bar.buttons["measure.tool_ruler"].isChecked()
    assert not window.tool_bar.buttons["see.tool_window"].isChecked()
    click(window.tool_bar.buttons["see.tool_pan"])
    assert desk.viewing.tool is Tool.PAN


def test_a_click_on_a_tool_leaves_the_keys_to_the_images(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    window.viewports[0].setFocus()
    click(window.tool_bar.buttons["see.tool_pan"])
    assert window.focusWidget() is window.viewports[0]


def test_presets_menu_names_the_current_one_and_its_keys(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    desk, button = desk_of(window), window.tool_bar.buttons["presets"]
    window.menus.fill_presets()
    actions = {
        action.text().partition("\t")[0]: action for action in window.menus.presets.actions()
    }
    assert actions["Lung"].text() == "Lung\t2"
    actions["Lung"].trigger()
    window._refresh_panels()
    assert desk.viewing.layout.active_viewport.preset == "lung"
    assert button.text() == "Lung"
    window.menus.fill_presets()
    (checked,) = [a.text() for a in window.menus.presets.actions() if a.isChecked()]
    assert checked == "Lung\t2"


def test_layout_menu_checks_the_current_grid(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    window.command_actions.action("see.layout_2x2").trigger()
    assert len(window.viewports) == 4
    checked = [a.text() for a in window.menus.layout.actions() if a.isChecked()]
    assert checked == ["2 x 2"]


def test_three_d_presets_stand_in_the_menu_of_a_volume(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    desk = desk_of(window)
    desk.viewing.toggle_volume()
    assert desk.viewing.layout.active_viewport.kind is ViewportKind.VOLUME
    window.menus.fill_presets()
    titles = [action.text().strip() for action in window.menus.presets.actions()]
    assert len(set(titles)) == len(titles) > 5
    window.menus.presets.actions()[0].trigger()
    first = desk.presets.presets_3d(desk.viewing.active_display_set)[0]  # type: ignore[arg-type]
    assert desk.viewing.layout.active_viewport.preset_3d == first


def test_palette_runs_what_was_searched(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    window.viewports[0].setFocus()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    assert palette is not None
    QTest.keyClicks(palette.field, "ruler")
    (row,) = palette.rows.rows()
    assert row.key == "measure.tool_ruler"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert desk_of(window).viewing.tool is Tool.RULER
    assert not palette.isVisible()


def test_palette_moves_with_the_arrows_and_keeps_disabled_ones_still(
    make_window: MakeWindow,
) -> None:
    window = make_window()
    window.run("rest.palette")
    palette = window.findChild(CommandPalette)
    assert palette is not None
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.rows.currentRow() == 1
    palette.field.setText("detect")
    palette._enter()
    assert palette.isVisible(), "a disabled command does not run"
    palette.reject()


def test_sheet_shows_every_key(make_window: MakeWindow) -> None:
    window = make_window()
    window.run("rest.shortcuts")
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    said = "\n".join(label.text() for label in sheet.findChildren(QLabel))
    say = desk_of(window).render
    for item in COMMANDS:
        if item.keys and not item.id.startswith("see.preset_"):
            assert say(item.title) in said
            assert say(key_words(item.keys[0])) in said
    sheet.reject()


def test_panels_go_away_and_come_back(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    width = window.viewports[0].width()
    window.run("rest.panels")
    assert not window.studies.isVisible()
    assert not window.side.isVisible()
    window.run("rest.panels")
    assert window.studies.isVisible()
    assert window.viewports[0].width() == width


def test_view_is_saved_as_a_picture(make_window: MakeWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = make_window(two_series(tmp_path / "data"))
    window.port.save_picture_as(tmp_path / "view.png")
    assert (tmp_path / "view.png").stat().st_size > 1000
    assert desk_of(window).notices[-1].is_warning is False
    (tmp_path / "nowhere").write_text("in the way")
    window.port.save_picture_as(tmp_path / "nowhere" / "view.png")
    assert desk_of(window).notices[-1].is_warning


def test_every_command_can_be_reached_with_the_mouse(make_window: MakeWindow) -> None:
    window: MainWindow = make_window()
    menus: Menus = window.menus
    reached = set(window.tool_bar.buttons)
    for menu in (
        menus.opening,
        menus.layout,
        menus.more,
        menus.report,
        menus.settings,
        menus.language,
    ):
        for action in menu.actions():
            reached |= {
                item.id for item in COMMANDS if window.command_actions.action(item.id) is action
            }
    by_panel = {
        "findings.agree",
        "findings.unsure",
        "findings.reject",
        "findings.edit",
        "findings.folded",
    }
    unreached = {
        item.id
        for item in COMMANDS
        if item.id not in reached | by_panel
        and not item.id.startswith(("move.", "see.preset_", "findings.reject_"))
    }
    assert unreached <= {"rest.cancel", "findings.next", "findings.previous"}
