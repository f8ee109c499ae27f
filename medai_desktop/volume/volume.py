"""Voxels with geometry and unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import VolumeGeometry


class IntensityUnit(Enum):
    """What a voxel value means; the value is what is printed behind a number."""

    HOUNSFIELD = "HU"
    NONE = ""
    BECQUEREL_PER_ML = "Bq/mL"
    DIFFUSION = "x10^-6 mm2/s"


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The stored image behind a slice.

    Attributes:
        sop_instance_uid: of the instance.
        frame: counts from 1.
        sop_class_uid: of the instance.
    """

    sop_instance_uid: str
    frame: int
    sop_class_uid: str = ""


@dataclass(frozen=True, eq=False)
class Volume:
    """The images of one display set in one array.

    Attributes:
        voxels: shape (slices, rows, columns), modality units (HU for CT), or
            (slices, rows, columns, 3) uint8 for colour. While a series still loads, slices that
            have not come yet hold zeros; the window knows which.
        geometry: where the grid lies; None when the images have no place in the patient.
        pixel_spacing_mm: step between rows and columns; None when unknown. Known without
            `geometry` for radiographs.
        unit: of the values.
        images: the stored image behind each slice; empty for made-up volumes.
        display_set_id: of the display set the volume was read from; empty for made-up volumes.
        digest: over SOP UIDs, geometry and pixels of the display set, hexadecimal; empty while
            loading.
        is_inverted: MONOCHROME1: shown dark for high values.
        padding: values that are background, not tissue; excluded from statistics. Where slices
            differ in it, that of most of them.
        paddings: of each slice, where they differ; empty when `padding` holds for all.
    """

    voxels: npt.NDArray[np.generic]
    geometry: VolumeGeometry | None
    pixel_spacing_mm: tuple[float, float] | None = None
    unit: IntensityUnit = IntensityUnit.NONE
    images: tuple[ImageReference, ...] = ()
    display_set_id: str = ""
    digest: str = ""
    is_inverted: bool = False
    padding: tuple[float, float] | None = None
    paddings: tuple[tuple[float, float] | None, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of slices, rows and columns."""
        slices, rows, columns = self.voxels.shape[:3]
        return int(slices), int(rows), int(columns)

    @property
    def is_colour(self) -> bool:
        """Whether the last axis holds red, green and blue."""
        return self.voxels.ndim == 4

    @property
    def in_plane_mm(self) -> tuple[float, float] | None:
        """Step between rows and columns, millimetres: of the geometry when there is one."""
        if self.geometry is None:
            return self.pixel_spacing_mm
        _, rows, columns = self.geometry.spacing_mm
        return rows, columns

    def padding_of(self, index: int) -> tuple[float, float] | None:
        """Values of one slice that are background, low to high; None when it has none."""
        return self.paddings[index] if self.paddings else self.padding

    def signal(self, index: int) -> npt.NDArray[np.generic]:
        """One slice without what is no signal, for statistics and models.

        Args:
            index: of the slice.

        Returns:
            (rows, columns) of the same type: padding, and what is no number, replaced by the
            smallest other value.
        """
        values: npt.NDArray[Any] = self.voxels[index]
        is_no_signal = ~np.isfinite(values)
        padding = self.padding_of(index)
        if padding is not None:
            is_no_signal |= (values >= padding[0]) & (values <= padding[1])
        if is_no_signal.any():
            others = values[~is_no_signal]
            smallest = others.min() if others.size else values.dtype.type(0)
            values = np.where(is_no_signal, smallest, values).astype(values.dtype)
        return values
