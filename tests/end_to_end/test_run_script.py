"""``./run`` where there is no screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pydicom
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_screen() -> dict[str, str]:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


@pytest.mark.skipif(not list((ROOT / ".venv").glob(".ready-*")), reason="not set up by ./test")
@pytest.mark.timeout(400)
def test_run_leaves_picture_findings_and_report(no_screen: dict[str, str]) -> None:
    done = subprocess.run(
        [str(ROOT / "run")], env=no_screen, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("/")]
    folder = Path(line)
    try:
        assert line == line.strip()
        assert " " not in line
        assert (folder / "screenshot.png").read_bytes().startswith(b"\x89PNG")
        document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        assert [result["state"] for result in document["results"]] == ["done"]
        reports = [pydicom.dcmread(path) for path in folder.rglob("*.dcm")]
        assert [report.Modality for report in reports] == ["SR"]
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(not list((ROOT / ".venv").glob(".ready-*")), reason="not set up by ./test")
def test_run_is_quick_when_nothing_is_missing(no_screen: dict[str, str]) -> None:
    command = ["bash", "-c", "source installers/linux/setup.sh; set_up run"]
    subprocess.run(command, cwd=ROOT, env=no_screen, check=True, capture_output=True)
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=no_screen, check=True, capture_output=True)
    assert time.monotonic() - started < 3
