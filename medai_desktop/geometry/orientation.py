"""Which way is anterior: orientation letters and anatomical planes."""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt

_POSITIVE = "LPH"
_NEGATIVE = "RAF"
_OPPOSITE = str.maketrans("LPHRAF", "RAFLPH")

PLANE_COSINE = 0.8
"""A normal with at least this cosine to an axis makes an anatomical plane."""


class AnatomicalPlane(Enum):
    """What a slice is called."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


def direction_letters(direction_lps: npt.ArrayLike, threshold: float = 0.25) -> str:
    """The patient direction that a vector points to.

    Args:
        direction_lps: shape (3,), LPS; need not be a unit vector.
        threshold: components smaller than this share of the length are left out.

    Returns:
        One to three letters of L R P A H F, the largest component first; empty for no direction.

    References:
        DICOM PS3.3 C.7.6.1.1.1 (Patient Orientation); H and F for head and feet.
    """
    vector = np.asarray(direction_lps, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if length == 0 or not np.isfinite(length):
        return ""
    unit = vector / length
    order = sorted(range(3), key=lambda axis: -abs(unit[axis]))
    return "".join(
        (_POSITIVE if unit[axis] > 0 else _NEGATIVE)[axis]
        for axis in order
        if abs(unit[axis]) > threshold
    )


def opposite_letters(letters: str) -> str:
    """The letters of the opposite direction: ``LA`` gives ``RP``."""
    return letters.translate(_OPPOSITE)


def anatomical_plane(normal_lps: npt.ArrayLike) -> AnatomicalPlane:
    """What a slice with this normal is called.

    Args:
        normal_lps: shape (3,), LPS; the sense does not matter.
    """
    vector = np.abs(np.asarray(normal_lps, dtype=np.float64))
    length = float(np.linalg.norm(vector))
    if length == 0 or not np.isfinite(length):
        return AnatomicalPlane.OBLIQUE
    names = (AnatomicalPlane.SAGITTAL, AnatomicalPlane.CORONAL, AnatomicalPlane.AXIAL)
    axis = int(np.argmax(vector))
    return names[axis] if vector[axis] / length >= PLANE_COSINE else AnatomicalPlane.OBLIQUE
