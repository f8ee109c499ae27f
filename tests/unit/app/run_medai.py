"""Runs ``medai`` as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]

WATCH = """
import os, sys

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if isinstance(flags, int) else 0
        if writes and isinstance(path, (str, bytes)):
            os.write(2, b"WRITES " + os.fsencode(path) + b"\\n")
    elif event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "shutil.rmtree"):
        os.write(2, b"WRITES " + os.fsencode(str(arguments[0])) + b"\\n")

sys.addaudithook(watch)
"""
"""As ``sitecustomize``: tells on standard error of everything that is opened for writing."""


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def written(self) -> list[Path]:
        """What was opened for writing, when it was watched."""
        lines = self.err.splitlines()
        return [Path(line[7:]) for line in lines if line.startswith("WRITES ")]


def medai(
    *arguments: str | Path,
    language: str = "C.UTF-8",
    watched_from: Path | None = None,
    timeout_s: float = 120,
) -> Answer:
    """Runs a command; the environment is the test's own but for language.

    Args:
        arguments: of the command.
        language: LANG.
        watched_from: a folder to put the watch into.
        timeout_s: after so long it counts as hung.
    """
    environment = dict(os.environ, LANG=language, LC_ALL=language)
    environment.pop("LC_MESSAGES", None)
    paths = [str(ROOT)]
    if watched_from is not None:
        watched_from.mkdir(parents=True, exist_ok=True)
        (watched_from / "sitecustomize.py").write_text(WATCH)
        paths.insert(0, str(watched_from))
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "medai_desktop", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=timeout_s,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
