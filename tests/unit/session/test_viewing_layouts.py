"""Zoom, pan, turns, flips, grids, stages, maximising, DWI for ADC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.view.viewport import ViewportKind
from tests.phantoms import clinical
from tests.phantoms.dicom_writer import SeriesTags
from tests.unit.session.reading_room import SIZE, Room, reading_room, texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("brain")
    clinical.brain_mr(made)
    return made


@pytest.fixture
def brain(folder: Path) -> Iterator[Room]:
    with reading_room(folder) as room:
        yield room


def described(room: Room) -> list[str]:
    sets = (
        room.desk.viewing.display_set_in(n) for n in range(len(room.desk.viewing.layout.viewports))
    )
    return ["" if shown is None else shown.series.description for shown in sets]


def test_zoom_keeps_what_is_under_the_cursor(brain: Room) -> None:
    viewing = brain.desk.viewing
    anchor = (73.0, -41.0)
    at = (SIZE[0] / 2 + anchor[0], SIZE[1] / 2 + anchor[1])
    before = brain.projection().pixel_from_screen(*at)
    for factor in (1.5, 1.5, 0.4):
        viewing.zoom(0, factor, anchor)
        assert brain.projection().pixel_from_screen(*at) == pytest.approx(before)
    assert brain.projection().pixel_from_screen(200, 200) != pytest.approx((32, 32))
    viewing.fit(0)
    assert brain.projection().pixel_from_screen(200, 200) == pytest.approx((32, 32))


def test_zoom_has_limits(brain: Room) -> None:
    viewing = brain.desk.viewing
    for factor, limit in ((1000.0, 40.0), (1e-6, 0.1)):
        viewing.zoom(0, factor, (0, 0))
        assert brain.state().zoom == limit


def test_pan_moves_the_picture_by_screen_pixels(brain: Room) -> None:
    viewing = brain.desk.viewing
    before = np.array(brain.projection().screen_from_pixel(10, 20))
    viewing.pan(0, 12.5, -7.0)
    after = np.array(brain.projection().screen_from_pixel(10, 20))
    np.testing.assert_allclose(after - before, (12.5, -7.0))


def test_linked_stacks_zoom_and_pan_together(brain: Room) -> None:
    viewing = brain.desk.viewing
    viewing.zoom(1, 2.0, (30.0, 10.0))
    viewing.pan(2, 5.0, 6.0)
    assert {(s.zoom, s.pan_px) for s in viewing.layout.viewports} == {(2.0, (-25.0, -4.0))}
    viewing.fit(3)
    assert {(s.zoom, s.pan_px) for s in viewing.layout.viewports} == {(1.0, (0.0, 0.0))}


def test_other_frames_do_not_zoom_along(tmp_path: Path) -> None:
    clinical.two_patients(tmp_path)
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        viewing.zoom(0, 2.0, (0.0, 0.0))
        assert [s.zoom for s in viewing.layout.viewports] == [2.0, 2.0], "one series, two windows"


def corner_of_patient(room: Room) -> tuple[str, str, str, str]:
    """Letters found from where known patient directions land on the screen."""
    projection = room.projection()
    geometry = room.shown().geometry
    assert geometry is not None
    middle = geometry.center_lps_mm
    found = {}
    for letter, axis, sign in (
        ("L", 0, 1), ("R", 0, -1), ("P", 1, 1), ("A", 1, -1), ("H", 2, 1), ("F", 2, -1)
    ):  # fmt: skip
        moved = middle.copy()
        moved[axis] += 10.0 * sign
        x, y = projection.screen_from_world(moved) or (0.0, 0.0)
        x0, y0 = projection.screen_from_world(middle) or (0.0, 0.0)
        if abs(x - x0) > 1:
            found["right" if x > x0 else "left"] = letter
        if abs(y - y0) > 1:
            found["bottom" if y > y0 else "top"] = letter
    return found["left"], found["top"], found["right"], found["bottom"]


def test_letters_follow_every_turn_and_flip(brain: Room) -> None:
    viewing = brain.desk.viewing
    assert brain.projection().letters == ("R", "A", "L", "P")
    seen = set()
    for _ in range(2):
        for _ in range(4):
            letters = brain.projection().letters
            assert letters == corner_of_patient(brain)
            shown = [t.text for t in brain.overlay().texts if t.is_bold]
            assert shown == list(letters)
            seen.add(letters)
            viewing.turn(0, 1)
        viewing.flip(0, is_horizontal=True)
    assert len(seen) == 8
    viewing.flip(0, is_horizontal=False)
    assert brain.projection().letters == ("R", "P", "L", "A") == corner_of_patient(brain)


@pytest.mark.parametrize("flips", [(), (True,), (False,), (True, False)])
def test_a_turn_is_clockwise_as_seen_whatever_is_mirrored(
    flips: tuple[bool, ...], brain: Room
) -> None:
    viewing = brain.desk.viewing
    for is_horizontal in flips:
        viewing.flip(0, is_horizontal=is_horizontal)
    before = np.array(brain.projection().screen_from_pixel(64, 32)) - 200
    viewing.turn(0, 1)
    after = np.array(brain.projection().screen_from_pixel(64, 32)) - 200
    np.testing.assert_allclose(after, (-before[1], before[0]), atol=1e-9)
    viewing.turn(0, -1)
    again = np.array(brain.projection().screen_from_pixel(64, 32)) - 200
    np.testing.assert_allclose(again, before, atol=1e-9)


def test_planes_and_3d_are_never_turned_or_mirrored(brain: Room) -> None:
    viewing = brain.desk.viewing
    viewing.toggle_planes()
    before = viewing.layout
    viewing.turn(0, 1)
    viewing.flip(1, is_horizontal=True)
    assert viewing.layout == before
    viewing.toggle_planes()
    viewing.toggle_volume()
    before = viewing.layout
    viewing.turn(0, 1)
    viewing.flip(0, is_horizontal=False)
    assert viewing.layout == before


def test_the_3d_camera_turns_zooms_and_shifts(brain: Room) -> None:
    viewing = brain.desk.viewing
    viewing.toggle_volume()
    viewing.turn_camera(0, 90.0, 0.0)
    viewing.zoom(0, 2.0, (50.0, 50.0))
    viewing.pan(0, 3.0, 4.0)
    camera = brain.state().camera
    assert camera.direction != (0.0, 1.0, 0.0)
    assert (camera.zoom, camera.pan_px) == (2.0, (3.0, 4.0))
    assert (brain.state().zoom, brain.state().pan_px) == (1.0, (0.0, 0.0))
    viewing.fit(0)
    assert brain.state().camera.direction == camera.direction
    assert (brain.state().camera.zoom, brain.state().camera.pan_px) == (1.0, (0.0, 0.0))
    viewing.reset_view(0)
    assert brain.state().camera.direction == (0.0, 1.0, 0.0)


def test_grids_keep_what_hangs_and_fill_the_rest(brain: Room) -> None:
    viewing = brain.desk.viewing
    assert described(brain) == ["Ax T1", "Ax T1 +C", "Ax FLAIR", "Ax DWI b1000"]
    viewing.set_layout(1, 2)
    assert described(brain) == ["Ax T1", "Ax T1 +C"]
    viewing.activate(1)
    viewing.set_layout(1, 1)
    assert described(brain) == ["Ax T1 +C"]
    assert viewing.layout.active == 0
    viewing.set_layout(2, 3)
    assert described(brain)[0] == "Ax T1 +C"
    assert sorted(described(brain)) == sorted(
        ["", "Ax ADC", "Ax DWI b1000", "Ax FLAIR", "Ax T1", "Ax T1 +C"]
    )
    brain.wait_loaded()
    assert all(s.window for s in viewing.layout.viewports if s.display_set_id)


def test_one_tile_alone_and_back(brain: Room) -> None:
    viewing = brain.desk.viewing
    viewing.toggle_maximise(2)
    assert (viewing.layout.maximised, viewing.layout.active) == (2, 2)
    viewing.toggle_maximise(2)
    assert (viewing.layout.maximised, viewing.layout.active) == (None, 2)
    assert len(viewing.layout.viewports) == 4


def test_dwi_for_adc_and_back(brain: Room) -> None:
    viewing = brain.desk.viewing
    viewing.go_to_slice(3, 12)
    viewing.activate(3)
    viewing.swap_diffusion()
    assert (described(brain)[3], brain.state(3).slice_index) == ("Ax ADC", 12)
    viewing.swap_diffusion()
    assert described(brain)[3] == "Ax DWI b1000"
    viewing.activate(0)
    viewing.swap_diffusion()
    assert described(brain)[0] == "Ax T1"
    assert brain.said() == "There is no DWI or ADC series to swap with here."


def test_stages_of_films_step_to_the_end_and_stay(tmp_path: Path) -> None:
    clinical.chest_radiograph(tmp_path)
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        assert len(viewing.stages) == 2
        viewing.change_stage(1)
        assert (viewing.stage_index, room.state().is_inverted) == (1, True)
        viewing.change_stage(1)
        assert viewing.stage_index == 1
        viewing.invert(0)
        viewing.reset_view(0)
        assert room.state().is_inverted, "as this stage opens"
        viewing.change_stage(-9)
        assert (viewing.stage_index, room.state().is_inverted) == (0, False)


def test_a_series_of_another_study_brings_its_study(tmp_path: Path) -> None:
    first, second = clinical.two_patients(tmp_path)
    with reading_room(tmp_path) as room:
        viewing, opening = room.desk.viewing, room.desk.opening
        assert opening.current_study is not None
        now = opening.current_study.patient.patient_id
        other = next(s for s in opening.studies if s.patient.patient_id != now)
        viewing.go_to_slice(0, 7)
        viewing.show(other.display_sets[0].id, 0)
        room.wait_loaded()
        assert opening.current_study is other
        ids = {s.display_set_id for s in viewing.layout.viewports}
        assert ids == {other.display_sets[0].id}, "two patients are never side by side"
        assert any(other.patient.name.split()[0] in line for line in texts(room.overlay()))
        back = next(s for s in opening.studies if s is not other)
        viewing.show(back.display_sets[0].id, 0)
        assert room.state().slice_index == 7, "where it was left"
        assert {first.tags.patient_id, second.tags.patient_id} == {"PHANTOM-A", "PHANTOM-B"}


def test_a_scout_and_a_series_too_many_are_shown_on_request(tmp_path: Path) -> None:
    for number, name in enumerate(["Topogram", "Chest", "Chest again"], start=1):
        tags = SeriesTags(key=name, study_key="s", body_part="CHEST", series_number=number)
        phantom = clinical.chest_ct(tmp_path, tags, prefix=f"S{number}_")
        assert phantom.paths
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        unseen = next(s for s in room.sets() if not viewing.is_in_view(s.id))
        viewing.show(unseen.id, 1)
        assert viewing.layout.active == 1 and room.shown(1) is unseen
        viewing.show("nothing", 1)
        assert room.shown(1) is unseen


def test_space_and_corner_text(brain: Room) -> None:
    viewing = brain.desk.viewing
    changes: list[object] = []
    brain.desk.subscribe(changes.append)
    viewing.hide_everything(True)
    viewing.hide_everything(True)
    assert viewing.everything_is_hidden and len(changes) == 1
    viewing.hide_everything(False)
    full = texts(brain.overlay())
    viewing.cycle_corner_text()
    minimal = texts(brain.overlay())
    viewing.cycle_corner_text()
    off = texts(brain.overlay())
    assert len(full) > len(minimal) > len(off)
    for said in (full, minimal, off):
        assert {
            "R",
            "A",
            "L",
            "P",
            "Research use only. Not for use in diagnosis or treatment.",
        } <= (set(said))
    viewing.cycle_corner_text()
    assert texts(brain.overlay()) == full
    assert brain.state().kind is ViewportKind.STACK
