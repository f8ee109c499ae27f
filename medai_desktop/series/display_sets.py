"""Headers become studies with display sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from medai_desktop.geometry import anatomical_plane
from medai_desktop.series.classification import RADIOGRAPHS, classify
from medai_desktop.series.display_set import (
    DisplaySet,
    Flag,
    ImageFrame,
    SeriesPart,
    SpacingSource,
    Study,
)
from medai_desktop.series.grouping import group, split_again
from medai_desktop.series.verdict import judge
from medai_desktop.source.instance import InstanceHeader, PositionFacts, SkippedFile
from medai_desktop.text import Message, message
from medai_desktop.volume import IntensityUnit

LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.91",
}
NOT_PICTURES = frozenset({"SEG", "RTDOSE", "RTSTRUCT", "RTPLAN", "PR", "KO", "SR", "REG", "ANN"})
"""Objects that may carry pixels or frames, yet are no pictures of a patient."""

Member = tuple[ImageFrame, PositionFacts]


@dataclass(frozen=True, slots=True)
class StudyList:
    """What was found.

    Attributes:
        studies: newest first.
        skipped: files that hold no image, or are there twice.
    """

    studies: tuple[Study, ...]
    skipped: tuple[SkippedFile, ...]


def build_studies(headers: Iterable[InstanceHeader]) -> StudyList:
    """Groups, orders and judges images; the order of the files does not matter."""
    images: dict[str, InstanceHeader] = {}
    skipped: list[SkippedFile] = []
    for header in sorted(headers, key=lambda h: str(h.path)):
        if header.pixels is None or header.series.modality in NOT_PICTURES:
            skipped.append(SkippedFile(header.path, _no_image(header)))
        elif header.sop_instance_uid in images:
            first = images[header.sop_instance_uid].path.name
            said = message("series.same_image", file=header.path.name, first=first)
            skipped.append(SkippedFile(header.path, said))
        else:
            images[header.sop_instance_uid] = header
    by_study: dict[str, list[DisplaySet]] = defaultdict(list)
    for uid, keys in group(images.values()).items():
        parts = [(by, members) for key in sorted(keys) for by, members in split_again(keys[key])]
        by = next((name for name, _ in parts if name), "") or _differing(sorted(keys))
        for index, (_, members) in enumerate(parts, start=1):
            part = SeriesPart(index, len(parts), by) if len(parts) > 1 else None
            shown = _display_set(uid, part, members)
            by_study[shown.study.study_instance_uid].append(shown)
    studies = [_study(sets) for sets in by_study.values()]
    studies.sort(key=lambda s: (s.facts.date, s.facts.time), reverse=True)
    return StudyList(tuple(studies), tuple(skipped))


def ordered(members: list[Member]) -> list[Member]:
    """Images in order: along row x column, else by InstanceNumber, then by file name."""
    orientation = members[0][1].orientation
    placed = all(frame.position_lps_mm is not None for frame, _ in members)

    def by_number(member: Member) -> tuple[float, str, int]:
        number = member[0].instance.instance_number
        return (
            np.inf if number is None else float(number),
            member[0].instance.path.name,
            member[0].frame,
        )

    numbered = sorted(members, key=by_number)
    if orientation is None or not placed:
        return numbered
    normal = np.cross(orientation[:3], orientation[3:])
    return sorted(
        numbered, key=lambda m: round(float(np.dot(m[0].position_lps_mm or (0, 0, 0), normal)), 4)
    )


def _display_set(uid: str, part: SeriesPart | None, members: list[Member]) -> DisplaySet:
    sequence = ordered(members)
    frames = tuple(frame for frame, _ in sequence)
    first, place = frames[0].instance, sequence[0][1]
    pixels = first.pixels
    if pixels is None:
        raise ValueError("only images make display sets")
    shape = (len(frames), pixels.rows, pixels.columns)
    judged = judge(frames, place, shape, first.series.frame_of_reference_uid)
    spacing, source, said = _spacing(first, place)
    messages = [*judged.messages, *said]
    if part is not None:
        messages.append(message("series.split", index=part.index, of=part.of, by=part.by))
    return DisplaySet(
        id=uid if part is None else f"{uid}#{part.index}",
        patient=first.patient,
        study=first.study,
        series=first.series,
        part=part,
        technique=first.technique,
        pixels=pixels,
        frames=frames,
        geometry=judged.geometry,
        pixel_spacing_mm=spacing,
        spacing_source=source,
        plane=None if judged.geometry is None else anatomical_plane(judged.geometry.normal),
        verdict=judged.verdict,
        flags=_flags(frames, part),
        messages=tuple(messages),
        acquisition=classify(first),
        unit=_unit(first),
        transfer_syntax_uids=tuple(sorted({f.instance.transfer_syntax_uid for f in frames})),
    )


def _spacing(
    header: InstanceHeader, place: PositionFacts
) -> tuple[tuple[float, float] | None, SpacingSource, tuple[Message, ...]]:
    imager = header.position.imager_spacing_mm
    spacing = place.pixel_spacing_mm
    if header.series.modality not in RADIOGRAPHS | {"MG"}:
        return spacing, SpacingSource.NONE if spacing is None else SpacingSource.PATIENT, ()
    if spacing is not None and (imager is None or not np.allclose(spacing, imager)):
        return spacing, SpacingSource.CALIBRATED, ()
    found = spacing or imager
    if found is None:
        return None, SpacingSource.NONE, (message("series.no_pixel_spacing"),)
    enlarged = header.position.magnification
    if enlarged is not None and enlarged > 1:
        return (found[0] / enlarged, found[1] / enlarged), SpacingSource.CALIBRATED, ()
    return found, SpacingSource.DETECTOR, (message("series.at_detector"),)


def _flags(frames: tuple[ImageFrame, ...], part: SeriesPart | None) -> frozenset[Flag]:
    technique = frames[0].instance.technique
    flags = set()
    if technique.lossy_compression == "01" or any(
        frame.instance.transfer_syntax_uid in LOSSY_SYNTAXES for frame in frames
    ):
        flags.add(Flag.LOSSY)
    modality = frames[0].instance.series.modality
    if technique.burned_in_annotation.upper() == "YES" or modality in {"US", "SC"}:
        flags.add(Flag.BURNT_IN_TEXT_LIKELY)
    if part is not None:
        flags.add(Flag.SPLIT)
    if technique.content_is_synthetic:
        flags.add(Flag.SYNTHETIC)
    return frozenset(flags)


def _unit(header: InstanceHeader) -> IntensityUnit:
    pixels = header.pixels
    written = "" if pixels is None else pixels.rescale_type.upper()
    if header.series.modality == "CT" and written in {"", "HU"}:
        return IntensityUnit.HOUNSFIELD
    return IntensityUnit.NONE


def _study(sets: list[DisplaySet]) -> Study:
    def place(shown: DisplaySet) -> tuple[float, str, int]:
        number = shown.series.number
        index = 0 if shown.part is None else shown.part.index
        return (
            np.inf if number is None else float(number),
            shown.series.series_instance_uid,
            index,
        )

    sequence = tuple(sorted(sets, key=place))
    return Study(sequence[0].study, replace(sequence[0].patient), sequence)


def _no_image(header: InstanceHeader) -> Message:
    return message("series.no_image", file=header.path.name, modality=header.series.modality or "?")


def _differing(keys: list[tuple[tuple[str, str], ...]]) -> str:
    for position in range(min(len(key) for key in keys)):
        if len({key[position] for key in keys}) > 1:
            return keys[0][position][0]
    return "image"
