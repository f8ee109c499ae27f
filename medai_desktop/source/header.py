"""Reads the header of one DICOM file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from medai_desktop.errors import NotDicomError, SourceError
from medai_desktop.source.elements import (
    clock_time,
    iso_date,
    number,
    numbers,
    person,
    text,
    texts,
    whole,
)
from medai_desktop.source.instance import (
    InstanceHeader,
    PatientFacts,
    PixelFacts,
    PositionFacts,
    SeriesFacts,
    StudyFacts,
    TechniqueFacts,
)
from medai_desktop.text import message
from medai_desktop.volume import VoiFunction, Window

MAX_SIDE = 65535
"""Rows and Columns are 16 bit."""


def read_header(path: Path) -> InstanceHeader:
    """Reads one file up to its pixels.

    Raises:
        NotDicomError: it is not DICOM.
        SourceError: it is empty, cannot be read, breaks off, or lacks what every object needs.
    """
    dataset, span = _read(path)
    meta = getattr(dataset, "file_meta", Dataset())
    syntax = text(meta, "TransferSyntaxUID")
    uid = text(dataset, "SOPInstanceUID")
    series_uid, study_uid = text(dataset, "SeriesInstanceUID"), text(dataset, "StudyInstanceUID")
    name = path.name
    if not uid or not series_uid or not study_uid:
        if text(meta, "MediaStorageSOPClassUID") == "1.2.840.10008.1.3.10":
            raise SourceError(message("source.dicomdir", file=name))
        if not uid and len(dataset) < 3:
            raise NotDicomError(message("source.not_dicom", file=name))
        raise SourceError(message("source.no_uid", file=name))
    return InstanceHeader(
        path,
        uid,
        text(dataset, "SOPClassUID"),
        syntax or str(pydicom.uid.ImplicitVRLittleEndian),
        whole(dataset, "InstanceNumber"),
        _patient(dataset),
        _study(dataset, study_uid),
        _series(dataset, series_uid),
        _technique(dataset, syntax),
        _pixels(dataset, path, span),
        _position(dataset),
        _frame_positions(dataset),
    )


Span = tuple[int | None, int | None]
"""Offset and length of the value of (7FE0,0010) in the file."""


def _read(path: Path) -> tuple[FileDataset, Span]:
    name = path.name
    try:
        if path.stat().st_size == 0:
            raise SourceError(message("source.empty", file=name))
        with path.open("rb") as file:
            dataset = pydicom.dcmread(file, stop_before_pixels=True)
            return dataset, _pixel_span(file, dataset)
    except InvalidDicomError:
        return _read_without_preamble(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(message("source.unreadable", file=name, reason=reason)) from error
    except SourceError:
        raise
    except Exception as error:
        raise SourceError(message("source.damaged_header", file=name)) from error


def _pixel_span(file: BinaryIO, dataset: FileDataset) -> Span:
    start = file.tell()
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"\xe0\x7f\x10\x00":
        return None, None
    syntax = text(getattr(dataset, "file_meta", Dataset()), "TransferSyntaxUID")
    if syntax == str(pydicom.uid.ImplicitVRLittleEndian):
        return start + 8, int.from_bytes(head[4:8], "little")
    if syntax == str(pydicom.uid.ExplicitVRLittleEndian) and head[4:6] in (b"OW", b"OB"):
        return start + 12, int.from_bytes(head[8:12], "little")
    return None, None


def _read_without_preamble(path: Path) -> tuple[FileDataset, Span]:
    try:
        with path.open("rb") as file:
            start = file.read(8)
        group = int.from_bytes(start[:2], "little")
        if len(start) < 8 or group not in (0x0002, 0x0008):
            raise NotDicomError(message("source.not_dicom", file=path.name))
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        if "SOPInstanceUID" not in dataset:
            raise NotDicomError(message("source.not_dicom", file=path.name))
        return dataset, (None, None)
    except NotDicomError:
        raise
    except Exception as error:
        raise NotDicomError(message("source.not_dicom", file=path.name)) from error


def _patient(dataset: Dataset) -> PatientFacts:
    return PatientFacts(
        person(dataset, "PatientName"),
        text(dataset, "PatientID"),
        text(dataset, "IssuerOfPatientID"),
        text(dataset, "PatientSex"),
        iso_date(text(dataset, "PatientBirthDate")),
        text(dataset, "PatientAge"),
    )


def _study(dataset: Dataset, uid: str) -> StudyFacts:
    return StudyFacts(
        uid,
        iso_date(text(dataset, "StudyDate")),
        clock_time(text(dataset, "StudyTime")),
        text(dataset, "StudyDescription"),
        text(dataset, "AccessionNumber"),
        text(dataset, "InstitutionName"),
        text(dataset, "StudyID"),
        person(dataset, "ReferringPhysicianName"),
    )


def _series(dataset: Dataset, uid: str) -> SeriesFacts:
    return SeriesFacts(
        uid,
        whole(dataset, "SeriesNumber"),
        text(dataset, "Modality"),
        text(dataset, "SeriesDescription"),
        text(dataset, "ProtocolName"),
        text(dataset, "BodyPartExamined"),
        text(dataset, "RequestedProcedureDescription"),
        text(dataset, "Laterality"),
        text(dataset, "Manufacturer"),
        text(dataset, "ManufacturerModelName"),
        text(dataset, "FrameOfReferenceUID") or None,
        text(dataset, "PatientPosition"),
    )


def _technique(dataset: Dataset, syntax: str) -> TechniqueFacts:
    exposure = number(dataset, "Exposure")
    codes = dataset.get("ViewCodeSequence") or []
    return TechniqueFacts(
        image_type=texts(dataset, "ImageType"),
        slice_thickness_mm=number(dataset, "SliceThickness"),
        kernel=(texts(dataset, "ConvolutionKernel") or ("",))[0],
        kvp=number(dataset, "KVP"),
        exposure_mas=exposure,
        contrast_agent=text(dataset, "ContrastBolusAgent"),
        repetition_time_ms=number(dataset, "RepetitionTime"),
        echo_time_ms=number(dataset, "EchoTime"),
        inversion_time_ms=number(dataset, "InversionTime"),
        b_value=number(dataset, "DiffusionBValue"),
        field_strength_t=number(dataset, "MagneticFieldStrength"),
        scanning_sequence=texts(dataset, "ScanningSequence"),
        view_position=text(dataset, "ViewPosition"),
        view_code_meaning=text(codes[0], "CodeMeaning") if len(codes) else "",
        image_laterality=text(dataset, "ImageLaterality"),
        patient_orientation=texts(dataset, "PatientOrientation"),
        exposure_index=text(dataset, "ExposureIndex"),
        deviation_index=text(dataset, "DeviationIndex"),
        acquisition_number=whole(dataset, "AcquisitionNumber"),
        acquisition_time=text(dataset, "AcquisitionTime"),
        echo_number=whole(dataset, "EchoNumbers"),
        temporal_position=whole(dataset, "TemporalPositionIdentifier"),
        lossy_compression=text(dataset, "LossyImageCompression"),
        lossy_ratio=number(dataset, "LossyImageCompressionRatio"),
        burned_in_annotation=text(dataset, "BurnedInAnnotation"),
        content_is_synthetic="SYNTHETIC" in text(dataset, "PatientName").upper()
        or "synthetic" in text(dataset, "ImageComments").lower(),
        image_comments=text(dataset, "ImageComments"),
    )


def _pixels(dataset: Dataset, path: Path, span: Span) -> PixelFacts | None:
    rows, columns = whole(dataset, "Rows"), whole(dataset, "Columns")
    if rows is None and columns is None:
        return None
    if not rows or not columns or not 0 < rows <= MAX_SIDE or not 0 < columns <= MAX_SIDE:
        raise SourceError(message("source.impossible_size", file=path.name))
    frames = max(1, whole(dataset, "NumberOfFrames") or 1)
    shared = _shared(dataset)
    transform = _first(shared, "PixelValueTransformationSequence") or dataset
    allocated = whole(dataset, "BitsAllocated") or 16
    padding = whole(dataset, "PixelPaddingValue")
    limit = whole(dataset, "PixelPaddingRangeLimit")
    windows, names = _windows(_first(shared, "FrameVOILUTSequence") or dataset)
    slope = number(transform, "RescaleSlope")
    return PixelFacts(
        rows,
        columns,
        frames,
        whole(dataset, "SamplesPerPixel") or 1,
        text(dataset, "PhotometricInterpretation") or "MONOCHROME2",
        allocated,
        whole(dataset, "BitsStored") or allocated,
        whole(dataset, "PixelRepresentation") == 1,
        whole(dataset, "PlanarConfiguration") or 0,
        slope if slope else 1.0,
        number(transform, "RescaleIntercept") or 0.0,
        text(transform, "RescaleType"),
        "ModalityLUTSequence" in dataset,
        None if padding is None else _range(padding, limit),
        windows,
        names,
        *span,
    )


def _range(value: int, limit: int | None) -> tuple[int, int]:
    other = value if limit is None else limit
    return min(value, other), max(value, other)


def _windows(dataset: Dataset) -> tuple[tuple[Window, ...], tuple[str, ...]]:
    centers, widths = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    try:
        function = VoiFunction(text(dataset, "VOILUTFunction") or "LINEAR")
    except ValueError:
        function = VoiFunction.LINEAR
    windows = tuple(
        Window(center, width, function)
        for center, width in zip(centers, widths, strict=False)
        if width >= 1
    )
    return windows, texts(dataset, "WindowCenterWidthExplanation")


def _position(dataset: Dataset) -> PositionFacts:
    return PositionFacts(
        _triple(numbers(dataset, "ImagePositionPatient")),
        _orientation(numbers(dataset, "ImageOrientationPatient")),
        _pair(numbers(dataset, "PixelSpacing")),
        _pair(numbers(dataset, "ImagerPixelSpacing")),
        number(dataset, "EstimatedRadiographicMagnificationFactor"),
        _pair(numbers(dataset, "PixelAspectRatio")),
    )


def _frame_positions(dataset: Dataset) -> tuple[PositionFacts, ...]:
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    if not per_frame:
        return ()
    shared = _shared(dataset)
    result = []
    for item in per_frame:
        plane = _first(item, "PlanePositionSequence") or _first(shared, "PlanePositionSequence")
        turn = _first(item, "PlaneOrientationSequence") or _first(
            shared, "PlaneOrientationSequence"
        )
        measures = _first(item, "PixelMeasuresSequence") or _first(shared, "PixelMeasuresSequence")
        empty = Dataset()
        result.append(
            PositionFacts(
                _triple(numbers(plane or empty, "ImagePositionPatient")),
                _orientation(numbers(turn or empty, "ImageOrientationPatient")),
                _pair(numbers(measures or empty, "PixelSpacing")),
            )
        )
    return tuple(result)


def _shared(dataset: Dataset) -> Dataset:
    sequence = dataset.get("SharedFunctionalGroupsSequence")
    return sequence[0] if sequence else Dataset()


def _first(dataset: Dataset, keyword: str) -> Dataset | None:
    sequence = dataset.get(keyword)
    return sequence[0] if sequence else None


def _triple(values: tuple[float, ...]) -> tuple[float, float, float] | None:
    return (values[0], values[1], values[2]) if len(values) == 3 else None


def _pair(values: tuple[float, ...]) -> tuple[float, float] | None:
    if len(values) != 2 or values[0] <= 0 or values[1] <= 0:
        return None
    return values[0], values[1]


def _orientation(
    values: tuple[float, ...],
) -> tuple[float, float, float, float, float, float] | None:
    if len(values) != 6:
        return None
    row, column = values[:3], values[3:]
    lengths = [sum(v * v for v in axis) for axis in (row, column)]
    crossing = sum(a * b for a, b in zip(row, column, strict=True))
    if any(abs(length - 1) > 0.02 for length in lengths) or abs(crossing) > 0.02:
        return None
    return values[0], values[1], values[2], values[3], values[4], values[5]


def is_known_syntax(uid: str) -> bool:
    """Whether a transfer syntax is one of the standard's."""
    return UID(uid).is_transfer_syntax
