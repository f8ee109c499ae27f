"""One length as a measurement group (DICOM PS3.16 TID 1501, TID 300 and TID 320)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medai_desktop.findings import tracking_uid
from medai_desktop.report.entries import LengthEntry
from medai_desktop.report.references import class_of

if TYPE_CHECKING:
    from highdicom.sr import (
        ContentSequence,
        CoordinatesForMeasurement,
        CoordinatesForMeasurement3D,
        Measurement,
    )
    from pydicom.sr.coding import Code

DIGITS = 3
"""Of the number; what the reader sees is rounded for display only."""
PIXEL_CENTRE = 0.5
"""An image's own coordinates begin at the corner of its first pixel (PS3.3 C.18.6.1.2)."""


def length_group(entry: LengthEntry, comment: str) -> ContentSequence:
    """A length with its two ends.

    Args:
        entry: the length; see `is_placed`.
        comment: who measured it, a sentence.

    Returns:
        A sequence of one container. The ends are a line in the patient, LPS mm; without patient
        geometry a line on the image that it was drawn on.
    """
    from highdicom.sr import (
        MeasurementsAndQualitativeEvaluations,
        RelationshipTypeValues,
        TextContentItem,
        TrackingIdentifier,
    )
    from pydicom.sr.codedict import codes

    identity = entry.measurement.id
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=tracking_uid(identity), identifier=f"length {identity}"
        ),
        measurements=[_measurement(entry)],
    )
    group[0].ContentSequence.append(
        TextContentItem(codes.DCM.Comment, comment, RelationshipTypeValues.CONTAINS)
    )
    return group


def is_placed(entry: LengthEntry) -> bool:
    """Whether a report can show where a length was drawn."""
    return _frame_uid(entry) is not None or entry.measurement.slice_index is not None


def _measurement(entry: LengthEntry) -> Measurement:
    from highdicom.sr import Measurement
    from pydicom.sr.coding import Code

    line = entry.measurement
    in_mm = line.length_mm is not None
    value = line.length_px if line.length_mm is None else line.length_mm
    return Measurement(
        name=Code("410668003", "SCT", "Length"),
        value=round(value, DIGITS),
        unit=_unit(in_mm=in_mm),
        referenced_coordinates=[_ends(entry)],
    )


def _unit(*, in_mm: bool) -> Code:
    from pydicom.sr.coding import Code

    return Code("mm", "UCUM", "millimeter") if in_mm else Code("{pixels}", "UCUM", "pixels")


def _ends(entry: LengthEntry) -> CoordinatesForMeasurement | CoordinatesForMeasurement3D:
    from highdicom.sr import (
        CoordinatesForMeasurement,
        CoordinatesForMeasurement3D,
        GraphicTypeValues,
        GraphicTypeValues3D,
        SourceImageForRegion,
    )

    line, shown, frame_uid = entry.measurement, entry.display_set, _frame_uid(entry)
    if frame_uid is not None:
        return CoordinatesForMeasurement3D(
            graphic_type=GraphicTypeValues3D.POLYLINE,
            graphic_data=np.array([line.start_lps_mm, line.end_lps_mm], dtype=np.float64),
            frame_of_reference_uid=frame_uid,
        )
    image = shown.frames[line.slice_index or 0].reference
    frames = [image.frame] if shown.pixels.frames > 1 else None
    uid = image.sop_instance_uid
    return CoordinatesForMeasurement(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([line.start_px, line.end_px], dtype=np.float64) + PIXEL_CENTRE,
        source_image=SourceImageForRegion(class_of(shown, uid), uid, frames),
    )


def _frame_uid(entry: LengthEntry) -> str | None:
    """The frame of reference that holds both ends; None without one."""
    geometry, line = entry.display_set.geometry, entry.measurement
    if geometry is None or line.start_lps_mm is None or line.end_lps_mm is None:
        return None
    return geometry.frame_of_reference_uid
