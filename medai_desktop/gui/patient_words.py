"""Patients, dates and counts in words."""

from __future__ import annotations

import hashlib

from medai_desktop.gui.theme import PATIENT_COLOURS
from medai_desktop.source.instance import PatientFacts
from medai_desktop.text import Message, message
from medai_desktop.view.person_words import age, sex


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
    parts = [part for part in (sex(patient.sex), age(patient.age)) if part]
    if patient.patient_id and patient.name:
        parts.append(message("gui.patient_id", id=patient.patient_id))
    return tuple(parts)
