"""The cohort: images with boxes, split so that no patient stands on two sides."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from medai_desktop.errors import SourceError
from medai_desktop.text import message

CLASSES = ("meningioma", "glioma", "pituitary")
GAPS = {"meningioma": 21, "glioma": 38, "pituitary": 25}
"""The most slices one patient has in each class: so many numbers lie between two blocks."""

TRAINED_NEGATIVES = ("openneuro-ds002748", "open-ms")
MEASURED_NEGATIVES = ("ixi",)
"""Its licence (share alike) keeps it out of training; it only counts false marks."""


class Split(Enum):
    """What a slice is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Slice:
    """One image.

    Attributes:
        jpeg: its bytes as published.
        box: x0, y0, x1, y1 in pixel edges; None without a tumour.
        kind: index into `CLASSES`; -1 without a tumour.
        split: what it is for.
        block: neighbouring numbers of a class, or the subject.
        source: name of the collection.
    """

    jpeg: bytes
    box: tuple[float, float, float, float] | None
    kind: int
    split: Split
    block: str
    source: str


def read_cohort(data: Path) -> list[Slice]:
    """Every slice of the unpacked collections below a folder.

    Raises:
        SourceError: the collections are not there.
    """
    tumours = data / "brain-tumour-mr" / "brain-tumour-mr"
    others = data / "brain-mr-no-tumour" / "brain-mr-no-tumour"
    for folder in (tumours, others):
        if not folder.is_dir():
            raise SourceError(message("training.no_data", folder=str(folder)))
    cohort: list[Slice] = []
    for kind, name in enumerate(CLASSES):
        cohort += _tumour_class(tumours / name, kind)
    for source in (*TRAINED_NEGATIVES, *MEASURED_NEGATIVES):
        cohort += _negatives(others / source)
    return cohort


def split_of_numbers(numbers: Iterable[int], gap: int) -> dict[int, tuple[Split, str]]:
    """Splits file numbers into contiguous blocks: 70 % train, 12 % validation, 18 % test.

    Ten blocks by count; of each, the first part trains, then a gap is dropped, and so on, so that
    no two splits come nearer than `gap` numbers.

    Returns:
        For each number its split and the name of its block.
    """
    ordered = sorted(numbers)
    result: dict[int, tuple[Split, str]] = {}
    blocks = [list(part) for part in np.array_split(np.array(ordered), 8)]
    pattern = (Split.TRAIN, Split.TRAIN, Split.TEST, Split.TRAIN)
    last_number, last_split = -(10**9), Split.DROPPED
    for index, block in enumerate(blocks):
        split = pattern[index % 4]
        if index == 4:
            split = Split.VALIDATION
        for number in (int(n) for n in block):
            is_near = split is not last_split and number - last_number <= gap
            result[number] = (Split.DROPPED if is_near else split, f"{split.value}-{index}")
            if not is_near:
                last_number, last_split = number, split
    return result


def decoded(item: Slice) -> npt.NDArray[np.uint8]:
    """The grey values, (rows, columns)."""
    with Image.open(io.BytesIO(item.jpeg)) as image:
        return np.asarray(image.convert("L"))


def _tumour_class(folder: Path, kind: int) -> list[Slice]:
    files = {int(path.stem): path for path in folder.glob("*.jpg")}
    splits = split_of_numbers(files, GAPS[CLASSES[kind]])
    result = []
    for number, path in sorted(files.items()):
        split, block = splits[number]
        _, x, y, width, height = (
            float(v) for v in path.with_suffix(".txt").read_text().split()[:5]
        )
        jpeg = path.read_bytes()
        with Image.open(io.BytesIO(jpeg)) as image:
            columns, rows = image.size
        box = (
            (x - width / 2) * columns,
            (y - height / 2) * rows,
            (x + width / 2) * columns,
            (y + height / 2) * rows,
        )
        name = f"{CLASSES[kind]}-{block}"
        result.append(Slice(jpeg, box, kind, split, name, "brain-tumour-mr"))
    return result


def _negatives(folder: Path) -> list[Slice]:
    by_subject: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.jpg")):
        found = re.match(r"(IXI\d+|sub-[^-_]+|patient\d+)", path.stem)
        by_subject.setdefault(found.group(1) if found else path.stem[:8], []).append(path)
    result = []
    for index, (subject, paths) in enumerate(sorted(by_subject.items())):
        split = Split.TEST
        if folder.name in TRAINED_NEGATIVES and index % 3 != 2:
            split = Split.TRAIN
        for path in paths:
            result.append(
                Slice(path.read_bytes(), None, -1, split, f"{folder.name}-{subject}", folder.name)
            )
    return result
