"""A worker program for tests: ``python -m tests.unit.wire.odd_worker`` does what it is asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from medai_desktop.wire import Frame, Tell, answer_requests, attached_slot


def echo(request: Frame, tell: Tell) -> Frame:
    return Frame("echo", request.parameters, request.tensors)


def count(request: Frame, tell: Tell) -> Frame:
    for done in range(int(request.number("units"))):
        time.sleep(request.number("pause"))
        tell(Frame("progress", {"done": done + 1}))
    return Frame("counted")


def sleep(request: Frame, tell: Tell) -> Frame:
    tell(Frame("asleep"))
    time.sleep(request.number("seconds"))
    return Frame("awake")


def ignore_the_wish_to_end(request: Frame, tell: Tell) -> Frame:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return sleep(request, tell)


def die(request: Frame, tell: Tell) -> Frame:
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), int(request.number("signal")))
    time.sleep(60)
    return Frame("alive")


def leave(request: Frame, tell: Tell) -> Frame:
    os._exit(int(request.number("code")))


def fail(request: Frame, tell: Tell) -> Frame:
    raise {"ValueError": ValueError, "MemoryError": MemoryError}[request.text("how")]("as asked")


def chatter(request: Frame, tell: Tell) -> Frame:
    print("to standard output")
    os.write(1, b"to the file of standard output\n")
    subprocess.run(["echo", "from a child"], check=True)
    return Frame("said", {"input": sys.stdin.read()})


def garbage(request: Frame, tell: Tell) -> Frame:
    # The pipe of the replies is the highest one that is open for writing.
    os.write(pipe_of_the_replies(), b"nonsense that is no frame at all")
    return Frame("never read")


def another_id(request: Frame, tell: Tell) -> Frame:
    from medai_desktop.wire import write_reply

    with os.fdopen(os.dup(pipe_of_the_replies()), "wb") as pipe:
        write_reply(pipe, Frame("result", id="of another request"))
    return Frame("result")


def twice(request: Frame, tell: Tell) -> Frame:
    tell(Frame("result", {"number": 1}))
    return Frame("result", {"number": 2})


def child(request: Frame, tell: Tell) -> Frame:
    started = subprocess.Popen(["sleep", "300"])
    tell(Frame("child", {"pid": started.pid}))
    time.sleep(300)
    return Frame("done")


def where(request: Frame, tell: Tell) -> Frame:
    import json

    return Frame(
        "here",
        {
            "path": json.dumps(sys.path),
            "niceness": os.getpriority(os.PRIO_PROCESS, 0),
            "group": os.getpgid(0),
            "session": os.getsid(0),
        },
    )


def fill(request: Frame, tell: Tell) -> Frame:
    with attached_slot(request.text("slot")) as block:
        values = np.ndarray((4, 5), np.int16, buffer=block)
        total = int(values.sum())
        values[...] += 1
    return Frame("filled", {"total": total})


def pipe_of_the_replies() -> int:
    """Of the descriptors above standard error, the pipe that takes bytes."""
    import fcntl
    import stat

    for descriptor in range(3, 32):
        try:
            is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            if is_pipe and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return descriptor
        except OSError:
            continue
    raise RuntimeError("no pipe")


ANSWERS: dict[str, Callable[[Frame, Tell], Frame]] = {
    made.__name__: made
    for made in (
        echo,
        count,
        sleep,
        ignore_the_wish_to_end,
        die,
        leave,
        fail,
        chatter,
        garbage,
        another_id,
        twice,
        child,
        where,
        fill,
    )
}

if __name__ == "__main__":
    sys.exit(answer_requests(lambda request, tell: ANSWERS[request.kind](request, tell)))
