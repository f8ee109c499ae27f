"""Scrolling at the desk: direction, ends, linked tiles, same place, visited images, slabs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.session.desk import ReadingDesk
from medai_desktop.view.reading_order import slice_at
from medai_desktop.view.viewport import SlabMode
from tests.phantoms import clinical, volumes
from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
from tests.phantoms.pixels import CT_12BIT
from tests.phantoms.series_geometry import SeriesGeometry
from tests.unit.session.reading_room import Room, reading_room, texts

# Row and column direction of each plane, and the direction of the wheel (reading defaults 2).
TURNS = {
    "axial": (np.eye(3), (0, 0, -1)),
    "axial from behind": (np.diag([1.0, -1.0, -1.0]), (0, 0, -1)),
    "coronal": (np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]), (0, 1, 0)),
    "coronal from behind": (np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]), (0, 1, 0)),
    "sagittal": (np.array([[0, 0, -1.0], [1, 0, 0], [0, -1, 0]]), (1, 0, 0)),
    "sagittal from the left": (np.array([[0, 0, 1.0], [-1, 0, 0], [0, -1, 0]]), (1, 0, 0)),
}


@pytest.mark.parametrize("reverse", [False, True], ids=["", "reversed numbers"])
@pytest.mark.parametrize("name", TURNS)
def test_the_wheel_goes_down_back_and_left(name: str, reverse: bool, tmp_path: Path) -> None:
    turn, wheel = TURNS[name]
    geometry = SeriesGeometry.turned(turn, (2.0, 1.0, 1.0))
    tags = SeriesTags(modality="MR", key=name, study_key=name, body_part="HEAD")
    names = FileNames(reversed_numbers=reverse, shuffle_seed=5)
    write_series(tmp_path, np.zeros((6, 8, 8)), geometry, tags=tags, names=names)
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        viewing.scroll(0, -100)
        places = []
        for expected in (False, False, False, False, False, True, True):
            shown, state = room.shown(), room.state()
            places.append(shown.frames[state.slice_index].position_lps_mm)
            assert viewing.scroll(0, 1) is expected
        steps = np.diff(np.array(places), axis=0)
        np.testing.assert_allclose(steps[:5] @ np.array(wheel), 2.0)
        np.testing.assert_allclose(steps[5], 0, err_msg="no wrap at the end")
        assert viewing.scroll(0, -4) is False
        assert viewing.scroll(0, -4) is True


def test_an_oblique_stack_reads_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    turn = volumes.rotation((0, 1, 0), 45.0)
    for folder, reverse in (("up", False), ("down", True)):
        names = FileNames(reversed_numbers=reverse)
        tags = SeriesTags(modality="MR", key=folder, study_key=folder, body_part="HEAD")
        geometry = SeriesGeometry.turned(turn, (2.0, 1.0, 1.0))
        write_series(tmp_path / folder, np.zeros((6, 8, 8)), geometry, tags=tags, names=names)
        with reading_room(tmp_path / folder) as room:
            shown = room.shown()
            assert shown.plane is not None and shown.plane.value == "oblique"
            numbers = [
                shown.frames[slice_at(shown, n)].instance.instance_number for n in range(1, 7)
            ]
            assert numbers == [1, 2, 3, 4, 5, 6]


@pytest.fixture
def brain(tmp_path: Path) -> Iterator[Room]:
    clinical.brain_mr(tmp_path)
    with reading_room(tmp_path) as room:
        yield room


def slices(desk: ReadingDesk) -> list[int]:
    return [state.slice_index for state in desk.viewing.layout.viewports]


def test_tiles_of_one_frame_scroll_together(brain: Room) -> None:
    viewing = brain.desk.viewing
    assert slices(brain.desk) == [9, 9, 9, 9]
    viewing.scroll(2, 3)
    assert slices(brain.desk) == [6, 6, 6, 6]
    viewing.go_to_slice(1, 15)
    assert slices(brain.desk) == [15] * 4
    viewing.go_to_slice(1, 99)
    assert slices(brain.desk) == [17] * 4


def two_series(folder: Path, frames: tuple[str, str]) -> None:
    """5 mm and 1 mm slices of one chest, each with its frame of reference."""
    for number, (step, count, frame) in enumerate(
        [(5.0, 12, frames[0]), (1.0, 60, frames[1])], start=1
    ):
        tags = SeriesTags(
            key=f"s{number}",
            study_key="two",
            frame_key=frame,
            body_part="CHEST",
            study_description="CT",
            series_description=f"Chest {step:.0f}",
            series_number=number,
        )
        geometry = SeriesGeometry.straight((step, 2.0, 2.0))
        voxels = np.zeros((count, 16, 16))
        write_series(
            folder, voxels, geometry, tags=tags, pixels=CT_12BIT, names=FileNames(f"S{number}_")
        )


def test_thick_and_thin_series_are_linked_by_place(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "one"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thick, thin = room.sets()
        viewing.show(thick.id, 0)
        viewing.show(thin.id, 1)
        viewing.go_to_slice(0, 4)
        assert slices(room.desk) == [4, 20]
        viewing.go_to_slice(1, 33)
        assert slices(room.desk) == [7, 33], "the nearest slice"


def test_other_frames_of_reference_are_left_alone(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "two"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thick, thin = room.sets()
        viewing.show(thick.id, 0)
        viewing.show(thin.id, 1)
        before = slices(room.desk)[1]
        viewing.go_to_slice(0, 4)
        assert slices(room.desk) == [4, before]


def test_a_new_series_opens_at_the_place_shown(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "one"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thick, thin = room.sets()
        viewing.set_layout(1, 1)
        viewing.show(thick.id, 0)
        viewing.go_to_slice(0, 3)
        viewing.show_neighbour(1)
        assert (room.shown().id, room.state().slice_index) == (thin.id, 15)
        viewing.go_to_slice(0, 41)
        viewing.show_neighbour(-1)
        assert (room.shown().id, room.state().slice_index) == (thick.id, 8)
        viewing.show_neighbour(-1)
        assert room.shown().id == thick.id, "there is none before the first"


def test_without_a_common_frame_a_series_opens_where_it_was_left(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "two"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thick, thin = room.sets()
        viewing.set_layout(1, 1)
        viewing.show(thin.id, 0)
        assert room.state().slice_index == 59, "axial body CT at image 1"
        viewing.go_to_slice(0, 22)
        viewing.show(thick.id, 0)
        assert room.state().slice_index == 11
        viewing.show(thin.id, 0)
        assert room.state().slice_index == 22


def test_a_position_is_shown_in_every_tile_of_its_frame_only(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "two"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thick, thin = room.sets()
        viewing.show(thick.id, 0)
        viewing.show(thin.id, 1)
        before = slices(room.desk)
        elsewhere = replace(thick, patient=replace(thick.patient, patient_id="SOMEBODY-ELSE"))
        viewing.show_position((10.0, 10.0, 20.0), elsewhere)
        assert slices(room.desk) == before and viewing.crosshair_lps_mm is None
        viewing.show_position((10.0, 10.0, 21.0), thick)
        assert slices(room.desk) == [4, before[1]]
        assert viewing.crosshair_lps_mm == (10.0, 10.0, 21.0)
        viewing.show_position((10.0, 10.0, 500.0), thick)
        assert slices(room.desk) == [4, before[1]], "outside the stack nothing is shown"


def test_behind_a_gap_the_readout_and_the_linked_tile_are_right(tmp_path: Path) -> None:
    phantom = volumes.missing_slice(tmp_path, missing=5)
    with reading_room(tmp_path) as room:
        viewing, shown = room.desk.viewing, room.shown()
        assert shown.verdict.value == "missing_slices"
        for k in (4, 5, 18):
            viewing.go_to_slice(0, k)
            world = room.projection().world_from_screen(200.0, 200.0)
            place = shown.frames[k].position_lps_mm
            assert world is not None and place is not None
            assert world[2] == pytest.approx(place[2])
        assert shown.geometry is not None
        step = phantom.spacing_mm[0]
        places = [f.position_lps_mm[2] for f in shown.frames if f.position_lps_mm]
        assert places[5] - places[4] == pytest.approx(2 * step)
        viewing.show_position((0.0, 0.0, places[9]), shown)
        assert room.state().slice_index == 9
        viewing.show_position((0.0, 0.0, places[4] + step), shown)
        assert room.state().slice_index == 9, "nothing lies in the gap"


def test_images_on_screen_are_noted_with_their_slab(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "one"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thin = room.sets()[1]
        viewing.set_layout(1, 1)
        viewing.show(thin.id, 0)
        assert viewing.visited(thin.id) == frozenset()
        viewing.mark_visited(thin.id, 30)
        assert viewing.visited(thin.id) == {30}
        viewing.set_preset(0, "soft")
        viewing.cycle_slab()
        slab = room.state().slab
        assert (slab.mode, slab.thickness_mm) == (SlabMode.MEAN, 3.0)
        viewing.go_to_slice(0, 40)
        viewing.mark_visited(thin.id, 40)
        assert viewing.visited(thin.id) == {30, 39, 40, 41}


def test_the_slab_key_goes_round_and_the_wheel_by_half_of_it(tmp_path: Path) -> None:
    two_series(tmp_path, ("one", "one"))
    with reading_room(tmp_path) as room:
        viewing = room.desk.viewing
        thin = room.sets()[1]
        viewing.set_layout(1, 1)
        viewing.show(thin.id, 0)
        viewing.set_preset(0, "mediastinum")
        seen = []
        for _ in range(5):
            slab = room.state().slab
            seen.append((slab.mode.value, slab.thickness_mm))
            viewing.cycle_slab()
        start = seen.index(("none", 0.0))
        wanted = [("none", 0.0), ("mean", 3.0), ("mean", 5.0), ("mip", 10.0)]
        assert seen == [wanted[(n - start) % 4] for n in range(5)]
        while room.state().slab.thickness_mm != 10.0:
            viewing.cycle_slab()
        viewing.go_to_slice(0, 30)
        viewing.scroll(0, 1)
        assert room.state().slice_index == 25
        assert any("MIP 10 mm" in line for line in texts(room.overlay()))
        viewing.set_preset(0, "lung")
        viewing.cycle_slab()
        assert room.state().slab.mode is SlabMode.NONE, "what lung does not have falls to none"


def test_a_series_without_slabs_says_so(brain: Room) -> None:
    brain.desk.viewing.cycle_slab()
    assert brain.said() == "No slab makes sense for these images."
