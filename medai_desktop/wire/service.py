"""The worker's side of the pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from medai_desktop.wire.frames import Frame, read_request, write_reply

MAX_REASON = 300
Tell = Callable[[Frame], None]


def answer_requests(answer: Callable[[Frame, Tell], Frame]) -> int:
    """Answers requests on standard input until it is closed.

    Standard output belongs to the frames: whatever a library prints goes to standard error.

    Args:
        answer: makes the reply to a request; may tell of progress before. What it raises goes
            back as an error: ``memory`` for a `MemoryError`, else kind and text.

    Returns:
        The exit status: 0 when the window closed the pipe, 1 when it is gone.
    """
    requests, replies = _own_pipes()
    try:
        while (request := read_request(requests)) is not None:
            _answer_one(request, answer, replies)
    except BrokenPipeError:
        # Closing would try to write what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), replies.fileno())
        return 1
    return 0


def _answer_one(request: Frame, answer: Callable[[Frame, Tell], Frame], replies: BinaryIO) -> None:
    def tell(frame: Frame) -> None:
        write_reply(replies, replace(frame, id=request.id))

    try:
        reply = answer(request, tell)
    except BrokenPipeError:
        raise
    except MemoryError:
        reply = Frame("error", {"reason": "memory"})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by its kind
        reply = Frame("error", {"reason": f"{type(error).__name__}: {error}"[:MAX_REASON]})
    tell(reply)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes of the window, taken away from everything else in this process."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies
