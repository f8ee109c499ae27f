"""Patients, dates and counts in words."""

from __future__ import annotations

import hashlib
import re

from medai_desktop.gui.theme import PATIENT_COLOURS
from medai_desktop.source.instance import PatientFacts
from medai_desktop.text import Message, message

SEXES: dict[str, Message] = {
    "F": message("gui.sex_female"),
    "M": message("gui.sex_male"),
    "O": message("gui.sex_other"),
}


def patient_key(patient: PatientFacts) -> tuple[str, str, str]:
    """Tells patients apart; the name counts only where there is no id."""
    if patient.patient_id:
        return patient.patient_id, patient.issuer, ""
    return "", "", patient.name


def patient_colour(patient: PatientFacts) -> str:
    """The stripe of a patient, the same at each start."""
    digest = hashlib.sha256("\n".join(patient_key(patient)).encode()).digest()
    return PATIENT_COLOURS[digest[0] % len(PATIENT_COLOURS)]


def patient_title(patient: PatientFacts) -> Message | str:
    """The bold line."""
    return patient.name or patient.patient_id or message("gui.no_name")


def patient_facts(patient: PatientFacts) -> tuple[Message | str, ...]:
    """Sex, age and id, as far as they are known."""
    sex: Message | str = SEXES.get(patient.sex.upper(), patient.sex)
    parts: list[Message | str] = [part for part in (sex, age(patient.age)) if part]
    if patient.patient_id and patient.name:
        parts.append(message("gui.patient_id", id=patient.patient_id))
    return tuple(parts)


def age(written: str) -> Message | str:
    """An age string (DICOM PS3.5 6.2, AS) in words; as written when it is none."""
    found = re.fullmatch(r"(\d{3})([DWMY])", written.strip().upper())
    if found is None:
        return written
    number = int(found.group(1))
    return {
        "D": message("gui.age_days", number=number),
        "W": message("gui.age_weeks", number=number),
        "M": message("gui.age_months", number=number),
        "Y": message("gui.age_years", number=number),
    }[found.group(2)]
