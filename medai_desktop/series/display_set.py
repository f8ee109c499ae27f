"""The unit of everything: what of one series forms one image, volume or time series."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry
from medai_desktop.source.instance import (
    InstanceHeader,
    PatientFacts,
    PixelFacts,
    SeriesFacts,
    StudyFacts,
    TechniqueFacts,
)
from medai_desktop.text import Message
from medai_desktop.volume import Acquisition, ImageReference, IntensityUnit


class Verdict(Enum):
    """The verdict on the geometry alone; of several, the later one decides."""

    UNIFORM = "uniform"
    TILTED = "tilted"
    MISSING_SLICES = "missing_slices"
    IRREGULAR = "irregular"
    DUPLICATES = "duplicates"
    NO_SPACING = "no_spacing"
    SINGLE_SLICE = "single_slice"
    NO_GEOMETRY = "no_geometry"


GAPS = frozenset({Verdict.MISSING_SLICES, Verdict.IRREGULAR, Verdict.DUPLICATES})
EVEN = frozenset({Verdict.UNIFORM, Verdict.TILTED})


class Flag(Enum):
    """What else must be known about a display set."""

    LOSSY = "lossy"
    BURNT_IN_TEXT_LIKELY = "burnt_in_text_likely"
    SPLIT = "split"
    INCOMPLETE = "incomplete"
    SYNTHETIC = "synthetic"
    MADE_UP_IDS = "made_up_ids"


class SpacingSource(Enum):
    """What the millimetres of a pixel rest on."""

    PATIENT = "patient"
    CALIBRATED = "calibrated"
    DETECTOR = "detector"
    NONE = "none"


class SplitBy(Enum):
    """In what the parts of a series differ."""

    PATIENT = "patient"
    STUDY = "study"
    FRAME = "frame of reference"
    SIZE = "size"
    COLOUR = "colour"
    PHOTOMETRIC = "photometric interpretation"
    RESCALE = "rescale"
    ORIENTATION = "orientation"
    SPACING = "spacing"
    IMAGE_TYPE = "image type"
    KERNEL = "kernel"
    STACK = "stack"
    ECHO = "echo"
    B_VALUE = "b-value"
    IMAGE = "image"
    TIME = "time"
    TRIGGER = "trigger time"
    ACQUISITION = "acquisition"
    ACQUISITION_TIME = "acquisition time"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """Which part of a split series, counted from 1, of how many, and in what they differ."""

    index: int
    of: int
    by: SplitBy


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """One image of a display set, in its place in the order.

    Attributes:
        instance: the file it comes from.
        frame: counts from 1.
        position_lps_mm: centre of its first pixel, LPS mm; None without.
    """

    instance: InstanceHeader
    frame: int
    position_lps_mm: tuple[float, float, float] | None

    @property
    def reference(self) -> ImageReference:
        """What a finding or report calls this image."""
        return ImageReference(
            self.instance.sop_instance_uid, self.frame, self.instance.sop_class_uid
        )


@dataclass(frozen=True, slots=True, eq=False)
class DisplaySet:
    """What of one series forms one image or volume.

    Attributes:
        id: series UID, or ``UID#k`` when the series was split.
        patient: whose.
        study: of which study.
        series: of which series.
        part: None when the series was not split.
        technique: of the first image.
        pixels: of the first image.
        frames: in reading order along k (k grows along row x column: slice 0 of the array first).
        geometry: of the stored slices before any resampling; None with `NO_GEOMETRY` or
            `NO_SPACING`. For MISSING_SLICES and IRREGULAR it holds for the single images only,
            its k step is the median step.
        pixel_spacing_mm: between rows, between columns; None when unknown.
        spacing_source: what `pixel_spacing_mm` rests on.
        plane: of the slices; None without geometry.
        verdict: on the geometry.
        flags: what else must be known.
        messages: every sentence on it, verdict first.
        acquisition: its facts.
        unit: of the values after the modality transform.
        transfer_syntax_uids: of its files.
    """

    id: str
    patient: PatientFacts
    study: StudyFacts
    series: SeriesFacts
    part: SeriesPart | None
    technique: TechniqueFacts
    pixels: PixelFacts
    frames: tuple[ImageFrame, ...]
    geometry: VolumeGeometry | None
    pixel_spacing_mm: tuple[float, float] | None
    spacing_source: SpacingSource
    plane: AnatomicalPlane | None
    verdict: Verdict
    flags: frozenset[Flag]
    messages: tuple[Message, ...]
    acquisition: Acquisition
    unit: IntensityUnit
    transfer_syntax_uids: tuple[str, ...]

    def is_of_study_of(self, other: DisplaySet) -> bool:
        """Whether another one is of the same study and patient: UIDs alone may be reused."""
        same_study = self.study.study_instance_uid == other.study.study_instance_uid
        return same_study and self.patient.identity == other.patient.identity

    def shares_frame_with(self, other: DisplaySet) -> bool:
        """Whether a patient position means the same place in both.

        One frame of reference within one study of one patient: its UID alone may be reused.
        """
        here, there = self.geometry, other.geometry
        if here is None or there is None:
            return False
        return self.is_of_study_of(other) and here.shares_frame_with(there)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of slices, rows and columns."""
        return len(self.frames), self.pixels.rows, self.pixels.columns

    @property
    def allows_volume(self) -> bool:
        """Whether planes, 3D and detection over slices tell the truth (no gap, no doubt)."""
        return self.verdict in EVEN and self.geometry is not None

    @property
    def is_on_grid(self) -> bool:
        """Whether `geometry` holds for every slice: no gap, no doubt, or one image alone."""
        is_single = self.verdict is Verdict.SINGLE_SLICE
        return (is_single or self.verdict in EVEN) and self.geometry is not None

    @property
    def has_gap(self) -> bool:
        """Whether slices are missing, uneven or there twice: no detection is ever done then."""
        return self.verdict in GAPS

    @property
    def is_reversed_for_reading(self) -> bool:
        """Whether image 1 of the stack is the last slice of the array.

        Axial reads from the head down, coronal from the front, sagittal from the patient's right,
        oblique stacks in the order of their numbers (reading defaults 2); arrays grow along
        row x column, whatever that is.
        """
        if self.geometry is None or self.plane is None or len(self.frames) < 2:
            return False
        if self.plane is AnatomicalPlane.OBLIQUE:
            first, last = (self.frames[n].instance.instance_number for n in (0, -1))
            return first is not None and last is not None and first > last
        step = self.geometry.affine[:3, 2]
        return bool(
            {
                AnatomicalPlane.AXIAL: step[2] > 0,
                AnatomicalPlane.CORONAL: step[1] < 0,
                AnatomicalPlane.SAGITTAL: step[0] < 0,
            }.get(self.plane, False)
        )


@dataclass(frozen=True, slots=True)
class Study:
    """A study as it was found.

    Attributes:
        facts: of the study.
        patient: whose.
        display_sets: in order of series number.
        id: Study Instance UID, or ``UID#k`` when images of several patients carry the same one.
    """

    facts: StudyFacts
    patient: PatientFacts
    display_sets: tuple[DisplaySet, ...]
    id: str
