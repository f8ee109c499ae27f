"""The sample study: a made-up head with an enhancing mass, the same for the same seed.

``python -m tests.phantoms.sample_head OUT`` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tests.phantoms import head_anatomy, head_face, head_mass
from tests.phantoms.dicom_writer import FileNames, SeriesTags, Value, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.head_canvas import SEQUENCES, Canvas
from tests.phantoms.head_fields import Noise, Points
from tests.phantoms.pixels import PixelFormat
from tests.phantoms.series_geometry import SeriesGeometry

SHAPE = (46, 256, 256)
GEOMETRY = SeriesGeometry.straight((3.3, 0.9375, 0.9375), (-119.53125, -124.0, -63.0))
_SUB_SLICES_MM = (-1.0, 0.0, 1.0)
_NOISE = {"T1": 3.0, "T1+C": 3.0, "FLAIR": 3.5}
_AIR_NOISE = 0.35
"""Noise of the air, as a part of that of tissue: scanners mask what lies outside the head."""


def render() -> dict[str, NDArray[np.float32]]:
    """Signal of every sequence: (slices, rows, columns), whole numbers from 0."""
    mean = np.zeros((len(SEQUENCES), *SHAPE), np.float32)
    for offset in _SUB_SLICES_MM:
        mean += _painted(offset).images / np.float32(len(_SUB_SLICES_MM))
    coil = _coil_sensitivity()
    found = {}
    for number, (name, image) in enumerate(zip(SEQUENCES, mean, strict=True)):
        blurred = ndimage.gaussian_filter(image, (0.0, 0.55, 0.55))
        found[name] = _with_noise(blurred * coil, _NOISE[name], 900 + number)
    return found


def _painted(offset_mm: float) -> Canvas:
    """The head cut at the middle of each slice, or beside it by ``offset_mm``."""
    straight = _places(offset_mm)
    canvas = Canvas(
        np.zeros((len(SEQUENCES), *SHAPE), np.float32),
        _warped(head_mass.pushed(straight)),
        straight,
        (GEOMETRY.step_along_normal_mm, *GEOMETRY.pixel_spacing_mm),
    )
    skull = head_anatomy.shape_skull(canvas)
    head_anatomy.paint_outside(canvas, skull)
    head_face.paint_base(canvas, skull)
    white = head_anatomy.paint_brain(canvas, skull)
    head_mass.paint_oedema(canvas, white)
    head_anatomy.paint_ventricles(canvas)
    head_anatomy.paint_hindbrain(canvas, skull)
    head_anatomy.paint_falx(canvas, skull)
    head_face.paint_sella(canvas)
    head_face.paint_air(canvas)
    head_face.paint_orbits(canvas)
    head_mass.paint_mass(canvas, skull)
    return canvas


def _places(offset_mm: float) -> Points:
    grid = GEOMETRY.grid_lps_mm(SHAPE).astype(np.float32)
    return grid[..., 0].copy(), grid[..., 1].copy(), grid[..., 2] + np.float32(offset_mm)


def _warped(points: Points) -> Points:
    """No head is even: a slight turn, and smooth shifts of a millimetre or two."""
    yaw, roll = np.deg2rad(2.2), np.deg2rad(1.4)
    x = points[0] * np.cos(yaw) + points[1] * np.sin(yaw) + points[2] * np.sin(roll)
    y = points[1] * np.cos(yaw) - points[0] * np.sin(yaw)
    z = points[2] * np.cos(roll) - points[0] * np.sin(roll)
    turned = tuple(np.asarray(axis, np.float32) for axis in (x, y, z))
    shifted = [
        axis + np.float32(1.5) * Noise.make(seed, 20.0).at(points)
        for seed, axis in zip((1, 2, 3), turned, strict=True)
    ]
    return shifted[0], shifted[1], shifted[2]


def _coil_sensitivity() -> NDArray[np.float32]:
    """Brighter towards the coil elements, uneven between them."""
    x, y, z = _places(0.0)
    radius = np.sqrt((x / 95.0) ** 2 + (y / 115.0) ** 2 + ((z - 10.0) / 105.0) ** 2)
    drift = 0.06 * np.tanh(y / 80.0) - 0.03 * np.tanh(x / 80.0)
    fade = np.clip((z + 95.0) / 60.0, 0.55, 1.0)
    return np.asarray((0.90 + 0.16 * radius**2 + drift) * fade, np.float32)


def _with_noise(image: NDArray[np.float32], sigma: float, seed: int) -> NDArray[np.float32]:
    """Magnitude of a signal with noise in both channels, as whole numbers."""
    random = np.random.default_rng(seed)
    real, imaginary = random.standard_normal((2, *image.shape), np.float32)
    spread = sigma * np.clip(image / 60.0, _AIR_NOISE, 1.0)
    return np.asarray(np.rint(np.hypot(image + spread * real, spread * imaginary)), np.float32)


_COMMON: dict[str, Value | None] = {
    "ImageComments": "Synthetic image: computed, of no person",
    "InstitutionName": "Synthetic data",
    "ContentQualification": "RESEARCH",
    "BurnedInAnnotation": "NO",
    "MagneticFieldStrength": 1.5,
    "SequenceVariant": "SK",
    "ProtocolName": "Synthetic head",
}
_SERIES: dict[str, tuple[int, str, dict[str, Value | None]]] = {
    "T1": (
        2,
        "Ax T1 synthetic",
        {"RepetitionTime": 560.0, "EchoTime": 12.0},
    ),
    "FLAIR": (
        3,
        "Ax FLAIR synthetic",
        {
            "ScanningSequence": ["SE", "IR"],
            "RepetitionTime": 9000.0,
            "EchoTime": 120.0,
            "InversionTime": 2500.0,
        },
    ),
    "T1+C": (
        4,
        "Ax T1 +C synthetic",
        {
            "RepetitionTime": 560.0,
            "EchoTime": 12.0,
            "ContrastBolusAgent": "Gadolinium (synthetic)",
        },
    ),
}


def sample_tags(sequence: str) -> SeriesTags:
    """The header of one series of the sample study."""
    number, description, more = _SERIES[sequence]
    return SeriesTags(
        modality="MR",
        key=sequence,
        study_key="sample-head",
        patient_name="SYNTHETIC^SAMPLE",
        patient_id="SAMPLE-0001",
        birth_date="19700101",
        age="055Y",
        date="20250601",
        time=f"09{10 * number:02d}00",
        study_description="MR Head with contrast (synthetic)",
        series_description=description,
        series_number=number,
        body_part="HEAD",
        more={**_COMMON, **more},
    )


WRITTEN = ("T1", "T1+C")
"""The series of the sample; three would weigh more than the 3 MB it may have."""


def write_sample(folder: Path) -> None:
    """Write the sample study: one folder with all its series."""
    images = render()
    pixels = PixelFormat(bits_stored=12)
    for sequence in WRITTEN:
        write_series(
            folder,
            images[sequence],
            GEOMETRY,
            tags=sample_tags(sequence),
            pixels=pixels,
            transfer_syntax=TransferSyntax.JPEG_LS,
            names=FileNames(prefix=f"{_SERIES[sequence][0]}-", extension=".dcm"),
        )


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
