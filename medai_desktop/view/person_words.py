"""Sex and age of a patient in words, the same in banner and corner."""

from __future__ import annotations

import re
from datetime import date

from medai_desktop.text import Message, message

LAST_MONTHS = 24
"""Up to this age months are told."""
SEXES: dict[str, Message] = {
    "F": message("view.sex_female"),
    "M": message("view.sex_male"),
    "O": message("view.sex_other"),
}


def sex(written: str) -> Message | str:
    """PatientSex in words; as written when it is no defined term."""
    return SEXES.get(written.strip().upper(), written)


def age(written: str) -> Message | str:
    """An age string (DICOM PS3.5 6.2, AS) in words; as written when it is none."""
    found = re.fullmatch(r"(\d{3})([DWMY])", written.strip().upper())
    if found is None:
        return written
    number = int(found.group(1))
    return {
        "D": message("view.age_days", number=number),
        "W": message("view.age_weeks", number=number),
        "M": message("view.age_months", number=number),
        "Y": message("view.age_years", number=number),
    }[found.group(2)]


def age_in_study(written: str, birth_date: str, study_date: str) -> Message | str:
    """Age on the day of the study; where no birth date tells it, as the header says.

    Args:
        written: PatientAge (0010,1010).
        birth_date: ISO form, or empty.
        study_date: ISO form, or empty.
    """
    return age_on(birth_date, study_date) or age(written)


def age_on(birth_date: str, study_date: str) -> Message | None:
    """Age on the day of the study, of small children in months; None when unknown."""
    try:
        born, day = date.fromisoformat(birth_date), date.fromisoformat(study_date)
    except ValueError:
        return None
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 0:
        return None
    if months < LAST_MONTHS:
        return message("view.age_months", number=months)
    return message("view.age_years", number=months // 12)
