"""Rulers are kept as they are drawn, and the same one comes back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from medai_desktop.findings import LengthMeasurement
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.heads import write_head


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    write_head(tmp_path / "head")
    made = make_workplace(tmp_path / "catalog.sqlite")
    made.open(tmp_path / "head")
    yield made
    made.close()


def ruler(place: Workplace, length_mm: float = 12.5) -> LengthMeasurement:
    shown = place.desk.viewing.display_set_in(0)
    assert shown is not None
    made_on = place.desk.reviewing.images.made_on(shown.id)
    ends = (1, 1), (5, 9), (0, 0, 0), (1, 2, 3)
    return LengthMeasurement(uuid.uuid4(), shown.id, 8, *ends, length_mm, False, "R", made_on)


def kept(place: Workplace) -> list[LengthMeasurement]:
    shown = place.desk.viewing.display_set_in(0)
    assert shown is not None
    return list(place.journal.measurements(shown.id))


def test_a_ruler_is_in_the_journal_at_once_and_back_in_another_window(
    place: Workplace, tmp_path: Path
) -> None:
    drawn = ruler(place)
    place.desk.measuring.add(drawn)
    assert kept(place) == [drawn]
    place.close()
    again = make_workplace(tmp_path / "catalog.sqlite")
    again.open(tmp_path / "head")
    assert again.desk.measuring.measurements() == (drawn,)
    again.close()


def test_moving_and_deleting_can_be_taken_back_under_the_same_id(place: Workplace) -> None:
    measuring, undoing = place.desk.measuring, place.desk.undoing
    first, second = ruler(place), ruler(place, 3.0)
    measuring.add(first)
    measuring.add(second)
    moved = replace(first, end_px=(8.0, 8.0), length_mm=20.0)
    measuring.replace(moved)
    assert measuring.measurements() == (moved, second), "it keeps its place"
    assert kept(place) == [moved, second]
    measuring.replace(moved)
    measuring.select(first.id)
    assert measuring.delete_selected()
    assert kept(place) == [second]
    undoing.undo()
    assert set(kept(place)) == {moved, second}
    undoing.undo()
    assert set(kept(place)) == {first, second}
    undoing.redo()
    undoing.redo()
    assert kept(place) == [second]


def test_nothing_selected_nothing_deleted(place: Workplace) -> None:
    place.desk.measuring.add(ruler(place))
    place.desk.measuring.select(None)
    assert not place.desk.measuring.delete_selected()
    assert len(kept(place)) == 1


def test_selecting_a_mark_lets_go_of_the_ruler(tmp_path: Path) -> None:
    from tests.doubles.heads import bright_mark

    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark()])
    made.open(tmp_path / "head")
    made.detect()
    made.desk.measuring.add(ruler(made))
    assert made.desk.measuring.selected is not None
    made.desk.reviewing.next(1)
    assert made.desk.measuring.selected is None
    made.close()
