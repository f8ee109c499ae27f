"""Tensors, frames and errors spoken between programs, and how a worker program is run.

Lives here: the header and binary tensors of the Open Inference Protocol, length-prefixed frames,
shared slots for voxels, starting, speaking to and ending a worker program. May import `errors`,
`text`; uses numpy. No pickle crosses a process border.
Terms: frame (length, header, tensors), slot (one shared block of one worker), sign of life.
"""

from medai_desktop.wire.frames import Frame, read_frame, write_frame
from medai_desktop.wire.slot import Slot, attach_slot
from medai_desktop.wire.worker_process import WorkerProcess, program_command

__all__ = [
    "Frame",
    "Slot",
    "WorkerProcess",
    "attach_slot",
    "program_command",
    "read_frame",
    "write_frame",
]
