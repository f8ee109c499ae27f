"""On which devices models can run; asked of a worker, so that the window loads no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medai_desktop.errors import UsageError
from medai_desktop.settings import DEVICE_PATTERN
from medai_desktop.text import message
from medai_desktop.wire import Frame, WorkerProcess

SILENCE_S = 120.0
WORKER = "medai_desktop.runtimes.worker"


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name."""

    name: str


def check_device_name(name: str) -> str:
    """A name that may be asked for, whether or not the device is in this computer.

    Raises:
        UsageError: it is none of auto, cpu, cuda, cuda:1 (any number) and mps.
    """
    if re.fullmatch(DEVICE_PATTERN, name) is None:
        raise UsageError(message("runtimes.unknown_device", device=name))
    return name


def available_devices() -> tuple[Device, ...]:
    """Starts a worker and asks it.

    Raises:
        WorkerError: it does not start or answer.
    """
    worker = WorkerProcess(WORKER)
    try:
        worker.send(Frame("devices"))
        reply = worker.receive(SILENCE_S)
        return tuple(Device(name) for name in reply.text("names").split(",") if name)
    finally:
        worker.end()
