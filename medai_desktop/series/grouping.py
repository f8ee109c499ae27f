"""Which images belong together: what must not be one volume is split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from medai_desktop.series.display_set import ImageFrame
from medai_desktop.source.instance import InstanceHeader, PositionFacts

SplitKey = tuple[tuple[str, str], ...]


def frames_of(header: InstanceHeader) -> list[tuple[ImageFrame, PositionFacts]]:
    """The images of one file, each with its place."""
    count = 1 if header.pixels is None else header.pixels.frames
    if len(header.frame_positions) == count:
        places = header.frame_positions
    elif count == 1:
        places = (header.position,)
    else:
        places = (PositionFacts(pixel_spacing_mm=header.position.pixel_spacing_mm),) * count
    return [
        (ImageFrame(header, number + 1, place.position_lps_mm), place)
        for number, place in enumerate(places)
    ]


def split_key(frame: ImageFrame, place: PositionFacts) -> SplitKey:
    """What must be equal within one display set, named for the reader."""
    header = frame.instance
    pixels, technique = header.pixels, header.technique
    size = "" if pixels is None else f"{pixels.rows:05d}x{pixels.columns:05d}"
    turn = "" if place.orientation is None else str(np.round(place.orientation, 3).tolist())
    spacing = "" if place.pixel_spacing_mm is None else str(np.round(place.pixel_spacing_mm, 4))
    kind = technique.image_type[2] if len(technique.image_type) > 2 else ""
    return (
        ("patient", f"{header.patient.patient_id}|{header.patient.issuer}"),
        ("study", header.study.study_instance_uid),
        ("frame of reference", header.series.frame_of_reference_uid or ""),
        ("size", size),
        ("samples", "" if pixels is None else str(pixels.samples_per_pixel)),
        ("orientation", turn),
        ("spacing", spacing),
        ("image type", "LOCALIZER" if kind == "LOCALIZER" else ""),
        ("kernel", technique.kernel),
        ("echo", "" if technique.echo_number is None else f"{technique.echo_number:03d}"),
        ("b-value", "" if technique.b_value is None else f"{technique.b_value:08.1f}"),
    )


def group(
    headers: Iterable[InstanceHeader],
) -> dict[str, dict[SplitKey, list[tuple[ImageFrame, PositionFacts]]]]:
    """Images by series, then by split key; each key's images in no order yet."""
    series: dict[str, dict[SplitKey, list[tuple[ImageFrame, PositionFacts]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for header in headers:
        stands_alone = header.series.modality in {"CR", "DX", "MG", "RG", "XA", "RF", "US", "SC"}
        for frame, place in frames_of(header):
            key = split_key(frame, place)
            if stands_alone and place.position_lps_mm is None:
                key = (
                    *key,
                    ("image", f"{header.instance_number or 0:06d}|{header.sop_instance_uid}"),
                )
            series[header.series.series_instance_uid][key].append((frame, place))
    return series


def split_again(
    members: list[tuple[ImageFrame, PositionFacts]],
) -> list[tuple[str, list[tuple[ImageFrame, PositionFacts]]]]:
    """Splits images whose positions repeat: phases, time points, acquisitions.

    Returns:
        What it was split by ("" for not at all), and the parts in order.
    """
    positions = [
        None if f.position_lps_mm is None else tuple(np.round(f.position_lps_mm, 3))
        for f, _ in members
    ]
    if None in positions or len(set(positions)) == len(positions):
        return [("", members)]
    for by, value in (
        ("time", lambda h: h.technique.temporal_position),
        ("acquisition", lambda h: h.technique.acquisition_number),
        ("image type", lambda h: "|".join(h.technique.image_type)),
    ):
        parts: dict[object, list[tuple[ImageFrame, PositionFacts]]] = defaultdict(list)
        for member in members:
            parts[value(member[0].instance)].append(member)
        if len(parts) > 1:
            return [(by, parts[key]) for key in sorted(parts, key=str)]
    return [("", members)]
