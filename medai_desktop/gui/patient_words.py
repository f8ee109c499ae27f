"""Patients, dates and counts in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from medai_desktop.gui.theme import PATIENT_COLOURS
from medai_desktop.source.instance import PatientFacts
from medai_desktop.text import Message, message
from medai_desktop.view.person_words import age_in_study, sex


def patient_colour(patient: PatientFacts, others: Iterable[PatientFacts] = ()) -> str:
    """The stripe of a patient, the same at each start unless somebody open has it already.

    Args:
        patient: whose.
        others: every open patient, in the order in which colours are given out.
    """
    given: dict[tuple[str, ...], str] = {}
    for one in (*others, patient):
        if one.identity not in given:
            free = [colour for colour in PATIENT_COLOURS if colour not in given.values()]
            wanted = _own_colour(one)
            given[one.identity] = wanted if wanted in free or not free else free[0]
    return given[patient.identity]


def _own_colour(patient: PatientFacts) -> str:
    digest = hashlib.sha256("\n".join(patient.identity).encode()).digest()
    return PATIENT_COLOURS[digest[0] % len(PATIENT_COLOURS)]


def patient_title(patient: PatientFacts) -> Message | str:
    """The bold line."""
    return patient.name or patient.patient_id or message("gui.no_name")


def patient_facts(patient: PatientFacts, study_date: str = "") -> tuple[Message | str, ...]:
    """Sex, age and id, as far as they are known.

    Args:
        patient: who.
        study_date: ISO form; with the birth date it gives the age, as in the corner text.
    """
    told = age_in_study(patient.age, patient.birth_date, study_date)
    parts = [part for part in (sex(patient.sex), told) if part]
    if patient.patient_id and patient.name:
        parts.append(message("gui.patient_id", id=patient.patient_id))
    return tuple(parts)
