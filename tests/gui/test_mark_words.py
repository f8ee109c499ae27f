"""Side and size of a mark's box: what the program can know, and no more."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from medai_desktop.findings import CodedConcept, Finding
from medai_desktop.geometry import OrientedBox, PixelBox, VolumeGeometry
from medai_desktop.gui.mark_words import extent_words, side_words
from medai_desktop.jobs import Cancellation
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import Message, message
from medai_desktop.volume import Region
from tests.gui.windows import head_study
from tests.phantoms import volumes

CODE = CodedConcept("SCT", "4147007", "Mass")


def sets_in(folder: Path) -> tuple[DisplaySet, ...]:
    items = scan([folder], progress=lambda _: None, cancellation=Cancellation())
    headers = [item for item in items if not isinstance(item, SkippedFile)]
    (study,) = build_studies(headers).studies
    return study.display_sets


def boxed(shown: DisplaySet, low: tuple[float, float], high: tuple[float, float]) -> Finding:
    """A finding over columns and rows of the first image."""
    box = None
    if shown.geometry is not None:
        box = OrientedBox.from_voxel_edges(shown.geometry, (*low, 0.0), (*high, 1.0))
    pixels = PixelBox(shown.frames[0].reference.sop_instance_uid, 1, *low, *high)
    return Finding(uuid.uuid4(), "enhancing mass", CODE, 0.9, box, (pixels,), (0,))


def arguments(said: Message | None) -> dict[str, object]:
    """The innermost values."""
    assert said is not None
    found: dict[str, object] = {}
    for name, value in said.arguments:
        found |= arguments(value) if isinstance(value, Message) else {name: value}
    return found


@pytest.fixture
def head(tmp_path: Path) -> DisplaySet:
    """64 columns of 3 mm, the middle between columns 31 and 32, x towards the patient's left."""
    return sets_in(head_study(tmp_path))[0]


def test_the_size_is_the_box_in_the_image_the_longer_side_first(head: DisplaySet) -> None:
    said = extent_words(boxed(head, (10, 10), (15, 20)), head, is_readers=False)
    assert said is not None
    assert said.id == "gui.box_auto"
    assert arguments(said) == {"long": 30, "short": 15}
    own = extent_words(boxed(head, (10, 10), (20, 15)), head, is_readers=True)
    assert own is not None
    assert (own.id, arguments(own)) == ("gui.box_reader", {"long": 30, "short": 15})


@pytest.mark.parametrize(
    ("columns", "side"),
    [
        ((40, 50), "gui.side_left"),
        ((14, 24), "gui.side_right"),
        ((33, 50), None),
        ((10, 40), None),
    ],
)
def test_the_side_is_told_where_the_box_lies_clear_of_the_middle(
    columns: tuple[int, int], side: str | None, head: DisplaySet
) -> None:
    said = side_words(boxed(head, (columns[0], 5), (columns[1], 15)), head)
    assert (None if said is None else said.id) == side


def test_the_side_is_the_patients_whatever_way_the_rows_run(head: DisplaySet) -> None:
    there = head.geometry
    assert there is not None
    left = boxed(head, (40, 5), (50, 15))
    far = there.world_from_voxel([there.shape[2] - 1, 0, 0])
    turned = VolumeGeometry.from_axes(
        far, there.direction * [-1, 1, 1], there.spacing_mm, there.shape
    )
    mirrored = replace(head, geometry=turned)
    assert side_words(boxed(mirrored, (40, 5), (50, 15)), mirrored) == message("gui.side_right")
    assert side_words(left, mirrored) == side_words(left, head) == message("gui.side_left")


def test_no_side_is_guessed_outside_heads_and_on_films(head: DisplaySet, tmp_path: Path) -> None:
    finding = boxed(head, (40, 5), (50, 15))
    assert side_words(finding, head) is not None
    chest = replace(head, acquisition=replace(head.acquisition, region=Region.CHEST))
    assert side_words(finding, chest) is None
    volumes.hand_radiograph(tmp_path / "hand")
    (film,) = sets_in(tmp_path / "hand")
    assert side_words(boxed(film, (10, 10), (20, 30)), film) is None


def test_a_film_says_what_its_millimetres_rest_on(tmp_path: Path) -> None:
    volumes.hand_radiograph(tmp_path)
    (film,) = sets_in(tmp_path)
    assert film.pixel_spacing_mm is not None
    said = extent_words(boxed(film, (10, 10), (30, 50)), film, is_readers=False)
    rows, columns = (round(40 * film.pixel_spacing_mm[0]), round(20 * film.pixel_spacing_mm[1]))
    assert arguments(said) == {"long": max(rows, columns), "short": min(rows, columns)}
    bare = replace(film, pixel_spacing_mm=None)
    pixels = extent_words(boxed(film, (10, 10), (30, 50)), bare, is_readers=False)
    assert arguments(pixels) == {"long": 40, "short": 20}
