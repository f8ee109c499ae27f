"""The verdict on the geometry of ordered slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import VolumeGeometry, tolerance
from medai_desktop.series.display_set import ImageFrame, Verdict
from medai_desktop.source.instance import PositionFacts
from medai_desktop.text import Message, message

FloatArray = npt.NDArray[np.float64]
STEP_ERROR_MM = 0.011
"""Steps that differ by less are equal: positions are often written with two decimals."""
LINE_ERROR_MM = 0.1
LINE_ERROR_SHARE = 0.05
"""An image may lie so far, or this share of a step, from where the even grid puts it."""
WHOLE_GAP = 0.05
"""A gap is a whole number of steps within this share of itself."""
MAX_NAMED_GAPS = 3


@dataclass(frozen=True, slots=True)
class GeometryVerdict:
    """What was seen.

    Attributes:
        verdict: the decisive one.
        geometry: of the stored slices; None when there is none.
        messages: a sentence for each thing that is not as it should be, the decisive one first.
    """

    verdict: Verdict
    geometry: VolumeGeometry | None
    messages: tuple[Message, ...]


def judge(
    frames: Sequence[ImageFrame],
    place: PositionFacts,
    shape: tuple[int, int, int],
    frame_of_reference_uid: str | None,
) -> GeometryVerdict:
    """Judges slices in the order of the array.

    Args:
        frames: ordered along the normal.
        place: orientation and spacing, the same for all.
        shape: slices, rows, columns.
        frame_of_reference_uid: of the series.

    References:
        DICOM PS3.3 C.7.6.2: steps between positions, never thickness or SpacingBetweenSlices.
    """
    found = [frame.position_lps_mm for frame in frames]
    positions = np.array([position for position in found if position is not None])
    if place.orientation is None or len(positions) < len(found):
        return GeometryVerdict(Verdict.NO_GEOMETRY, None, (message("series.no_geometry"),))
    row, column = np.array(place.orientation[:3]), np.array(place.orientation[3:])
    normal = np.cross(row, column)
    normal /= np.linalg.norm(normal)
    if len(frames) == 1:
        step, verdict = normal, Verdict.SINGLE_SLICE
        messages: tuple[Message, ...] = (message("series.single_slice"),)
        if place.pixel_spacing_mm is None:
            messages = (*messages, message("series.no_spacing"))
    else:
        step, seen = _steps(frames, positions, normal)
        verdict = max(seen, key=_rank, default=Verdict.UNIFORM)
        messages = tuple(
            said for kind in sorted(seen, key=_rank, reverse=True) for said in seen[kind]
        )
        if place.pixel_spacing_mm is None:
            verdict = Verdict.NO_SPACING
            messages = (message("series.no_spacing"), *messages)
    if place.pixel_spacing_mm is None:
        return GeometryVerdict(verdict, None, messages)
    affine = np.eye(4)
    affine[:3, 0] = row * place.pixel_spacing_mm[1]
    affine[:3, 1] = column * place.pixel_spacing_mm[0]
    affine[:3, 2] = step
    affine[:3, 3] = positions[0]
    return GeometryVerdict(verdict, VolumeGeometry(affine, shape, frame_of_reference_uid), messages)


def _rank(verdict: Verdict) -> int:
    return list(Verdict).index(verdict)


Seen = dict[Verdict, tuple[Message, ...]]


def _steps(
    frames: Sequence[ImageFrame], positions: FloatArray, normal: FloatArray
) -> tuple[FloatArray, Seen]:
    """The step of the grid, and everything that is not even about the places."""
    steps = np.diff(positions, axis=0)
    along = steps @ normal
    apart = np.flatnonzero(along > tolerance.POSITION_MM)
    if not apart.size:
        said = message("series.same_place", count=len(frames))
        return normal, {Verdict.DUPLICATES: (said,)}
    seen: Seen = {}
    close = np.flatnonzero(along <= tolerance.POSITION_MM)
    if close.size:
        first, second = _names(frames, int(close[0]))
        said = message("series.duplicates", first=first, second=second, count=int(close.size))
        seen[Verdict.DUPLICATES] = (said,)
    usual = float(np.median(along[apart]))
    limit = max(STEP_ERROR_MM, tolerance.SPACING_RELATIVE * usual)
    odd = apart[np.abs(along[apart] - usual) > limit]
    even = apart[np.abs(along[apart] - usual) <= limit]
    step = np.median(steps[even if even.size else apart], axis=0)
    if not odd.size and not close.size:
        step = steps.mean(axis=0)
    seen |= _gaps(frames, along, odd, usual)
    if not odd.size and (strayed := _strayed(frames, positions, step, normal)) is not None:
        seen[Verdict.IRREGULAR] = (strayed,)
    if (tilt := _tilt_degrees(step, normal)) > tolerance.TILT_DEGREES:
        seen[Verdict.TILTED] = (message("series.tilted", degrees=f"{tilt:.1f}"),)
    return step, seen


def _gaps(
    frames: Sequence[ImageFrame], along: FloatArray, odd: npt.NDArray[np.intp], usual: float
) -> Seen:
    if not odd.size:
        return {}
    ratios = along[odd] / usual
    whole = np.rint(ratios)
    if np.all(whole >= 2) and np.all(np.abs(ratios - whole) <= WHOLE_GAP * whole):
        gaps = []
        for k, lost in list(zip(odd, whole, strict=True))[:MAX_NAMED_GAPS]:
            first, second = _names(frames, int(k))
            gaps.append(
                message(
                    "series.missing_slices",
                    count=int(lost) - 1,
                    first=first,
                    second=second,
                    gap=f"{along[k]:.2f}",
                    usual=f"{usual:.2f}",
                )
            )
        if odd.size > MAX_NAMED_GAPS:
            gaps.append(message("series.more_gaps", count=int(odd.size) - MAX_NAMED_GAPS))
        return {Verdict.MISSING_SLICES: tuple(gaps)}
    k = int(odd[0])
    first, second = _names(frames, k)
    said = message(
        "series.irregular",
        first=first,
        second=second,
        step=f"{along[k]:.2f}",
        usual=f"{usual:.2f}",
    )
    return {Verdict.IRREGULAR: (said,)}


def _strayed(
    frames: Sequence[ImageFrame], positions: FloatArray, step: FloatArray, normal: FloatArray
) -> Message | None:
    """A sentence when an image lies beside the line, or beside the even grid, of the others."""
    offsets = positions - positions[0]
    usual = float(step @ normal)
    counts = np.rint(offsets @ normal / usual)
    errors = np.linalg.norm(offsets - counts[:, np.newaxis] * step, axis=1)
    limit = max(LINE_ERROR_MM, LINE_ERROR_SHARE * usual)
    k = int(np.argmax(errors))
    if errors[k] <= limit:
        return None
    return message("series.strayed", image=_name(frames[k]), off=f"{errors[k]:.2f}")


def _tilt_degrees(step: FloatArray, normal: FloatArray) -> float:
    cosine = min(1.0, abs(float(step @ normal)) / float(np.linalg.norm(step)))
    return float(np.degrees(np.arccos(cosine)))


def _names(frames: Sequence[ImageFrame], k: int) -> tuple[Message, Message]:
    """What the reader calls an image and the next one: by number, else by file."""
    first, second = _name(frames[k]), _name(frames[k + 1])
    if first == second:
        return _file(frames[k]), _file(frames[k + 1])
    return first, second


def _name(frame: ImageFrame) -> Message:
    pixels, number = frame.instance.pixels, frame.instance.instance_number
    if pixels is not None and pixels.frames > 1:
        return message("series.image_number", number=frame.frame)
    if number is None:
        return _file(frame)
    return message("series.image_number", number=number)


def _file(frame: ImageFrame) -> Message:
    return message("series.image_file", file=frame.instance.path.name)
