"""A term with its code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodedConcept:
    """A coded concept as DICOM PS3.3 8.8 has it.

    Attributes:
        scheme: coding scheme designator, such as SCT, DCM, UCUM.
        value: code value.
        meaning: code meaning, English.
    """

    scheme: str
    value: str
    meaning: str
