"""On which devices models can run; asked of a worker, so that the window loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.wire import Frame, WorkerProcess

SILENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name."""

    name: str


def available_devices() -> tuple[Device, ...]:
    """Starts a worker and asks it.

    Raises:
        WorkerError: it does not start or answer.
    """
    worker = WorkerProcess("medai_desktop.runtimes.worker")
    try:
        worker.send(Frame("devices"))
        reply = worker.receive(SILENCE_S)
        return tuple(Device(name) for name in reply.text("names").split(",") if name)
    finally:
        worker.end()
