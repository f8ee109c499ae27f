"""The threshold: what moves with it, and what stands still."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.findings import FindingSet, finding_id
from medai_desktop.gui.finding_rows import MOST_OPEN, MarkRow
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.threshold_bar import STEPS, least_step
from medai_desktop.review import DecisionKind
from medai_desktop.session.deciding import did
from medai_desktop.text import Message, message
from tests.gui.hands import click, click_row, drag
from tests.gui.windows import (
    Looked,
    MakeWindow,
    decisions,
    desk_of,
    mark_rows,
    see,
    series_said,
)


def handle_at(window: MainWindow) -> QPoint:
    slider = window.side.findings.threshold.slider
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    area = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    return area.center()


def test_threshold_drag_changes_the_rows_and_is_journalled_once(
    window: MainWindow, locations: Locations, marks: FindingSet
) -> None:
    desk, bar = desk_of(window), window.side.findings.threshold
    desk.reviewing.set_reader("Dr Lee")
    before = len(mark_rows(window))
    assert not bar.reset.isVisible()
    drag(bar.slider, handle_at(window), QPoint(bar.slider.width() - 2, handle_at(window).y()))
    assert desk.reviewing.threshold(marks) > marks.provenance.threshold_solid
    assert len(mark_rows(window)) < before
    assert decisions(locations, marks.display_set_id) == [DecisionKind.MOVE_THRESHOLD]
    assert bar.reset.isVisible()
    click(bar.reset)
    assert desk.reviewing.threshold(marks) == marks.provenance.threshold
    assert {f.id for f in marks.findings[:2]} <= {row.key for row in mark_rows(window)}


def test_touching_the_slider_moves_nothing(
    window: MainWindow, locations: Locations, marks: FindingSet
) -> None:
    desk, bar = desk_of(window), window.side.findings.threshold
    desk.reviewing.set_reader("Dr Lee")
    place = handle_at(window)
    QTest.mouseClick(bar.slider, Qt.MouseButton.LeftButton, pos=place)
    assert desk.reviewing.threshold(marks) == marks.provenance.threshold
    assert decisions(locations, marks.display_set_id) == []


def test_arrows_of_the_slider_are_its_own(window: MainWindow, marks: FindingSet) -> None:
    desk, slider = desk_of(window), window.side.findings.threshold.slider
    desk.reviewing.set_reader("Dr Lee")
    stage = desk.viewing.stage_index
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert desk.reviewing.threshold(marks) == pytest.approx(
        marks.provenance.threshold + 0.01, abs=0.002
    )
    assert desk.viewing.stage_index == stage


def test_a_threshold_above_a_decided_mark_says_one_thing_everywhere(
    window: MainWindow, marks: FindingSet, qtbot: QtBot
) -> None:
    desk = desk_of(window)
    desk.reviewing.set_reader("Dr Lee")
    click_row(window.side.findings.rows, 0)
    see(window, qtbot)
    window.run("findings.agree")
    desk.reviewing.set_threshold(marks, 1.0, is_final=True)
    assert len(mark_rows(window)) == 1
    said = window.side.findings.states.texts()[1]
    assert said.endswith("done: no open mark from a score of 1.00; 1 decided below it")
    assert series_said(window, marks).endswith(" · 1 mark")


def test_the_slider_stays_under_the_hand_that_drags_it(
    window: MainWindow, marks: FindingSet
) -> None:
    desk, slider = desk_of(window), window.side.findings.threshold.slider
    desk.reviewing.set_reader("Dr Lee")
    start = handle_at(window)
    places, said = [], set()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for step in range(0, slider.width() - start.x(), 12):
        QTest.mouseMove(slider, QPoint(start.x() + step, start.y()))
        QTest.qWait(1)
        places.append(slider.mapTo(window, QPoint(0, 0)))
        said.add(window.side.findings.states.texts()[1])
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width(), start.y()))
    QTest.qWait(1)
    places.append(slider.mapTo(window, QPoint(0, 0)))
    assert len(said) > 1, "the words above it changed"
    assert len(set(places)) == 1


def test_the_threshold_goes_no_lower_than_what_was_tested(
    window: MainWindow, marks: FindingSet
) -> None:
    desk, slider = desk_of(window), window.side.findings.threshold.slider
    desk.reviewing.set_reader("Dr Lee")
    slider.setFocus()
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    assert desk.reviewing.threshold(marks) == marks.provenance.threshold
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert desk.reviewing.threshold(marks) > marks.provenance.threshold
    assert least_step(0.6154) / STEPS >= 0.6154
    assert (least_step(0.615), least_step(1.0)) == (615, STEPS)


def test_a_list_of_hundreds_says_what_it_leaves_out(
    make_window: MakeWindow, marks: FindingSet, looked: Looked, locations: Locations
) -> None:
    many = tuple(
        replace(marks.findings[2], id=uuid.uuid4(), score=marks.provenance.threshold + n / 1e4)
        for n in range(MOST_OPEN + 7)
    )
    journal = CatalogJournal(locations.catalog)
    journal.record_run(replace(marks, run=uuid.uuid4(), findings=many))
    journal.close()
    window = make_window([looked.folder], is_private=False)
    window.side.findings._desk.reviewing.toggle_folded()
    rows = window.side.findings.rows.rows()
    listed = {row.key for row in rows if isinstance(row, MarkRow)}
    assert listed == {finding.id for finding in many[7:]}
    assert rows[0].spoken == f"{MOST_OPEN + 7} marks with a lower score"
    assert rows[-1].spoken.endswith("; 7 more are not.")
    desk_of(window).reviewing.select(many[0].id)
    assert many[0].id in {row.key for row in mark_rows(window)}, "what is selected is listed"


def test_a_moved_threshold_is_said_as_the_slider_says_it(
    window: MainWindow, marks: FindingSet
) -> None:
    desk = desk_of(window)
    desk.reviewing.set_reader("Dr Lee")
    desk.reviewing.set_threshold(marks, 0.815, is_final=True)
    assert window.side.findings.threshold._value.text() == "0.815"
    assert desk.render(did_last(window)).count("0.815") == 1


def did_last(window: MainWindow) -> Message:
    entry = desk_of(window).reviewing.history.entries[-1]
    return did(entry.kind, message("session.place_study"), entry.threshold)


@pytest.fixture
def two_models(
    make_window: MakeWindow, marks: FindingSet, looked: Looked, locations: Locations
) -> tuple[MainWindow, FindingSet]:
    """The marks, and those of another model on the same series at other places."""
    run = uuid.uuid4()
    made_by = replace(
        marks.provenance, model_id="other-model", model_title="Other", weights_sha256="f" * 64
    )
    findings = tuple(
        replace(one, id=finding_id(run, n)) for n, one in enumerate(marks.findings[2:])
    )
    other = replace(marks, run=run, provenance=made_by, findings=findings)
    journal = CatalogJournal(locations.catalog)
    journal.record_run(other)
    journal.close()
    return make_window([looked.folder], is_private=False), other


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_each_model_has_its_own_threshold_and_the_slider_can_move_it(
    two_models: tuple[MainWindow, FindingSet],
    marks: FindingSet,
    make_window: MakeWindow,
    looked: Looked,
    qtbot: QtBot,
) -> None:
    window, other = two_models
    desk, bar = desk_of(window), window.side.findings.threshold
    desk.reviewing.set_reader("Dr Lee")
    own = marks.provenance.threshold

    def choose(title: str) -> None:
        click(bar.choose)
        qtbot.waitUntil(bar.menu.isVisible)
        action = next(a for a in bar.menu.actions() if a.text().startswith(title))
        QTest.mouseClick(
            bar.menu, Qt.MouseButton.LeftButton, pos=bar.menu.actionGeometry(action).center()
        )

    for title, found in (("Other", other), ("Brain mass MR", marks), ("Other", other)):
        choose(title)
        assert bar.found is not None
        assert bar.found.provenance.model_id == found.provenance.model_id
    drag(bar.slider, handle_at(window), QPoint(bar.slider.width() - 2, handle_at(window).y()))
    assert desk.reviewing.threshold(other) > other.provenance.threshold_solid
    assert desk.reviewing.threshold(marks) == own
    newer = replace(other, provenance=replace(other.provenance, weights_sha256="e" * 64))
    assert desk.reviewing.threshold(newer) == own, "another version of the model"
    click_row(window.side.findings.rows, 0)
    assert bar.found is not None
    assert bar.found.provenance.model_id == marks.provenance.model_id, "of the selected mark"
    window.close()
    again = desk_of(make_window([looked.folder], is_private=False))
    assert again.reviewing.threshold(other) > other.provenance.threshold_solid
    assert again.reviewing.threshold(marks) == own


def test_one_model_needs_no_choice(window: MainWindow) -> None:
    assert window.side.findings.threshold.slider.isVisible()
    assert not window.side.findings.threshold.choose.isVisible()
