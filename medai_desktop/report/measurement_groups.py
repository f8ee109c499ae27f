"""One finding as a measurement group (DICOM PS3.16 TID 1410 and TID 1411)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medai_desktop.findings import Finding, Provenance, tracking_uid
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.report.entries import ReportEntry
from medai_desktop.report.references import class_of
from medai_desktop.report.sentences import PROGRAM
from medai_desktop.series.display_set import DisplaySet

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        ContentSequence,
        ImageRegion,
        Measurement,
        VolumeSurface,
    )

SQUARE = 1e-3
"""Axes whose cosine is below this are at right angles; those of a tilted gantry are not."""


def measurement_group(entry: ReportEntry, comment: str) -> ContentSequence:
    """A finding with its place, score, algorithm and what readers made of it.

    Args:
        entry: the finding.
        comment: who marked it and who decided, a sentence.

    Returns:
        A sequence of one container. The place is a surface in the patient, LPS mm; without
        patient geometry a region on each image that it crosses.
    """
    from highdicom.sr import (
        PlanarROIMeasurementsAndQualitativeEvaluations,
        RelationshipTypeValues,
        TextContentItem,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom.sr.codedict import codes

    surface = _surface(entry)
    regions = [] if surface is not None else _regions(entry)
    said = _said_of(entry)
    group: ContentSequence
    if len(regions) == 1:
        group = PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_region=regions[0],
            **said,  # type: ignore[arg-type]
        )
    else:
        group = VolumetricROIMeasurementsAndQualitativeEvaluations(
            referenced_volume_surface=surface,
            referenced_regions=regions or None,
            **said,  # type: ignore[arg-type]
        )
    group[0].ContentSequence.append(
        TextContentItem(codes.DCM.Comment, comment, RelationshipTypeValues.CONTAINS)
    )
    return group


def _said_of(entry: ReportEntry) -> dict[str, object]:
    from highdicom.sr import CodedConcept, TrackingIdentifier
    from pydicom.sr.coding import Code

    finding = entry.finding
    code = finding.code
    return {
        "tracking_identifier": TrackingIdentifier(
            uid=tracking_uid(finding.id), identifier=f"{finding.label} {finding.id}"
        ),
        "finding_type": CodedConcept(code.value, code.scheme, code.meaning),
        "finding_category": Code("49755003", "SCT", "Morphologically Abnormal Structure"),
        "algorithm_id": None if entry.provenance is None else _algorithm(entry.provenance),
        "measurements": _score(entry),
    }


def _surface(entry: ReportEntry) -> VolumeSurface | None:
    """The place in the patient; None without a frame of reference to hold it."""
    from highdicom.sr import GraphicTypeValues3D, SourceSeriesForSegmentation, VolumeSurface

    shown, box = entry.display_set, entry.finding.box
    frame_uid = None if shown.geometry is None else shown.geometry.frame_of_reference_uid
    if box is None or frame_uid is None:
        return None
    is_square = _is_square(box)
    graphic: npt.NDArray[np.float64] | list[npt.NDArray[np.float64]]
    graphic = ellipsoid_points(box) if is_square else box_faces(box)
    return VolumeSurface(
        graphic_type=GraphicTypeValues3D.ELLIPSOID if is_square else GraphicTypeValues3D.POLYGON,
        graphic_data=graphic,
        frame_of_reference_uid=frame_uid,
        source_series=SourceSeriesForSegmentation(shown.series.series_instance_uid),
    )


def ellipsoid_points(box: OrientedBox) -> npt.NDArray[np.float64]:
    """The ellipsoid inscribed in a box: both ends of its three axes, longest first.

    Returns:
        (6, 3), LPS mm.

    References:
        DICOM PS3.3 C.18.9.1.2.
    """
    center, axes = np.array(box.center_lps_mm), box.axes()
    order = sorted(range(3), key=lambda axis: -box.size_mm[axis])
    ends = [
        center + sign * axes[:, axis] * box.size_mm[axis] / 2 for axis in order for sign in (-1, 1)
    ]
    return np.array(ends)


def box_faces(box: OrientedBox) -> list[npt.NDArray[np.float64]]:
    """The six faces of a box whose axes are not at right angles, each a closed polygon.

    Returns:
        Six arrays (5, 3), LPS mm.
    """
    corners = box.corners_lps_mm()
    faces = []
    for axis in range(3):
        one, other = (1 << n for n in range(3) if n != axis)
        for side in (0, 1 << axis):
            around = [side, side | one, side | one | other, side | other, side]
            faces.append(np.array(corners[around]))
    return faces


def _is_square(box: OrientedBox) -> bool:
    axes = box.axes()
    cosines = np.abs(axes.T @ axes - np.eye(3))
    return bool(cosines.max() < SQUARE)


def _regions(entry: ReportEntry) -> list[ImageRegion]:
    return [_region(entry.display_set, box) for box in entry.finding.boxes_px]


def _region(shown: DisplaySet, box: PixelBox) -> ImageRegion:
    from highdicom.sr import GraphicTypeValues, ImageRegion, SourceImageForRegion

    corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
    frames = [box.frame] if shown.pixels.frames > 1 else None
    image = class_of(shown, box.sop_instance_uid)
    return ImageRegion(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([*corners, corners[0]], dtype=np.float64),
        source_image=SourceImageForRegion(image, box.sop_instance_uid, frames),
    )


def _algorithm(made_by: Provenance) -> AlgorithmIdentification:
    from highdicom.sr import AlgorithmIdentification
    from pydicom.sr.coding import Code

    return AlgorithmIdentification(
        name=made_by.model_id,
        version=made_by.model_version,
        parameters=[
            f"title {made_by.model_title}",
            f"weights sha256 {made_by.weights_sha256}",
            f"settings sha256 {made_by.settings_sha256}",
            f"threshold {made_by.threshold:g}",
            f"program {PROGRAM} {made_by.program_version}",
            f"device {made_by.device or '-'}",
        ],
        family=Code("123110", "DCM", "Artificial Intelligence"),
        manufacturer=PROGRAM,
    )


def _score(entry: ReportEntry) -> list[Measurement] | None:
    """The program's score as a number 0 to 1 (UCUM 1), never as a share of a hundred."""
    from highdicom.sr import Measurement
    from pydicom.sr.coding import Code

    if entry.score is None:
        return None
    return [
        Measurement(
            name=Code("111012", "DCM", "Certainty of Finding"),
            value=round(entry.score, 6),
            unit=Code("1", "UCUM", "no units"),
        )
    ]


def has_place(finding: Finding) -> bool:
    """Whether a finding can be shown in a report at all."""
    return finding.box is not None or bool(finding.boxes_px)
