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
import uuid
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from medai_desktop.errors import CancelledError, ReplyError, WorkerDiedError, WorkerHungError
from medai_desktop.jobs import Cancellation
from medai_desktop.text import message
from medai_desktop.wire.frames import Frame, read_reply, write_request
from medai_desktop.wire.standing_back import stand_back, start_options

POLL_S = 0.05
GRACE_S = 0.4
DETAIL_LINES = 40
DETAIL_CHARACTERS = 500
MOST_COUNTED_S = 1.0
"""A wait that took longer was a sleep of this computer or of the window, not of the worker."""


def program_command(module: str, arguments: tuple[str, ...] = ()) -> list[str]:
    """How a worker program is started: by this interpreter, or by the frozen program itself.

    The folder that the window was started in is no place to import from (``-P``): it may be a
    stranger's disc.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker", module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


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
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
            program_command(module, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            **start_options(),
        )
        stand_back(self._process.pid, niceness)
        self._asked = ""
        self._frames: queue.SimpleQueue[Frame | ReplyError | None] = queue.SimpleQueue()
        self._detail: deque[str] = deque(maxlen=DETAIL_LINES)
        self._readers = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read_frames, self._read_detail)
        ]
        for reader in self._readers:
            reader.start()

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
        """Asks something; replies to anything asked before count as nonsense from now on.

        Raises:
            WorkerDiedError: the program has ended.
        """
        self._asked = uuid.uuid4().hex
        pipe = cast(BinaryIO, self._process.stdin)
        if pipe.closed:
            raise self._died()
        try:
            write_request(pipe, replace(frame, id=self._asked))
        except OSError as error:
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
        silent_s, before = 0.0, time.monotonic()
        while True:
            if cancellation is not None and cancellation.is_cancelled:
                self.end()
                raise CancelledError(message("jobs.cancelled"))
            try:
                return self._checked(self._frames.get(timeout=POLL_S))
            except queue.Empty:
                now = time.monotonic()
                silent_s += min(now - before, MOST_COUNTED_S)
                before = now
            if silent_s > silence_s:
                self.end(0.0)
                raise WorkerHungError(message("wire.hung", seconds=round(silence_s)))

    def end(self, grace_s: float = GRACE_S) -> None:
        """Ends the program: asks, then kills; a stopped one too."""
        with contextlib.suppress(OSError, ValueError):
            cast(BinaryIO, self._process.stdin).close()
        if grace_s > 0:
            self._signal_group("SIGTERM")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        self._signal_group("SIGKILL")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        for reader in self._readers:
            if reader is not threading.current_thread():
                reader.join(1.0)

    def _checked(self, said: Frame | ReplyError | None) -> Frame:
        if said is None:
            raise self._died()
        if isinstance(said, Frame) and said.id == self._asked:
            return said
        self.end(0.0)
        if isinstance(said, ReplyError):
            raise said
        raise ReplyError(message("wire.nonsense", what="id"))

    def _read_frames(self) -> None:
        with contextlib.suppress(OSError, ValueError), cast(BinaryIO, self._process.stdout) as pipe:
            try:
                while (frame := read_reply(pipe)) is not None:
                    self._frames.put(frame)
            except ReplyError as error:
                self._frames.put(error)
        self._frames.put(None)

    def _read_detail(self) -> None:
        with contextlib.suppress(OSError, ValueError), cast(BinaryIO, self._process.stderr) as pipe:
            while line := pipe.readline(DETAIL_CHARACTERS):
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

    def _signal_group(self, name: str) -> None:
        """Signals the program and what it started; on Windows it is ended by either signal."""
        if not self.is_alive:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, getattr(signal, name))
            else:
                self._process.kill()
