"""Headers become studies with display sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from medai_desktop.series.not_pictures import why_no_picture
from medai_desktop.series.syntaxes import LOSSY, MAYBE_LOSSLESS, READABLE, VIDEO_START
from medai_desktop.series.verdict import GeometryVerdict, judge
from medai_desktop.source.instance import InstanceHeader, PositionFacts, SkippedFile
from medai_desktop.text import Message, message
from medai_desktop.volume import IntensityUnit

BURNT_IN_MODALITIES = frozenset({"US", "SC"})
MOST_SCOUT_IMAGES = 15
DIFFERENCES: dict[SplitBy, Message] = {
    SplitBy.PATIENT: message("series.by_patient"),
    SplitBy.STUDY: message("series.by_study"),
    SplitBy.FRAME: message("series.by_frame"),
    SplitBy.SIZE: message("series.by_size"),
    SplitBy.COLOUR: message("series.by_colour"),
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


@dataclass(frozen=True, slots=True)
class StudyList:
    """What was there.

    Attributes:
        studies: newest first.
        skipped: files that hold no image, cannot be used, or are there twice.
    """

    studies: tuple[Study, ...]
    skipped: tuple[SkippedFile, ...]


def build_studies(headers: Iterable[InstanceHeader]) -> StudyList:
    """Groups, orders and judges images; the order of the files does not matter."""
    images, skipped = _sifted(headers)
    series: dict[str, list[Member]] = defaultdict(list)
    for header in images.values():
        lost = why_lost(header)
        if lost is not None:
            skipped.append(SkippedFile(header.path, lost))
        series[header.series.series_instance_uid] += members_of(header, is_lost=lost is not None)
    by_study: dict[tuple[str, str, str], list[DisplaySet]] = defaultdict(list)
    for uid, members in series.items():
        parts = [part for part in parts_of(members) if not all(m.is_lost for m in part.members)]
        is_scout = _is_scout(parts)
        for index, part in enumerate(parts, start=1):
            place = SeriesPart(index, len(parts), part.by or SplitBy.IMAGE)
            shown = _display_set(uid, place if len(parts) > 1 else None, part)
            if is_scout:
                shown = replace(shown, acquisition=replace(shown.acquisition, is_localizer=True))
            patient = shown.patient
            key = shown.study.study_instance_uid, patient.patient_id, patient.issuer
            by_study[key].append(shown)
    studies = _studies(by_study)
    skipped.sort(key=lambda item: str(item.path))
    return StudyList(studies, tuple(skipped))


def _is_scout(parts: Sequence[Part]) -> bool:
    """Several orientations in a few images: a scout, whatever it is called (5.1)."""
    turned = [part for part in parts if part.by is SplitBy.ORIENTATION or part.is_turning]
    count = sum(len(part.members) for part in parts)
    return bool(turned) and count <= MOST_SCOUT_IMAGES


def why_lost(header: InstanceHeader) -> Message | None:
    """Why not one image of a file can be shown; None when one may."""
    if header.pixels is None or header.pixels.frames == 0:
        return header.problem or message("series.no_pixel_data", file=header.path.name)
    syntax, name = header.transfer_syntax_uid, header.path.name
    if syntax in READABLE:
        return None
    if syntax.startswith(VIDEO_START):
        return message("series.video", file=name)
    return message("series.unknown_syntax", file=name, syntax=syntax)


def ordered(members: Iterable[Member], *, is_turning: bool = False) -> list[Member]:
    """Images in order: along row x column, else by InstanceNumber, then by file."""
    numbered = sorted(members, key=lambda member: member.order)
    normal = normal_of(numbered[0].place)
    if is_turning or normal is None:
        return numbered
    if any(member.frame.position_lps_mm is None for member in numbered):
        return numbered
    return sorted(numbered, key=lambda member: round(depth_mm(member, normal), 3))


def _sifted(
    headers: Iterable[InstanceHeader],
) -> tuple[dict[str, InstanceHeader], list[SkippedFile]]:
    """One header for each image, and what is none; of copies, one that is whole."""
    images: dict[str, InstanceHeader] = {}
    skipped: list[SkippedFile] = []
    for header in sorted(headers, key=lambda h: str(h.path)):
        no_picture = why_no_picture(header)
        if no_picture is not None:
            skipped.append(SkippedFile(header.path, no_picture))
            continue
        kept = images.setdefault(header.sop_instance_uid, header)
        if kept is header:
            continue
        if _is_whole(header) and not _is_whole(kept):
            images[header.sop_instance_uid], header, kept = header, kept, header
        skipped.append(SkippedFile(header.path, _same_image(header, kept)))
    return images, skipped


def _is_whole(header: InstanceHeader) -> bool:
    return header.problem is None and why_lost(header) is None


def _same_image(header: InstanceHeader, kept: InstanceHeader) -> Message:
    name, first = header.path.name, kept.path.name
    if name == first:
        name = f"{header.path.parent.name}/{name}"
        first = f"{kept.path.parent.name}/{first}"
    return message("series.same_image", file=name, first=first)


def _display_set(uid: str, place: SeriesPart | None, part: Part) -> DisplaySet:
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
    losses = _losses(part.members)
    unit, about_unit = _unit(first)
    messages = [*judged.messages, *losses, *about_spacing, *about_unit]
    if place is not None:
        messages.append(
            message("series.split", index=place.index, of=place.of, by=DIFFERENCES[place.by])
        )
    if not first.has_own_uids:
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
        flags=_flags(frames, is_split=place is not None, is_incomplete=bool(losses)),
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


def _losses(members: Sequence[Member]) -> tuple[Message, ...]:
    """A sentence for each file of which something is missing."""
    said: dict[str, Message] = {}
    for member in sorted(members, key=lambda member: member.order):
        problem = why_lost(member.header) or member.header.problem
        if problem is not None:
            said.setdefault(str(member.header.path), problem)
    return tuple(said.values())


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


def _flags(
    frames: tuple[ImageFrame, ...], *, is_split: bool, is_incomplete: bool
) -> frozenset[Flag]:
    technique = frames[0].instance.technique
    said = technique.lossy_compression
    syntaxes = {frame.instance.transfer_syntax_uid for frame in frames}
    lossy = LOSSY - (MAYBE_LOSSLESS if said == "00" else frozenset())
    has_text = technique.burned_in_annotation.upper()
    modality = frames[0].instance.series.modality
    found = {
        Flag.LOSSY: said == "01" or bool(syntaxes & lossy),
        Flag.BURNT_IN_TEXT_LIKELY: has_text == "YES"
        or (modality in BURNT_IN_MODALITIES and has_text != "NO"),
        Flag.SPLIT: is_split,
        Flag.INCOMPLETE: is_incomplete,
        Flag.SYNTHETIC: technique.content_is_synthetic,
        Flag.MADE_UP_IDS: not frames[0].instance.has_own_uids,
    }
    return frozenset(flag for flag, holds in found.items() if holds)


def _unit(header: InstanceHeader) -> tuple[IntensityUnit, tuple[Message, ...]]:
    """What the values mean after the modality transform; nothing without a transform."""
    pixels = header.pixels
    if pixels is None or pixels.is_colour:
        return IntensityUnit.NONE, ()
    written, modality = pixels.rescale_type.upper(), header.series.modality
    has_own = bool(header.frames) and header.frames[0].rescale is not None
    has_values = pixels.has_rescale or has_own or pixels.modality_lut_bits is not None
    if modality == "CT" and written in {"", "HU", "US"}:
        if has_values and written != "US":
            return IntensityUnit.HOUNSFIELD, ()
        return IntensityUnit.NONE, (message("series.no_rescale"),)
    if modality == "PT" and header.technique.units == "BQML" and has_values:
        return IntensityUnit.BECQUEREL_PER_ML, ()
    return IntensityUnit.NONE, ()


def _studies(found: dict[tuple[str, str, str], list[DisplaySet]]) -> tuple[Study, ...]:
    """Studies, newest first; images of two patients under one UID make two."""
    keys: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
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
