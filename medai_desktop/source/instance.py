"""The header of one DICOM file, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medai_desktop.text import Message
from medai_desktop.volume import Window


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that could not be used, and why."""

    path: Path
    reason: Message


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Patient module, as written; names in their native characters.

    Attributes:
        name: display form, native script first, then romanised in brackets when both are there.
        patient_id: with `issuer` says who it is.
        issuer: Issuer of Patient ID.
        sex: as written.
        birth_date: ISO form or as written.
        age: as written, such as 060Y; empty when missing.
    """

    name: str = ""
    patient_id: str = ""
    issuer: str = ""
    sex: str = ""
    birth_date: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """Study module, as written."""

    study_instance_uid: str
    date: str = ""
    time: str = ""
    description: str = ""
    accession_number: str = ""
    institution: str = ""
    study_id: str = ""
    referring_physician: str = ""


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Series and equipment modules, as written."""

    series_instance_uid: str
    number: int | None = None
    modality: str = ""
    description: str = ""
    protocol_name: str = ""
    body_part: str = ""
    requested_procedure: str = ""
    laterality: str = ""
    manufacturer: str = ""
    model_name: str = ""
    frame_of_reference_uid: str | None = None
    patient_position: str = ""


@dataclass(frozen=True, slots=True)
class TechniqueFacts:
    """Values of the corner text and the class rules; None or empty when the header has none."""

    image_type: tuple[str, ...] = ()
    slice_thickness_mm: float | None = None
    kernel: str = ""
    kvp: float | None = None
    exposure_mas: float | None = None
    contrast_agent: str = ""
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    b_value: float | None = None
    field_strength_t: float | None = None
    scanning_sequence: tuple[str, ...] = ()
    view_position: str = ""
    view_code_meaning: str = ""
    image_laterality: str = ""
    patient_orientation: tuple[str, ...] = ()
    exposure_index: str = ""
    deviation_index: str = ""
    acquisition_number: int | None = None
    acquisition_time: str = ""
    echo_number: int | None = None
    temporal_position: int | None = None
    lossy_compression: str = ""
    lossy_ratio: float | None = None
    burned_in_annotation: str = ""
    content_is_synthetic: bool = False
    image_comments: str = ""


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """Image Pixel module and modality transform: all that decoding needs.

    Attributes:
        rows: of a frame.
        columns: of a frame.
        frames: number of frames.
        samples_per_pixel: 1 or 3.
        photometric_interpretation: defined term.
        bits_allocated: 8, 16, 32.
        bits_stored: used bits.
        is_signed: Pixel Representation 1.
        planar_configuration: 0 or 1.
        rescale_slope: of the modality transform.
        rescale_intercept: of the modality transform.
        rescale_type: as written, such as HU.
        has_modality_lut: a Modality LUT Sequence replaces slope and intercept.
        padding: Pixel Padding Value and Range Limit in stored units, low to high; None without.
        windows: VOI windows of the file, first first.
        window_names: their explanations.
        pixel_offset: byte offset of the value of (7FE0,0010) in the file; None when unknown.
        pixel_length: its length; None when undefined (encapsulated) or unknown.
    """

    rows: int
    columns: int
    frames: int = 1
    samples_per_pixel: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    bits_allocated: int = 16
    bits_stored: int = 16
    is_signed: bool = False
    planar_configuration: int = 0
    rescale_slope: float = 1.0
    rescale_intercept: float = 0.0
    rescale_type: str = ""
    has_modality_lut: bool = False
    padding: tuple[int, int] | None = None
    windows: tuple[Window, ...] = ()
    window_names: tuple[str, ...] = ()
    pixel_offset: int | None = None
    pixel_length: int | None = None


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """Image Plane module and the spacings; None when missing or not usable.

    Attributes:
        position_lps_mm: Image Position (Patient).
        orientation: Image Orientation (Patient), row then column direction.
        pixel_spacing_mm: Pixel Spacing, between rows then between columns.
        imager_spacing_mm: Imager Pixel Spacing, likewise.
        magnification: Estimated Radiographic Magnification Factor.
        pixel_aspect_ratio: vertical, horizontal.
    """

    position_lps_mm: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    imager_spacing_mm: tuple[float, float] | None = None
    magnification: float | None = None
    pixel_aspect_ratio: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class InstanceHeader:
    """The header of one DICOM file.

    Attributes:
        path: the file.
        sop_instance_uid: of the instance.
        sop_class_uid: of the instance.
        transfer_syntax_uid: of the file.
        instance_number: as written.
        patient: whose.
        study: of which study.
        series: of which series.
        technique: how.
        pixels: None when the object has no image pixels (SR, RTSTRUCT, ...).
        position: where; for multi-frame see `frame_positions`.
        frame_positions: one for each frame of an enhanced multi-frame object; empty otherwise.
    """

    path: Path
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    instance_number: int | None
    patient: PatientFacts
    study: StudyFacts
    series: SeriesFacts
    technique: TechniqueFacts
    pixels: PixelFacts | None
    position: PositionFacts
    frame_positions: tuple[PositionFacts, ...] = ()
