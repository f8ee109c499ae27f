"""Which images belong together: what must not be one volume is split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from medai_desktop.geometry import tolerance
from medai_desktop.series.display_set import ImageFrame, SplitBy
from medai_desktop.series.whole_set import has_transform
from medai_desktop.source.instance import FrameFacts, InstanceHeader, PixelFacts, PositionFacts

STANDS_ALONE = frozenset({"CR", "DX", "MG", "RG", "XA", "RF", "US", "SC", "PX", "IO", "ES", "OP"})
"""Modalities whose images without a place are not slices of anything."""
ORIENTATION_TOLERANCE = 5e-4
SPACING_TOLERANCE_MM = 1e-3
FEWEST_TURNING = 4
"""So many single images of one series, each turned another way, make a turning stack."""
SplitKey = tuple[tuple[SplitBy, str], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """An image of a series, with what decides where it belongs.

    Attributes:
        frame: the image.
        place: its orientation and spacing.
        facts: of an enhanced multi-frame object; None else.
        is_lost: its pixels cannot be had.
    """

    frame: ImageFrame
    place: PositionFacts
    facts: FrameFacts | None = None
    is_lost: bool = False

    @property
    def header(self) -> InstanceHeader:
        """Of the file it comes from."""
        return self.frame.instance

    @property
    def order(self) -> tuple[float, str, int]:
        """Where it stands when its place decides nothing: number, file, frame."""
        number = self.header.instance_number
        numbered = np.inf if number is None else float(number)
        return numbered, str(self.header.path), self.frame.frame


@dataclass(frozen=True, slots=True)
class Part:
    """Images that form one display set.

    Attributes:
        members: in no order yet.
        by: what the series was split by; None when it was not.
        is_turning: every image is turned another way.
    """

    members: tuple[Member, ...]
    by: SplitBy | None = None
    is_turning: bool = False


def members_of(header: InstanceHeader, *, is_lost: bool = False) -> list[Member]:
    """The images of one file, each with its place."""
    if header.frames:
        return [
            Member(ImageFrame(header, n, facts.place.position_lps_mm), facts.place, facts, is_lost)
            for n, facts in enumerate(header.frames, start=1)
        ]
    count = 1 if header.pixels is None else max(1, header.pixels.frames)
    place = header.position
    if count > 1:
        place = PositionFacts(
            pixel_spacing_mm=place.pixel_spacing_mm,
            imager_spacing_mm=place.imager_spacing_mm,
            pixel_aspect_ratio=place.pixel_aspect_ratio,
        )
    return [
        Member(ImageFrame(header, n, place.position_lps_mm), place, None, is_lost)
        for n in range(1, count + 1)
    ]


def parts_of(members: Sequence[Member]) -> list[Part]:
    """Splits the images of one series; the order of the parts does not hang on that of files."""
    turns = _snapped([m.place.orientation for m in members], ORIENTATION_TOLERANCE)
    steps = _snapped([m.place.pixel_spacing_mm for m in members], SPACING_TOLERANCE_MM)
    groups: dict[SplitKey, list[Member]] = defaultdict(list)
    for member in members:
        turn, step = turns[member.place.orientation], steps[member.place.pixel_spacing_mm]
        groups[_split_key(member, turn, step)].append(member)
    turning = _turning(groups)
    by = _differing(list(groups))
    parts: list[Part] = []
    for key in sorted(groups, key=lambda key: tuple(value for _, value in key)):
        for again in split_repeats(groups[key]):
            parts.append(Part(again.members, by or again.by))
    for found in turning:
        parts.append(Part(tuple(found), SplitBy.ORIENTATION if parts else None, True))
    return parts


def split_repeats(members: Sequence[Member]) -> list[Part]:
    """Splits images whose places repeat: phases, time points, acquisitions."""
    places = _places(members)
    times = max(len(found) for found in places)
    if times == 1 or len(places) == 1:
        return [Part(tuple(members))]
    for by, value in REPEATED_BY:
        groups: dict[tuple[float, str], list[Member]] = defaultdict(list)
        for member in members:
            groups[_sortable(value(member))].append(member)
        if 1 < len(groups) <= max(times, len(members) // 2) and (
            max(len(p) for g in groups.values() for p in _places(g)) < times
        ):
            return [
                Part(again.members, by)
                for key in sorted(groups)
                for again in split_repeats(groups[key])
            ]
    if all(len(found) == times for found in places):
        turns = [sorted(found, key=_in_time) for found in places]
        return [Part(tuple(found[n] for found in turns), SplitBy.REPEAT) for n in range(times)]
    return [Part(tuple(members))]


def depth_mm(member: Member, normal: Sequence[float]) -> float:
    """How far an image lies along a direction, LPS mm; 0 without a place."""
    position = member.frame.position_lps_mm
    if position is None:
        return 0.0
    return sum(a * b for a, b in zip(position, normal, strict=True))


def normal_of(place: PositionFacts) -> tuple[float, float, float] | None:
    """Row direction x column direction; None without an orientation."""
    if place.orientation is None:
        return None
    a, b, c, d, e, f = place.orientation
    return b * f - c * e, c * d - a * f, a * e - b * d


def _places(members: Sequence[Member]) -> list[list[Member]]:
    """Images that lie at one place, place by place; each its own when places are unknown."""
    normal = normal_of(members[0].place)
    if normal is None or any(member.frame.position_lps_mm is None for member in members):
        return [[member] for member in members]
    found: list[list[Member]] = []
    last = -np.inf
    for depth, member in sorted(
        ((depth_mm(member, normal), member) for member in members), key=lambda pair: pair[0]
    ):
        if depth - last > tolerance.POSITION_MM:
            found.append([])
        found[-1].append(member)
        last = depth
    return found


def _in_time(member: Member) -> tuple[str, tuple[float, str, int]]:
    return member.header.technique.acquisition_time, member.order


def _time(member: Member) -> object:
    if member.facts is not None:
        return member.facts.temporal_position
    return member.header.technique.temporal_position


def _trigger(member: Member) -> object:
    if member.facts is not None:
        return member.facts.trigger_delay_ms
    return member.header.technique.trigger_time_ms


def _image_type(member: Member) -> object:
    own = member.facts.image_type if member.facts is not None else ()
    return "\\".join(own or member.header.technique.image_type)


REPEATED_BY: tuple[tuple[SplitBy, Callable[[Member], object]], ...] = (
    (SplitBy.TIME, _time),
    (SplitBy.ACQUISITION, lambda member: member.header.technique.acquisition_number),
    (SplitBy.IMAGE_TYPE, _image_type),
    (SplitBy.TRIGGER, _trigger),
    (SplitBy.ACQUISITION_TIME, lambda member: member.header.technique.acquisition_time),
)


def _sortable(value: object) -> tuple[float, str]:
    if isinstance(value, int | float):
        return float(value), ""
    return -np.inf, "" if value is None else str(value)


def _split_key(
    member: Member, turn: tuple[float, ...] | None, step: tuple[float, ...] | None
) -> SplitKey:
    """What must be equal within one display set, named for the reader."""
    header = member.header
    pixels, technique, facts = header.pixels, header.technique, member.facts
    kinds = facts.image_type if facts is not None and facts.image_type else technique.image_type
    echo = facts.echo_time_ms if facts is not None else technique.echo_number
    b_value = technique.b_value if facts is None or facts.b_value is None else facts.b_value
    alone = ""
    if header.series.modality in STANDS_ALONE and member.frame.position_lps_mm is None:
        alone = f"{header.instance_number or 0:08d}|{header.sop_instance_uid}"
    return (
        (SplitBy.PATIENT, "|".join(header.patient.identity)),
        (SplitBy.STUDY, header.study.study_instance_uid),
        (SplitBy.FRAME, header.series.frame_of_reference_uid or ""),
        (SplitBy.SIZE, "" if pixels is None else f"{pixels.rows:05d}x{pixels.columns:05d}"),
        (SplitBy.COLOUR, "" if pixels is None else "colour" if pixels.is_colour else "grey"),
        (SplitBy.PHOTOMETRIC, _photometric(pixels)),
        (SplitBy.RESCALE, "stated" if has_transform(member.frame) else ""),
        (SplitBy.ORIENTATION, _written(turn)),
        (SplitBy.SPACING, _written(step)),
        (SplitBy.IMAGE_TYPE, "LOCALIZER" if "LOCALIZER" in kinds else ""),
        (SplitBy.KERNEL, technique.kernel),
        (SplitBy.STACK, "" if facts is None else facts.stack),
        (SplitBy.ECHO, "" if echo is None else f"{echo:012.4f}"),
        (SplitBy.B_VALUE, "" if b_value is None else f"{b_value:012.4f}"),
        (SplitBy.IMAGE, alone),
    )


def _photometric(pixels: PixelFacts | None) -> str:
    """Which end of the grey scale is bright; nothing for colour, which is shown as it is."""
    return "" if pixels is None or pixels.is_colour else pixels.photometric_interpretation


def _turning(groups: dict[SplitKey, list[Member]]) -> list[list[Member]]:
    """Takes out single images that differ in nothing but their orientation."""
    alike: dict[SplitKey, list[SplitKey]] = defaultdict(list)
    for key, members in groups.items():
        if len(members) == 1 and members[0].place.orientation is not None:
            rest = tuple(entry for entry in key if entry[0] is not SplitBy.ORIENTATION)
            alike[rest].append(key)
    return [
        [member for key in sorted(keys) for member in groups.pop(key)]
        for keys in alike.values()
        if len(keys) >= FEWEST_TURNING
    ]


def _differing(keys: Sequence[SplitKey]) -> SplitBy | None:
    """The first thing in which the parts of a series differ."""
    for position in range(len(keys[0]) if keys else 0):
        if len({key[position] for key in keys}) > 1:
            return keys[0][position][0]
    return None


def _snapped(
    found: Iterable[tuple[float, ...] | None], limit: float
) -> dict[tuple[float, ...] | None, tuple[float, ...] | None]:
    """For each value the first one, in order of size, that it is equal to within a limit."""
    known: list[tuple[float, ...]] = []
    result: dict[tuple[float, ...] | None, tuple[float, ...] | None] = {None: None}
    for value in sorted({value for value in found if value is not None}):
        for other in known:
            if max(abs(a - b) for a, b in zip(value, other, strict=True)) <= limit:
                result[value] = other
                break
        else:
            known.append(value)
            result[value] = value
    return result


def _written(values: tuple[float, ...] | None) -> str:
    return "" if values is None else " ".join(f"{value + 0.0:+.5f}" for value in values)
