"""Films under the hand: down is brighter, however the values are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medai_desktop.volume import Window
from tests.doubles.desks import make_workplace
from tests.doubles.windows import Room, close_room, open_room
from tests.phantoms import clinical
from tests.phantoms.phantom import Phantom

MIDDLE = (300.0, 200.0)


@pytest.fixture(params=[clinical.hand_radiograph, clinical.monochrome1_radiograph])
def film(request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    make: Callable[[Path], Phantom] = request.param
    make(tmp_path / "film")
    room = open_room(qtbot, make_workplace())
    room.open(tmp_path / "film")
    yield room
    close_room(room)


def brightness(room: Room) -> float:
    room.quiet()
    return float(np.mean(room.picture()))


@pytest.mark.parametrize("inverts", [False, True])
def test_a_drag_downwards_makes_a_film_brighter(film: Room, inverts: bool) -> None:
    film.desk.viewing.set_window(0, Window(2048, 3000))
    if inverts:
        film.desk.viewing.invert(0)
    before = brightness(film)
    film.drag(MIDDLE, (MIDDLE[0], MIDDLE[1] + 40))
    brighter = brightness(film)
    film.drag(MIDDLE, (MIDDLE[0], MIDDLE[1] - 80))
    darker = brightness(film)
    assert darker < before - 3 < before + 3 < brighter
