"""The header of one DICOM file, as values."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.text import Message
from medai_desktop.volume import Window


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that could not be used, and why.

    Attributes:
        path: the file.
        reason: a sentence that names it.
        is_lost_image: it may well hold an image of a series beside it.
        series_instance_uid: of that series; empty when not even that can be read.
    """

    path: Path
    reason: Message
    is_lost_image: bool = False
    series_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file is still the one that was read.

    Attributes:
        size_bytes: of the file.
        changed_ns: when its content changed last, nanoseconds since 1970.
    """

    size_bytes: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """From what the system says about a file."""
        return cls(status.st_size, status.st_mtime_ns)


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

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What tells one patient from another: the ID; without one, name and birth date."""
        if self.patient_id:
            return self.patient_id, self.issuer, "", ""
        return "", self.issuer, self.name, self.birth_date


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
    trigger_time_ms: float | None = None
    lossy_compression: str = ""
    lossy_ratio: float | None = None
    burned_in_annotation: str = ""
    content_is_synthetic: bool = False
    image_comments: str = ""
    units: str = ""


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """Image Pixel module and modality transform: all that decoding needs.

    Attributes:
        rows: of a frame.
        columns: of a frame.
        frames: number of frames that the file really holds; 0 when not one is whole.
        samples_per_pixel: 1 or 3.
        photometric_interpretation: defined term.
        bits_allocated: 8, 16, 32.
        bits_stored: used bits.
        high_bit: the highest of them; usually `bits_stored` - 1.
        is_signed: Pixel Representation 1.
        planar_configuration: 0 or 1.
        rescale_slope: of the modality transform; 1 when it states none that can be used.
        rescale_intercept: likewise; 0.
        rescale_type: what the values mean, as written, such as HU.
        has_rescale: slope and intercept are stated and usable.
        modality_lut_bits: depth of a Modality LUT Sequence, which replaces slope and intercept;
            None without.
        padding: Pixel Padding Value and Range Limit in stored units, low to high; None without.
        windows: VOI windows of the file, first first.
        window_names: their explanations.
        pixel_offset: byte offset of the value of (7FE0,0010) in the file; None when the pixels
            are floats, deflated or missing.
        pixel_length: its length; None when undefined (encapsulated) or unknown.
        is_float: stored as floating point numbers.
    """

    rows: int
    columns: int
    frames: int = 1
    samples_per_pixel: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    is_signed: bool = False
    planar_configuration: int = 0
    rescale_slope: float = 1.0
    rescale_intercept: float = 0.0
    rescale_type: str = ""
    has_rescale: bool = False
    modality_lut_bits: int | None = None
    padding: tuple[int, int] | None = None
    windows: tuple[Window, ...] = ()
    window_names: tuple[str, ...] = ()
    pixel_offset: int | None = None
    pixel_length: int | None = None
    is_float: bool = False

    @property
    def is_colour(self) -> bool:
        """Whether the images are shown in colour."""
        return self.samples_per_pixel >= 3 or self.photometric_interpretation == "PALETTE COLOR"


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """Image Plane module and the spacings; None when missing or not usable.

    Attributes:
        position_lps_mm: Image Position (Patient).
        orientation: Image Orientation (Patient), row then column direction, unit length.
        pixel_spacing_mm: Pixel Spacing, between rows then between columns.
        imager_spacing_mm: Imager Pixel Spacing, likewise.
        is_calibrated: a Pixel Spacing Calibration Type says that `pixel_spacing_mm` holds in the
            patient.
        magnification: Estimated Radiographic Magnification Factor.
        pixel_aspect_ratio: vertical, horizontal.
    """

    position_lps_mm: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    imager_spacing_mm: tuple[float, float] | None = None
    is_calibrated: bool = False
    magnification: float | None = None
    pixel_aspect_ratio: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What an enhanced multi-frame object says about one of its frames.

    Attributes:
        place: where it lies.
        rescale: slope and intercept; None when the frame has none of its own.
        stack: Stack ID.
        temporal_position: Temporal Position Index.
        trigger_delay_ms: Nominal Cardiac Trigger Delay Time.
        b_value: of diffusion, s/mm2.
        echo_time_ms: Effective Echo Time.
        image_type: Frame Type.
    """

    place: PositionFacts
    rescale: tuple[float, float] | None = None
    stack: str = ""
    temporal_position: int | None = None
    trigger_delay_ms: float | None = None
    b_value: float | None = None
    echo_time_ms: float | None = None
    image_type: tuple[str, ...] = ()


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
        position: where; for enhanced multi-frame objects see `frames`.
        frames: one for each frame of an enhanced multi-frame object; empty otherwise.
        problem: what is wrong with the pixels; None when nothing is known to be.
        has_own_uids: False when a UID was missing and made up from the file.
        stamp: of the file as it was when this was read; None for a header that is of no file.
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
    frames: tuple[FrameFacts, ...] = ()
    problem: Message | None = None
    has_own_uids: bool = True
    stamp: FileStamp | None = None

    def is_still(self, status: os.stat_result) -> bool:
        """Whether an open file is still the one that this header was read from."""
        return self.stamp is None or self.stamp == FileStamp.of(status)

    def rescale_of(self, frame: int) -> tuple[float, float]:
        """Slope and intercept of a frame, counted from 1."""
        if 0 < frame <= len(self.frames):
            own = self.frames[frame - 1].rescale
            if own is not None:
                return own
        if self.pixels is None:
            return 1.0, 0.0
        return self.pixels.rescale_slope, self.pixels.rescale_intercept
