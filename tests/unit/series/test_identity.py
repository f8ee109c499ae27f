"""Who a patient is, and which series a display set belongs to."""

from __future__ import annotations

import pytest

from medai_desktop.series.identity import patient_key, series_of
from medai_desktop.source.instance import PatientFacts

ANN = PatientFacts("Alpha^Ann", "A1", "Hospital", "F", "1950-01-01")


@pytest.mark.parametrize(
    "other",
    [
        PatientFacts("Alpha^Anna-Married", "A1", "Hospital", "F", "1950-01-01"),
        PatientFacts("Alpha^Ann", " A1 ", "Hospital"),
    ],
)
def test_the_id_with_its_issuer_tells_who_it_is(other: PatientFacts) -> None:
    assert patient_key(other) == patient_key(ANN)


@pytest.mark.parametrize(
    "other",
    [
        PatientFacts("Alpha^Ann", "A2", "Hospital", "F", "1950-01-01"),
        PatientFacts("Alpha^Ann", "A1", "Practice", "F", "1950-01-01"),
        PatientFacts("Alpha^Ann", "", "Hospital", "F", "1950-01-01"),
        PatientFacts("A1"),
        PatientFacts(),
    ],
)
def test_others_are_others(other: PatientFacts) -> None:
    assert patient_key(other) != patient_key(ANN)


def test_without_an_id_name_and_birth_date_tell() -> None:
    one, again = (PatientFacts("Doe^J", birth_date="1950-01-01", age=a) for a in ("", "060Y"))
    assert patient_key(one) == patient_key(again)
    assert patient_key(one) != patient_key(PatientFacts("Doe^J", birth_date="1980-01-01"))
    assert patient_key(one) != patient_key(PatientFacts("Doe^K", birth_date="1950-01-01"))


def test_the_key_names_nobody() -> None:
    assert len(patient_key(ANN)) == 64
    assert "Ann" not in patient_key(ANN)


@pytest.mark.parametrize(("identity", "series"), [("1.2", "1.2"), ("1.2#3", "1.2"), ("", "")])
def test_the_series_of_a_display_set(identity: str, series: str) -> None:
    assert series_of(identity) == series
