"""TID 1500 in a Comprehensive 3D SR (DICOM PS3.16 TID 1500), through highdicom."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medai_desktop import __version__
from medai_desktop.findings import Provenance, tracking_uid
from medai_desktop.report.atomic_file import write_atomically
from medai_desktop.report.entries import ReportContent, ReportEntry
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        Measurement,
        MeasurementReport,
        ObservationContext,
    )
    from pydicom.dataset import Dataset

MANUFACTURER = "MedAI Desktop"
Render = Callable[[Message], str]
Group = object


def write_structured_report(content: ReportContent, path: Path, render: Render) -> None:
    """Writes the report; preliminary and unverified unless a reader answers for it.

    Args:
        content: what it says.
        path: of the file.
        render: wording of the state lines.

    Raises:
        StorageError: it cannot be written.
        SourceError: the images it refers to are gone.
    """
    dataset = structured_report(content, render)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    write_atomically(path, buffer.getvalue())


def structured_report(content: ReportContent, render: Render) -> Dataset:
    """The report as a dataset."""
    from highdicom.sr import Comprehensive3DSR

    evidence = _evidence(content)
    report = Comprehensive3DSR(
        evidence=evidence,
        content=_measurement_report(content, render)[0],
        series_instance_uid=f"2.25.{uuid.uuid4().int}",
        series_number=9000,
        sop_instance_uid=f"2.25.{uuid.uuid4().int}",
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description="Research use only: findings",
        manufacturer_model_name="MedAI Desktop",
        software_versions=__version__,
        device_serial_number="-",
    )
    report.ContentQualification = "RESEARCH"
    return report


def _measurement_report(content: ReportContent, render: Render) -> MeasurementReport:
    from highdicom.sr import MeasurementReport, RelationshipTypeValues, TextContentItem
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code

    report = MeasurementReport(
        observation_context=_observers(content),
        procedure_reported=Code("363679005", "SCT", "Imaging procedure"),
        imaging_measurements=[_group(entry) for entry in content.entries],  # type: ignore[misc]
        title=codes.DCM.ImagingMeasurementReport,
    )
    for line in _lines(content, render):
        report[0].ContentSequence.append(
            TextContentItem(codes.DCM.Comment, line, RelationshipTypeValues.CONTAINS)
        )
    return report


def _lines(content: ReportContent, render: Render) -> list[str]:
    titles = ", ".join(sorted({found.provenance.model_title for found in content.finding_sets}))
    lines = [
        render(
            message(
                "report.research",
                program=MANUFACTURER,
                version=__version__,
                model=titles or "-",
            )
        )
    ]
    numbers = {s.id: str(s.series.number or s.id) for s in content.study.display_sets}
    for status in content.statuses:
        said = {
            "model": status.model_title,
            "series": numbers.get(status.display_set_id, status.display_set_id),
            "state": status.state.value,
        }
        reason = status.reason or status.outside_training
        if reason is None:
            lines.append(render(message("report.state", **said)))
        else:
            lines.append(render(message("report.state_reason", **said, reason=reason)))
    return lines


def _observers(content: ReportContent) -> ObservationContext:
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes

    device = ObserverContext(
        codes.DCM.Device,
        DeviceObserverIdentifyingAttributes(
            uid=f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, MANUFACTURER + __version__).int}",
            name=MANUFACTURER,
            manufacturer_name=MANUFACTURER,
            model_name=__version__,
        ),
    )
    person = None
    if content.reader:
        person = ObserverContext(
            codes.DCM.Person, PersonObserverIdentifyingAttributes(name=content.reader)
        )
    return ObservationContext(observer_person_context=person, observer_device_context=device)


def _group(entry: ReportEntry) -> Group:
    from highdicom.sr import (
        CodedConcept,
        PlanarROIMeasurementsAndQualitativeEvaluations,
        TrackingIdentifier,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom.sr.coding import Code

    finding, shown = entry.finding, entry.display_set
    code = finding.code
    tracking = TrackingIdentifier(uid=tracking_uid(finding.id), identifier=str(finding.id))
    kind = CodedConcept(code.value, code.scheme, code.meaning)
    algorithm = None if entry.provenance is None else _algorithm(entry.provenance)
    category = Code("49755003", "SCT", "Morphologically Abnormal Structure")
    frame_uid = None
    if shown.geometry is not None:
        frame_uid = shown.geometry.frame_of_reference_uid
    if finding.box is not None and frame_uid is not None:
        return VolumetricROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            referenced_volume_surface=_surface(entry, frame_uid),  # type: ignore[arg-type]
            finding_type=kind,
            finding_category=category,
            algorithm_id=algorithm,
            measurements=_score(entry),
        )
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        referenced_region=_region(entry),  # type: ignore[arg-type]
        finding_type=kind,
        finding_category=category,
        algorithm_id=algorithm,
        measurements=_score(entry),
    )


def _surface(entry: ReportEntry, frame_uid: str) -> object:
    """The ellipsoid inscribed in the box, by the end points of its three axes (LPS mm)."""
    from highdicom.sr import GraphicTypeValues3D, SourceSeriesForSegmentation, VolumeSurface

    box = entry.finding.box
    if box is None:
        raise ValueError("a finding with a box is needed")
    center, axes = np.array(box.center_lps_mm), box.axes()
    ends = [
        center + sign * axes[:, axis] * box.size_mm[axis] / 2
        for axis in range(3)
        for sign in (-1, 1)
    ]
    return VolumeSurface(
        graphic_type=GraphicTypeValues3D.ELLIPSOID,
        graphic_data=np.array(ends, dtype=np.float64),
        frame_of_reference_uid=frame_uid,
        source_series=SourceSeriesForSegmentation(entry.display_set.series.series_instance_uid),
    )


def _region(entry: ReportEntry) -> object:
    from highdicom.sr import GraphicTypeValues, ImageRegion, SourceImageForRegion

    box = entry.finding.boxes_px[len(entry.finding.boxes_px) // 2]
    corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
    image = _image_of(entry.display_set, box.sop_instance_uid)
    frames = [box.frame] if entry.display_set.pixels.frames > 1 else None
    return ImageRegion(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([*corners, corners[0]], dtype=np.float64),
        source_image=SourceImageForRegion(image, box.sop_instance_uid, frames),
    )


def _image_of(shown: DisplaySet, sop_instance_uid: str) -> str:
    for frame in shown.frames:
        if frame.instance.sop_instance_uid == sop_instance_uid:
            return frame.instance.sop_class_uid
    return shown.frames[0].instance.sop_class_uid


def _algorithm(made_by: Provenance) -> AlgorithmIdentification:
    from highdicom.sr import AlgorithmIdentification
    from pydicom.sr.coding import Code

    return AlgorithmIdentification(
        name=made_by.model_id,
        version=made_by.model_version,
        parameters=[
            f"weights sha256 {made_by.weights_sha256}",
            f"settings sha256 {made_by.settings_sha256}",
            f"threshold {made_by.threshold:g}",
        ],
        family=Code("123110", "DCM", "Artificial Intelligence"),
        manufacturer=MANUFACTURER,
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


def _evidence(content: ReportContent) -> list[Dataset]:
    """One image of each series that the report speaks of, and every image it points at."""
    import pydicom

    pointed = {box.sop_instance_uid for e in content.entries for box in e.finding.boxes_px}
    spoken = {entry.display_set.id for entry in content.entries}
    spoken |= {found.display_set_id for found in content.finding_sets}
    chosen: dict[str, Path] = {}
    for shown in content.study.display_sets:
        if shown.id not in spoken:
            continue
        for number, frame in enumerate(shown.frames):
            uid = frame.instance.sop_instance_uid
            if number == 0 or uid in pointed:
                chosen[uid] = frame.instance.path
    if not chosen:
        first = content.study.display_sets[0].frames[0].instance
        chosen[first.sop_instance_uid] = first.path
    return [pydicom.dcmread(path, stop_before_pixels=True) for path in chosen.values()]
