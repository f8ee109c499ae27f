"""One acquisition, one detection (reading defaults 5.5)."""

from __future__ import annotations

from collections.abc import Sequence

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message


def choose_per_acquisition(
    candidates: Sequence[DisplaySet],
) -> tuple[tuple[DisplaySet, tuple[tuple[DisplaySet, Message], ...]], ...]:
    """Of each acquisition the series that is looked at, and the others with the reason.

    Series are of one acquisition when frame of reference, plane and MR class agree, their ranges
    overlap, and acquisition number or time (within two seconds) do. Original before derived,
    thinner before thicker, most images, lower series number.
    """
    groups: list[list[DisplaySet]] = []
    for shown in candidates:
        for group in groups:
            if _same_acquisition(group[0], shown):
                group.append(shown)
                break
        else:
            groups.append([shown])
    result = []
    for group in groups:
        best, *others = sorted(group, key=_rank)
        reasons = tuple((other, _reason(best, other)) for other in others)
        result.append((best, reasons))
    return tuple(result)


def _rank(shown: DisplaySet) -> tuple[bool, int, int, int]:
    step = shown.geometry.spacing_mm[0] if shown.geometry is not None else 99.0
    thickness = next((n for n, limit in enumerate((1.5, 3.0, 5.0)) if step <= limit), 3)
    return (
        shown.acquisition.is_derived,
        thickness,
        -len(shown.frames),
        shown.series.number or 0,
    )


def _reason(best: DisplaySet, other: DisplaySet) -> Message:
    return message("series.same_acquisition", series=best.series.number or best.series.description)


def _same_acquisition(first: DisplaySet, second: DisplaySet) -> bool:
    here, there = first.geometry, second.geometry
    if here is None or there is None or not here.shares_frame_with(there):
        return False
    same_kind = (
        first.plane is second.plane
        and first.acquisition.mr_class is second.acquisition.mr_class
        and first.acquisition.contrast is second.acquisition.contrast
    )
    return same_kind and _overlap(first, second) and _same_time(first, second)


def _overlap(first: DisplaySet, second: DisplaySet) -> bool:
    if first.geometry is None or second.geometry is None:
        return False
    normal = first.geometry.normal
    ranges = []
    for shown in (first, second):
        depths = [
            sum(a * b for a, b in zip(position, normal, strict=True))
            for frame in (shown.frames[0], shown.frames[-1])
            if (position := frame.position_lps_mm) is not None
        ]
        ranges.append((min(depths), max(depths)))
    return bool(ranges[0][0] <= ranges[1][1] and ranges[1][0] <= ranges[0][1])


def _same_time(first: DisplaySet, second: DisplaySet) -> bool:
    a, b = first.technique, second.technique
    if a.acquisition_time and b.acquisition_time:
        return abs(_seconds(a.acquisition_time) - _seconds(b.acquisition_time)) <= 2
    return a.acquisition_number is not None and a.acquisition_number == b.acquisition_number


def _seconds(written: str) -> float:
    digits = written.replace(":", "")
    try:
        return int(digits[:2]) * 3600 + int(digits[2:4] or 0) * 60 + float(digits[4:] or 0)
    except ValueError:
        return -1e9
