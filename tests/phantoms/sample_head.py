"""The sample study: a made-up head with an enhancing mass, the same for the same seed.

``python -m tests.phantoms.sample_head OUT`` writes it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tests.phantoms import head_mass
from tests.phantoms.dicom_writer import FileNames, SeriesTags, Value, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.head_canvas import SEQUENCES, Canvas
from tests.phantoms.head_fields import Field, Noise, Points
from tests.phantoms.head_model import HeadModel, paint_head
from tests.phantoms.pixels import PixelFormat
from tests.phantoms.series_geometry import SeriesGeometry

SHAPE = (46, 256, 256)
GEOMETRY = replace(
    SeriesGeometry.straight((3.6, 0.9375, 0.9375), (-119.53125, -126.0, -79.6)),
    slice_thickness_mm=3.0,
    declared_spacing_mm=3.6,
)
_SUB_SLICES_MM = (-1.125, -0.375, 0.375, 1.125)
_COLUMNS = slice(27, 229)
_NOISE = 3.2
_RINGING = 0.4
_AIR_NOISE = 0.4
"""Noise of the air, as a part of that of tissue: scanners mask what lies outside the head."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleHead:
    """The voxels of the sample and the truth about them.

    Attributes:
        images: By sequence: (slices, rows, columns), whole numbers from 0.
        mass: How much of each voxel is mass, 0 to 1.
    """

    images: dict[str, NDArray[np.float32]]
    mass: NDArray[np.float32]

    def mass_corners_lps_mm(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Smallest and largest corner of the box around every voxel that is mostly mass."""
        slices, rows, columns = np.nonzero(self.mass > 0.5)
        index = np.stack([columns, rows, slices])
        corners = np.stack([index.min(axis=1) - 0.5, index.max(axis=1) + 0.5])
        low, high = corners @ GEOMETRY.affine[:3, :3].T + GEOMETRY.affine[:3, 3]
        return low, high


def render() -> SampleHead:
    """Paint the head and take its pictures."""
    model = paint_head()
    mean = np.zeros((len(SEQUENCES), *SHAPE), np.float32)
    mass = np.zeros(SHAPE, np.float32)
    for offset in _SUB_SLICES_MM:
        images, inside = _cut(model, offset)
        mean[..., _COLUMNS] += images / np.float32(len(_SUB_SLICES_MM))
        mass[..., _COLUMNS] += inside / np.float32(len(_SUB_SLICES_MM))
    coil = _coil_sensitivity()
    found = {}
    for number, (name, image) in enumerate(zip(SEQUENCES, mean, strict=True)):
        found[name] = _with_noise(_rung(image) * coil, 900 + number)
    return SampleHead(found, mass)


def _cut(model: HeadModel, offset_mm: float) -> tuple[Field, Field]:
    """The head with its mass, at the middle of each slice or beside it by ``offset_mm``.

    Only the columns in which there is more than air.
    """
    x, y, z = _places(offset_mm)
    straight = (x[..., _COLUMNS], y, z)
    images, white, cavity = model.at(_warped(straight))
    canvas = Canvas(images, straight, GEOMETRY.pixel_spacing_mm[0])
    head_mass.paint_oedema(canvas, white)
    return images, head_mass.paint_mass(canvas, cavity)


def _places(offset_mm: float) -> Points:
    """Of every voxel, LPS millimetres: x (1, 1, columns), y (1, rows, 1), z (slices, 1, 1)."""
    grid = GEOMETRY.grid_lps_mm(SHAPE).astype(np.float32)
    return (
        grid[:1, :1, :, 0],
        grid[:1, :, :1, 1],
        grid[:, :1, :1, 2] + np.float32(offset_mm),
    )


def _warped(straight: Points) -> Points:
    """Where each place of the patient lies in the even head without the mass.

    A slight turn, smooth shifts of a millimetre or two, a crown flatter than an ellipsoid's.
    """
    points = head_mass.pushed(straight)
    yaw, roll, pitch = np.deg2rad(2.2), np.deg2rad(1.4), np.deg2rad(-3.0)
    x = points[0] * np.cos(yaw) + points[1] * np.sin(yaw) + points[2] * np.sin(roll)
    y = points[1] * np.cos(yaw) - points[0] * np.sin(yaw) + points[2] * np.sin(pitch)
    z = points[2] * np.cos(roll) - points[0] * np.sin(roll) - points[1] * np.sin(pitch)
    z = z + 0.006 * np.maximum(z - 45.0, 0.0) ** 2
    turned = tuple(np.asarray(axis, np.float32) for axis in (x, y, z))
    shifted = [
        axis + np.float32(1.5) * Noise.smooth(seed, 20.0).at(straight)
        for seed, axis in zip((1, 2, 3), turned, strict=True)
    ]
    return shifted[0], shifted[1], shifted[2]


def _rung(image: Field) -> Field:
    """Edges a little overdrawn, as where the outer part of k-space is cut off."""
    soft = ndimage.gaussian_filter(image, (0.0, 1.1, 1.1))
    return np.asarray(np.maximum(image + np.float32(_RINGING) * (image - soft), 0.0), np.float32)


def _coil_sensitivity() -> Field:
    """Brighter towards the coil elements, uneven between them."""
    x, y, z = _places(0.0)
    radius = np.sqrt((x / 95.0) ** 2 + (y / 115.0) ** 2 + ((z - 10.0) / 105.0) ** 2)
    drift = 0.06 * np.tanh(y / 80.0) - 0.03 * np.tanh(x / 80.0)
    fade = np.clip((z + 95.0) / 60.0, 0.55, 1.0)
    return np.asarray((0.92 + 0.10 * radius**2 + drift) * fade, np.float32)


def _with_noise(image: Field, seed: int) -> NDArray[np.float32]:
    """Magnitude of a signal with noise in both channels, as whole numbers."""
    random = np.random.default_rng(seed)
    real, imaginary = random.standard_normal((2, *image.shape), np.float32)
    spread = np.float32(_NOISE) * np.clip(image / np.float32(30.0), _AIR_NOISE, 1.0)
    return np.asarray(np.rint(np.hypot(image + spread * real, spread * imaginary)), np.float32)


_COMMON: dict[str, Value | None] = {
    "ImageComments": "Synthetic image: computed, of no person",
    "PatientComments": "Synthetic: computed, of no person",
    "InstitutionName": "Synthetic data",
    "ContentQualification": "RESEARCH",
    "BurnedInAnnotation": "NO",
    "MagneticFieldStrength": 1.5,
    "ImagingFrequency": 63.87,
    "ImagedNucleus": "1H",
    "SequenceVariant": "SK",
    "RepetitionTime": 560.0,
    "EchoTime": 12.0,
    "FlipAngle": 90.0,
    "NumberOfAverages": 1.0,
    "ProtocolName": "Synthetic head",
}
_SERIES: dict[str, tuple[int, str, dict[str, Value | None]]] = {
    "T1": (2, "Ax T1 synthetic", {}),
    "T1+C": (4, "Ax T1 +C synthetic", {"ContrastBolusAgent": "Gadolinium (synthetic)"}),
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
        image_type=("ORIGINAL", "PRIMARY", "OTHER"),
        more={**_COMMON, **more},
    )


def write_sample(folder: Path, head: SampleHead) -> None:
    """Write the sample study: one folder with both series."""
    for sequence in SEQUENCES:
        write_series(
            folder,
            head.images[sequence],
            GEOMETRY,
            tags=sample_tags(sequence),
            pixels=PixelFormat(bits_stored=12),
            transfer_syntax=TransferSyntax.JPEG_LS,
            names=FileNames(prefix=f"{_SERIES[sequence][0]}-", extension=".dcm"),
        )


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]), render())
