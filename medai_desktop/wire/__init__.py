"""Tensors, frames and errors spoken between programs, and how a worker program is run.

Lives here: the header and binary tensors of the Open Inference Protocol, length-prefixed frames,
shared slots for voxels, starting, speaking to and ending a worker program. May import `errors`,
`text`; uses numpy. No pickle crosses a process border.
Terms: frame (length, header, tensors), slot (one shared block of one worker), sign of life.
"""

from medai_desktop.wire.frames import Frame, read_reply, read_request, write_reply, write_request
from medai_desktop.wire.service import Tell, answer_requests
from medai_desktop.wire.slot import Slot, attached_slot, clear_leftovers, free_bytes
from medai_desktop.wire.worker_process import WorkerProcess, program_command

__all__ = [
    "Frame",
    "Slot",
    "Tell",
    "WorkerProcess",
    "answer_requests",
    "attached_slot",
    "clear_leftovers",
    "free_bytes",
    "program_command",
    "read_reply",
    "read_request",
    "write_reply",
    "write_request",
]
