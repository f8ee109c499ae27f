"""Ready volumes: one per way in which the geometry or the numbers of a series can be unusual.

Each function writes its files into ``folder`` and returns the truth. All are small, so that a
test can write as many as it wants. The ones that look like a patient are in ``clinical``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.phantoms.clinical import (
    brain_mr,
    chest_ct,
    chest_radiograph,
    hand_radiograph,
    head_ct,
    monochrome1_radiograph,
    two_patients,
)
from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.phantom import Markers, Phantom, ramp, with_markers
from tests.phantoms.pixels import (
    CT_12BIT,
    CT_SIGNED,
    PixelFormat,
    Rescale,
    stored_from_values,
)
from tests.phantoms.series_geometry import SeriesGeometry, rotation

__all__ = [
    "GEOMETRY_PHANTOMS",
    "axial",
    "brain_mr",
    "chest_ct",
    "chest_radiograph",
    "chinese_name",
    "duplicate_slice",
    "flipped_rows",
    "gantry_tilt",
    "hand_radiograph",
    "head_ct",
    "irregular",
    "missing_slice",
    "monochrome1_radiograph",
    "no_position",
    "no_spacing",
    "non_square_pixels",
    "oblique_anisotropic",
    "per_slice_rescale",
    "reversed_order",
    "signed_12bit",
    "single_slice",
    "two_patients",
    "wrong_declared_spacing",
]

MARKERS = Markers((12.0, -9.0, 8.0), 7.0, (-16.0, 4.0, -14.0), (-5.0, 13.0, 2.0))
SHAPE = (20, 40, 48)


def axial(folder: Path, transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE) -> Phantom:
    """Nothing unusual: 20 axial slices, files named in order."""
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE)
    return _write("axial", folder, geometry, "uniform", transfer_syntax=transfer_syntax)


def oblique_anisotropic(
    folder: Path, transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE
) -> Phantom:
    """Turned about two axes, three different spacings, shuffled files without extension."""
    direction = rotation((0.2, 1.0, 0.3), 25.0) @ rotation((1.0, 0.0, 0.0), -15.0)
    geometry = _centred(direction, (3.0, 0.9, 1.3), SHAPE)
    names = FileNames(extension="", shuffle_seed=3)
    return _write(
        "oblique_anisotropic",
        folder,
        geometry,
        "uniform",
        names=names,
        transfer_syntax=transfer_syntax,
    )


def gantry_tilt(folder: Path, degrees: float = 20.0) -> Phantom:
    """CT slices tilted about x while the table moves along z: the step is not the normal."""
    direction = rotation((1.0, 0.0, 0.0), degrees)
    direction[:, 2] = (0.0, 0.0, 1.0)
    return _write("gantry_tilt", folder, _centred(direction, (2.5, 1.0, 1.0), SHAPE), "tilted")


def reversed_order(folder: Path) -> Phantom:
    """Instance numbers and file names run from head to feet."""
    names = FileNames(reversed_numbers=True, shuffle_seed=11)
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE)
    return _write("reversed_order", folder, geometry, "uniform", names=names)


def flipped_rows(folder: Path) -> Phantom:
    """Rows run from back to front, so that row x column points to the feet."""
    geometry = _centred(np.diag([1.0, -1.0, -1.0]), (2.5, 1.0, 1.0), SHAPE)
    return _write("flipped_rows", folder, geometry, "uniform")


def non_square_pixels(folder: Path) -> Phantom:
    """Rows 1.6 mm apart, columns 0.8 mm."""
    geometry = _centred(np.eye(3), (2.0, 1.6, 0.8), (20, 32, 60))
    return _write("non_square_pixels", folder, geometry, "uniform", shape=(20, 32, 60))


def missing_slice(folder: Path, missing: int = 5) -> Phantom:
    """20 places with 19 slices: one of the inner ones is not there."""
    steps = [step for step in range(SHAPE[0]) if step != missing]
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE).with_steps(steps)
    return _write("missing_slice", folder, geometry, "missing_slices", shape=(19, *SHAPE[1:]))


def duplicate_slice(folder: Path, repeated: int = 7) -> Phantom:
    """One place is there twice, with the same pixels and another SOP Instance UID."""
    steps = sorted([*range(SHAPE[0]), repeated])
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE).with_steps(steps)
    return _write("duplicate_slice", folder, geometry, "duplicates", shape=(21, *SHAPE[1:]))


def irregular(folder: Path) -> Phantom:
    """Slices 2.5 mm apart below, 3.7 mm apart above."""
    steps = [*range(12), *(11 + 1.48 * (k + 1) for k in range(8))]
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE).with_steps(steps)
    return _write("irregular", folder, geometry, "irregular")


def no_spacing(folder: Path) -> Phantom:
    """Positions and orientation, but no Pixel Spacing."""
    geometry = replace(_centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE), has_spacing=False)
    return _write("no_spacing", folder, geometry, "no_spacing")


def no_position(folder: Path) -> Phantom:
    """Neither position nor orientation: only instance numbers give an order."""
    geometry = replace(_centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE), has_position=False)
    return _write("no_position", folder, geometry, "no_geometry")


def single_slice(folder: Path) -> Phantom:
    """One axial CT image."""
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), (1, *SHAPE[1:]))
    return _write("single_slice", folder, geometry, "single_slice", shape=(1, *SHAPE[1:]))


def wrong_declared_spacing(folder: Path) -> Phantom:
    """Spacing Between Slices says 9 mm, slice thickness 5 mm, the positions 2.5 mm."""
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE)
    lying = replace(geometry, declared_spacing_mm=9.0, slice_thickness_mm=5.0)
    return _write("wrong_declared_spacing", folder, lying, "uniform")


def per_slice_rescale(folder: Path) -> Phantom:
    """Every slice has its own slope and intercept."""
    scales = tuple(Rescale(0.5 + 0.25 * k, -900.0 - 3.0 * k, "HU") for k in range(SHAPE[0]))
    pixels = PixelFormat(bits_stored=16, rescale_of_slice=scales)
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE)
    return _write("per_slice_rescale", folder, geometry, "uniform", pixels=pixels)


def signed_12bit(folder: Path) -> Phantom:
    """Signed 12 bits of 16 with noise above them; MR, no rescale."""
    pixels = PixelFormat(bits_stored=12, signed=True, garbage_high_bits=True)
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), SHAPE)
    tags = SeriesTags(modality="MR", key="signed_12bit", study_key="signed_12bit")
    return _write("signed_12bit", folder, geometry, "uniform", pixels=pixels, tags=tags)


def chinese_name(folder: Path, character_set: str = "GB18030") -> Phantom:
    """A patient with three component groups of the name.

    Args:
        folder: Where to write.
        character_set: GB18030 or ISO_IR 192 for a Chinese name, anything else is written with
            the Japanese code extensions of PS3.5 annex H.
    """
    chinese = character_set in ("GB18030", "ISO_IR 192")
    tags = SeriesTags(
        key=character_set,
        study_key="chinese_name",
        patient_id="PHANTOM-CN",
        patient_name="Wang^XiaoDong=王^小东="
        if chinese
        else "Yamada^Tarou=山田^太郎=やまだ^たろう",
        character_set=character_set if chinese else ("", "ISO 2022 IR 87"),
        study_description="头颅平扫" if chinese else "Phantom",
    )
    geometry = _centred(np.eye(3), (2.5, 1.0, 1.0), (4, 40, 48))
    return _write("chinese_name", folder, geometry, "uniform", tags=tags, shape=(4, 40, 48))


GEOMETRY_PHANTOMS: tuple[Callable[[Path], Phantom], ...] = (
    axial,
    oblique_anisotropic,
    gantry_tilt,
    reversed_order,
    flipped_rows,
    non_square_pixels,
    missing_slice,
    duplicate_slice,
    irregular,
    no_spacing,
    no_position,
    single_slice,
    wrong_declared_spacing,
    per_slice_rescale,
    signed_12bit,
)


def _centred(
    direction: NDArray[np.float64], spacing_mm: tuple[float, float, float], shape: tuple[int, ...]
) -> SeriesGeometry:
    """A stack whose middle is the origin of patient space."""
    at_zero = SeriesGeometry.turned(direction, spacing_mm)
    middle = np.array([shape[2] - 1, shape[1] - 1, shape[0] - 1]) / 2
    return SeriesGeometry.turned(direction, spacing_mm, list(-at_zero.affine[:3, :3] @ middle))


def _write(
    name: str,
    folder: Path,
    geometry: SeriesGeometry,
    verdict: str,
    *,
    shape: tuple[int, int, int] = SHAPE,
    pixels: PixelFormat | None = None,
    tags: SeriesTags | None = None,
    names: FileNames | None = None,
    transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE,
) -> Phantom:
    tags = tags or SeriesTags(key=name, study_key=name, series_description=name)
    if pixels is None:
        pixels = CT_12BIT if transfer_syntax.bits == (12,) else CT_SIGNED
    places = geometry.grid_lps_mm(shape)
    values = with_markers(ramp(places), places, MARKERS)
    for index, plane in enumerate(values):
        scale = pixels.rescale_of(index) or Rescale()
        stored = stored_from_values(plane, pixels, index).astype(np.float64)
        values[index] = stored * scale.slope + scale.intercept
    paths = write_series(
        folder,
        values,
        geometry,
        tags=tags,
        pixels=pixels,
        transfer_syntax=transfer_syntax,
        names=names,
    )
    return Phantom(name, folder, tuple(paths), values, geometry, tags, verdict, MARKERS.landmarks)
