"""Small pictures for the list of series."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from medai_desktop.errors import PixelDataError
from medai_desktop.jobs import Cancellation
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, ImageFrame
from medai_desktop.series.native import is_plain, read_stored
from medai_desktop.series.values import rescale_of
from medai_desktop.volume import Window, apply_window

PERCENTILES = (1.0, 99.5)


def load_thumbnail(
    display_set: DisplaySet,
    decoders: DecodeWorkers,
    size_px: int,
    cancellation: Cancellation | None = None,
) -> npt.NDArray[np.uint8]:
    """A small picture of the middle image, or of another one when that cannot be decoded.

    Returns:
        (h, w) or (h, w, 3), square millimetres, longest side `size_px`.

    Raises:
        CancelledError: the reader cancelled.
        PixelDataError: none of them can be decoded.
    """
    count = len(display_set.frames)
    tried = list(dict.fromkeys((count // 2, 0, count - 1)))
    for place in tried:
        image = display_set.frames[place]
        try:
            if is_plain(image):
                stored = read_stored(image)
            else:
                stored = decoders.decode(image, cancellation)
        except PixelDataError:
            if place == tried[-1]:
                raise
            continue
        return _shrunk(_grey(image, stored, display_set), _aspect(display_set), size_px)
    raise AssertionError("a display set has images")


def _grey(
    image: ImageFrame, stored: npt.NDArray[np.generic], shown: DisplaySet
) -> npt.NDArray[np.uint8]:
    if stored.ndim == 3:
        return np.ascontiguousarray(stored, dtype=np.uint8)
    slope, intercept = rescale_of(image)
    values = np.nan_to_num(stored.astype(np.float32) * np.float32(slope) + np.float32(intercept))
    pixels = image.instance.pixels or shown.pixels
    if pixels.windows and shown.series.modality != "MR":
        window = pixels.windows[0]
    else:
        low, high = np.percentile(values, PERCENTILES)
        window = Window.from_range(float(low), float(high))
    is_inverted = pixels.photometric_interpretation == "MONOCHROME1"
    return apply_window(values, window, inverted=is_inverted)


def _aspect(shown: DisplaySet) -> float:
    """Height of a pixel over its width."""
    steps = shown.pixel_spacing_mm or shown.frames[0].instance.position.pixel_aspect_ratio
    return 1.0 if steps is None else steps[0] / steps[1]


def _shrunk(picture: npt.NDArray[np.uint8], aspect: float, size_px: int) -> npt.NDArray[np.uint8]:
    height, width = picture.shape[0] * aspect, float(picture.shape[1])
    scale = size_px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(picture).resize(size, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.uint8)
