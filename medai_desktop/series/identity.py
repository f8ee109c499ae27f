"""What tells a display set from another that carries the same UIDs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.source.instance import PatientFacts

DIGITS = 4
"""Of millimetres: finer than any tolerance, coarser than the last bits of another computer."""
_PART = "#"


def patient_key(patient: PatientFacts) -> str:
    """Tells patients apart without naming them, hexadecimal.

    The id with its issuer; the name and the date of birth count only where there is no id.
    """
    number = patient.patient_id.strip()
    who = (number, patient.issuer.strip(), "", "")
    if not number:
        who = ("", "", patient.name.strip(), patient.birth_date.strip())
    return hashlib.sha256("\n".join(who).encode("utf-8", "surrogatepass")).hexdigest()


def series_of(display_set_id: str) -> str:
    """The series UID in an id of a display set, ``UID`` or ``UID#k``."""
    return display_set_id.partition(_PART)[0]


def images_digest(shown: DisplaySet) -> str:
    """Over everything the headers say of images and places, in the order of the array.

    UIDs and positions of all images, frame of reference, affine, spacing, photometric
    interpretation and padding: the same pixels at another place or scale are other images.
    """
    geometry, pixels = shown.geometry, shown.pixels
    frame_of_reference = shown.series.frame_of_reference_uid
    if geometry is not None:
        frame_of_reference = geometry.frame_of_reference_uid
    lines = [
        f"frame of reference {frame_of_reference or '-'}",
        f"affine {'-' if geometry is None else _numbers(geometry.affine.ravel().tolist())}",
        f"spacing {_numbers(shown.pixel_spacing_mm)} {shown.spacing_source.value}",
        f"photometric {pixels.photometric_interpretation}",
        f"padding {_numbers(pixels.padding)}",
        f"unit {shown.unit.value}",
    ]
    for frame in shown.frames:
        place = _numbers(frame.position_lps_mm)
        lines.append(f"{frame.instance.sop_instance_uid} {frame.frame} {place}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _numbers(values: Iterable[float] | None) -> str:
    """Decimal, the same on every computer; minus zero is zero."""
    if values is None:
        return "-"
    return " ".join(f"{round(float(value), DIGITS) + 0.0:.{DIGITS}f}" for value in values)
