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
IS_SET_UP = not (ROOT / ".venv").is_symlink() and bool(list((ROOT / ".venv").glob(".ready-*")))
only_set_up = pytest.mark.skipif(not IS_SET_UP, reason="not set up by ./test")


@pytest.fixture
def no_screen() -> dict[str, str]:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


@only_set_up
@pytest.mark.timeout(400)
def test_run_leaves_picture_findings_and_report(no_screen: dict[str, str]) -> None:
    done = subprocess.run(
        [str(ROOT / "run")], env=no_screen, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    (line,) = done.stdout.splitlines()
    folder = Path(line)
    try:
        assert folder.is_absolute()
        assert line.split() == [line], "no blanks"
        assert "propagateSizeHints" not in done.stderr
        assert "Traceback" not in done.stderr
        assert (folder / "screenshot.png").read_bytes().startswith(b"\x89PNG")
        document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        assert [result["state"] for result in document["results"]] == ["done"]
        reports = [pydicom.dcmread(path) for path in folder.rglob("*.dcm")]
        assert [report.Modality for report in reports] == ["SR"]
        assert reports[0].VerificationFlag == "UNVERIFIED"
    finally:
        shutil.rmtree(folder)


@only_set_up
def test_run_takes_paths_from_where_it_is_called(no_screen: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "notes.txt").write_text("not an image")
    done = subprocess.run(
        [str(ROOT / "run"), "info", "here"],
        cwd=tmp_path,
        env=no_screen,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "notes.txt is not DICOM" in done.stderr


@only_set_up
def test_run_is_quick_when_nothing_is_missing(no_screen: dict[str, str]) -> None:
    command = ["bash", "-c", "source installers/linux/setup.sh; set_up run"]
    subprocess.run(command, cwd=ROOT, env=no_screen, check=True, capture_output=True)
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=no_screen, check=True, capture_output=True)
    assert time.monotonic() - started < 3
