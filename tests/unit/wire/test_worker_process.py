"""A real worker program: asked, cancelled, killed, stopped, silent, talking nonsense."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.errors import CancelledError, ReplyError, WorkerDiedError, WorkerHungError
from medai_desktop.jobs import Cancellation
from medai_desktop.wire import Frame, WorkerProcess, program_command
from medai_desktop.wire.standing_back import OOM_SCORE, start_options
from tests.architecture.house import ROOT
from tests.processes import is_gone, wait_until

MODULE = "tests.unit.wire.odd_worker"
SILENCE_S = 20.0
SOON_S = 3.0
"""Far below what the worker would take, far above what a loaded machine needs."""


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    made = WorkerProcess(MODULE)
    yield made
    made.end(0.0)
    assert not made.is_alive
    assert is_gone(made.pid)


def ask(worker: WorkerProcess, kind: str, **parameters: float | str) -> Frame:
    worker.send(Frame(kind, parameters))
    return worker.receive(SILENCE_S)


def test_a_question_is_answered_and_the_next_too(worker: WorkerProcess) -> None:
    array = np.arange(6.0).reshape(2, 3)
    worker.send(Frame("echo", {"a": 1}, {"x": array}))
    reply = worker.receive(SILENCE_S)
    np.testing.assert_array_equal(reply.tensors["x"], array)
    assert reply.number("a") == 1
    assert ask(worker, "echo", a=2).number("a") == 2


@pytest.mark.parametrize(
    ("how", "reason"), [("MemoryError", "memory"), ("ValueError", "ValueError: as asked")]
)
def test_what_fails_in_the_worker_is_told_and_it_lives_on(
    worker: WorkerProcess, how: str, reason: str
) -> None:
    reply = ask(worker, "fail", how=how)
    assert reply.is_error
    assert reply.text("reason") == reason
    assert ask(worker, "no such request").is_error
    assert ask(worker, "echo").kind == "echo"


def test_what_libraries_print_does_not_reach_the_pipe(worker: WorkerProcess) -> None:
    reply = ask(worker, "chatter")
    assert reply.kind == "said"
    assert reply.text("input") == ""
    wait_until(lambda: "from a child" in worker.detail)
    assert "to standard output" in worker.detail
    assert "to the file of standard output" in worker.detail


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_a_killed_worker_is_said_by_the_signal(worker: WorkerProcess, name: str) -> None:
    worker.send(Frame("die", {"signal": int(getattr(signal, name))}))
    with pytest.raises(WorkerDiedError) as caught:
        worker.receive(SILENCE_S)
    assert caught.value.message.id == "wire.died"
    assert caught.value.message.argument("how") == name
    assert "last words" in worker.detail
    with pytest.raises(WorkerDiedError):
        worker.send(Frame("echo"))


def test_a_worker_that_leaves_is_said_by_its_exit_code(worker: WorkerProcess) -> None:
    worker.send(Frame("leave", {"code": 7}))
    with pytest.raises(WorkerDiedError) as caught:
        worker.receive(SILENCE_S)
    assert caught.value.message.argument("how") == "7"


def test_a_program_that_does_not_exist_has_died() -> None:
    missing = WorkerProcess("tests.unit.wire.no_such_program")
    with pytest.raises(WorkerDiedError):
        missing.receive(SILENCE_S)
    assert "no_such_program" in missing.detail


def test_a_silent_worker_is_hung_after_so_long(worker: WorkerProcess) -> None:
    ask(worker, "echo")
    worker.send(Frame("sleep", {"seconds": 300}))
    assert worker.receive(SILENCE_S).kind == "asleep"
    started = time.monotonic()
    with pytest.raises(WorkerHungError) as caught:
        worker.receive(0.5)
    assert time.monotonic() - started >= 0.5
    assert caught.value.message.id == "wire.hung"
    assert not worker.is_alive


def test_signs_of_life_keep_a_slow_worker(worker: WorkerProcess) -> None:
    ask(worker, "echo")
    worker.send(Frame("count", {"units": 8, "pause": 0.2}))
    kinds = [worker.receive(1.5).kind for _ in range(9)]
    assert kinds == ["progress"] * 8 + ["counted"]


def test_a_stopped_worker_stands_still_and_goes_on(worker: WorkerProcess) -> None:
    ask(worker, "echo")
    worker.send(Frame("count", {"units": 40, "pause": 0.02}))
    assert worker.receive(SILENCE_S).number("done") == 1
    os.kill(worker.pid, signal.SIGSTOP)
    time.sleep(0.2)
    seen = 1
    while True:
        try:
            reply = worker._frames.get(timeout=0.3)
        except Exception:  # noqa: BLE001 - queue.Empty: it stands still
            break
        assert isinstance(reply, Frame)
        seen = int(reply.number("done"))
    assert seen < 40
    time.sleep(0.5)
    assert worker._frames.empty()
    os.kill(worker.pid, signal.SIGCONT)
    assert worker.receive(SILENCE_S).number("done") == seen + 1


def test_a_stopped_worker_is_hung_and_ended(worker: WorkerProcess) -> None:
    ask(worker, "echo")
    worker.send(Frame("count", {"units": 1000, "pause": 0.02}))
    worker.receive(SILENCE_S)
    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(WorkerHungError):
        for _ in range(1000):
            worker.receive(0.5)
    assert is_gone(worker.pid)


def test_a_window_that_slept_does_not_blame_the_worker(tmp_path: Path) -> None:
    # The window is stopped for longer than the silence that it allows the worker.
    program = f"""
import sys
from medai_desktop.wire import Frame, WorkerProcess
worker = WorkerProcess({MODULE!r})
worker.send(Frame("echo"))
worker.receive(20.0)
worker.send(Frame("sleep", {{"seconds": 3.2}}))
print(worker.receive(20.0).kind, flush=True)
print(worker.receive(2.5).kind, flush=True)
worker.end()
"""
    window = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert window.stdout is not None
    assert window.stdout.readline() == "asleep\n"
    os.kill(window.pid, signal.SIGSTOP)
    time.sleep(3.0)
    os.kill(window.pid, signal.SIGCONT)
    assert window.stdout.readline() == "awake\n"
    assert window.wait(SILENCE_S) == 0
    window.stdout.close()


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("sleep", {"seconds": 300}),
        ("ignore_the_wish_to_end", {"seconds": 300}),
        ("count", {"units": 100_000, "pause": 0.001}),
    ],
    ids=["asleep", "deaf to SIGTERM", "talking all the time"],
)
def test_cancel_ends_it_soon(
    worker: WorkerProcess, kind: str, parameters: dict[str, float]
) -> None:
    ask(worker, "echo")
    cancellation = Cancellation()
    worker.send(Frame(kind, parameters))
    worker.receive(SILENCE_S, cancellation)
    threading.Timer(0.2, cancellation.cancel).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        while True:
            worker.receive(SILENCE_S, cancellation)
    assert time.monotonic() - started < 0.2 + SOON_S
    assert is_gone(worker.pid)


def test_cancel_while_it_is_still_starting() -> None:
    worker, cancellation = WorkerProcess(MODULE), Cancellation()
    worker.send(Frame("echo"))
    cancellation.cancel()
    with pytest.raises(CancelledError):
        worker.receive(SILENCE_S, cancellation)
    assert is_gone(worker.pid)


@pytest.mark.parametrize("kind", ["garbage", "another_id"])
def test_nonsense_ends_the_worker(worker: WorkerProcess, kind: str) -> None:
    worker.send(Frame(kind))
    with pytest.raises(ReplyError) as caught:
        worker.receive(SILENCE_S)
    assert caught.value.message.id == "wire.nonsense"
    assert not worker.is_alive


def test_an_answer_to_an_earlier_question_is_nonsense(worker: WorkerProcess) -> None:
    assert ask(worker, "twice").number("number") == 1
    wait_until(lambda: not worker._frames.empty())
    worker.send(Frame("echo"))
    with pytest.raises(ReplyError):
        worker.receive(SILENCE_S)


def test_what_a_stopped_worker_started_ends_with_it(worker: WorkerProcess) -> None:
    started = int(ask(worker, "child").number("pid"))
    os.kill(worker.pid, signal.SIGSTOP)
    worker.end()
    wait_until(lambda: is_gone(started))


def test_a_worker_ends_when_its_window_is_killed() -> None:
    program = f"""
import time
from medai_desktop.wire import Frame, WorkerProcess
worker = WorkerProcess({MODULE!r})
worker.send(Frame("count", {{"units": 100000, "pause": 0.05}}))
worker.receive(20.0)
print(worker.pid, flush=True)
time.sleep(300)
"""
    window = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert window.stdout is not None
    pid = int(window.stdout.readline())
    assert not is_gone(pid)
    window.kill()
    window.wait()
    window.stdout.close()
    wait_until(lambda: is_gone(pid))


def test_it_stands_back_behind_the_window_in_the_same_session(worker: WorkerProcess) -> None:
    here = ask(worker, "where")
    assert here.number("niceness") == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    assert here.number("session") == os.getsid(0)
    assert here.number("group") == worker.pid != os.getpgid(0)
    score = Path(f"/proc/{worker.pid}/oom_score_adj")
    if score.exists():
        assert int(score.read_text()) == OOM_SCORE
        assert int(Path("/proc/self/oom_score_adj").read_text()) < OOM_SCORE


def test_the_windows_form_of_standing_back() -> None:
    flags = start_options("win32")["creationflags"]
    assert flags & 0x4000  # BELOW_NORMAL_PRIORITY_CLASS
    assert flags & 0x08000000  # CREATE_NO_WINDOW
    assert "creationflags" not in start_options("linux")
    assert "process_group" not in start_options("win32")


def test_nothing_is_imported_from_the_folder_it_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "numpy.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    worker = WorkerProcess(MODULE)
    here = ask(worker, "where")
    worker.end()
    assert not mark.exists()
    path = json.loads(here.text("path"))
    assert "" not in path
    assert str(tmp_path) not in path


def test_a_frozen_program_runs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert program_command(MODULE)[1:] == ["-P", "-m", MODULE]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command(MODULE, ("x",)) == [sys.executable, "--worker", MODULE, "x"]
