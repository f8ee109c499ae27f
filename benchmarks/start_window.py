"""From the start of a process to its first image, of this program beside another viewer.

Makes a CT series itself, starts an Xvfb of its own for every run and watches its frame buffer from
outside: the window counts as shown when the blank screen changes, the image when enough of it is
full of grey pixels that differ from their neighbour, as tissue is and no widget. Both programs are
watched the same way; what `medai view --timings` says of itself stands beside it.

    .venv/bin/python benchmarks/start_window.py --runs 5 \\
        --peer 'aeskulap {files}' [--peer-shows pixels|line:REGEX|file:PATH] [--json FILE]

In the command of the peer {folder} is the folder, {first} its first file and {files} all of them.
`--peer-shows` tells how one knows that its window shows the image: by its pixels, by a line that
it prints, or by a file that it writes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import mmap
import os
import re
import shlex
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
SCREEN = (1280, 900)
LOOK_EVERY_S = 0.02
TILE, TILE_SHARE, LEAST_TILES = 6, 0.6, 12
"""So many tiles of the screen must be that full of noise to count as an image."""

SIDE = 512
XWD_HEADER = struct.Struct(">25I")
XWD_COLOUR_BYTES = 12


@dataclass(frozen=True)
class Run:
    """Seconds from the start of a process; None when it never came."""

    window_s: float | None
    image_s: float | None


class Screen:
    """An X server without a monitor, whose pixels can be read.

    Attributes:
        display: for the variable DISPLAY.
    """

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp()
        reader, writer = os.pipe()
        size = f"{SCREEN[0]}x{SCREEN[1]}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-fbdir", self._folder]
            + ["-nolisten", "tcp", "-noreset"],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(writer)
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        if not number:
            raise SystemExit("Xvfb did not start")
        self.display = f":{number}"
        self._pixels = self._mapped()

    def frame(self) -> npt.NDArray[np.uint8]:
        """What the screen shows now, every second row: (rows, columns, 3)."""
        return np.array(self._pixels[::2, : SCREEN[0], :3])

    def close(self) -> None:
        """Ends the server."""
        end(self._server)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _mapped(self) -> npt.NDArray[np.uint8]:
        """The frame buffer, which Xvfb keeps as an X window dump (XWDFile.h)."""
        path = Path(self._folder) / "Xvfb_screen0"
        with path.open("rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        head = XWD_HEADER.unpack_from(memory)
        header_bytes, height, line_bytes, colours = head[0], head[5], head[12], head[19]
        start = header_bytes + colours * XWD_COLOUR_BYTES
        flat = np.frombuffer(memory, np.uint8, height * line_bytes, start)
        return flat.reshape(height, line_bytes // 4, 4)


def looks_like_tissue(frame: npt.NDArray[np.uint8]) -> bool:
    """Whether enough small tiles are full of grey pixels that differ from their neighbour.

    Text and icons have such pixels too, but never a tile full of them.
    """
    values = frame.astype(np.int16)
    is_grey = np.ptp(values, axis=-1) <= 3
    step = np.abs(np.diff(values[..., 1], axis=1))
    middle = (values[..., 1] > 40) & (values[..., 1] < 230)
    noisy = is_grey[:, 1:] & middle[:, 1:] & (step > 0) & (step < 60)
    rows, columns = (length // TILE for length in noisy.shape)
    tiles = noisy[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    return bool((tiles.mean(axis=(1, 3)) > TILE_SHARE).sum() >= LEAST_TILES)


class Sign:
    """How one knows that a program shows its image: `pixels`, `line:REGEX` or `file:PATH`."""

    def __init__(self, written: str) -> None:
        self.kind, _, self.what = written.partition(":")
        if self.kind not in ("pixels", "line", "file") or (self.kind != "pixels") != bool(
            self.what
        ):
            raise SystemExit(f"--peer-shows: pixels, line:REGEX or file:PATH, not {written}")
        self._lines: list[str] = []

    def listen(self, process: subprocess.Popen[bytes]) -> None:
        """Collects what a program prints, so that it never waits for a reader."""

        def read() -> None:
            for line in process.stdout or ():
                self._lines.append(line.decode("utf-8", "replace"))

        threading.Thread(target=read, daemon=True).start()

    def is_there(self, frame: npt.NDArray[np.uint8]) -> bool:
        """Whether the image shows."""
        if self.kind == "pixels":
            return looks_like_tissue(frame)
        if self.kind == "file":
            return Path(self.what).exists()
        return any(re.search(self.what, line) for line in tuple(self._lines))


def timed(
    command: Sequence[str],
    sign: Sign,
    timeout_s: float,
    shot: Path | None = None,
    leaves: Path | None = None,
) -> Run:
    """Starts a program on a fresh screen with a fresh home, until its image shows.

    With `leaves` it may then go on until it has written that file.
    """
    with fresh_place() as home, contextlib.closing(Screen()) as screen:
        variables = {k: v for k, v in os.environ.items() if k != "WAYLAND_DISPLAY"}
        variables |= {"DISPLAY": screen.display, "HOME": str(home), "MEDAI_HOME": str(home / "m")}
        variables |= {"LIBGL_ALWAYS_SOFTWARE": "1", "PYTHONPATH": str(ROOT)}
        variables.pop("QT_QPA_PLATFORM", None)
        blank, window, image = screen.frame(), None, None
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=home,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        sign.listen(process)
        try:
            while image is None and process.poll() is None:
                time.sleep(LOOK_EVERY_S)
                frame, now = screen.frame(), time.perf_counter() - started
                if window is None and not np.array_equal(frame, blank):
                    window = now
                if sign.is_there(frame):
                    image = now
                if now > timeout_s:
                    break
            while leaves is not None and not leaves.exists() and process.poll() is None:
                time.sleep(LOOK_EVERY_S)
                if time.perf_counter() - started > timeout_s:
                    break
            if shot is not None:
                save(screen.frame(), shot)
        finally:
            end(process)
    return Run(window, image)


def own_run(folder: Path, options: argparse.Namespace) -> tuple[Run, float]:
    """A run of this program, and its first image as `--timings` tells it."""
    with fresh_place() as place:
        timings = place / "timings.json"
        command = [sys.executable, "-m", "medai_desktop", "view", str(folder)]
        command += ["--timings", str(timings)]
        run = timed(command, Sign("pixels"), options.timeout, shot(options, "medai"), timings)
        return run, float(json.loads(timings.read_text())["first_image"])


def filled(template: str, folder: Path) -> list[str]:
    """A peer's command for a folder."""
    files = sorted(str(path) for path in folder.iterdir())
    command: list[str] = []
    for word in shlex.split(template):
        if word == "{files}":
            command += files
        else:
            command.append(word.replace("{folder}", str(folder)).replace("{first}", files[0]))
    return command


def make_series(folder: Path, slices: int) -> None:
    """A chest-like body with noise, one file a slice."""
    from tests.phantoms.dicom_writer import SeriesTags, write_series
    from tests.phantoms.pixels import CT_12BIT
    from tests.phantoms.series_geometry import SeriesGeometry

    random = np.random.default_rng(1)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    plane = np.where(((x - 256) / 220) ** 2 + ((y - 256) / 150) ** 2 < 1, 40.0, -1000.0)
    for middle in (160, 352):
        plane[((x - middle) / 75) ** 2 + ((y - 250) / 105) ** 2 < 1] = -850.0
    values = np.empty((slices, SIDE, SIDE))
    for index in range(slices):
        noise = random.normal(0, 45, plane.shape)
        values[index] = np.clip(np.rint(plane + noise), -1024, 3071)
    geometry = SeriesGeometry.straight((1.0, 0.7, 0.7), (-180.0, -180.0, -slices / 2))
    write_series(folder, values, geometry, tags=SeriesTags(key="start"), pixels=CT_12BIT)


def save(frame: npt.NDArray[np.uint8], path: Path) -> None:
    """The last frame, for a human look."""
    from PIL import Image

    Image.fromarray(np.repeat(frame[..., ::-1], 2, axis=0)).save(path)


@contextlib.contextmanager
def fresh_place() -> Iterator[Path]:
    """An empty home."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def median(runs: Sequence[Run], of: Callable[[Run], float | None]) -> float | None:
    """The median of what came in every run; None when it did not always."""
    values = [of(run) for run in runs]
    known = [value for value in values if value is not None]
    return statistics.median(known) if len(known) == len(values) else None


def measured(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """All runs, this program and the peer in turns."""
    sign, has_peer = Sign(options.peer_shows), bool(options.peer)
    ours: list[Run] = []
    theirs: list[Run] = []
    told: list[float] = []
    for number in range(options.runs):
        run, first_image = own_run(folder, options)
        ours.append(run)
        told.append(first_image)
        if has_peer:
            command = filled(options.peer, folder)
            sign = Sign(options.peer_shows)
            theirs.append(timed(command, sign, options.timeout, shot(options, "peer")))
        print(f"round {number + 1} of {options.runs}", file=sys.stderr)
    image = {
        "medai": median(ours, lambda r: r.image_s),
        "peer": median(theirs, lambda r: r.image_s),
    }
    if not theirs:
        image["peer"] = None
    first, second = image["medai"], image["peer"]
    return {
        "slices": options.slices,
        "runs": options.runs,
        "peer": options.peer,
        "window_s": {
            "medai": median(ours, lambda r: r.window_s),
            "peer": median(theirs, lambda r: r.window_s) if theirs else None,
        },
        "image_s": image,
        "own_first_image_s": statistics.median(told),
        "ratio": None if first is None or second is None else first / second,
        "load_1min": os.getloadavg()[0],
    }


def shot(options: argparse.Namespace, name: str) -> Path | None:
    return None if options.shots is None else Path(options.shots) / f"{name}.png"


def print_table(found: dict[str, object]) -> None:
    """The figures and their ratio."""
    window, image = found["window_s"], found["image_s"]
    assert isinstance(window, dict)
    assert isinstance(image, dict)
    for name in ("medai", "peer"):
        if name == "peer" and not found["peer"]:
            continue
        parts = [
            f"{values[name]:.2f} s" if values[name] is not None else "never"
            for values in (window, image)
        ]
        print(f"{name:6} window {parts[0]:>8}  first image {parts[1]:>8}")
    print(f"medai of itself: first image {found['own_first_image_s']:.2f} s")
    if found["ratio"] is not None:
        print(f"first image, medai / peer: {found['ratio']:.2f} (below 1: medai is quicker)")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", default="", help="command, such as 'aeskulap {files}'")
    parser.add_argument("--peer-shows", default="pixels", help="pixels, line:REGEX or file:PATH")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one start")
    parser.add_argument("--shots", help="folder for the last frame of each program")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    Sign(options.peer_shows)
    if shutil.which("Xvfb") is None:
        raise SystemExit("Xvfb is needed: apt-get install xvfb")
    if options.peer and shutil.which(shlex.split(options.peer)[0]) is None:
        raise SystemExit(f"{shlex.split(options.peer)[0]} is not installed")
    sys.path.insert(0, str(ROOT))
    with fresh_place() as place:
        folder = place / "series"
        make_series(folder, options.slices)
        found = measured(options, folder)
    print_table(found)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
