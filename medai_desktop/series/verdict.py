"""The verdict on the geometry of ordered slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medai_desktop.geometry import VolumeGeometry, tolerance
from medai_desktop.series.display_set import ImageFrame, Verdict
from medai_desktop.source.instance import PositionFacts
from medai_desktop.text import Message, message


@dataclass(frozen=True, slots=True)
class GeometryVerdict:
    """What was found.

    Attributes:
        verdict: the decisive one.
        geometry: of the stored slices; None when there is none.
        messages: a sentence for each thing that is not as it should be.
    """

    verdict: Verdict
    geometry: VolumeGeometry | None
    messages: tuple[Message, ...]


def judge(
    frames: Sequence[ImageFrame],
    plane: PositionFacts,
    shape: tuple[int, int, int],
    frame_of_reference_uid: str | None,
) -> GeometryVerdict:
    """Judges slices in the order of the array.

    Args:
        frames: ordered along the normal.
        plane: orientation and spacing of the first.
        shape: slices, rows, columns.
        frame_of_reference_uid: of the series.

    References:
        DICOM PS3.3 C.7.6.2: steps between positions, never thickness or SpacingBetweenSlices.
    """
    positions = [frame.position_lps_mm for frame in frames]
    if plane.orientation is None or any(position is None for position in positions):
        return GeometryVerdict(Verdict.NO_GEOMETRY, None, (message("series.no_geometry"),))
    if plane.pixel_spacing_mm is None:
        return GeometryVerdict(Verdict.NO_SPACING, None, (message("series.no_spacing"),))
    points = np.array(positions, dtype=np.float64)
    row = np.array(plane.orientation[:3])
    column = np.array(plane.orientation[3:])
    normal = np.cross(row, column)
    row_step, column_step = plane.pixel_spacing_mm
    affine = np.eye(4)
    affine[:3, 0] = row * column_step
    affine[:3, 1] = column * row_step
    affine[:3, 3] = points[0]
    if len(frames) == 1:
        affine[:3, 2] = normal
        geometry = VolumeGeometry(affine, shape, frame_of_reference_uid)
        return GeometryVerdict(Verdict.SINGLE_SLICE, geometry, ())
    steps = np.diff(points, axis=0)
    along = steps @ normal
    median = float(np.median(along))
    verdict, messages = _steps(frames, along, median)
    step = np.median(steps, axis=0) if verdict is not Verdict.UNIFORM else steps.mean(axis=0)
    if median <= tolerance.POSITION_MM:
        step = normal
    affine[:3, 2] = step
    geometry = VolumeGeometry(affine, shape, frame_of_reference_uid)
    if verdict is Verdict.UNIFORM and geometry.is_tilted:
        cosine = min(1.0, abs(float(step @ normal)) / float(np.linalg.norm(step)))
        angle = float(np.degrees(np.arccos(cosine)))
        return GeometryVerdict(
            Verdict.TILTED, geometry, (message("series.tilted", degrees=f"{angle:.1f}"),)
        )
    return GeometryVerdict(verdict, geometry, messages)


def _steps(
    frames: Sequence[ImageFrame], along: np.ndarray, median: float
) -> tuple[Verdict, tuple[Message, ...]]:
    names = [frame.instance.path.name for frame in frames]
    close = np.flatnonzero(along <= tolerance.POSITION_MM)
    if close.size:
        k = int(close[0])
        said = message(
            "series.duplicates", first=names[k], second=names[k + 1], count=int(close.size)
        )
        return Verdict.DUPLICATES, (said,)
    odd = np.flatnonzero(np.abs(along - median) > max(0.01, tolerance.SPACING_RELATIVE * median))
    if not odd.size:
        return Verdict.UNIFORM, ()
    ratios = along[odd] / median
    whole = np.rint(ratios)
    if np.all(whole >= 2) and np.all(np.abs(ratios - whole) <= 0.05 * whole):
        gaps = tuple(
            message(
                "series.missing_slices",
                count=int(lost) - 1,
                first=names[int(k)],
                second=names[int(k) + 1],
                gap=f"{along[k]:.2f}",
            )
            for k, lost in zip(odd, whole, strict=True)
        )
        return Verdict.MISSING_SLICES, gaps
    k = int(odd[0])
    return Verdict.IRREGULAR, (
        message(
            "series.irregular",
            first=names[k],
            second=names[k + 1],
            step=f"{along[k]:.2f}",
            usual=f"{median:.2f}",
        ),
    )
