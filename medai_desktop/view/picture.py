"""What `rendering` is asked for and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medai_desktop.geometry import ViewPlane
from medai_desktop.view.viewport import Camera, Slab, SlabMode
from medai_desktop.volume import Volume, Window


@dataclass(frozen=True, slots=True, eq=False)
class StoredSliceRequest:
    """One stored image at its own resolution.

    Attributes:
        volume: the pixels.
        slice_index: index into the array.
        window: VOI; ignored for colour.
        is_inverted: MONOCHROME1 and the reader's wish together.
        mode: how several images become one; NONE: the image alone.
        shares: array index of each image of a slab, and how much of it lies in it (0 to 1).
    """

    volume: Volume
    slice_index: int
    window: Window
    is_inverted: bool
    mode: SlabMode = SlabMode.NONE
    shares: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PlaneRequest:
    """A reformatted plane at screen resolution.

    Attributes:
        volume: the voxels, with geometry.
        plane: its origin is the middle of the picture.
        size_px: width and height of the picture.
        mm_per_px: of the picture, the same in both directions.
        slab: thin when its mode is NONE.
        window: VOI.
        is_inverted: MONOCHROME1 and the reader's wish together.
        is_draft: quick and coarse, while dragging.
    """

    volume: Volume
    plane: ViewPlane
    size_px: tuple[int, int]
    mm_per_px: float
    slab: Slab
    window: Window
    is_inverted: bool
    is_draft: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class VolumeRequest:
    """A 3D picture.

    Attributes:
        volume: the voxels, with geometry.
        camera: from where.
        size_px: width and height of the picture.
        preset_3d: id of a preset of `resources/presets`.
        points: (value, opacity) of the preset in modality units, already resolved from percentiles.
        is_mip: grey maximum intensity projection through `window`.
        window: for MIP.
        is_draft: quick and coarse, while dragging.
        within_lungs: only what lies in the lungs; the body about them would hide it.
    """

    volume: Volume
    camera: Camera
    size_px: tuple[int, int]
    preset_3d: str
    points: tuple[tuple[float, float], ...]
    is_mip: bool
    window: Window
    is_draft: bool = False
    within_lungs: bool = False


PictureRequest = StoredSliceRequest | PlaneRequest | VolumeRequest


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A finished picture.

    Attributes:
        request: what was asked for.
        pixels: (height, width) uint8 grey or (height, width, 3) uint8 RGB, top row first,
            C-contiguous. For a stored slice: rows x columns of the image.
        reduced_from: longest axis in voxels before a reduced copy was used (3D on software
            renderers or above the texture limit); None when nothing was reduced.
    """

    request: PictureRequest
    pixels: npt.NDArray[np.uint8]
    reduced_from: int | None = None
