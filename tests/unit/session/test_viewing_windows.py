"""Windows at the desk: one for each tile, keys, links, what the reader set comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.view.viewport import CUSTOM
from medai_desktop.volume import Window
from tests.phantoms import clinical
from tests.phantoms.dicom_writer import SeriesTags
from tests.unit.session.reading_room import Room, reading_room

LUNG, MEDIASTINUM = Window(-600, 1500), Window(50, 350)


@pytest.fixture
def chest(tmp_path: Path) -> Iterator[Room]:
    clinical.chest_ct(tmp_path)
    with reading_room(tmp_path) as room:
        yield room


def windows(room: Room) -> list[Window | None]:
    return [state.window for state in room.desk.viewing.layout.viewports]


def test_one_series_in_two_slots_keeps_both_windows(chest: Room) -> None:
    assert chest.shown(0).id == chest.shown(1).id
    assert windows(chest) == [LUNG, MEDIASTINUM]
    assert not np.array_equal(chest.pixels(0), chest.pixels(1))


def test_reset_brings_back_the_window_of_the_slot(chest: Room) -> None:
    viewing = chest.desk.viewing
    for index in (0, 1):
        viewing.set_window(index, Window(100 + index, 1000))
        viewing.zoom(index, 3.0, (5.0, 5.0))
        viewing.turn(index, 1)
        viewing.invert(index)
        viewing.reset_view(index)
    assert windows(chest) == [LUNG, MEDIASTINUM]
    assert [chest.state(n).preset for n in (0, 1)] == ["lung", "mediastinum"]
    for state in viewing.layout.viewports:
        assert (state.zoom, state.pan_px, state.quarter_turns) == (1.0, (0.0, 0.0), 0)
        assert not state.is_inverted


def test_layouts_stages_and_planes_keep_the_windows(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.set_layout(2, 2)
    assert windows(chest)[:2] == [LUNG, MEDIASTINUM]
    viewing.activate(1)
    viewing.set_layout(1, 1)
    assert windows(chest) == [MEDIASTINUM], "the active tile stays"
    viewing.set_window(0, Window(77, 777))
    viewing.change_stage(1)
    assert windows(chest) == [LUNG]
    viewing.change_stage(-1)
    assert windows(chest) == [LUNG, Window(77, 777)], "the reader's own comes back to its slot"
    viewing.reset_view(1)
    viewing.change_stage(1)
    viewing.change_stage(-1)
    assert windows(chest) == [LUNG, MEDIASTINUM]


def test_number_keys_choose_and_say_why_not(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.press_number_key(3)
    assert windows(chest) == [Window(400, 2000), MEDIASTINUM]
    viewing.press_number_key(0)
    assert chest.state().preset == "auto"
    auto = chest.state().window
    assert auto is not None and auto not in (LUNG, MEDIASTINUM)
    assert chest.said() == ""


def test_keys_of_mr_say_why_they_do_nothing(tmp_path: Path) -> None:
    clinical.brain_mr(tmp_path)
    with reading_room(tmp_path) as room:
        before = windows(room)
        room.desk.viewing.press_number_key(8)
        assert room.said() == "Key 8 has no preset for MR."
        room.desk.viewing.press_number_key(1)
        assert room.said() == "The file carries no window."
        assert windows(room) == before
        room.desk.viewing.press_number_key(3)
        after = windows(room)
        assert after[0] != before[0] and after[1:] == before[1:], "never linked between MR series"


def test_tiles_that_look_alike_follow_a_drag_to_its_end(chest: Room) -> None:
    """The first move makes both windows custom; the second must still go to both."""
    viewing = chest.desk.viewing
    viewing.set_preset(1, "lung")
    assert windows(chest) == [LUNG, LUNG]
    viewing.set_window(0, Window(-500, 1400))
    viewing.set_window(0, Window(-400, 1300))
    assert windows(chest) == [Window(-400, 1300)] * 2
    assert chest.state(1).preset == CUSTOM
    viewing.set_preset(1, "bone")
    assert windows(chest) == [Window(400, 2000)] * 2, "a preset goes to both as well"


def test_a_preset_in_one_tile_leaves_the_other(chest: Room) -> None:
    chest.desk.viewing.set_preset(0, "bone")
    assert windows(chest) == [Window(400, 2000), MEDIASTINUM]
    chest.desk.viewing.set_window(0, Window(float("nan"), 100))
    assert windows(chest) == [Window(400, 2000), MEDIASTINUM], "not a number is no window"


def test_invert_turns_the_greys_over(chest: Room) -> None:
    before = chest.pixels().astype(int)
    chest.desk.viewing.invert(0)
    assert np.abs(chest.pixels().astype(int) - (255 - before)).max() <= 1
    chest.desk.viewing.invert(0)
    assert np.array_equal(chest.pixels(), before)


def test_another_series_of_the_slot_keeps_its_window(tmp_path: Path) -> None:
    for number in (1, 2):
        tags = SeriesTags(
            key=f"s{number}", study_key="two", body_part="CHEST", series_number=number
        )
        clinical.chest_ct(tmp_path, tags, prefix=f"S{number}_")
    with reading_room(tmp_path) as room:
        viewing, second = room.desk.viewing, room.sets()[1]
        viewing.show(second.id, 1)
        room.wait_loaded()
        assert room.shown(1).id == second.id
        assert windows(room) == [LUNG, MEDIASTINUM]
        viewing.reset_view(1)
        assert windows(room) == [LUNG, MEDIASTINUM]


def test_auto_is_worked_out_again_when_all_images_are_there(tmp_path: Path) -> None:
    """A window from the first slice alone would be another one."""
    clinical.brain_mr(tmp_path)
    with reading_room(tmp_path) as room:
        volume = room.desk.opening.volume(room.shown().id)
        assert volume is not None
        whole = room.desk.presets.window_for("auto", room.shown(), volume)
        assert room.state().window == whole
