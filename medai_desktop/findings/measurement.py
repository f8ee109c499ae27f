"""Measurements a reader makes."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass

from medai_desktop.findings.made_on import MadeOn


@dataclass(frozen=True, slots=True)
class LengthMeasurement:
    """A ruler on one image or plane.

    Attributes:
        id: UUIDv4.
        display_set_id: where it was drawn.
        slice_index: index of the image it was drawn on; None when drawn on a reformatted plane.
        start_px: (column, row) in pixel coordinates of that image (integers are pixel centres).
        end_px: likewise.
        start_lps_mm: LPS mm; None without patient geometry.
        end_lps_mm: likewise.
        length_mm: None when there are no millimetres.
        is_at_detector: millimetres hold at the detector of a radiograph, not in the patient.
        reader: who drew it.
        made_on: on which images of whom.
    """

    id: uuid.UUID
    display_set_id: str
    slice_index: int | None
    start_px: tuple[float, float]
    end_px: tuple[float, float]
    start_lps_mm: tuple[float, float, float] | None
    end_lps_mm: tuple[float, float, float] | None
    length_mm: float | None
    is_at_detector: bool = False
    reader: str = ""
    made_on: MadeOn = MadeOn()

    @property
    def length_px(self) -> float:
        """Distance in pixels of the image it was drawn on."""
        return math.dist(self.start_px, self.end_px)
