"""The exposed part of a film."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from medai_desktop.view.exposed_field import exposed_field, field_values
from medai_desktop.volume import Volume

Rectangle = tuple[int, int, int, int]


def volume(image: NDArray[np.generic], padding: tuple[float, float] | None = None) -> Volume:
    return Volume(image[np.newaxis], None, padding=padding)


def film(
    field: Rectangle, shape: tuple[int, int] = (200, 160), border: int = 50
) -> NDArray[np.uint16]:
    image = np.full(shape, border, np.uint16)
    x0, y0, x1, y1 = field
    noise = np.random.default_rng(1).integers(600, 3500, (y1 - y0, x1 - x0))
    image[y0:y1, x0:x1] = noise
    return image


@pytest.mark.parametrize(
    "field", [(20, 30, 140, 180), (0, 0, 160, 200), (0, 40, 160, 200), (50, 0, 120, 200)]
)
@pytest.mark.parametrize("border", [50, 4095])
def test_the_border_is_left_out(field: Rectangle, border: int) -> None:
    image = film(field, border=border)
    assert exposed_field(volume(image)) == field
    x0, y0, x1, y1 = field
    assert np.array_equal(
        np.sort(field_values(volume(image))), np.sort(image[y0:y1, x0:x1], axis=None)
    )


def test_a_border_with_a_little_noise_is_one_still() -> None:
    image = film((20, 30, 140, 180))
    border = image == 50
    image[border] = np.random.default_rng(2).integers(40, 90, border.sum())
    assert exposed_field(volume(image)) == (20, 30, 140, 180)


def test_letters_do_not_widen_the_field() -> None:
    image = film((40, 40, 120, 160))
    image[10:20, 10:30:2] = 4095
    assert exposed_field(volume(image)) == (40, 40, 120, 160)
    inside = film((40, 40, 120, 160))
    inside[60:64, 60:64] = 4095
    assert field_values(volume(inside)).max() < 3600


def test_padding_is_no_field() -> None:
    image = film((20, 30, 140, 180)).astype(np.int16)
    image[:, :10] = -2000
    image[:10] = -2000
    assert exposed_field(volume(image, (-2000.0, -2000.0))) == (20, 30, 140, 180)


def test_a_fingertip_in_air_stays_in_the_field() -> None:
    image = np.full((200, 160), 200, np.uint16)
    image[100:, 40:120] = np.random.default_rng(3).integers(1400, 2900, (100, 80))
    image[90:100, 70:74] = 1400
    assert exposed_field(volume(image)) == (40, 90, 120, 200)


def test_an_even_image_is_all_field() -> None:
    assert exposed_field(volume(np.full((50, 40), 7, np.uint8))) == (0, 0, 40, 50)
    assert exposed_field(volume(film((78, 98, 82, 102)))) == (0, 0, 160, 200), "too small to be one"


def test_large_films_are_looked_at_in_steps_and_lose_nothing() -> None:
    image = film((300, 600, 2900, 2700), (3000, 3100))
    x0, y0, x1, y1 = exposed_field(volume(image))
    assert (x0, y0) <= (300, 600) and x1 >= 2900 and y1 >= 2700
    assert np.abs(np.array((x0, y0, x1, y1)) - (300, 600, 2900, 2700)).max() <= 3
