"""Starting, speaking to and ending a worker program."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import BinaryIO, cast

from medai_desktop.errors import CancelledError, ReplyError, WorkerDiedError, WorkerHungError
from medai_desktop.jobs import Cancellation
from medai_desktop.text import message
from medai_desktop.wire.frames import Frame, read_frame, write_frame

POLL_S = 0.05
GRACE_S = 0.4
DETAIL_LINES = 40


def program_command(module: str, arguments: tuple[str, ...] = ()) -> list[str]:
    """How a worker program is started: by this interpreter, or by the frozen program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker", module, *arguments]
    return [sys.executable, "-m", module, *arguments]


class WorkerProcess:
    """A worker program, supervised from one thread at a time.

    Args:
        module: of the program, such as ``medai_desktop.runtimes.worker``.
        arguments: of the program.
        niceness: how far it stands back behind the window.
    """

    def __init__(self, module: str, arguments: tuple[str, ...] = (), niceness: int = 10) -> None:
        environment = dict(os.environ)
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(
            part for part in (root, environment.get("PYTHONPATH", "")) if part
        )
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            program_command(module, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._stand_back(niceness)
        self._frames: queue.SimpleQueue[Frame | ReplyError | None] = queue.SimpleQueue()
        self._detail: deque[str] = deque(maxlen=DETAIL_LINES)
        for target in (self._read_frames, self._read_detail):
            threading.Thread(target=target, daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the program still runs."""
        return self._process.poll() is None

    @property
    def detail(self) -> str:
        """The last lines of its standard error, for the log."""
        return "\n".join(self._detail)

    def send(self, frame: Frame) -> None:
        """Says something.

        Raises:
            WorkerDiedError: the program has ended.
        """
        try:
            write_frame(cast(BinaryIO, self._process.stdin), frame)
        except (OSError, ValueError) as error:
            raise self._died() from error

    def receive(self, silence_s: float, cancellation: Cancellation | None = None) -> Frame:
        """The next thing the program says.

        Args:
            silence_s: after so long without a word it counts as hung, and is ended.
            cancellation: when the reader cancels, the program is asked to stop, then ended.

        Raises:
            CancelledError: the reader cancelled.
            WorkerDiedError: the program ended.
            WorkerHungError: it was silent for too long.
            ReplyError: it said something that cannot be right.
        """
        until = time.monotonic() + silence_s
        while True:
            try:
                frame = self._frames.get(timeout=POLL_S)
            except queue.Empty:
                if cancellation is not None and cancellation.is_cancelled:
                    self.end()
                    raise CancelledError(message("jobs.cancelled")) from None
                if time.monotonic() > until:
                    self.end(0.0)
                    raise WorkerHungError(message("wire.hung", seconds=round(silence_s))) from None
                continue
            if frame is None:
                raise self._died()
            if isinstance(frame, ReplyError):
                self.end(0.0)
                raise frame
            return frame

    def end(self, grace_s: float = GRACE_S) -> None:
        """Ends the program: asks, then kills; a stopped one too."""
        with contextlib.suppress(OSError):
            cast(BinaryIO, self._process.stdin).close()
        if self.is_alive and grace_s > 0:
            with contextlib.suppress(OSError):
                self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        if self.is_alive:
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)

    def _read_frames(self) -> None:
        pipe = cast(BinaryIO, self._process.stdout)
        try:
            while (frame := read_frame(pipe)) is not None:
                self._frames.put(frame)
        except ReplyError as error:
            self._frames.put(error)
        except (OSError, ValueError):
            pass
        self._frames.put(None)

    def _read_detail(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in cast(BinaryIO, self._process.stderr):
                self._detail.append(line.decode("utf-8", "replace").rstrip())

    def _died(self) -> WorkerDiedError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        self.end(0.0)
        how = str(code)
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-code).name
        return WorkerDiedError(message("wire.died", how=how))

    def _stand_back(self, niceness: int) -> None:
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
