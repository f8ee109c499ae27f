"""TID 1500 in a Comprehensive 3D SR (DICOM PS3.16 TID 1500), through highdicom."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from medai_desktop import __version__
from medai_desktop.errors import ReportError
from medai_desktop.report.entries import ReportContent
from medai_desktop.report.measurement_groups import has_place, measurement_group
from medai_desktop.report.references import report_evidence, spoken_of
from medai_desktop.report.sentences import (
    PROGRAM,
    ReportLine,
    entry_sentence,
    report_lines,
    series_message,
)
from medai_desktop.text import Message, message

if TYPE_CHECKING:
    from highdicom.sr import (
        Comprehensive3DSR,
        ContainerContentItem,
        ContentItem,
        TextContentItem,
    )
    from pydicom.dataset import Dataset

Render = Callable[[Message], str]
SERIES_NUMBER = 9000
CHARACTER_SET = "ISO_IR 192"
"""UTF-8, whatever the images use: names of readers and patients need not share a script."""

LONGEST_NAME = 64
"""Characters of one group of a person's name (PS3.5 table 6.2-1)."""

MINIMUM = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDescription",
)
"""Kept when the images are of a kind whose modules nobody lists."""


def report_bytes(content: ReportContent, render: Render) -> bytes:
    """The report as a file; always preliminary and unverified: nobody signs here.

    Args:
        content: what it says.
        render: wording of its sentences, English as the document declares.

    Raises:
        SourceError: the images it refers to are gone.
        ReportError: the images have no identifiers that it could refer to.
    """
    buffer = io.BytesIO()
    structured_report(content, render).save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def structured_report(content: ReportContent, render: Render) -> Dataset:
    """The report as a dataset.

    Raises:
        SourceError: the images it refers to are gone.
        ReportError: the images have no identifiers that it could refer to.
    """
    from pydicom import config

    _refuse_made_up_ids(content)
    evidence = report_evidence(content)
    # Attributes of the patient are copied as they were written, legal or not.
    with config.disable_value_validation():
        report = _report_class()(
            evidence=evidence,
            content=_root(content, render),
            series_instance_uid=f"2.25.{uuid.uuid4().int}",
            series_number=SERIES_NUMBER,
            sop_instance_uid=f"2.25.{uuid.uuid4().int}",
            instance_number=1,
            manufacturer=PROGRAM,
            is_complete=True,
            is_final=False,
            is_verified=False,
            series_description="Research use only: findings",
            manufacturer_model_name=PROGRAM,
            software_versions=__version__,
            device_serial_number="-",
            specific_character_set=CHARACTER_SET,
        )
    report.ContentQualification = "RESEARCH"
    return report


def _refuse_made_up_ids(content: ReportContent) -> None:
    for shown in spoken_of(content):
        if not all(frame.instance.has_own_uids for frame in shown.frames):
            raise ReportError(message("report.made_up_ids", series=series_message(shown)))


def person_name(written: str) -> str:
    """A name as a reader writes it, as a DICOM person name.

    Chinese, Japanese and Korean letters go to the ideographic group (PS3.5 6.2.1.2); what would
    split the value is replaced. A single component ends with a caret, so that it is not taken for
    an unfinished one.
    """
    plain = " ".join(written.replace("\\", " ").replace("=", " ").split())[: LONGEST_NAME - 1]
    whole = plain if "^" in plain else f"{plain}^"
    is_ideographic = any("\u2e80" <= letter <= "\uffef" for letter in plain)
    return f"={whole}" if is_ideographic else whole


def _report_class() -> type[Comprehensive3DSR]:
    from highdicom.sr import Comprehensive3DSR

    class Report(Comprehensive3DSR):
        def copy_patient_and_study_information(self, dataset: Dataset) -> None:
            try:
                super().copy_patient_and_study_information(dataset)
            except KeyError:
                for keyword in MINIMUM:
                    if keyword in dataset:
                        self.add(dataset[keyword])

    return Report


def _root(content: ReportContent, render: Render) -> ContainerContentItem:
    """The root container: context, findings, then every state and sentence.

    Without a finding there is no "Imaging Measurements"; TID 1500 then asks for "Qualitative
    Evaluations", which are there in any case.
    """
    from highdicom.sr import (
        CodeContentItem,
        ContainerContentItem,
        ContentSequence,
        LanguageOfContentItemAndDescendants,
        RelationshipTypeValues,
    )
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code

    root = ContainerContentItem(codes.DCM.ImagingMeasurementReport, template_id="1500")
    root.ContentSequence = ContentSequence()
    english = Code("en", "RFC5646", "English")
    root.ContentSequence.extend(LanguageOfContentItemAndDescendants(english))  # type: ignore[arg-type]
    root.ContentSequence.extend(_observers(content))
    root.ContentSequence.append(
        CodeContentItem(
            codes.DCM.ProcedureReported,
            Code("363679005", "SCT", "Imaging procedure"),
            RelationshipTypeValues.HAS_CONCEPT_MOD,
        )
    )
    placed = [entry for entry in content.entries if has_place(entry.finding)]
    if placed:
        measurements = ContainerContentItem(
            codes.DCM.ImagingMeasurements, relationship_type=RelationshipTypeValues.CONTAINS
        )
        measurements.ContentSequence = ContentSequence()
        for entry in placed:
            measurements.ContentSequence.extend(
                measurement_group(entry, entry_sentence(entry, render))
            )
        root.ContentSequence.append(measurements)
    elsewhere = [ReportLine(entry_sentence(e, render)) for e in content.entries if e not in placed]
    root.ContentSequence.append(_evaluations([*report_lines(content, render), *elsewhere]))
    return root


def _evaluations(lines: list[ReportLine]) -> ContainerContentItem:
    from highdicom.sr import ContainerContentItem, ContentSequence, RelationshipTypeValues
    from pydicom.sr.coding import Code

    container = ContainerContentItem(
        Code("C0034375", "UMLS", "Qualitative Evaluations"),
        relationship_type=RelationshipTypeValues.CONTAINS,
    )
    container.ContentSequence = ContentSequence([_text(line) for line in lines])
    return container


def _text(line: ReportLine) -> TextContentItem:
    from highdicom.sr import (
        ContentSequence,
        RelationshipTypeValues,
        TextContentItem,
        UIDRefContentItem,
    )
    from pydicom.sr.codedict import codes

    item = TextContentItem(codes.DCM.Comment, line.text, RelationshipTypeValues.CONTAINS)
    if line.series_instance_uid is not None:
        about = UIDRefContentItem(
            codes.DCM.SeriesInstanceUID,
            line.series_instance_uid,
            RelationshipTypeValues.HAS_PROPERTIES,
        )
        item.ContentSequence = ContentSequence([about])
    return item


def _observers(content: ReportContent) -> list[ContentItem]:
    """The program, and everyone who decided something, each as an observer (TID 1001)."""
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes

    contexts = [
        ObserverContext(
            codes.DCM.Person, PersonObserverIdentifyingAttributes(name=person_name(reader))
        )
        for reader in content.readers
    ]
    device = DeviceObserverIdentifyingAttributes(
        uid=f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, PROGRAM + __version__).int}",
        name=PROGRAM,
        manufacturer_name=PROGRAM,
        model_name=f"{PROGRAM} {__version__}",
    )
    contexts.append(ObserverContext(codes.DCM.Device, device))
    return [item for context in contexts for item in context]
