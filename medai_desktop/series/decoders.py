"""The decode workers of the window: supervised, restarted, never trusted."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import (
    MedaiError,
    PixelDataError,
    WorkerDiedError,
    WorkerError,
    WorkerHungError,
)
from medai_desktop.jobs import Cancellation
from medai_desktop.series.display_set import ImageFrame
from medai_desktop.source.instance import PixelFacts
from medai_desktop.text import Message, message
from medai_desktop.wire import Frame, Slot, WorkerProcess

SILENCE_S = 20.0
MOST_WORKERS = 4
NUMPY_OF: dict[str, type[np.generic]] = {
    "UINT8": np.uint8,
    "INT8": np.int8,
    "UINT16": np.uint16,
    "INT16": np.int16,
    "UINT32": np.uint32,
    "INT32": np.int32,
    "FP32": np.float32,
    "FP64": np.float64,
}
Taker = Callable[[npt.NDArray[np.generic]], None]


@dataclass(slots=True)
class _Seat:
    process: WorkerProcess | None = None
    slot: Slot | None = None


class DecodeWorkers:
    """A few decode workers, started when they are needed; for several threads at once.

    Args:
        count: how many; None: one for each core, four at most.
        silence_s: a worker that says nothing for so long is ended.
    """

    def __init__(self, count: int | None = None, silence_s: float = SILENCE_S) -> None:
        self.count = count or max(1, min(MOST_WORKERS, os.cpu_count() or 1))
        self._silence_s = silence_s
        # Last in, first out: one image after the other needs one worker only.
        self._seats: queue.LifoQueue[_Seat] = queue.LifoQueue()
        self._all = [_Seat() for _ in range(self.count)]
        for seat in self._all:
            self._seats.put(seat)
        self._closed = threading.Event()

    def decode(
        self, image: ImageFrame, cancellation: Cancellation | None = None
    ) -> npt.NDArray[np.generic]:
        """Stored values of one image, a copy.

        Raises:
            CancelledError: the reader cancelled.
            PixelDataError: they cannot be had; the message names the file and one reason.
        """
        copies: list[npt.NDArray[np.generic]] = []
        self.decode_into(image, lambda values: copies.append(np.array(values)), cancellation)
        return copies[0]

    def decode_into(
        self, image: ImageFrame, take: Taker, cancellation: Cancellation | None = None
    ) -> None:
        """Decodes one image and hands over its stored values.

        Args:
            image: which.
            take: called with the values, (rows, columns) or (rows, columns, 3); they are gone
                when it returns.
            cancellation: ends the worker when the reader cancels.

        Raises:
            CancelledError: the reader cancelled.
            PixelDataError: they cannot be had; the message names the file and one reason.
        """
        pixels = image.instance.pixels
        name = image.instance.path.name
        if pixels is None:
            raise PixelDataError(message("source.no_pixel_data", file=name))
        seat = self._seats.get()
        try:
            self._decode(seat, image, pixels, take, cancellation)
        except PixelDataError:
            raise
        except WorkerHungError as error:
            seat.process = None
            raise PixelDataError(message("series.decoder_silent", file=name)) from error
        except WorkerError as error:
            seat.process = None
            raise PixelDataError(message("series.decoder_died", file=name)) from error
        except MedaiError:
            if seat.process is not None and not seat.process.is_alive:
                seat.process = None
            raise
        finally:
            self._seats.put(seat)

    def check(self) -> None:
        """Starts one worker and speaks to it.

        Raises:
            WorkerError: it does not answer.
        """
        seat = self._seats.get()
        try:
            process = self._process(seat)
            process.send(Frame("hello"))
            process.receive(SILENCE_S)
        finally:
            self._seats.put(seat)

    def pids(self) -> tuple[int, ...]:
        """Process ids of the running workers."""
        return tuple(s.process.pid for s in self._all if s.process is not None)

    def close(self) -> None:
        """Ends the workers."""
        self._closed.set()
        for seat in self._all:
            if seat.process is not None:
                seat.process.end()
            if seat.slot is not None:
                seat.slot.close()
            seat.process, seat.slot = None, None

    def __enter__(self) -> DecodeWorkers:
        """Itself; closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the workers."""
        self.close()

    def _process(self, seat: _Seat) -> WorkerProcess:
        if self._closed.is_set():
            raise WorkerDiedError(message("wire.died", how="closed"))
        if seat.process is None or not seat.process.is_alive:
            seat.process = WorkerProcess("medai_desktop.series.decode_worker", niceness=5)
        return seat.process

    def _decode(
        self,
        seat: _Seat,
        image: ImageFrame,
        pixels: PixelFacts,
        take: Taker,
        cancellation: Cancellation | None,
    ) -> None:
        process = self._process(seat)
        size = pixels.rows * pixels.columns * _bytes_per_pixel(pixels)
        if seat.slot is None or seat.slot.size < size:
            if seat.slot is not None:
                seat.slot.close()
                seat.slot = None
            seat.slot = Slot(size)
        process.send(
            Frame(
                "decode",
                {
                    "path": str(image.instance.path),
                    "frame": image.frame,
                    "frames": pixels.frames,
                    "stamp": _stamp_of(image),
                    "slot": seat.slot.name,
                    "slot_size": seat.slot.size,
                },
            )
        )
        reply = process.receive(self._silence_s, cancellation)
        if reply.kind != "decoded":
            raise PixelDataError(_reason(image, str(reply.parameters.get("reason", ""))))
        shape, kind = _checked(image, pixels, reply)
        if int(np.prod(shape)) * kind.itemsize > seat.slot.size:
            raise PixelDataError(_reason(image, "size"))
        values = seat.slot.array(shape, kind)
        try:
            take(values)
        finally:
            del values


def _stamp_of(image: ImageFrame) -> str:
    """Size and time of change as text: a number on the wire holds no nanoseconds."""
    stamp = image.instance.stamp
    return "" if stamp is None else f"{stamp.size_bytes} {stamp.changed_ns}"


def _bytes_per_pixel(pixels: PixelFacts) -> int:
    if pixels.is_colour:
        return 3
    return max(2 if pixels.modality_lut_bits is not None else 1, pixels.bits_allocated // 8)


def _checked(
    image: ImageFrame, pixels: PixelFacts, reply: Frame
) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of what a worker says it has left, if that can be."""
    kind = NUMPY_OF.get(reply.text("datatype"))
    samples = int(reply.number("samples"))
    shape = (int(reply.number("rows")), int(reply.number("columns")))
    if kind is None or shape != (pixels.rows, pixels.columns):
        raise PixelDataError(_reason(image, "size"))
    if samples != (3 if pixels.is_colour else 1):
        raise PixelDataError(_reason(image, "size"))
    return (*shape, 3) if pixels.is_colour else shape, np.dtype(kind)


def _reason(image: ImageFrame, reason: str) -> Message:
    name = image.instance.path.name
    lowered = reason.lower()
    if CHANGED in lowered:
        return message("series.file_changed", file=name)
    if "no pixel data" in lowered:
        return message("source.no_pixel_data", file=name)
    if any(word in lowered for word in TRUNCATED):
        return message("source.truncated", file=name)
    if reason == "size":
        return message("series.other_size", file=name)
    if reason == "memory":
        return message("series.decoder_memory", file=name)
    if any(word in lowered for word in GONE):
        return message("source.unreadable", file=name, reason=message("source.gone"))
    return message("series.damaged_pixels", file=name)


TRUNCATED = (
    "truncated",
    "actual length",
    "less than",
    "insufficient",
    "premature",
    "unexpected end",
)
CHANGED = "filechangederror"
GONE = ("filenotfound", "permissionerror", "notadirectory")
