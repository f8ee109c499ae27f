"""``medai view`` as scripts use it: pictures, timings, and an end in every case."""

from __future__ import annotations

import json
import signal
import struct
import sys
import time
from pathlib import Path

import pytest

from tests.phantoms import bad_files, volumes
from tests.unit.app.program import medai, running

MOMENTS = ("window_shown", "first_image", "volume_complete")


def png_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return int(width), int(height)


def test_a_private_window_leaves_picture_and_timings_and_nothing_else(tmp_path: Path) -> None:
    volumes.chest_ct(tmp_path / "study with blanks 胸")
    home, picture, timings = tmp_path / "home", tmp_path / "p.png", tmp_path / "t.json"
    started = time.monotonic()
    done = medai(
        home,
        "view",
        tmp_path / "study with blanks 胸",
        "--layout",
        "planes",
        "--size",
        "1200x800",
        "--screenshot",
        picture,
        "--timings",
        timings,
        "--quit-when",
        "loaded",
    )
    took = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "propagateSizeHints" not in done.stderr
    assert "Traceback" not in done.stderr
    assert png_size(picture) == (1200, 800)
    document = json.loads(timings.read_text())
    assert set(document) == {*MOMENTS, "peak_memory_bytes"}
    assert 0 < document["window_shown"] < document["first_image"] < took + 0.1
    assert document["window_shown"] < document["volume_complete"] < took + 0.1
    if sys.platform == "linux":
        assert 50e6 < document["peak_memory_bytes"] < 3e9
    assert not home.exists(), "a private window stores nothing"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "p.png",
        "study with blanks 胸",
        "t.json",
    ]


def test_the_window_has_its_size_when_none_is_given(tmp_path: Path) -> None:
    done = medai(tmp_path / "home", "view", "--screenshot", tmp_path / "start.png")
    assert done.returncode == 0, done.stderr
    assert png_size(tmp_path / "start.png") == (1600, 1000), "the start screen, nothing opened"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (bad_files.not_dicom, "not DICOM"),
        (bad_files.unknown_transfer_syntax, "transfer syntax"),
    ],
)
def test_nothing_to_load_ends_with_3_and_says_why(make: object, said: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / "in")
    picture = tmp_path / "p.png"
    done = medai(
        tmp_path / "home", "view", tmp_path / "in", "--screenshot", picture, "--quit-when", "loaded"
    )
    assert done.returncode == 3, done.stderr
    assert said in done.stderr
    assert not picture.exists()


def test_a_picture_that_cannot_be_written_is_said_before_the_window(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = medai(tmp_path / "home", "view", "--screenshot", tmp_path / "file" / "p.png")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_without_a_screen_a_plain_window_is_refused(tmp_path: Path) -> None:
    done = medai(tmp_path / "home", "view", "--sample", QT_QPA_PLATFORM="")
    assert done.returncode == 2
    assert "--screenshot" in done.stderr


def test_an_interrupt_closes_the_window(tmp_path: Path) -> None:
    with running(tmp_path / "home", "view", "--sample", "--timings", tmp_path / "t.json") as run:
        until = time.monotonic() + 120
        while not (tmp_path / "t.json").exists():
            assert time.monotonic() < until
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "Cancelled." in said
    assert "Traceback" not in said
