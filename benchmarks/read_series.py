"""Opens one series as this program does, as SimpleITK does, and as bare bytes.

Makes the series itself, in a temporary folder: 300 slices of 512 x 512, 16 bit, file names in no
order. Every reader runs in a process of its own, in turns, several rounds; the figures are medians
of one run. What is timed is "a folder" to "an ordered volume in HU".

    .venv/bin/python benchmarks/read_series.py [--rounds 5] [--slices 300] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZE = 512
FORMS = ("uncompressed", "jpeg-ls")
READERS = ("medai", "simpleitk", "bytes")


# -- the series ---


def make_series(folder: Path, slices: int) -> None:
    """A chest-like body with correlated noise, uncompressed and in JPEG-LS."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
    from tests.phantoms.encoding import TransferSyntax
    from tests.phantoms.pixels import CT_12BIT
    from tests.phantoms.series_geometry import SeriesGeometry

    noise = np.random.default_rng(1)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float64)
    body = ((x - 256) / 220) ** 2 + ((y - 256) / 150) ** 2 < 1
    lungs = [((x - c) / 75) ** 2 + ((y - 250) / 105) ** 2 < 1 for c in (160, 352)]
    values = np.full((slices, SIZE, SIZE), -1000.0)
    for index in range(slices):
        grain = gaussian_filter(noise.normal(0, 30, (SIZE, SIZE)), 0.8)
        plane = np.where(body, 40.0, -1000.0)
        for lung in lungs:
            plane[lung] = -850.0 + 40 * np.sin(index / 9)
        values[index] = np.clip(np.rint(plane + grain), -1024, 3071)
    geometry = SeriesGeometry.straight((1.0, 0.7, 0.7), (-180.0, -180.0, -150.0))
    for form, syntax in zip(
        FORMS, (TransferSyntax.EXPLICIT_LE, TransferSyntax.JPEG_LS), strict=True
    ):
        write_series(
            folder / form,
            values,
            geometry,
            tags=SeriesTags(key=form),
            pixels=CT_12BIT,
            transfer_syntax=syntax,
            names=FileNames(shuffle_seed=3),
        )


# -- the readers: each prepares itself on a few files, then is timed ---


def medai(folder: Path) -> tuple[Callable[[], Any], Callable[[], None]]:
    """The program's own way: header scan, display sets, pixels."""
    from medai_desktop.jobs import Cancellation
    from medai_desktop.series.decoders import DecodeWorkers
    from medai_desktop.series.display_sets import build_studies
    from medai_desktop.series.loading import SeriesLoader
    from medai_desktop.source.folder import scan
    from medai_desktop.source.instance import InstanceHeader

    decoders = DecodeWorkers()

    def read() -> Any:
        found = scan([folder], progress=lambda _: None, cancellation=Cancellation())
        headers = [item for item in found if isinstance(item, InstanceHeader)]
        ((shown,),) = [study.display_sets for study in build_studies(headers).studies]
        loader = SeriesLoader(shown, decoders)
        volume = loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)
        return volume.voxels

    return read, decoders.close


def simpleitk(folder: Path) -> tuple[Callable[[], Any], Callable[[], None]]:
    """SimpleITK's series reader with GDCM's own order."""
    import SimpleITK

    def read() -> Any:
        reader = SimpleITK.ImageSeriesReader()  # type: ignore[no-untyped-call]
        reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))  # type: ignore[no-untyped-call]
        return SimpleITK.GetArrayFromImage(reader.Execute())  # type: ignore[no-untyped-call]

    return read, lambda: None


def bare_bytes(folder: Path) -> tuple[Callable[[], Any], Callable[[], None]]:
    """The floor: every byte of every file, into one buffer, in the order of their names."""
    import numpy as np

    def read() -> Any:
        paths = sorted(folder.iterdir())
        held = np.zeros(sum(path.stat().st_size for path in paths), np.uint8)
        start = 0
        for path in paths:
            with path.open("rb", buffering=0) as file:
                start += file.readinto(held[start:].data) or 0
        return held

    return read, lambda: None


PREPARE = {"medai": medai, "simpleitk": simpleitk, "bytes": bare_bytes}


def time_one(reader: str, folder: Path) -> None:
    """Prints the seconds of a first and of a second reading, and a check sum."""
    import numpy as np

    read, close = PREPARE[reader](folder)
    seconds = []
    for _ in range(2):
        before = time.perf_counter()
        volume = read()
        seconds.append(time.perf_counter() - before)
    check = None if reader == "bytes" else round(float(np.mean(volume[:, ::8, ::8])), 6)
    close()
    print(json.dumps({"first": seconds[0], "second": seconds[1], "check": check}))


# -- rounds ---


def run(reader: str, folder: Path) -> dict[str, float]:
    """One reader in a process of its own."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    done = subprocess.run(
        [sys.executable, __file__, "--one", reader, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(folder: Path, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Medians by form and reader; the readers take turns, each round in another order."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    order = random.Random(5)
    for form in FORMS:
        taken: dict[str, list[dict[str, float]]] = {reader: [] for reader in READERS}
        for _ in range(rounds):
            turn = list(READERS)
            order.shuffle(turn)
            for reader in turn:
                taken[reader].append(run(reader, folder / form))
        checks = {row["check"] for reader in ("medai", "simpleitk") for row in taken[reader]}
        if len(checks) != 1:
            raise SystemExit(f"the readers disagree about {form}: {checks}")
        results[form] = {
            reader: {
                which: statistics.median(row[which] for row in rows)
                for which in ("first", "second")
            }
            for reader, rows in taken.items()
        }
    return results


def report(results: dict[str, dict[str, dict[str, float]]]) -> None:
    """A table with ratios to SimpleITK and to the floor."""
    print(f"{'form':<14}{'reader':<11}{'first s':>9}{'second s':>10}{'x ITK':>8}{'x floor':>9}")
    for form, readers in results.items():
        for reader, seconds in readers.items():
            faster = readers["simpleitk"]["second"] / seconds["second"]
            floor = seconds["second"] / readers["bytes"]["second"]
            print(
                f"{form:<14}{reader:<11}{seconds['first']:>9.3f}{seconds['second']:>10.3f}"
                f"{faster:>8.1f}{floor:>9.1f}"
            )


def main() -> None:
    """Makes the series, runs the rounds, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--one", nargs=2, metavar=("READER", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if chosen.one:
        time_one(chosen.one[0], Path(chosen.one[1]))
        return
    with tempfile.TemporaryDirectory(prefix="medai-benchmark-") as folder:
        print(f"making {chosen.slices} slices of {SIZE} x {SIZE}", file=sys.stderr)
        make_series(Path(folder), chosen.slices)
        results = measure(Path(folder), chosen.rounds)
    report(results)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
