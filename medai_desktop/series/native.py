"""Reads uncompressed pixels from their file straight into their slice."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import PixelDataError
from medai_desktop.series.display_set import ImageFrame
from medai_desktop.series.syntaxes import NATIVE
from medai_desktop.series.values import (
    UNITY,
    Rescale,
    check_fits,
    clear_unused_bits,
    put_values,
    rescale_in_place,
)
from medai_desktop.source.header import reason_of
from medai_desktop.source.instance import PixelFacts
from medai_desktop.text import message


def is_plain(image: ImageFrame) -> bool:
    """Whether the stored values can be read straight from the file."""
    pixels = image.instance.pixels
    return (
        pixels is not None
        and image.instance.transfer_syntax_uid in NATIVE
        and pixels.pixel_offset is not None
        and pixels.pixel_length is not None
        and pixels.samples_per_pixel == 1
        and pixels.bits_allocated in (8, 16, 32)
        and pixels.modality_lut_bits is None
        and pixels.photometric_interpretation.startswith("MONOCHROME")
    )


def read_plain_pixels(image: ImageFrame, rescale: Rescale, target: npt.NDArray[np.generic]) -> None:
    """Reads modality values of a plain image.

    Args:
        image: `is_plain`.
        rescale: slope and intercept.
        target: (rows, columns), of the type that `first_type` or `value_type` chose.

    Raises:
        PixelDataError: the file ends early or has become unreadable.
        TooNarrowError: the values do not fit.
    """
    pixels = image.instance.pixels
    if pixels is None:
        raise PixelDataError(message("source.no_pixel_data", file=image.instance.path.name))
    if target.shape != (pixels.rows, pixels.columns):
        raise PixelDataError(message("series.other_size", file=image.instance.path.name))
    is_same_size = target.dtype.itemsize * 8 == pixels.bits_allocated
    if target.dtype.kind in "iu" and is_same_size and target.flags.c_contiguous:
        try:
            _read(image, pixels, target)
        except PixelDataError:
            target[...] = 0
            raise
        clear_unused_bits(target, pixels)
        if rescale != UNITY:
            if target.dtype == np.int16:
                check_fits(target.view(_stored_type(pixels)), rescale, np.int16)
            rescale_in_place(target, rescale)
        return
    put_values(read_stored(image), rescale, target)


def read_stored(image: ImageFrame) -> npt.NDArray[np.generic]:
    """Stored values of a plain image, (rows, columns), unused bits cleared.

    Raises:
        PixelDataError: the file ends early or has become unreadable.
    """
    pixels = image.instance.pixels
    if pixels is None:
        raise PixelDataError(message("source.no_pixel_data", file=image.instance.path.name))
    stored = np.empty((pixels.rows, pixels.columns), _stored_type(pixels))
    _read(image, pixels, stored)
    clear_unused_bits(stored, pixels)
    return stored


def check_unchanged(image: ImageFrame, status: os.stat_result) -> None:
    """Looks whether a file is still the one whose header was read.

    Raises:
        PixelDataError: it is not: another image, perhaps of another patient.
    """
    if not image.instance.is_still(status):
        raise PixelDataError(message("series.file_changed", file=image.instance.path.name))


def _stored_type(pixels: PixelFacts) -> np.dtype[np.generic]:
    letter = "i" if pixels.is_signed else "u"
    return np.dtype(f"<{letter}{pixels.bits_allocated // 8}")


def _read(image: ImageFrame, pixels: PixelFacts, target: npt.NDArray[np.generic]) -> None:
    path = image.instance.path
    size = pixels.rows * pixels.columns * pixels.bits_allocated // 8
    start = (pixels.pixel_offset or 0) + (image.frame - 1) * size
    view = memoryview(target.reshape(-1).view(np.uint8).data)
    try:
        with path.open("rb", buffering=0) as file:
            check_unchanged(image, os.fstat(file.fileno()))
            file.seek(start)
            done = 0
            while done < size:
                count = file.readinto(view[done:])
                if not count:
                    raise PixelDataError(message("source.truncated", file=path.name))
                done += count
            check_unchanged(image, os.fstat(file.fileno()))
    except OSError as error:
        raise PixelDataError(
            message("source.unreadable", file=path.name, reason=reason_of(error))
        ) from error
