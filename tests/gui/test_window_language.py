"""A language switch redraws everything at once, and leaves nothing behind."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations
from medai_desktop.findings import FindingSet
from medai_desktop.gui.dialog import ReadingDialog
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.row_list import VALUE
from medai_desktop.review import FindingStatus
from medai_desktop.session.context import Notice
from medai_desktop.text import Language, message
from tests.gui.hands import all_widgets
from tests.gui.windows import WAIT_MS, Looked, MakeWindow, desk_of

# What is written the same in both languages: names, keys, units, and what the files say.
SAME = re.compile(
    r"""(PHANTOM|TEST|Phantom|phantom|HEAD|SYNTHETIC|Ax|T1|\+C|MR|CT|Head|Small|ID|PNG|LGPL|NOTICE|Qt|PySide6
    |Python|Linux|MedAI|Desktop|Apache|English|简体中文|Dr|Lee|CPU|CUDA|GB|mm|DICOM
    |Explicit|VR|LE|Ctrl|Shift|Esc|Del|Home|End|PgUp|PgDn|IM|Im|dcm|DWI|ADC|MPR|Slab|PySide|[A-Z])""",
    re.VERBOSE,
)
ENGLISH_WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile("[\u4e00-\u9fff]")


def texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """Everything a reader can see or be told below a widget, with where it stands."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for widget in all_widgets(root):
        where = type(widget).__name__
        yield from ((where, text) for text in said_by(widget))
        yield f"{where} (tool tip)", widget.toolTip()
        yield f"{where} (name)", widget.accessibleName()
    for menu in root.findChildren(QMenu):
        yield "QMenu", menu.title()
        yield from (("QMenu", action.text()) for action in menu.actions())
    for action in root.findChildren(QAction):
        yield "QAction", action.text()
        yield "QAction (tool tip)", action.toolTip()


def said_by(widget: QWidget) -> Iterator[str]:
    """The texts of one widget."""
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QPlainTextEdit):
        yield widget.toPlainText()
    elif isinstance(widget, QTabWidget):
        yield from (widget.tabText(number) for number in range(widget.count()))
    elif isinstance(widget, QListWidget):
        rows = [widget.item(number).data(VALUE) for number in range(widget.count())]
        yield from (row.spoken for row in rows)
        yield from (getattr(row, "said", "") for row in rows)


def english_left(root: QWidget) -> list[tuple[str, str]]:
    return [(where, text) for where, text in texts(root) if is_english(text)]


def is_english(text: str) -> bool:
    words = ENGLISH_WORD.findall(text.replace(platform.release(), ""))
    return any(not SAME.fullmatch(word) for word in words)


def chinese_left(root: QWidget) -> list[tuple[str, str]]:
    return [
        (where, text)
        for where, text in texts(root)
        if CHINESE.search(text) and text.strip() != "简体中文"
    ]


@pytest.fixture
def window(make_window: MakeWindow, marks: FindingSet, looked: Looked, qtbot: QtBot) -> MainWindow:
    """A window that says as much as it can: marks, decisions, a notice, a ruler."""
    window = make_window([looked.folder], is_private=False)
    desk = desk_of(window)
    desk.reviewing.set_reader("Dr Lee")
    for decide, mark in zip(("agree", "reject_vessel"), marks.findings, strict=False):
        desk.reviewing.select(mark.id)
        qtbot.waitUntil(lambda: all(v.is_current for v in window.viewports), timeout=WAIT_MS)
        window.run(f"findings.{decide}")
    statuses = {row.reviewed.status for row in desk.reviewing.rows()}
    assert {FindingStatus.AGREED, FindingStatus.REJECTED} <= statuses
    details = (message("source.not_dicom", file="IM1.dcm"),)
    desk.notify(Notice(message("source.empty", file="IM2.dcm"), details))
    desk.notify(Notice(message("session.no_models")))
    desk.viewing.say(message("session.not_in_view"))
    window.side.findings.states._toggle(marks.provenance.model_id)
    return window


def test_no_english_is_left_in_chinese(window: MainWindow) -> None:
    assert english_left(window) != []
    desk_of(window).set_language(Language.CHINESE)
    assert english_left(window) == []
    for tab in range(window.side.count()):
        window.side.setCurrentIndex(tab)
        assert english_left(window.side) == []


def test_no_chinese_is_left_in_english(window: MainWindow) -> None:
    desk = desk_of(window)
    desk.set_language(Language.CHINESE)
    assert chinese_left(window) != []
    desk.set_language(Language.ENGLISH)
    assert chinese_left(window) == []


@pytest.mark.parametrize(
    "opens", ["rest.about", "rest.shortcuts", "rest.palette", "rest.reader", "details"]
)
def test_dialogs_speak_the_language(window: MainWindow, opens: str) -> None:
    for language, left in ((Language.CHINESE, english_left), (Language.ENGLISH, chinese_left)):
        desk_of(window).set_language(language)
        if opens == "details":
            window.notices.details.click()
        else:
            window.run(opens)
        (dialog,) = [d for d in window.findChildren(ReadingDialog) if d.isVisible()]
        assert left(dialog) == []
        dialog.reject()


def test_start_screen_and_empty_panels_speak_chinese(make_window: MakeWindow) -> None:
    window = make_window()
    desk_of(window).set_language(Language.CHINESE)
    assert english_left(window) == []


def test_presets_menu_speaks_the_language(window: MainWindow) -> None:
    window.menus.fill_presets()
    english = [action.text() for action in window.menus.presets.actions()]
    desk_of(window).set_language(Language.CHINESE)
    window.menus.fill_presets()
    chinese = [action.text() for action in window.menus.presets.actions()]
    assert english
    assert len(chinese) == len(english)
    assert not [text for text in chinese if is_english(text)]


def test_language_is_chosen_in_the_gear_menu(window: MainWindow, locations: Locations) -> None:
    language = window.menus.language
    assert [action.text() for action in language.actions()] == ["English", "简体中文"]
    assert [action.isChecked() for action in language.actions()] == [True, False]
    language.actions()[1].trigger()
    assert desk_of(window).language is Language.CHINESE
    assert [action.isChecked() for action in language.actions()] == [False, True]
    assert window.side.tabText(0) == "标记"


def test_dialogs_of_qt_itself_speak_chinese(window: MainWindow) -> None:
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    desk_of(window).set_language(Language.CHINESE)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    desk_of(window).set_language(Language.ENGLISH)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_every_button_has_a_name(window: MainWindow) -> None:
    nameless = [
        (type(widget).__name__, widget.objectName())
        for widget in all_widgets(window)
        if isinstance(widget, QAbstractButton)
        and not (widget.accessibleName() or widget.text())
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert nameless == []


def test_every_icon_tells_in_its_tool_tip(window: MainWindow) -> None:
    for name, button in window.tool_bar.buttons.items():
        assert button.toolTip(), name
