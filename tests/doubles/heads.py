"""A small contrast T1 volume, oblique and anisotropic, with one bright box off centre."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.doubles.detectors import Mark
from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.pixels import PixelFormat
from tests.phantoms.series_geometry import SeriesGeometry, rotation

SHAPE = (24, 56, 64)
"""Slices, rows, columns."""

SPACING_MM = (3.0, 0.9, 1.1)
BRIGHT = 900.0
LOWER, UPPER = (38.0, 12.0, 5.0), (52.0, 26.0, 12.0)
"""Voxel edges (i, j, k) of the bright box."""


@dataclass(frozen=True, slots=True)
class HeadWords:
    """What the header of a made-up head says."""

    study: str = "head"
    series: str = "t1c"
    number: int = 1
    description: str = "Ax T1 +C"
    modality: str = "MR"
    body_part: str = "HEAD"


def bright_mark(score: float = 0.95) -> Mark:
    """What a detector that is right would mark."""
    return Mark(LOWER, UPPER, score)


def write_head(
    folder: Path,
    words: HeadWords = HeadWords(),
    *,
    brightness: float = BRIGHT,
    transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE,
) -> list[Path]:
    """Writes the files of one series; several may lie in one folder.

    Args:
        folder: Made when missing.
        words: Study and series.
        brightness: Of the box; another one makes other pixels under the same UIDs.
        transfer_syntax: Of the files.
    """
    turn = rotation((0.25, 1.0, 0.35), 20.0) @ rotation((1.0, 0.0, 0.0), -12.0)
    at_zero = SeriesGeometry.turned(turn, SPACING_MM)
    middle = np.array([SHAPE[2] - 1, SHAPE[1] - 1, SHAPE[0] - 1]) / 2
    geometry = SeriesGeometry.turned(turn, SPACING_MM, list(-at_zero.affine[:3, :3] @ middle))
    k, j, i = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")
    values = 60.0 + 2.0 * ((i + j + k) % 7)
    inside = np.ones(SHAPE, dtype=bool)
    for index, low, high in zip((i, j, k), LOWER, UPPER, strict=True):
        inside &= (index + 0.5 > low) & (index + 0.5 < high)
    values[inside] = brightness
    tags = SeriesTags(
        modality=words.modality,
        key=words.series,
        study_key=words.study,
        body_part=words.body_part,
        study_description="MR head",
        series_description=words.description,
        series_number=words.number,
        more={"RepetitionTime": 560.0, "EchoTime": 12.0},
    )
    return write_series(
        folder,
        values,
        geometry,
        tags=tags,
        pixels=PixelFormat(bits_stored=12),
        transfer_syntax=transfer_syntax,
        names=FileNames(prefix=f"{words.study}-{words.series}-"),
    )
