"""Facts of an acquisition without identifiers: what a model or a hanging protocol may know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Region(Enum):
    """Part of the body (reading defaults 5.1)."""

    SPINE = "spine"
    EXTREMITY = "extremity"
    CHEST = "chest"
    HEAD = "head"
    NECK = "neck"
    ABDOMEN = "abdomen"
    PELVIS = "pelvis"
    UNKNOWN = "unknown"


class Contrast(Enum):
    """Whether contrast agent was given, as far as the header says."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class MrClass(Enum):
    """Weighting of an MR series (reading defaults 5.2); T1 with contrast is T1 + `Contrast.YES`."""

    ADC = "ADC"
    EXPONENTIAL_ADC = "eADC"
    DWI = "DWI"
    SWI = "SWI"
    T2_STAR = "T2*"
    PERFUSION = "perfusion"
    ANGIOGRAPHY = "MRA"
    STIR = "STIR"
    FLAIR = "FLAIR"
    T1 = "T1"
    T2 = "T2"
    PD = "PD"
    UNKNOWN = "unknown"


class RadiographView(Enum):
    """View of a radiograph (reading defaults 5.4)."""

    FRONTAL = "frontal"
    LATERAL = "lateral"
    OBLIQUE = "oblique"
    SPECIAL = "special"
    UNKNOWN = "unknown"


class Side(Enum):
    """Side of the body; never guessed."""

    RIGHT = "R"
    LEFT = "L"
    BOTH = "B"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How images were acquired.

    Attributes:
        modality: DICOM defined term, such as CT, MR, DX.
        region: part of the body.
        contrast: whether contrast agent was given.
        mr_class: weighting; `MrClass.UNKNOWN` for all but MR.
        view: radiographs only.
        side: radiographs only.
        kernel: convolution kernel as written, empty when unknown.
        is_sharp_kernel: None when the kernel is unknown.
        is_localizer: scout, survey, topogram.
        is_derived: MPR, MIP, subtraction and such.
        field_strength_t: tesla.
        age_years: of the patient on the study day.
    """

    modality: str
    region: Region = Region.UNKNOWN
    contrast: Contrast = Contrast.UNKNOWN
    mr_class: MrClass = MrClass.UNKNOWN
    view: RadiographView = RadiographView.UNKNOWN
    side: Side = Side.UNKNOWN
    kernel: str = ""
    is_sharp_kernel: bool | None = None
    is_localizer: bool = False
    is_derived: bool = False
    field_strength_t: float | None = None
    age_years: float | None = None
