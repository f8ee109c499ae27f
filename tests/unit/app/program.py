"""``medai`` as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def environment(home: Path, **more: str) -> dict[str, str]:
    """Variables of a program without a screen, with a place of its own."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**kept, "PYTHONPATH": paths, "MEDAI_HOME": str(home), "LANG": "C.UTF-8", **more}


def medai(home: Path, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "medai_desktop", *(str(a) for a in arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(home, **variables),
        timeout=280,
        check=False,
    )


@contextmanager
def running(home: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command that still runs; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "medai_desktop", *(str(a) for a in arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(home),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def one_document(stdout: str) -> dict[str, Any]:
    """The one JSON document that a command may print, and nothing else."""
    loaded = json.loads(stdout)
    assert isinstance(loaded, dict)
    return loaded
