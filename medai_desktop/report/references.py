"""Whose report it is, and the images it refers to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from medai_desktop.errors import SourceError
from medai_desktop.report.entries import ReportContent
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.source.header import read_header
from medai_desktop.source.instance import FileStamp, InstanceHeader
from medai_desktop.text import message

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GROUPS = frozenset({0x0008, 0x0010, 0x0012, 0x0020, 0x0032, 0x0040})
"""Groups of the patient and study modules."""

EMPTY_WHEN_MISSING = (
    "AccessionNumber",
    "PatientBirthDate",
    "PatientID",
    "PatientName",
    "PatientSex",
    "ReferringPhysicianName",
    "StudyDate",
    "StudyID",
    "StudyTime",
)
"""Type 2 attributes of those modules: there in every object, empty when unknown."""

SEXES = frozenset({"M", "F", "O"})


def report_evidence(content: ReportContent) -> list[Dataset]:
    """Every image of the series that the report speaks of.

    The first one carries the patient and study modules, read from its file and free of what
    cannot be written again; the rest carry their identity alone.

    Raises:
        SourceError: no image of the study can be read any more, or its file is another by now.
    """
    instances: dict[str, InstanceHeader] = {}
    for shown in spoken_of(content):
        for frame in shown.frames:
            instances.setdefault(frame.instance.sop_instance_uid, frame.instance)
    first = _with_patient(instances.values())
    return [first, *(_identity(i) for i in instances.values())]


def class_of(shown: DisplaySet, sop_instance_uid: str) -> str:
    """SOP class of one image of a display set."""
    for frame in shown.frames:
        if frame.instance.sop_instance_uid == sop_instance_uid:
            return frame.instance.sop_class_uid
    return shown.frames[0].instance.sop_class_uid


def spoken_of(content: ReportContent) -> list[DisplaySet]:
    """The display sets that a report refers to."""
    spoken = {entry.display_set.id for entry in content.entries}
    spoken |= {found.display_set_id for found in content.finding_sets}
    shown = [candidate for candidate in content.study.display_sets if candidate.id in spoken]
    return shown or list(content.study.display_sets[:1])


def _identity(instance: InstanceHeader) -> Dataset:
    from pydicom.dataset import Dataset

    dataset = Dataset()
    dataset.SOPClassUID = instance.sop_class_uid
    dataset.SOPInstanceUID = instance.sop_instance_uid
    dataset.StudyInstanceUID = instance.study.study_instance_uid
    dataset.SeriesInstanceUID = instance.series.series_instance_uid
    return dataset


def _with_patient(instances: Iterable[InstanceHeader]) -> Dataset:
    reason = ""
    for instance in instances:
        try:
            dataset = _patient_header(instance)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            continue
        dataset.update(_identity(instance))
        return dataset
    raise SourceError(message("report.images_gone", reason=reason))


def _patient_header(instance: InstanceHeader) -> Dataset:
    from pydicom.dataset import Dataset

    given = _unchanged(instance)
    kept = Dataset()
    for tag in given.keys():
        if tag.group in GROUPS and tag != (0x0008, 0x0005):
            _keep(lambda tag=tag: given[tag], kept)  # type: ignore[misc]
    for keyword in EMPTY_WHEN_MISSING:
        if kept.get(keyword) is None:
            setattr(kept, keyword, "")
    if kept.PatientSex not in SEXES:
        kept.PatientSex = ""
    _drop_unreadable_dates(kept)
    return kept


def _unchanged(instance: InstanceHeader) -> Dataset:
    """The header of a file whose pixels the reader has seen.

    Raises:
        OSError: it cannot be read.
        SourceError: the file is that of another image, patient or study by now.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    changed = SourceError(message("report.images_changed", file=instance.path.name))
    with instance.path.open("rb") as file:
        stamp = FileStamp.of(os.fstat(file.fileno()))
        try:
            given = pydicom.dcmread(file, stop_before_pixels=True, force=True)
            again = read_header(instance.path)
        except (SourceError, InvalidDicomError) as error:
            raise changed from error
    is_same = (again.sop_instance_uid, again.patient, again.study, again.stamp) == (
        instance.sop_instance_uid,
        instance.patient,
        instance.study,
        stamp,
    )
    if not is_same:
        raise changed
    return given


def _keep(element: Callable[[], object], kept: Dataset) -> None:
    """Keeps one element, its text decoded; damaged ones are left out."""
    from pydicom.dataelem import DataElement

    try:
        found = element()
        if not isinstance(found, DataElement):
            return
        if found.VR == "SQ":
            for item in found.value:
                item.decode()
                if "SpecificCharacterSet" in item:
                    del item.SpecificCharacterSet
        kept.add(found)
    except Exception:
        # A header from outside can break every way of reading a value; the report goes without it.
        return


def _drop_unreadable_dates(kept: Dataset) -> None:
    from pydicom.valuerep import DA, TM

    for keyword, kind in (
        ("PatientBirthDate", DA),
        ("StudyDate", DA),
        ("StudyTime", TM),
    ):
        try:
            kind(kept.get(keyword) or None)
        except (ValueError, TypeError):
            setattr(kept, keyword, "")
