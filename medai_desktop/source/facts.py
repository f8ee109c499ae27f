"""The elements of a header become facts."""

from __future__ import annotations

import math
from functools import lru_cache

from medai_desktop.source.attributes import TAGS
from medai_desktop.source.elements import Elements, clock_time, iso_date
from medai_desktop.source.instance import (
    FrameFacts,
    PatientFacts,
    PixelFacts,
    PositionFacts,
    SeriesFacts,
    StudyFacts,
    TechniqueFacts,
)
from medai_desktop.volume import VoiFunction, Window

MAX_SIDE = 65535
"""Rows and Columns are 16 bit."""
ALLOCATED = frozenset({1, 8, 16, 32, 64})
UNIT_LENGTH_ERROR = 0.02
"""A direction whose length is further from 1 is none."""
RIGHT_ANGLE_ERROR = 0.01
"""Rows and columns whose cosine is larger are not at right angles."""
REMEMBERED = 64
"""So many modules are kept: the files of a series repeat them, and then share them."""
_PATIENT = (
    *("PatientName", "PatientID", "IssuerOfPatientID", "PatientSex", "PatientBirthDate"),
    *("PatientAge",),
)
_STUDY = (
    *("StudyDate", "StudyTime", "StudyDescription", "AccessionNumber", "InstitutionName"),
    *("StudyID", "ReferringPhysicianName"),
)
_SERIES = (
    *("SeriesNumber", "Modality", "SeriesDescription", "ProtocolName", "BodyPartExamined"),
    *("RequestedProcedureDescription", "Laterality", "Manufacturer", "ManufacturerModelName"),
    *("FrameOfReferenceUID", "PatientPosition"),
)
_PIXELS = (
    *("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PlanarConfiguration"),
    *("PixelPaddingValue", "PixelPaddingRangeLimit", "RescaleSlope", "RescaleIntercept"),
    *("RescaleType", "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation"),
    *("VOILUTFunction",),
)
_TECHNIQUE = (
    *("ImageType", "SliceThickness", "ConvolutionKernel", "KVP", "Exposure"),
    *("ContrastBolusAgent", "RepetitionTime", "EchoTime", "InversionTime", "DiffusionBValue"),
    *("MagneticFieldStrength", "ScanningSequence", "ViewPosition", "ImageLaterality"),
    *("PatientOrientation", "ExposureIndex", "DeviationIndex", "AcquisitionNumber"),
    *("AcquisitionTime", "EchoNumbers", "TemporalPositionIdentifier", "TriggerTime"),
    *("LossyImageCompression", "LossyImageCompressionRatio", "BurnedInAnnotation"),
    *("ImageComments", "Units", "PatientName", "XRayTubeCurrent", "ExposureTime"),
)
PATIENT, STUDY, SERIES, PIXELS, TECHNIQUE = (
    tuple(TAGS[keyword] for keyword in ("SpecificCharacterSet", *keywords))
    for keywords in (_PATIENT, _STUDY, _SERIES, _PIXELS, _TECHNIQUE)
)
Six = tuple[float, float, float, float, float, float]


def patient_facts(found: Elements) -> PatientFacts:
    """Patient module."""
    return _patient(found.part(PATIENT))


def study_facts(found: Elements, uid: str) -> StudyFacts:
    """Study module."""
    return _study(found.part(STUDY), uid)


def series_facts(found: Elements, uid: str) -> SeriesFacts:
    """Series and equipment modules."""
    return _series(found.part(SERIES), uid)


def technique_facts(found: Elements) -> TechniqueFacts:
    """How the images were made; an enhanced object says it once for all of its frames."""
    if found.has_sequences:
        return _technique_facts(found)
    return _technique(found.part(TECHNIQUE))


def pixel_facts(found: Elements) -> PixelFacts | None:
    """Image Pixel module and modality transform; None when the object has no rows and columns.

    Raises:
        ValueError: sizes or bits that cannot be.
    """
    return _pixel_facts(found) if found.has_sequences else _pixels(found.part(PIXELS))


@lru_cache(REMEMBERED)
def _patient(found: Elements) -> PatientFacts:
    return PatientFacts(
        found.person("PatientName"),
        found.text("PatientID"),
        found.text("IssuerOfPatientID"),
        found.text("PatientSex"),
        iso_date(found.text("PatientBirthDate")),
        found.text("PatientAge"),
    )


@lru_cache(REMEMBERED)
def _study(found: Elements, uid: str) -> StudyFacts:
    return StudyFacts(
        uid,
        iso_date(found.text("StudyDate")),
        clock_time(found.text("StudyTime")),
        found.text("StudyDescription"),
        found.text("AccessionNumber"),
        found.text("InstitutionName"),
        found.text("StudyID"),
        found.person("ReferringPhysicianName"),
    )


@lru_cache(REMEMBERED)
def _series(found: Elements, uid: str) -> SeriesFacts:
    return SeriesFacts(
        uid,
        found.whole("SeriesNumber"),
        found.text("Modality"),
        found.text("SeriesDescription"),
        found.text("ProtocolName"),
        found.text("BodyPartExamined"),
        found.text("RequestedProcedureDescription"),
        found.text("Laterality"),
        found.text("Manufacturer"),
        found.text("ManufacturerModelName"),
        found.text("FrameOfReferenceUID") or None,
        found.text("PatientPosition"),
    )


def _technique_facts(found: Elements) -> TechniqueFacts:
    shared = found.first("SharedFunctionalGroupsSequence")
    timing = _within(found, shared, "MRTimingAndRelatedParametersSequence")
    reconstruction = _within(found, shared, "CTReconstructionSequence")
    comments = found.text("ImageComments")
    is_synthetic = (
        "SYNTHETIC" in found.text("PatientName").upper() or "synthetic" in comments.lower()
    )
    return TechniqueFacts(
        image_type=found.texts("ImageType"),
        slice_thickness_mm=_within(found, shared, "PixelMeasuresSequence").number("SliceThickness"),
        kernel=(reconstruction.texts("ConvolutionKernel") or ("",))[0],
        kvp=_within(found, shared, "CTXRayDetailsSequence").number("KVP"),
        exposure_mas=_exposure_mas(found),
        contrast_agent=found.text("ContrastBolusAgent"),
        repetition_time_ms=timing.number("RepetitionTime"),
        echo_time_ms=_echo_time(found, shared),
        inversion_time_ms=found.number("InversionTime"),
        b_value=found.number("DiffusionBValue"),
        field_strength_t=found.number("MagneticFieldStrength"),
        scanning_sequence=found.texts("ScanningSequence"),
        view_position=found.text("ViewPosition"),
        view_code_meaning=found.first("ViewCodeSequence").text("CodeMeaning"),
        image_laterality=found.text("ImageLaterality"),
        patient_orientation=found.texts("PatientOrientation"),
        exposure_index=found.text("ExposureIndex"),
        deviation_index=found.text("DeviationIndex"),
        acquisition_number=found.whole("AcquisitionNumber"),
        acquisition_time=found.text("AcquisitionTime"),
        echo_number=found.whole("EchoNumbers"),
        temporal_position=found.whole("TemporalPositionIdentifier"),
        trigger_time_ms=found.number("TriggerTime"),
        lossy_compression=found.text("LossyImageCompression"),
        lossy_ratio=found.number("LossyImageCompressionRatio"),
        burned_in_annotation=found.text("BurnedInAnnotation"),
        content_is_synthetic=is_synthetic,
        image_comments=comments,
        units=found.text("Units"),
    )


def _exposure_mas(found: Elements) -> float | None:
    """The exposure as written, where tube current and exposure time do not contradict it.

    Some scanners write the sum over a rotation's many projections into Exposure (0018,1152).
    """
    written = found.number("Exposure")
    current_ma, time_ms = found.number("XRayTubeCurrent"), found.number("ExposureTime")
    if not current_ma or not time_ms:
        return written
    computed = current_ma * time_ms / 1000.0
    if written is not None and computed / 2.0 <= written <= computed * 2.0:
        return written
    return round(computed, 0 if computed >= 10.0 else 1)


@lru_cache(REMEMBERED)
def _technique(found: Elements) -> TechniqueFacts:
    return _technique_facts(found)


@lru_cache(REMEMBERED)
def _pixels(found: Elements) -> PixelFacts | None:
    return _pixel_facts(found)


def _pixel_facts(found: Elements) -> PixelFacts | None:
    if not found.numbers("Rows") and not found.numbers("Columns"):
        return None
    rows, columns = found.whole("Rows") or 0, found.whole("Columns") or 0
    samples = found.whole("SamplesPerPixel") or 1
    if not (0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE and samples in (1, 3, 4)):
        raise ValueError("size")
    allocated, stored, high_bit = _bits(found)
    is_signed = found.whole("PixelRepresentation") == 1
    shared = found.first("SharedFunctionalGroupsSequence")
    transform = _within(found, shared, "PixelValueTransformationSequence")
    table = found.first("ModalityLUTSequence")
    depth = _depth(table)
    rescale = None if depth else _rescale(transform)
    slope, intercept = rescale or (1.0, 0.0)
    windows, names = _windows(_within(found, shared, "FrameVOILUTSequence"))
    return PixelFacts(
        rows,
        columns,
        max(1, found.whole("NumberOfFrames") or 1),
        samples,
        found.text("PhotometricInterpretation").upper() or "MONOCHROME2",
        allocated,
        stored,
        high_bit,
        is_signed,
        found.whole("PlanarConfiguration") or 0,
        slope,
        intercept,
        table.text("ModalityLUTType") if depth else transform.text("RescaleType"),
        rescale is not None,
        depth,
        _padding(found, allocated, stored, is_signed=is_signed),
        windows,
        names,
    )


def position_facts(found: Elements) -> PositionFacts:
    """Image Plane module and the spacings."""
    return PositionFacts(
        _triple(found.numbers("ImagePositionPatient")),
        _orientation(found.numbers("ImageOrientationPatient")),
        _pair(found.numbers("PixelSpacing")),
        _pair(found.numbers("ImagerPixelSpacing")),
        bool(found.text("PixelSpacingCalibrationType")),
        found.number("EstimatedRadiographicMagnificationFactor"),
        _pair(found.numbers("PixelAspectRatio")),
    )


def frame_facts(found: Elements) -> tuple[FrameFacts, ...]:
    """The functional groups of an enhanced multi-frame object, frame by frame."""
    shared = found.first("SharedFunctionalGroupsSequence")
    return tuple(_frame(item, shared) for item in found.items("PerFrameFunctionalGroupsSequence"))


def _frame(item: Elements, shared: Elements) -> FrameFacts:
    def group(keyword: str) -> Elements:
        return item.first(keyword) if keyword in item else shared.first(keyword)

    content = group("FrameContentSequence")
    place = PositionFacts(
        _triple(group("PlanePositionSequence").numbers("ImagePositionPatient")),
        _orientation(group("PlaneOrientationSequence").numbers("ImageOrientationPatient")),
        _pair(group("PixelMeasuresSequence").numbers("PixelSpacing")),
    )
    kinds = ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence")
    types = [group(kind).texts("FrameType") for kind in kinds]
    cardiac = group("CardiacSynchronizationSequence")
    return FrameFacts(
        place,
        _rescale(item.first("PixelValueTransformationSequence")),
        content.text("StackID"),
        content.whole("TemporalPositionIndex"),
        cardiac.number("NominalCardiacTriggerDelayTime"),
        group("MRDiffusionSequence").number("DiffusionBValue"),
        group("MREchoSequence").number("EffectiveEchoTime"),
        next((found for found in types if found), ()),
    )


def _within(found: Elements, shared: Elements, keyword: str) -> Elements:
    """A shared functional group, or the data set itself where there is none."""
    return shared.first(keyword) if keyword in shared else found


def _echo_time(found: Elements, shared: Elements) -> float | None:
    own = found.number("EchoTime")
    return own if own is not None else shared.first("MREchoSequence").number("EffectiveEchoTime")


def _bits(found: Elements) -> tuple[int, int, int]:
    """Bits allocated and stored, and the highest that is stored."""
    allocated = found.whole("BitsAllocated") or 16
    stored = found.whole("BitsStored") or allocated
    high_bit = found.whole("HighBit")
    high_bit = stored - 1 if high_bit is None else high_bit
    if allocated not in ALLOCATED or not 0 < stored <= allocated or not 0 <= high_bit < allocated:
        raise ValueError("bits")
    return allocated, stored, max(high_bit, stored - 1)


def _rescale(transform: Elements) -> tuple[float, float] | None:
    slope, intercept = transform.number("RescaleSlope"), transform.number("RescaleIntercept")
    return (slope, intercept) if slope and intercept is not None else None


def _depth(table: Elements) -> int | None:
    descriptor = table.numbers("LUTDescriptor")
    if len(descriptor) != 3:
        return None
    return 8 if descriptor[2] <= 8 else 16


def _padding(
    found: Elements, allocated: int, stored: int, *, is_signed: bool
) -> tuple[int, int] | None:
    """Padding in stored values; its sign is that of the pixels, whatever VR was written."""
    values = []
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        written = found.whole(keyword)
        if written is None:
            continue
        bits = stored if 0 <= written < 1 << stored else allocated
        value = written & ((1 << bits) - 1)
        values.append(value - (1 << bits) if is_signed and value >> (bits - 1) else value)
    return (min(values), max(values)) if values and "PixelPaddingValue" in found else None


def _windows(found: Elements) -> tuple[tuple[Window, ...], tuple[str, ...]]:
    centers, widths = found.numbers("WindowCenter"), found.numbers("WindowWidth")
    try:
        function = VoiFunction(found.text("VOILUTFunction") or "LINEAR")
    except ValueError:
        function = VoiFunction.LINEAR
    windows = tuple(
        Window(center, width, function)
        for center, width in zip(centers, widths, strict=False)
        if width >= 1
    )
    return windows, found.texts("WindowCenterWidthExplanation")


def _triple(values: tuple[float, ...]) -> tuple[float, float, float] | None:
    return (values[0], values[1], values[2]) if len(values) == 3 else None


def _pair(values: tuple[float, ...]) -> tuple[float, float] | None:
    if len(values) != 2 or not all(1e-6 < value < 1e6 for value in values):
        return None
    return values[0], values[1]


def _orientation(values: tuple[float, ...]) -> Six | None:
    if len(values) != 6:
        return None
    row, column = values[:3], values[3:]
    long, wide = math.hypot(*row), math.hypot(*column)
    if abs(long - 1) > UNIT_LENGTH_ERROR or abs(wide - 1) > UNIT_LENGTH_ERROR:
        return None
    if abs(sum(a * b for a, b in zip(row, column, strict=True))) > RIGHT_ANGLE_ERROR:
        return None
    x, y, z = (value / long for value in row)
    u, v, w = (value / wide for value in column)
    return x, y, z, u, v, w
