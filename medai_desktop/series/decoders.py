"""The decode workers of the window: supervised, restarted, never trusted."""

from __future__ import annotations

import os
import queue
import threading
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import PixelDataError, WorkerDiedError, WorkerError, WorkerHungError
from medai_desktop.series.display_set import ImageFrame
from medai_desktop.text import Message, message
from medai_desktop.wire import Frame, Slot, WorkerProcess

SILENCE_S = 20.0
NUMPY_OF = {
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "INT16": np.int16,
    "INT32": np.int32,
    "UINT32": np.uint32,
    "FP32": np.float32,
}


@dataclass(slots=True)
class _Seat:
    process: WorkerProcess | None = None
    slot: Slot | None = None


class DecodeWorkers:
    """A few decode workers; may be called from several threads at once.

    Args:
        count: how many; None: one for each core but one, two at most.
    """

    def __init__(self, count: int | None = None) -> None:
        number = count or max(1, min(2, (os.cpu_count() or 2) - 1))
        self._seats: queue.SimpleQueue[_Seat] = queue.SimpleQueue()
        self._all = [_Seat() for _ in range(number)]
        for seat in self._all:
            self._seats.put(seat)
        self._closed = threading.Event()

    def decode(self, image: ImageFrame) -> npt.NDArray[np.generic]:
        """Stored values of one image, a copy.

        Raises:
            PixelDataError: they cannot be had; the message names the file and one reason.
        """
        pixels = image.instance.pixels
        name = image.instance.path.name
        if pixels is None:
            raise PixelDataError(message("series.no_pixel_data", file=name))
        size = pixels.rows * pixels.columns * max(1, pixels.samples_per_pixel) * 4
        seat = self._seats.get()
        try:
            return self._decode(seat, image, size)
        except WorkerHungError as error:
            seat.process = None
            raise PixelDataError(message("series.decoder_silent", file=name)) from error
        except WorkerError as error:
            seat.process = None
            raise PixelDataError(message("series.decoder_died", file=name)) from error
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

    def _decode(self, seat: _Seat, image: ImageFrame, size: int) -> npt.NDArray[np.generic]:
        process = self._process(seat)
        if seat.slot is None or seat.slot.size < size:
            if seat.slot is not None:
                seat.slot.close()
            seat.slot = Slot(size)
        process.send(
            Frame(
                "decode",
                {
                    "path": str(image.instance.path),
                    "frame": image.frame,
                    "slot": seat.slot.name,
                    "slot_size": seat.slot.size,
                },
            )
        )
        reply = process.receive(SILENCE_S)
        if reply.kind != "decoded":
            raise PixelDataError(_reason(image, str(reply.parameters.get("reason", ""))))
        kind = NUMPY_OF.get(reply.text("datatype"))
        rows, columns = int(reply.number("rows")), int(reply.number("columns"))
        samples = int(reply.number("samples"))
        pixels = image.instance.pixels
        if pixels is None or kind is None or samples not in (1, 3):
            raise PixelDataError(_reason(image, "size"))
        if (rows, columns) != (pixels.rows, pixels.columns):
            raise PixelDataError(_reason(image, "size"))
        shape = (rows, columns) if samples == 1 else (rows, columns, samples)
        if int(np.prod(shape)) * np.dtype(kind).itemsize > seat.slot.size:
            raise PixelDataError(_reason(image, "size"))
        return np.array(seat.slot.array(shape, np.dtype(kind)))


def _reason(image: ImageFrame, reason: str) -> Message:
    name = image.instance.path.name
    lowered = reason.lower()
    if "no pixel data" in lowered:
        return message("series.no_pixel_data", file=name)
    if "truncated" in lowered or "actual length" in lowered or "less than" in lowered:
        return message("series.truncated", file=name)
    if "transfer syntax" in lowered or "notimplemented" in lowered:
        syntax = image.instance.transfer_syntax_uid
        return message("series.unknown_syntax", file=name, syntax=syntax)
    if reason == "size":
        return message("series.other_size", file=name)
    kind = reason.partition(":")[0] or "?"
    return message("series.cannot_decode", file=name, reason=kind)
