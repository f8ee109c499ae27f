"""What the descriptions and figures of a series say (reading defaults 1.2, 1.3, 4, 5.1)."""

from __future__ import annotations

import re

from medai_desktop.series.classification import normalised
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message

THIN_MM = 1.5
"""Slices up to this thickness are thin: noise asks for a slab."""

_ANGIOGRAPHY = r"\bCTA\b|ANGIO|血管"
_LUNG = r"\bLUNG|HRCT|肺"
_PHASES: tuple[tuple[str, Message], ...] = (
    (r"\bART(ERIAL)?\b|动脉", message("view.phase_arterial")),
    (r"PORTAL|VENOUS|静脉|门脉", message("view.phase_venous")),
    (r"DELAY|延迟", message("view.phase_delayed")),
)
_SIGNED_TYPES = frozenset({"P", "PHASE", "PHASE MAP", "SUB", "SUBTRACTION", "SUBTRACT"})
_SIGNED = r"\bSUB(TRACT\w*)?\b|\bPHASE\b|减影|相位"


def described(shown: DisplaySet) -> str:
    """SeriesDescription and ProtocolName, normalised."""
    plain = normalised(shown.series.description, shown.series.protocol_name)
    return re.sub(r" +", " ", plain)


def is_ct_angiography(shown: DisplaySet) -> bool:
    """Whether the description calls a CT series an angiography."""
    return shown.series.modality == "CT" and bool(re.search(_ANGIOGRAPHY, described(shown)))


def says_lung(shown: DisplaySet) -> bool:
    """Whether the description speaks of the lung."""
    return bool(re.search(_LUNG, described(shown)))


def contrast_phase(shown: DisplaySet) -> Message | None:
    """The phase that the description names; None when it names none."""
    for pattern, phase in _PHASES:
        if re.search(pattern, described(shown)):
            return phase
    return None


def is_signed_mr(shown: DisplaySet) -> bool:
    """Whether zero is the middle of an MR series: phase images and subtractions."""
    kinds = {part.upper() for part in shown.technique.image_type[2:]}
    return bool(kinds & _SIGNED_TYPES) or bool(re.search(_SIGNED, described(shown)))


def slice_step_mm(shown: DisplaySet) -> float | None:
    """Distance of two slices; None for single images and without geometry."""
    if shown.geometry is None or len(shown.frames) < 2:
        return None
    return shown.geometry.spacing_mm[0]


def is_thin(shown: DisplaySet) -> bool:
    """Whether slices are thin: by their thickness, else by their step."""
    thickness = shown.technique.slice_thickness_mm
    measured = slice_step_mm(shown) if thickness is None else thickness
    return measured is not None and 0 < measured <= THIN_MM
