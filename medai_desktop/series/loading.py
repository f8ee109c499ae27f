"""Pixels become a volume, slice by slice, the one that is looked at first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import OutOfMemoryError, PixelDataError
from medai_desktop.jobs import Cancellation, Progress, ProgressCallback
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, ImageFrame, Verdict
from medai_desktop.source.instance import PixelFacts
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume, Window, apply_window

NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"})
"""Little endian, not deflated: read straight from the file."""

GEOMETRY_FOR_PLANES = frozenset({Verdict.UNIFORM, Verdict.TILTED, Verdict.SINGLE_SLICE})


class SeriesLoader:
    """Loads one display set.

    The volume is allocated at once and filled as slices come.

    Args:
        display_set: what to load.
        decoders: for everything that is not plain.

    Raises:
        OutOfMemoryError: it does not fit; the message carries the figures.
    """

    def __init__(self, display_set: DisplaySet, decoders: DecodeWorkers) -> None:
        self._shown = display_set
        self._decoders = decoders
        self._kind = value_type(display_set)
        pixels = display_set.pixels
        shape: tuple[int, ...] = display_set.shape
        if is_colour(pixels):
            shape = (*shape, 3)
        _check_room(int(np.prod(shape, dtype=np.int64)) * self._kind.itemsize)
        self.loaded = np.zeros(len(display_set.frames), dtype=bool)
        self.failures: dict[int, Message] = {}
        self.volume = self._volume(np.zeros(shape, self._kind), "")
        self._focus = 0

    def set_focus(self, slice_index: int) -> None:
        """The slices around this one come next."""
        self._focus = slice_index

    def load(
        self,
        progress: ProgressCallback,
        cancellation: Cancellation,
        *,
        first_slice: int,
        on_slice: Callable[[int], None],
    ) -> Volume:
        """Loads every slice.

        Args:
            progress: finished slices.
            cancellation: asked before each slice.
            first_slice: comes first; the rest outward from it, or from `set_focus`.
            on_slice: told of each slice that has come, on this thread.

        Returns:
            The volume, with its digest when every slice has come.

        Raises:
            CancelledError: the reader cancelled.
            PixelDataError: not one slice could be decoded.
        """
        self._focus = first_slice
        waiting = set(np.flatnonzero(~self.loaded).tolist())
        total, stage = len(self.loaded), message("series.decoding")
        while waiting:
            cancellation.raise_if_cancelled()
            index = min(waiting, key=lambda k: abs(k - self._focus))
            waiting.remove(index)
            try:
                self._load_slice(index)
                self.loaded[index] = True
            except PixelDataError as error:
                self.failures[index] = error.message
            on_slice(index)
            progress(Progress(total - len(waiting), total, stage))
        if not self.loaded.any():
            raise PixelDataError(next(iter(self.failures.values())))
        if not self.failures:
            self.volume = self._volume(self.volume.voxels, self._digest())
        return self.volume

    def _load_slice(self, index: int) -> None:
        image = self._shown.frames[index]
        pixels = image.instance.pixels
        if pixels is None:
            raise PixelDataError(message("series.no_pixel_data", file=image.instance.path.name))
        stored = read_native(image) if is_plain(image) else self._decoders.decode(image)
        target = self.volume.voxels[index]
        if stored.shape != target.shape:
            raise PixelDataError(message("series.other_size", file=image.instance.path.name))
        if is_colour(pixels):
            target[...] = stored
        elif pixels.rescale_slope == 1 and pixels.rescale_intercept == 0:
            np.copyto(target, stored, casting="unsafe")
        elif self._kind.kind == "f":
            values = stored.astype(np.float64) * pixels.rescale_slope + pixels.rescale_intercept
            np.copyto(target, values, casting="unsafe")
        else:
            whole = stored.astype(np.int32) * int(pixels.rescale_slope)
            np.copyto(target, whole + int(pixels.rescale_intercept), casting="unsafe")

    def _volume(self, voxels: npt.NDArray[np.generic], digest: str) -> Volume:
        shown, pixels = self._shown, self._shown.pixels
        padding = None
        if pixels.padding is not None:
            ends = [v * pixels.rescale_slope + pixels.rescale_intercept for v in pixels.padding]
            padding = (min(ends), max(ends))
        return Volume(
            voxels,
            shown.geometry if shown.verdict in GEOMETRY_FOR_PLANES else None,
            shown.pixel_spacing_mm,
            shown.unit,
            tuple(frame.reference for frame in shown.frames),
            shown.id,
            digest,
            pixels.photometric_interpretation == "MONOCHROME1",
            padding,
        )

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for index, frame in enumerate(self._shown.frames):
            digest.update(f"{frame.instance.sop_instance_uid} {frame.frame}\n".encode())
            digest.update(np.ascontiguousarray(self.volume.voxels[index]).tobytes())
        return digest.hexdigest()


def load_thumbnail(
    display_set: DisplaySet, decoders: DecodeWorkers, size_px: int
) -> npt.NDArray[np.uint8]:
    """A small picture of the middle image, (h, w) or (h, w, 3), longest side `size_px`.

    Raises:
        PixelDataError: it cannot be decoded.
    """
    image = display_set.frames[len(display_set.frames) // 2]
    pixels = image.instance.pixels
    if pixels is None:
        raise PixelDataError(message("series.no_pixel_data", file=image.instance.path.name))
    stored = read_native(image) if is_plain(image) else decoders.decode(image)
    step = max(1, max(stored.shape[:2]) // size_px)
    small = stored[::step, ::step]
    if stored.ndim == 3:
        return np.ascontiguousarray(small, dtype=np.uint8)
    values = small.astype(np.float32) * pixels.rescale_slope + pixels.rescale_intercept
    low, high = np.percentile(values, (1, 99.5))
    window = Window.from_range(float(low), float(high))
    if pixels.windows and display_set.series.modality != "MR":
        window = pixels.windows[0]
    is_inverted = pixels.photometric_interpretation == "MONOCHROME1"
    return apply_window(values, window, inverted=is_inverted)


def is_plain(image: ImageFrame) -> bool:
    """Whether the stored values can be read straight from the file."""
    pixels = image.instance.pixels
    return (
        pixels is not None
        and image.instance.transfer_syntax_uid in NATIVE
        and pixels.pixel_offset is not None
        and pixels.samples_per_pixel == 1
        and pixels.bits_allocated in (8, 16)
        and pixels.photometric_interpretation.startswith("MONOCHROME")
    )


def read_native(image: ImageFrame) -> npt.NDArray[np.generic]:
    """Stored values of a plain image, (rows, columns), unused bits cleared.

    Raises:
        PixelDataError: the file ends early or has become unreadable.
    """
    header = image.instance
    pixels, name = header.pixels, header.path.name
    if pixels is None or pixels.pixel_offset is None:
        raise PixelDataError(message("series.no_pixel_data", file=name))
    size = pixels.rows * pixels.columns * pixels.bits_allocated // 8
    try:
        with header.path.open("rb") as file:
            file.seek(pixels.pixel_offset + (image.frame - 1) * size)
            raw = file.read(size)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PixelDataError(message("series.cannot_decode", file=name, reason=reason)) from error
    if len(raw) < size:
        raise PixelDataError(message("series.truncated", file=name))
    letter = "i" if pixels.is_signed else "u"
    values = np.frombuffer(raw, np.dtype(f"<{letter}{pixels.bits_allocated // 8}"))
    values = values.reshape(pixels.rows, pixels.columns)
    unused = pixels.bits_allocated - pixels.bits_stored
    if unused <= 0:
        return values
    whole: npt.NDArray[np.integer] = values.astype(values.dtype.newbyteorder("="))
    if pixels.is_signed:
        return np.asarray(np.right_shift(np.left_shift(whole, unused), unused))
    return np.asarray(whole & np.array((1 << pixels.bits_stored) - 1, whole.dtype))


def is_colour(pixels: PixelFacts) -> bool:
    """Whether an image is shown in colour."""
    return pixels.samples_per_pixel >= 3 or pixels.photometric_interpretation == "PALETTE COLOR"


def value_type(shown: DisplaySet) -> np.dtype[np.generic]:
    """The smallest type that holds every value after the modality transform without loss."""
    if is_colour(shown.pixels):
        return np.dtype(np.uint8)
    low, high = 0.0, 0.0
    for frame in shown.frames:
        pixels = frame.instance.pixels
        if pixels is None:
            continue
        slope, intercept = pixels.rescale_slope, pixels.rescale_intercept
        if slope != int(slope) or intercept != int(intercept) or pixels.bits_allocated > 16:
            return np.dtype(np.float32)
        bits = min(pixels.bits_stored, 16)
        ends = (
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
            if pixels.is_signed
            else (0, (1 << bits) - 1)
        )
        for end in ends:
            low, high = min(low, end * slope + intercept), max(high, end * slope + intercept)
    for kind in (np.uint8, np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float32)


def free_memory_bytes() -> int | None:
    """Memory that can still be had; None when the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _check_room(needed: int) -> None:
    free = free_memory_bytes()
    if free is not None and needed > 0.8 * free:
        raise OutOfMemoryError(
            message("series.too_large", needed=needed // 1_000_000, free=free // 1_000_000)
        )
