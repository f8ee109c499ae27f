"""The findings panel: what the programs said, and the reader's decisions."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.findings import DetectionState, FindingSet
from medai_desktop.gui.detection_words import _no_mark
from medai_desktop.gui.dialogs import ReaderDialog
from medai_desktop.gui.finding_rows import FoldRow, MarkRow, steps
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.theme import DARK
from medai_desktop.review import DecisionKind, FindingStatus, RejectReason
from medai_desktop.text import message
from medai_desktop.view.box_edit import VoxelBox
from tests.gui.hands import click, click_row, row_rectangle
from tests.gui.windows import (
    SAMPLE,
    WAIT_MS,
    Looked,
    MakeWindow,
    decisions,
    desk_of,
    mark_rows,
    see,
    series_said,
)


def name_the_reader(window: MainWindow, qtbot: QtBot, name: str = "Dr Lee") -> None:
    dialog = window.findChild(ReaderDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    QTest.keyClicks(dialog.name, name)
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_rows_show_what_counts_and_fold_what_scores_lower(
    window: MainWindow, marks: FindingSet
) -> None:
    rows = window.side.findings.rows.rows()
    assert [type(row) for row in rows] == [MarkRow, MarkRow, FoldRow]
    assert rows[2].spoken == "2 marks with a lower score"
    assert {row.key for row in mark_rows(window)} == {f.id for f in marks.findings[:2]}
    assert all(row.place.startswith("Series ") for row in mark_rows(window))
    assert all(row.what == "Enhancing mass" for row in mark_rows(window))
    click_row(window.side.findings.rows, 2)
    assert [type(r) for r in window.side.findings.rows.rows()] == [
        MarkRow,
        MarkRow,
        FoldRow,
        MarkRow,
        MarkRow,
    ]
    click_row(window.side.findings.rows, 2)
    assert len(mark_rows(window)) == 2


def test_state_is_said_in_sentences(window: MainWindow, looked: Looked) -> None:
    said = window.side.findings.states.texts()
    assert said[0] == "Brain mass MR " + ".".join(looked.manifest.version.split(".")[:2])
    assert said[1].endswith("done: 2 marks, 2 more with a lower score")
    assert said[-1].startswith("Looked for: enhancing masses.")
    assert any("not run on 1 other series" in line for line in said)


def test_nothing_was_looked_for_before_a_program_ran(
    make_window: MakeWindow, looked: Looked
) -> None:
    window = make_window([looked.folder])
    said = window.side.findings.states.texts()[-1]
    assert said.startswith("No program has looked at these images.")
    assert "Not looked for by any program: enhancing masses and everything else." in said
    assert not any(line.startswith("Looked for:") for line in window.side.findings.states.texts())


def test_the_study_list_counts_what_was_marked_whatever_the_reader_decided(
    window: MainWindow, marks: FindingSet, qtbot: QtBot
) -> None:
    desk = desk_of(window)
    desk.reviewing.set_reader("Dr Lee")
    assert series_said(window, marks).endswith(" · 2 marks")
    for number in (0, 1):
        click_row(window.side.findings.rows, number)
        see(window, qtbot)
        window.run("findings.reject")
        rejected = " · 2 marks, rejected" if number else " · 2 marks"
        assert series_said(window, marks).endswith(rejected)


def test_thumbnail_is_cut_from_the_pixels(window: MainWindow, qtbot: QtBot) -> None:
    # Cut once the images of the mark have come.
    qtbot.waitUntil(lambda: all(row.thumbnail is not None for row in mark_rows(window)))
    for row in mark_rows(window):
        assert row.thumbnail is not None
        image = row.thumbnail.toImage()
        greys = {image.pixelColor(x, y).red() for x in range(0, 96, 8) for y in range(0, 96, 8)}
        assert len(greys) > 5, "a picture, not a plain square"


def test_click_on_a_row_selects_and_jumps(window: MainWindow, marks: FindingSet) -> None:
    desk, rows = desk_of(window), window.side.findings.rows
    for number in (1, 0):
        click_row(rows, number)
        row = mark_rows(window)[number]
        assert row.is_selected
        assert desk.reviewing.selected == row.key
        finding = next(f for f in marks.findings if f.id == row.key)
        slices = [
            state.slice_index
            for state in desk.viewing.layout.viewports
            if state.display_set_id == marks.display_set_id
        ]
        assert finding.central_slice in slices
        buttons = window.side.findings.buttons
        assert buttons is not None
        assert buttons.isVisible()


def test_selected_row_has_the_edge_of_the_program(window: MainWindow) -> None:
    rows = window.side.findings.rows
    click_row(rows, 0)
    image = rows.viewport().grab().toImage()
    top, other = row_rectangle(rows, 0).top(), row_rectangle(rows, 1).top()
    assert image.pixelColor(1, top + 20) == QColor(DARK.program)
    assert image.pixelColor(1, other + 20) != QColor(DARK.program)


def test_agree_in_the_row_asks_for_the_name_once(
    window: MainWindow, qtbot: QtBot, locations: Locations, marks: FindingSet
) -> None:
    desk, panel = desk_of(window), window.side.findings
    click_row(panel.rows, 0)
    assert panel.buttons is not None
    see(window, qtbot)
    click(panel.buttons.agree)
    assert decisions(locations, marks.display_set_id) == []
    name_the_reader(window, qtbot)
    assert desk.reviewing.reader == "Dr Lee"
    assert decisions(locations, marks.display_set_id) == [DecisionKind.AGREE]
    assert mark_rows(window)[0].status == "Agreed · Dr Lee"
    click_row(panel.rows, 1)
    assert panel.buttons is not None
    see(window, qtbot)
    click(panel.buttons.agree)
    assert mark_rows(window)[1].status == "Agreed · Dr Lee"
    assert decisions(locations, marks.display_set_id) == [DecisionKind.AGREE] * 2


def test_esc_in_the_dialog_decides_nothing(
    window: MainWindow, qtbot: QtBot, locations: Locations, marks: FindingSet
) -> None:
    panel = window.side.findings
    click_row(panel.rows, 0)
    assert panel.buttons is not None
    see(window, qtbot)
    click(panel.buttons.agree)
    dialog = window.findChild(ReaderDialog)
    assert dialog is not None
    QTest.keyClick(dialog.name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert desk_of(window).reviewing.needs_reader
    assert mark_rows(window)[0].status == ""
    assert decisions(locations, marks.display_set_id) == []


def test_a_blank_name_is_none(window: MainWindow, qtbot: QtBot) -> None:
    window.run("rest.reader")
    dialog = window.findChild(ReaderDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.name, "   ")
    assert not dialog.go_on.isEnabled()
    QTest.keyClicks(dialog.name, "Li")
    assert dialog.go_on.isEnabled()
    dialog.reject()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_reject_with_a_reason_by_its_key(
    window: MainWindow, qtbot: QtBot, locations: Locations, marks: FindingSet
) -> None:
    desk, panel = desk_of(window), window.side.findings
    desk.reviewing.set_reader("Dr Lee")
    click_row(panel.rows, 0)
    chosen = mark_rows(window)[0].key
    assert panel.buttons is not None
    menu = panel.buttons.reject.menu()
    menu.popup(window.mapToGlobal(QPoint(300, 300)))
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_3)
    row = next(row for row in mark_rows(window) if row.key == chosen)
    assert row.is_rejected
    assert row.status == "Rejected: artefact · Dr Lee"
    history = desk.reviewing.history.entries[-1]
    assert history.reason is RejectReason.ARTEFACT
    assert decisions(locations, marks.display_set_id) == [DecisionKind.REJECT]


def test_decision_comes_back_with_the_next_window(
    window: MainWindow, make_window: MakeWindow, looked: Looked
) -> None:
    desk = desk_of(window)
    desk.reviewing.set_reader("Dr Lee")
    click_row(window.side.findings.rows, 0)
    assert window.side.findings.buttons is not None
    click(window.side.findings.buttons.unsure)
    assert mark_rows(window)[0].status == "Unsure · Dr Lee"
    window.close()
    again = make_window([looked.folder], is_private=False)
    assert [row.status for row in mark_rows(again)][:1] == ["Unsure · Dr Lee"]
    statuses = {r.reviewed.status for r in desk_of(again).reviewing.rows()}
    assert FindingStatus.UNSURE in statuses


def test_ones_own_mark_can_be_edited_and_deleted_but_not_agreed_with(
    window: MainWindow, locations: Locations, marks: FindingSet, qtbot: QtBot
) -> None:
    desk, panel = desk_of(window), window.side.findings
    desk.reviewing.set_reader("Dr Lee")
    shown = desk.opening.display_set(marks.display_set_id)
    assert shown is not None
    assert desk.reviewing.add_box(VoxelBox((20.0, 20.0, 11.0), (30.0, 30.0, 14.0)), shown)
    own = next(n for n, row in enumerate(mark_rows(window)) if row.is_own)
    click_row(panel.rows, own)
    assert panel.buttons is not None
    assert set(panel.buttons.identities) == {"findings.edit", "measure.delete"}
    assert panel.buttons.edit.isVisible() and panel.buttons.delete.isVisible()
    assert panel.buttons.rect().contains(panel.buttons.delete.geometry())
    window.viewports[0].setFocus()
    kept = [DecisionKind.ADD]
    for key, held in ((Qt.Key.Key_A, False), (Qt.Key.Key_A, True), (Qt.Key.Key_X, True)):
        modifier = Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window, key, modifier if held else Qt.KeyboardModifier.NoModifier)
        assert decisions(locations, marks.display_set_id) == kept
    assert mark_rows(window)[own].status == "Added · Dr Lee"
    click(panel.buttons.delete)
    assert decisions(locations, marks.display_set_id) == [*kept, DecisionKind.REMOVE]
    assert not any(row.is_own for row in mark_rows(window))
    click_row(panel.rows, 0)
    qtbot.waitUntil(lambda: panel.buttons is not None and panel.buttons.agree.isVisible())
    assert "measure.delete" not in panel.buttons.identities


def test_a_decided_mark_below_the_threshold_says_so(
    window: MainWindow, marks: FindingSet, qtbot: QtBot
) -> None:
    desk = desk_of(window)
    click_row(window.side.findings.rows, 0)
    first = mark_rows(window)[0].key
    see(window, qtbot)
    window.run("findings.agree")
    name_the_reader(window, qtbot)
    assert all("threshold" not in row.spoken for row in mark_rows(window))
    desk.reviewing.set_threshold(marks, 0.999, is_final=True)
    (row,) = mark_rows(window)
    assert row.key == first
    assert row.what == "Enhancing mass · below the threshold"
    assert row.what in row.spoken
    desk.undoing.undo()
    assert {row.what for row in mark_rows(window)} == {"Enhancing mass"}


def test_hidden_marks_are_said(window: MainWindow) -> None:
    panel = window.side.findings
    assert not panel._hidden.isVisible()
    window.viewports[0].setFocus()
    QTest.keyClick(window, Qt.Key.Key_D)
    assert panel._hidden.isVisible()
    QTest.keyClick(window, Qt.Key.Key_D)
    assert not panel._hidden.isVisible()


def test_scores_fill_one_to_five_squares() -> None:
    assert [steps(score) for score in (0.0, 0.19, 0.2, 0.55, 0.8, 1.0)] == [1, 1, 2, 3, 5, 5]


def test_a_running_detection_can_be_cancelled(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(SAMPLE)
    desk = desk_of(window)
    click(window.tool_bar.buttons["file.detect"])
    running = DetectionState.RUNNING
    qtbot.waitUntil(
        lambda: running in {s.state for s in desk.detection.statuses()}, timeout=WAIT_MS
    )
    qtbot.waitUntil(
        lambda: (
            any("running" in t for t in window.side.findings.states.texts())
            or any("starting" in t for t in window.side.findings.states.texts())
        ),
        timeout=WAIT_MS,
    )
    qtbot.waitUntil(window.status.cancel.isVisible, timeout=WAIT_MS)
    assert window.status.texts()[2].startswith("Brain mass MR")
    assert not window.tool_bar.buttons["file.detect"].isEnabled()
    click(window.status.cancel)
    qtbot.waitUntil(lambda: not desk.detection.is_running, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: any("cancelled by the reader" in t for t in window.side.findings.states.texts())
    )
    assert not window.status.cancel.isVisible()
    assert window.tool_bar.buttons["file.detect"].isEnabled()


def test_programs_are_named_before_anything_is_open(make_window: MakeWindow) -> None:
    window = make_window()
    said = window.side.findings.states.texts()
    assert said[0] == "Programs on this computer"
    assert said[1].startswith("Brain mass MR ")
    assert said[1].endswith(", ready")


def test_rows_say_the_size_and_can_be_told_apart(
    make_window: MakeWindow, marks: FindingSet, looked: Looked, locations: Locations
) -> None:
    first = marks.findings[0]
    twin = replace(first, id=uuid.uuid4(), score=first.score - 0.01)
    journal = CatalogJournal(locations.catalog)
    journal.record_run(replace(marks, run=uuid.uuid4(), findings=(first, twin, marks.findings[1])))
    journal.close()
    window = make_window([looked.folder], is_private=False)
    rows = mark_rows(window)
    assert len({row.place for row in rows}) == 3
    assert sorted(row.place.rpartition(", ")[2] for row in rows)[1:] == ["mark 1", "mark 2"]
    assert [row.extent for row in rows] == ["auto: 60 x 60 mm"] * 2 + ["auto: 36 x 36 mm"]
    assert all(row.extent in row.spoken for row in rows)
    assert rows[0].spoken.endswith(", not a probability")


def test_marks_are_not_spoken_of_before_there_are_any(
    make_window: MakeWindow, looked: Looked, locations: Locations, marks: FindingSet
) -> None:
    reason = message("view.research")
    low = replace(marks.findings[0], score=marks.provenance.threshold / 2)
    for findings, folded in (((low,), False), (marks.findings, True)):
        journal = CatalogJournal(locations.catalog)
        run = replace(marks, run=uuid.uuid4(), findings=findings, outside_training=reason)
        journal.record_run(run)
        journal.close()
        window = make_window([looked.folder], is_private=False)
        said = [line for line in window.side.findings.states.texts() if "Outside" in line]
        assert len(said) == 1
        assert ("folded" in said[0]) is folded
        assert series_said(window, marks).endswith("4 marks, folded" if folded else "no mark")
        window.close()


def test_one_image_is_one_image(
    make_window: MakeWindow, looked: Looked, marks: FindingSet, locations: Locations
) -> None:
    journal = CatalogJournal(locations.catalog)
    journal.record_run(replace(marks, run=uuid.uuid4(), findings=()))
    journal.close()
    window = make_window([looked.folder], is_private=False)
    desk = desk_of(window)
    shown = looked.shown
    one = replace(shown, frames=shown.frames[:1])
    assert "(24 images)" in desk.render(_no_mark(looked.manifest, shown, None))
    assert "(1 image)" in desk.render(_no_mark(looked.manifest, one, None))
    assert any("(24 images)" in line for line in window.side.findings.states.texts())


def test_the_button_of_what_stands_is_pressed(
    window: MainWindow, marks: FindingSet, qtbot: QtBot
) -> None:
    desk, panel = desk_of(window), window.side.findings
    desk.reviewing.set_reader("Dr Lee")
    click_row(panel.rows, 0)
    see(window, qtbot)

    def standing() -> tuple[bool, bool, bool]:
        assert panel.buttons is not None
        one, other, third = panel.buttons.agree, panel.buttons.reject, panel.buttons.unsure
        return one.property("stands"), other.property("stands"), third.property("stands")

    def ground() -> QColor:
        assert panel.buttons is not None
        return panel.buttons.agree.grab().toImage().pixelColor(8, 6)

    assert standing() == (False, False, False)
    before = ground()
    window.run("findings.agree")
    assert standing() == (True, False, False)
    assert ground() == QColor(DARK.line) != before
    window.run("findings.unsure")
    assert standing() == (False, False, True)
    window.run("findings.undo")
    window.run("findings.undo")
    assert standing() == (False, False, False)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_tool_tip_of_a_row_leaves_its_buttons_free(
    window: MainWindow, qtbot: QtBot, marks: FindingSet
) -> None:
    panel = window.side.findings
    click_row(panel.rows, 0)
    area, view = row_rectangle(panel.rows, 0), panel.rows.viewport()
    place = QPoint(area.left() + 100, area.top() + 20)
    QApplication.sendEvent(
        view, QHelpEvent(QHelpEvent.Type.ToolTip, place, view.mapToGlobal(place))
    )
    (tip,) = (w for w in QApplication.topLevelWidgets() if w.objectName() == "qtooltip_label")
    assert tip.isVisible()
    row = QRect(view.mapToGlobal(area.topLeft()), area.size())
    assert not tip.geometry().intersects(row)
    QToolTip.hideText()
