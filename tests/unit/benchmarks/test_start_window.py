"""The yardstick of the start-up benchmark, on drawn screens."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.start_window import SCREEN, Run, Sign, filled, looks_like_tissue, median

ROOT = Path(__file__).resolve().parents[3]
Frame = npt.NDArray[np.uint8]


def screen() -> Frame:
    """An empty window: grey panels, and lines of something like text."""
    frame = np.full((SCREEN[1] // 2, SCREEN[0], 3), 28, np.uint8)
    random = np.random.default_rng(2)
    for row in range(20, 440, 12):
        letters = random.random((4, 300)) < 0.4
        frame[row : row + 4, 40:340][letters] = 160
    frame[:, 900:] = (200, 120, 40)
    return frame


def with_image(frame: Frame, side: int) -> Frame:
    drawn = frame.copy()
    noise = np.random.default_rng(3).normal(120, 20, (side // 2, side))
    drawn[100 : 100 + side // 2, 500 : 500 + side] = np.clip(noise, 0, 255).astype(np.uint8)[
        ..., None
    ]
    return drawn


def test_noise_is_an_image_and_panels_are_none() -> None:
    empty = screen()
    assert not looks_like_tissue(empty)
    assert not looks_like_tissue(np.zeros_like(empty))
    assert looks_like_tissue(with_image(empty, 120))
    assert not looks_like_tissue(with_image(empty, 16)), "an icon"


def test_coloured_noise_is_no_image() -> None:
    frame = screen()
    noise = np.random.default_rng(4).integers(60, 200, (200, 300, 3))
    frame[100:300, 400:700] = noise.astype(np.uint8)
    assert not looks_like_tissue(frame)


@pytest.mark.parametrize("written", ["pixels", "line:ready", "file:/tmp/x"])
def test_signs_are_read(written: str) -> None:
    assert Sign(written).kind == written.partition(":")[0]


@pytest.mark.parametrize("written", ["", "pixel", "line", "line:", "pixels:x", "window:1"])
def test_other_signs_are_refused(written: str) -> None:
    with pytest.raises(SystemExit):
        Sign(written)


def test_command_of_a_peer_is_filled(tmp_path: Path) -> None:
    for name in ("b.dcm", "a.dcm"):
        (tmp_path / name).touch()
    first, second = str(tmp_path / "a.dcm"), str(tmp_path / "b.dcm")
    assert filled("viewer {files}", tmp_path) == ["viewer", first, second]
    assert filled("viewer --open={folder} {first}", tmp_path) == [
        "viewer",
        f"--open={tmp_path}",
        first,
    ]


def test_median_needs_every_run() -> None:
    runs = [Run(1.0, 2.0), Run(3.0, 9.0), Run(2.0, None)]
    assert median(runs, lambda run: run.window_s) == 2.0
    assert median(runs, lambda run: run.image_s) is None


@pytest.mark.slow
@pytest.mark.xvfb
def test_it_measures_itself_beside_a_peer(tmp_path: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb")
    program = 'import time; time.sleep(0.5); print("shown", flush=True); time.sleep(60)'
    peer = f"{sys.executable} -c '{program}'"
    done = subprocess.run(
        [sys.executable, "benchmarks/start_window.py", "--slices", "4", "--runs", "1"]
        + ["--peer", peer, "--peer-shows", "line:shown", "--json", str(tmp_path / "f.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "f.json").read_text())
    assert 0.5 <= found["image_s"]["peer"] < 10
    assert found["image_s"]["medai"] > 0
    assert found["own_first_image_s"] > 0
    assert "medai / peer:" in done.stdout
