"""On which images of whom a decision or a measurement was made: UIDs alone do not tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MadeOn:
    """What tells the images of an entry from others that carry the same UIDs.

    Attributes:
        patient: key of the patient, hexadecimal; empty in entries of before it was kept, which
            therefore belong to no images that are known.
        images: digest over UIDs, order and geometry of the images, known from the headers alone.
        display_set_digest: digest over the pixels too; empty when not every pixel was here.
    """

    patient: str = ""
    images: str = ""
    display_set_digest: str = ""
