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


USES = (
    Split.TRAIN,
    Split.TRAIN,
    Split.TEST,
    Split.TRAIN,
    Split.VALIDATION,
    Split.TRAIN,
    Split.TEST,
    Split.TRAIN,
)
"""What each of the eight blocks of a class is for."""


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
    """Splits file numbers into eight contiguous blocks of equal count.

    Blocks 0, 1, 3, 5 and 7 train, 4 validates, 2 and 6 test. Where the use changes, the numbers
    within `gap` of the last one before are dropped: no two splits come nearer than that.

    Args:
        numbers: of the files of one class; they run by patient.
        gap: the most slices that one patient has.

    Returns:
        For each number its split and the name of its block.
    """
    blocks = [[int(n) for n in part] for part in np.array_split(np.array(sorted(numbers)), 8)]
    result: dict[int, tuple[Split, str]] = {}
    last_number, last_split = -(10**9), Split.DROPPED
    for index, (block, split) in enumerate(zip(blocks, USES, strict=True)):
        for number in block:
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
    files = {int(path.stem): path for path in folder.glob("*.jpg") if path.stem.isdigit()}
    splits = split_of_numbers(files, GAPS[CLASSES[kind]])
    result = []
    for number, path in sorted(files.items()):
        split, block = splits[number]
        try:
            jpeg, box = _with_box(path)
        except (OSError, ValueError) as error:
            raise SourceError(message("training.bad_file", file=path.name)) from error
        name = f"{CLASSES[kind]}-{block}"
        result.append(Slice(jpeg, box, kind, split, name, "brain-tumour-mr"))
    return result


def _with_box(path: Path) -> tuple[bytes, tuple[float, float, float, float]]:
    """An image and its box in pixel edges, from fractions of its sides in the file beside it."""
    _, x, y, width, height = (float(v) for v in path.with_suffix(".txt").read_text().split()[:5])
    jpeg = path.read_bytes()
    with Image.open(io.BytesIO(jpeg)) as image:
        columns, rows = image.size
    box = (
        (x - width / 2) * columns,
        (y - height / 2) * rows,
        (x + width / 2) * columns,
        (y + height / 2) * rows,
    )
    return jpeg, box


def _negatives(folder: Path) -> list[Slice]:
    """Tumour-free slices; two of three subjects train where the licence lets them."""
    by_subject: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.jpg")):
        by_subject.setdefault(subject_of(path.stem), []).append(path)
    result = []
    for index, (subject, paths) in enumerate(sorted(by_subject.items())):
        split = Split.TEST
        if folder.name in TRAINED_NEGATIVES and index % 3 != 2:
            split = Split.TRAIN
        for path in paths:
            block = f"{folder.name}-{subject}"
            result.append(Slice(path.read_bytes(), None, -1, split, block, folder.name))
    return result


def subject_of(name: str) -> str:
    """Whose slice it is, from the name of its file without extension."""
    found = re.match(r"(IXI\d+|sub-[^-_]+|patient\d+)", name)
    return found.group(1) if found else name[:8]
