"""The left panel: whose images these are, and what there is of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medai_desktop.gui.labels import ELLIPSIS, elided
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.patient_words import patient_colour, patient_facts
from medai_desktop.gui.series_drag import SERIES_MIME, dragged_series, series_data
from medai_desktop.gui.series_rows import PatientRow, SeriesRow, StudyRow
from medai_desktop.gui.theme import PATIENT_COLOURS
from medai_desktop.source.instance import PatientFacts
from medai_desktop.text import Language, message
from tests.gui.hands import click_row, row_rectangle
from tests.gui.windows import MakeWindow, desk_of, small_series, two_series
from tests.phantoms import clinical, volumes
from tests.phantoms.dicom_writer import SeriesTags


def series_rows(window: MainWindow) -> list[SeriesRow]:
    rows = window.studies.series.rows()
    return [row for row in rows if isinstance(row, SeriesRow)]


def test_click_on_a_series_shows_it_in_the_active_viewport(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(two_series(tmp_path))
    desk, rows = desk_of(window), window.studies.series
    desk.viewing.set_layout(1, 1)
    before = desk.viewing.layout.active_viewport.display_set_id
    other = next(
        n for n, row in enumerate(rows.rows()) if isinstance(row, SeriesRow) and row.key != before
    )
    click_row(rows, other)
    after = desk.viewing.layout.active_viewport.display_set_id
    assert after == rows.rows()[other].key != before
    active = [row.key for row in series_rows(window) if row.is_active]
    assert active == [after]


def test_arrows_and_enter_choose_a_series(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    desk, rows = desk_of(window), window.studies.series
    desk.viewing.set_layout(1, 1)
    first, second = (row.key for row in series_rows(window))
    rows.set_current(first)
    rows.setFocus()
    slice_before = desk.viewing.layout.active_viewport.slice_index
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert desk.viewing.layout.active_viewport.slice_index == slice_before, "not the image's key"
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert desk.viewing.layout.active_viewport.display_set_id == second


def test_row_says_count_and_what_is_wrong(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    volumes.missing_slice(tmp_path / "gap", missing=5)
    volumes.axial(tmp_path / "whole")
    window = make_window([tmp_path / "gap", tmp_path / "whole"])
    qtbot.waitUntil(lambda: not any("loading" in row.said for row in series_rows(window)))
    said = {row.title: (row.said, row.is_wrong) for row in series_rows(window)}
    gap = next(words for title, words in said.items() if "missing" in title)
    whole = next(words for title, words in said.items() if "missing" not in title)
    assert whole[1] is False
    assert whole[0].startswith("uniform, ")
    assert gap[1] is True
    assert "1 slice missing after" in gap[0]
    desk_of(window).set_language(Language.CHINESE)
    assert any("缺 1 层" in row.said for row in series_rows(window))


def test_place_of_the_gap_is_the_image_that_is_read_before_it(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    volumes.missing_slice(tmp_path, missing=5)
    window = make_window([tmp_path])
    (row,) = series_rows(window)
    shown = desk_of(window).opening.display_set(row.key)
    assert shown is not None
    heights = sorted(
        (f.position_lps_mm[2] for f in shown.frames if f.position_lps_mm), reverse=True
    )
    steps = [high - low for high, low in zip(heights, heights[1:], strict=False)]
    place = 1 + steps.index(max(steps))
    said = f"1 slice missing after Im {20 - place} ({place}/19)"
    qtbot.waitUntil(lambda: series_rows(window)[0].said == said)


def test_two_patients_are_never_mixed_silently(make_window: MakeWindow, tmp_path: Path) -> None:
    clinical.two_patients(tmp_path)
    window = make_window([tmp_path])
    desk, rows = desk_of(window), window.studies.series
    heads = [row for row in rows.rows() if isinstance(row, PatientRow)]
    assert len(heads) == 2
    assert len({row.colour for row in heads} | {window.studies.banner.colour}) == 2
    name, colour = window.studies.banner.name.text(), window.studies.banner.colour
    current = desk.opening.current_study
    other = next(
        number
        for number, row in enumerate(rows.rows())
        if isinstance(row, SeriesRow) and desk.opening.study_of(row.key) is not current
    )
    click_row(rows, other)
    assert window.studies.banner.name.text() != name or window.studies.banner.colour != colour
    assert window.studies.banner.colour != colour
    assert desk.opening.current_study is not current


def test_every_listed_series_gets_its_picture(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    clinical.two_patients(tmp_path)
    window = make_window([tmp_path])
    assert len(series_rows(window)) == 2
    qtbot.waitUntil(lambda: all(row.thumbnail for row in series_rows(window)), timeout=30_000)


def test_one_patient_needs_no_heading(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    rows = window.studies.series.rows()
    assert not [row for row in rows if isinstance(row, PatientRow)]
    assert [row for row in rows if isinstance(row, StudyRow)]


def test_stripe_follows_the_patient_id_alone() -> None:
    one = PatientFacts("DOE^JANE", "4711")
    assert patient_colour(one) == patient_colour(PatientFacts("DOE^J", "4711"))
    colours = {patient_colour(PatientFacts("DOE^JANE", str(number))) for number in range(40)}
    assert len(colours) > 4


def test_no_two_open_patients_share_a_colour_while_there_are_enough() -> None:
    everyone = [PatientFacts("DOE^JANE", str(number)) for number in range(len(PATIENT_COLOURS))]
    colours = [patient_colour(one, everyone) for one in everyone]
    assert sorted(colours) == sorted(PATIENT_COLOURS)
    alone = {patient_colour(one) for one in everyone}
    assert len(alone) < len(everyone), "by themselves some would"
    assert patient_colour(PatientFacts("LATE", "99"), everyone) in PATIENT_COLOURS


def test_long_texts_are_cut_and_whole_in_the_tool_tip(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff^Hubert Blaine Ferdinand Gerald"
    description = "Axial T1 after contrast, fat saturated, thin, motion corrected, repeated twice"
    small_series(tmp_path, SeriesTags(patient_name=name, series_description=description))
    window = make_window([tmp_path], size=(1100, 700))
    banner = window.studies.banner.name
    assert len(banner.text()) > 40
    assert banner.toolTip() == banner.text()
    assert elided(banner.text(), banner.font(), banner.width()).endswith(ELLIPSIS)
    (row,) = series_rows(window)
    assert description[:60] in row.title
    assert row.title in window.studies.series.item_of(row.key).toolTip()  # type: ignore[union-attr]
    series = window.studies.series
    assert not series.horizontalScrollBar().isVisible()
    assert series.horizontalScrollBar().maximum() == 0
    assert window.studies.width() == 248


def test_a_study_that_says_nothing_of_itself_is_still_there(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    nothing = {
        "PatientName": None,
        "PatientID": None,
        "PatientSex": None,
        "PatientAge": None,
        "StudyDescription": None,
        "StudyDate": None,
        "SeriesDescription": None,
        "SeriesNumber": None,
        "ProtocolName": None,
    }
    small_series(tmp_path, SeriesTags(more=nothing))
    window = make_window([tmp_path])
    assert window.studies.banner.name.text() == "No name"
    (row,) = series_rows(window)
    assert row.title == "CT"
    qtbot.waitUntil(lambda: series_rows(window)[0].said == "uniform, 12")
    (study,) = [r for r in window.studies.series.rows() if isinstance(r, StudyRow)]
    assert study.spoken == "CT"
    for tab in range(window.side.count()):
        window.side.setCurrentIndex(tab)
    desk_of(window).set_language(Language.CHINESE)
    assert window.studies.banner.name.text() == "无姓名"


def test_native_names_are_drawn_by_a_real_font(make_window: MakeWindow, tmp_path: Path) -> None:
    volumes.chinese_name(tmp_path)
    window = make_window([tmp_path])
    name = window.studies.banner.name
    assert "王" in name.text()
    shown = name.grab().toImage()
    name.say("\U0010fffd" * len(name.text()))
    assert name.grab().toImage() != shown, "letters, not the box of a missing one"


def test_series_can_be_dragged() -> None:
    assert dragged_series(series_data("1.2.3#2")) == "1.2.3#2"
    assert series_data("1").hasFormat(SERIES_MIME)
    from PySide6.QtCore import QMimeData

    assert dragged_series(QMimeData()) is None


def test_scroll_position_and_current_row_stay_when_thumbnails_come(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(1, 9):
        small_series(tmp_path / str(number), SeriesTags(key=str(number), series_number=number))
    window = make_window([tmp_path], size=(1100, 640))
    rows = window.studies.series
    bar = rows.verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    items = [rows.item(n) for n in range(rows.count())]
    window.studies.refresh()
    assert bar.value() == bar.maximum()
    assert [rows.item(n) for n in range(rows.count())] == items, "rows are changed in place"


def test_empty_panel_says_so(make_window: MakeWindow) -> None:
    window = make_window()
    assert not window.studies.banner.isVisible()
    assert window.studies._nothing.text() == "Nothing is open."
    open_rows = window.studies.series
    assert not open_rows.isVisible()


def test_click_lies_on_the_row_that_is_painted(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    rows = window.studies.series
    area = row_rectangle(rows, rows.count() - 1)
    assert rows.itemAt(QPoint(area.left() + 30, area.top() + 20)) is rows.item(rows.count() - 1)


def test_the_banner_has_the_age_that_the_corner_has(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    tags = SeriesTags(birth_date="19611231", more={"PatientAge": None})
    small_series(tmp_path, tags)
    window = make_window([tmp_path])
    assert "63 y" in window.studies.banner.facts.text()
    young = PatientFacts("A", "1", birth_date="2025-03-02")
    assert message("view.age_months", number=11) in patient_facts(young, "2026-03-01")
    told = PatientFacts("A", "1", birth_date="1961-03-02", age="060Y")
    assert message("view.age_years", number=64) in patient_facts(told, "2026-03-01")
    undated = PatientFacts("A", "1", age="060Y")
    assert message("view.age_years", number=60) in patient_facts(undated, "2026-03-01")
    assert patient_facts(PatientFacts("A", "1", birth_date="1961-03-02")) == (
        message("gui.patient_id", id="1"),
    )
