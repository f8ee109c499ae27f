"""What lies under the cursor: always from stored voxels."""

from __future__ import annotations

import numpy as np

from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message
from medai_desktop.view.projection import Projection
from medai_desktop.view.viewport import ViewportKind, ViewportState
from medai_desktop.volume import Volume


def readout(
    volume: Volume,
    shown: DisplaySet,
    state: ViewportState,
    projection: Projection,
    at_px: tuple[float, float],
) -> Message | None:
    """Value and place under a viewport position; None outside the image."""
    world = projection.world_from_screen(*at_px)
    slices, rows, columns = volume.shape
    if state.kind is ViewportKind.STACK:
        u, v = projection.pixel_from_screen(*at_px)
        index = (int(np.floor(u)), int(np.floor(v)), state.slice_index)
    elif world is not None and volume.geometry is not None:
        i, j, k = np.rint(volume.geometry.voxel_from_world(world)).astype(int)
        index = (int(i), int(j), int(k))
    else:
        return None
    i, j, k = index
    if not (0 <= i < columns and 0 <= j < rows and 0 <= k < slices):
        return None
    value = _written(volume, volume.voxels[k, j, i])
    if world is None:
        return message("view.readout_px", value=value, column=i + 1, row=j + 1)
    x, y, z = (f"{n:.1f}" for n in world)
    return message("view.readout_mm", value=value, x=x, y=y, z=z)


def _written(volume: Volume, value: np.ndarray | np.generic) -> str:
    if volume.is_colour:
        return " ".join(str(int(v)) for v in np.asarray(value).ravel())
    number = float(np.asarray(value))
    text = f"{number:.0f}" if number == int(number) else f"{number:.3g}"
    return f"{text} {volume.unit.value}".strip()
