"""How the frozen program, which has no interpreter beside it, starts its worker programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medai_desktop.app import command_line
from medai_desktop.app.command_line import WORKER_PROGRAMS
from medai_desktop.runtimes.devices import WORKER
from medai_desktop.series import decoders
from medai_desktop.wire import Frame, WorkerProcess
from tests.architecture.house import ROOT

SILENCE_S = 60.0


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An executable that is the program and no interpreter, as PyInstaller makes one."""
    program = tmp_path / "medai"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m medai_desktop \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))


@pytest.mark.parametrize("module", sorted(WORKER_PROGRAMS))
def test_the_program_is_its_own_worker(frozen: None, module: str) -> None:
    worker = WorkerProcess(module)
    try:
        worker.send(Frame("hello", {"a": 7}))
        reply = worker.receive(SILENCE_S)
        answers = {WORKER: ("hello", 7)}
        if module in answers:
            assert (reply.kind, reply.parameters.get("a")) == answers[module]
        else:
            assert reply.is_error or reply.kind
    finally:
        worker.end()
    assert not worker.is_alive


def test_every_worker_program_is_known() -> None:
    assert WORKER in WORKER_PROGRAMS
    source = Path(decoders.__file__).read_text(encoding="utf-8")
    assert sum(program in source for program in WORKER_PROGRAMS) == 1


@pytest.mark.parametrize("given", [["--worker", "http.server"], ["--worker"], ["-m", WORKER]])
def test_nothing_else_is_started_so(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(given) == 2
    assert "usage: medai" in capsys.readouterr().err


def test_a_worker_without_anyone_to_ask_it_ends() -> None:
    command = [sys.executable, "-m", "medai_desktop", "--worker", WORKER]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 0
