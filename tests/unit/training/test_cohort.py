"""No patient stands on two sides of a split."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.errors import SourceError
from medai_desktop.training.cohort import (
    CLASSES,
    GAPS,
    Slice,
    Split,
    decoded,
    read_cohort,
    split_of_numbers,
    subject_of,
)
from tests.unit.training.slices import SIDE, write_collections

USED = (Split.TRAIN, Split.VALIDATION, Split.TEST)


def nearest(numbers: dict[int, Split]) -> int:
    """The smallest distance of two numbers that are used for different things."""
    ordered = sorted((n, split) for n, split in numbers.items() if split in USED)
    best = 10**9
    for place, (number, split) in enumerate(ordered):
        for other, use in ordered[place + 1 :]:
            if use is not split:
                best = min(best, other - number)
                break
    return best


def uses(numbers: Iterable[int], gap: int) -> dict[int, Split]:
    return {n: split for n, (split, _) in split_of_numbers(numbers, gap).items()}


@given(st.sets(st.integers(1, 3000), min_size=8, max_size=400), st.integers(0, 60))
def test_no_two_uses_come_nearer_than_the_gap(numbers: set[int], gap: int) -> None:
    found = uses(numbers, gap)
    assert set(found) == numbers
    assert nearest(found) > gap


def test_without_a_gap_neighbours_leak() -> None:
    assert nearest(uses(range(1, 901), 0)) == 1
    assert nearest(uses(range(1, 901), 38)) == 39


def test_a_block_has_one_use() -> None:
    found = split_of_numbers(range(1, 801), 20)
    by_block: dict[str, set[Split]] = {}
    for split, block in found.values():
        if split is not Split.DROPPED:
            by_block.setdefault(block, set()).add(split)
    assert len(by_block) == 8
    assert all(len(used) == 1 for used in by_block.values())
    counts = [sum(s is use for s, _ in found.values()) for use in USED]
    assert counts == [500 - 3 * 20, 100 - 20, 200 - 2 * 20]


def test_drawn_collections_are_read(tmp_path: Path) -> None:
    write_collections(tmp_path)
    cohort = read_cohort(tmp_path)
    masses = [item for item in cohort if item.box is not None]
    assert len(masses) == 3 * 16
    assert {item.kind for item in masses} == {0, 1, 2}
    for item in masses[:6]:
        grey = decoded(item).astype(float)
        assert grey.shape == (SIDE, SIDE)
        rows, columns = np.nonzero(grey > 160)
        hull = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert np.allclose(item.box or (), hull, atol=1.5)


def test_subjects_without_tumour_stand_on_one_side(tmp_path: Path) -> None:
    write_collections(tmp_path, subjects=6)
    assert_one_side([item for item in read_cohort(tmp_path) if item.box is None])


def assert_one_side(free: list[Slice]) -> None:
    sides: dict[str, set[Split]] = {}
    for item in free:
        sides.setdefault(item.block, set()).add(item.split)
    assert all(len(found) == 1 for found in sides.values())
    assert {found for item in free if item.source == "ixi" for found in sides[item.block]} == {
        Split.TEST
    }, "its licence keeps it out of training"
    assert Split.TRAIN in {item.split for item in free}


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("IXI012-HH-1211-T1_s080", "IXI012"),
        ("sub-07_s12", "sub-07"),
        ("patient03_20", "patient03"),
        ("abcdefghijk", "abcdefgh"),
    ],
)
def test_file_names_tell_the_subject(name: str, subject: str) -> None:
    assert subject_of(name) == subject


def test_missing_collections_are_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read_cohort(tmp_path)
    assert raised.value.message.id == "training.no_data"


@pytest.mark.parametrize("damage", ["no box", "no numbers", "no picture"])
def test_damaged_files_are_named(damage: str, tmp_path: Path) -> None:
    write_collections(tmp_path)
    picture = next((tmp_path / "brain-tumour-mr").rglob("0100.jpg"))
    if damage == "no box":
        picture.with_suffix(".txt").unlink()
    elif damage == "no numbers":
        picture.with_suffix(".txt").write_text("0 a b c d")
    else:
        picture.write_bytes(b"not a picture")
    with pytest.raises(SourceError) as raised:
        read_cohort(tmp_path)
    assert raised.value.message.argument("file") == "0100.jpg"


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write_collections(tmp_path)
    folder = tmp_path / "brain-tumour-mr" / "brain-tumour-mr" / CLASSES[0]
    (folder / "._0100.jpg").write_bytes(b"of a file system")
    assert len([item for item in read_cohort(tmp_path) if item.box is not None]) == 48


@pytest.mark.corpus
def test_the_real_collections_leak_nothing(corpus: Callable[[str], Path]) -> None:
    data = corpus("brain-tumour-mr").parent
    corpus("brain-mr-no-tumour")
    cohort = read_cohort(data)
    folders = data / "brain-tumour-mr" / "brain-tumour-mr"
    for kind, name in enumerate(CLASSES):
        numbers = sorted(int(path.stem) for path in (folders / name).glob("*.jpg"))
        found = uses(numbers, GAPS[name])
        assert nearest(found) > GAPS[name]
        used = {split: sum(s is split for s in found.values()) for split in Split}
        of_class = [item for item in cohort if item.kind == kind]
        assert {split: sum(i.split is split for i in of_class) for split in Split} == used
        assert min(used[split] for split in USED) > 30
        assert used[Split.DROPPED] >= 5 * GAPS[name] * 0.5
    free = [item for item in cohort if item.box is None]
    assert_one_side(free)
    subjects = {item.block for item in free}
    counts = [
        sum(block.startswith(s) for block in subjects) for s in ("openneuro", "ixi", "open-ms")
    ]
    assert counts == [24, 48, 3]
    digests = {split: {item.jpeg for item in cohort if item.split is split} for split in USED}
    assert not digests[Split.TRAIN] & digests[Split.TEST]
    assert not digests[Split.TRAIN] & digests[Split.VALIDATION]
