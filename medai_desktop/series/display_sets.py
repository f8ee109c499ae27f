"""Headers become studies with display sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medai_desktop.geometry import anatomical_plane
from medai_desktop.series.classification import RADIOGRAPHS, classify
from medai_desktop.series.copies import sifted
from medai_desktop.series.display_set import (
    DisplaySet,
    Flag,
    SeriesPart,
    SpacingSource,
    SplitBy,
    Study,
)
from medai_desktop.series.grouping import (
    STANDS_ALONE,
    Member,
    Part,
    depth_mm,
    members_of,
    normal_of,
    parts_of,
)
from medai_desktop.series.losses import LostFiles, losses_beside, losses_within, why_lost
from medai_desktop.series.verdict import GeometryVerdict, judge
from medai_desktop.series.whole_set import flags_of, unit_of
from medai_desktop.source.instance import InstanceHeader, PositionFacts, SkippedFile
from medai_desktop.text import Message, message

MOST_SCOUT_IMAGES = 15
DIFFERENCES: dict[SplitBy, Message] = {
    SplitBy.PATIENT: message("series.by_patient"),
    SplitBy.STUDY: message("series.by_study"),
    SplitBy.FRAME: message("series.by_frame"),
    SplitBy.SIZE: message("series.by_size"),
    SplitBy.COLOUR: message("series.by_colour"),
    SplitBy.PHOTOMETRIC: message("series.by_photometric"),
    SplitBy.RESCALE: message("series.by_rescale"),
    SplitBy.ORIENTATION: message("series.by_orientation"),
    SplitBy.SPACING: message("series.by_spacing"),
    SplitBy.IMAGE_TYPE: message("series.by_image_type"),
    SplitBy.KERNEL: message("series.by_kernel"),
    SplitBy.STACK: message("series.by_stack"),
    SplitBy.ECHO: message("series.by_echo"),
    SplitBy.B_VALUE: message("series.by_b_value"),
    SplitBy.IMAGE: message("series.by_image"),
    SplitBy.TIME: message("series.by_time"),
    SplitBy.TRIGGER: message("series.by_time"),
    SplitBy.ACQUISITION: message("series.by_acquisition"),
    SplitBy.ACQUISITION_TIME: message("series.by_acquisition"),
    SplitBy.REPEAT: message("series.by_repeat"),
}

StudyKey = tuple[str, tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class StudyList:
    """What was there.

    Attributes:
        studies: newest first.
        skipped: files that hold no image, cannot be used, or are there twice.
    """

    studies: tuple[Study, ...]
    skipped: tuple[SkippedFile, ...]


def build_studies(
    headers: Iterable[InstanceHeader], unread: Iterable[SkippedFile] = ()
) -> StudyList:
    """Groups, orders and judges images; the order of the files does not matter.

    Args:
        headers: of files that could be read.
        unread: files that could not; those that may hold an image make their series incomplete.
    """
    images, skipped = sifted(headers)
    series: dict[str, list[Member]] = defaultdict(list)
    sizeless: list[InstanceHeader] = []
    for header in images:
        lost = why_lost(header)
        if lost is not None:
            skipped.append(SkippedFile(header.path, lost))
        if header.pixels is None:
            sizeless.append(header)
        else:
            uid = header.series.series_instance_uid
            series[uid] += members_of(header, is_lost=lost is not None)
    files = LostFiles.of(sizeless, (item for item in unread if item.is_lost_image), series)
    by_study: dict[StudyKey, list[DisplaySet]] = defaultdict(list)
    for uid, members in series.items():
        for shown in _display_sets(uid, members, files):
            by_study[shown.study.study_instance_uid, shown.patient.identity].append(shown)
    studies = _studies(by_study)
    skipped.sort(key=lambda item: str(item.path))
    return StudyList(studies, tuple(skipped))


def _display_sets(uid: str, members: Sequence[Member], files: LostFiles) -> list[DisplaySet]:
    """The display sets of one series."""
    found = parts_of(members)
    parts = [part for part in found if not all(m.is_lost for m in part.members)]
    shown = []
    for index, part in enumerate(parts, start=1):
        place = SeriesPart(index, len(parts), part.by or SplitBy.IMAGE)
        losses = (*losses_within(part.members), *losses_beside(part, found))
        losses = (*losses, *files.of_part(uid, part))
        shown.append(_display_set(uid, place if len(parts) > 1 else None, part, losses))
    if not _is_scout(parts):
        return shown
    return [replace(s, acquisition=replace(s.acquisition, is_localizer=True)) for s in shown]


def _is_scout(parts: Sequence[Part]) -> bool:
    """Several orientations in a few images: a scout, whatever it is called (5.1)."""
    turned = [part for part in parts if part.by is SplitBy.ORIENTATION or part.is_turning]
    count = sum(len(part.members) for part in parts)
    return bool(turned) and count <= MOST_SCOUT_IMAGES


def ordered(members: Iterable[Member], *, is_turning: bool = False) -> list[Member]:
    """Images in order: along row x column, else by InstanceNumber, then by file."""
    numbered = sorted(members, key=lambda member: member.order)
    normal = normal_of(numbered[0].place)
    if is_turning or normal is None:
        return numbered
    if any(member.frame.position_lps_mm is None for member in numbered):
        return numbered
    return sorted(numbered, key=lambda member: round(depth_mm(member, normal), 3))


def _display_set(
    uid: str, place: SeriesPart | None, part: Part, losses: tuple[Message, ...]
) -> DisplaySet:
    there = [member for member in part.members if not member.is_lost]
    sequence = ordered(there, is_turning=part.is_turning)
    frames = tuple(member.frame for member in sequence)
    first = frames[0].instance
    pixels = first.pixels
    if pixels is None:
        raise ValueError("only images make display sets")
    shape = (len(frames), pixels.rows, pixels.columns)
    judged = _judged(sequence, part, shape)
    spacing, source, about_spacing = _spacing(first, sequence[0].place)
    unit, about_unit = unit_of(frames)
    flags = flags_of(frames, is_split=place is not None, is_incomplete=bool(losses))
    messages = [*judged.messages, *losses, *about_spacing, *about_unit]
    if place is not None:
        messages.append(
            message("series.split", index=place.index, of=place.of, by=DIFFERENCES[place.by])
        )
    if Flag.MADE_UP_IDS in flags:
        messages.append(message("series.made_up_ids"))
    return DisplaySet(
        id=uid if place is None else f"{uid}#{place.index}",
        patient=first.patient,
        study=first.study,
        series=first.series,
        part=place,
        technique=first.technique,
        pixels=pixels,
        frames=frames,
        geometry=judged.geometry,
        pixel_spacing_mm=spacing,
        spacing_source=source,
        plane=None if judged.geometry is None else anatomical_plane(judged.geometry.normal),
        verdict=judged.verdict,
        flags=flags,
        messages=tuple(messages),
        acquisition=classify(first),
        unit=unit,
        transfer_syntax_uids=tuple(sorted({f.instance.transfer_syntax_uid for f in frames})),
    )


def _judged(sequence: Sequence[Member], part: Part, shape: tuple[int, int, int]) -> GeometryVerdict:
    first = sequence[0].header
    frames = [member.frame for member in sequence]
    place = replace(sequence[0].place, orientation=None) if part.is_turning else sequence[0].place
    judged = judge(frames, place, shape, first.series.frame_of_reference_uid)
    if part.is_turning:
        return replace(judged, messages=(message("series.turning"),))
    if judged.messages == (message("series.no_geometry"),):
        if len(frames) == 1:
            return replace(judged, messages=(message("series.single_image"),))
        if first.series.modality in STANDS_ALONE:
            return replace(judged, messages=(message("series.cine"),))
    return judged


def _spacing(
    header: InstanceHeader, place: PositionFacts
) -> tuple[tuple[float, float] | None, SpacingSource, tuple[Message, ...]]:
    """Spacing between rows and columns, what it rests on, and what must be said about it.

    References:
        DICOM PS3.3 10.7.1.3: Pixel Spacing of a projection holds in the patient when it is
        calibrated or differs from Imager Pixel Spacing.
    """
    imager = header.position.imager_spacing_mm
    spacing = place.pixel_spacing_mm
    if header.series.modality not in RADIOGRAPHS | {"MG"}:
        return spacing, SpacingSource.NONE if spacing is None else SpacingSource.PATIENT, ()
    if spacing is not None and (
        header.position.is_calibrated
        or (imager is not None and not np.allclose(spacing, imager, rtol=1e-3))
    ):
        return spacing, SpacingSource.CALIBRATED, ()
    found = spacing or imager
    if found is None:
        return None, SpacingSource.NONE, (message("series.no_pixel_spacing"),)
    enlarged = header.position.magnification
    if enlarged is not None and enlarged > 1:
        return (found[0] / enlarged, found[1] / enlarged), SpacingSource.CALIBRATED, ()
    return found, SpacingSource.DETECTOR, (message("series.at_detector"),)


def _studies(found: dict[StudyKey, list[DisplaySet]]) -> tuple[Study, ...]:
    """Studies, newest first; images of two patients under one UID make two."""
    keys: dict[str, list[StudyKey]] = defaultdict(list)
    for key in sorted(found):
        keys[key[0]].append(key)
    studies = []
    for uid, patients in keys.items():
        for index, key in enumerate(patients, start=1):
            sequence = tuple(sorted(found[key], key=_in_list))
            identity = uid if len(patients) == 1 else f"{uid}#{index}"
            studies.append(Study(sequence[0].study, sequence[0].patient, sequence, identity))
    studies.sort(key=lambda study: study.id)
    studies.sort(key=lambda study: (study.facts.date, study.facts.time), reverse=True)
    return tuple(studies)


def _in_list(shown: DisplaySet) -> tuple[float, str, int]:
    number = shown.series.number
    index = 0 if shown.part is None else shown.part.index
    return np.inf if number is None else float(number), shown.series.series_instance_uid, index
