"""Pixels come slice by slice: in order of interest, cancellable, past decoders that die."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.errors import CancelledError, OutOfMemoryError, PixelDataError
from medai_desktop.jobs import Cancellation, Progress
from medai_desktop.series import memory
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.series.slice_queue import SliceQueue
from medai_desktop.series.thumbnails import load_thumbnail
from tests.phantoms import bad_files, volumes
from tests.phantoms.encoding import TransferSyntax
from tests.unit.series.opened import only, say, sets_of, volume_of


@pytest.fixture
def plain(tmp_path: Path) -> DisplaySet:
    return only(volumes.axial(tmp_path).paths)


@pytest.fixture
def packed(tmp_path: Path) -> DisplaySet:
    return only(volumes.axial(tmp_path, TransferSyntax.JPEG_LS).paths)


@pytest.fixture
def own() -> Iterator[DecodeWorkers]:
    """Workers that a test may kill."""
    with DecodeWorkers(2) as workers:
        yield workers


def loaded_in_order(
    shown: DisplaySet, decoders: DecodeWorkers, first: int, steer: dict[int, int] | None = None
) -> list[int]:
    """The slices as they came; `steer`: after so many slices the reader looks at another one."""
    loader = SeriesLoader(shown, decoders)
    order: list[int] = []

    def on_slice(index: int) -> None:
        order.append(index)
        wanted = (steer or {}).get(len(order))
        if wanted is not None:
            loader.set_focus(wanted)

    loader.load(lambda _: None, Cancellation(), first_slice=first, on_slice=on_slice)
    assert sorted(order) == list(range(len(shown.frames)))
    return order


def test_the_slice_that_is_looked_at_comes_first_then_outward(
    plain: DisplaySet, decoders: DecodeWorkers
) -> None:
    assert loaded_in_order(plain, decoders, 12)[:7] == [12, 11, 13, 10, 14, 9, 15]
    assert loaded_in_order(plain, decoders, 0)[:3] == [0, 1, 2]
    assert loaded_in_order(plain, decoders, 19)[:3] == [19, 18, 17]


def test_the_order_follows_the_reader(plain: DisplaySet, decoders: DecodeWorkers) -> None:
    assert loaded_in_order(plain, decoders, 5, {3: 17})[:8] == [5, 4, 6, 17, 16, 18, 15, 19]


def test_decoders_work_side_by_side(packed: DisplaySet, own: DecodeWorkers) -> None:
    order = loaded_in_order(packed, own, 10)
    assert order[0] in (10, 9)  # the two that were handed out first
    assert len(own.pids()) == 2


@given(
    count=st.integers(1, 12),
    moves=st.lists(st.one_of(st.none(), st.integers(-3, 15)), max_size=30),
    focus=st.integers(0, 11),
)
def test_the_queue_is_what_brute_force_says(
    count: int, moves: list[int | None], focus: int
) -> None:
    queue, waiting = SliceQueue(count, range(count), focus), set(range(count))
    place = min(focus, count - 1)
    for move in [*moves, *[None] * (count + 1)]:
        if move is not None:
            queue.set_focus(move)
            place = max(0, min(count - 1, move))
            continue
        taken = queue.take()
        expected = min(waiting, key=lambda k: (abs(k - place), k), default=None)
        assert taken == expected
        waiting.discard(taken if taken is not None else -1)
        assert len(queue) == len(waiting)


def test_progress_counts_finished_slices(plain: DisplaySet, decoders: DecodeWorkers) -> None:
    said: list[Progress] = []
    loader = SeriesLoader(plain, decoders)
    loader.load(said.append, Cancellation(), first_slice=3, on_slice=lambda _: None)
    assert [(p.done, p.total) for p in said] == [(n, 20) for n in range(1, 21)]


@pytest.mark.parametrize("kind", ["plain", "packed"])
def test_a_cancelled_load_stops_and_can_go_on(
    kind: str, request: pytest.FixtureRequest, own: DecodeWorkers, tmp_path: Path
) -> None:
    shown: DisplaySet = request.getfixturevalue(kind)
    loader, cancellation = SeriesLoader(shown, own), Cancellation()
    came = itertools.count(1)

    def stop_at_five(index: int) -> None:
        if next(came) == 5:
            cancellation.cancel()

    with pytest.raises(CancelledError):
        loader.load(lambda _: None, cancellation, first_slice=0, on_slice=stop_at_five)
    assert 5 <= int(loader.loaded.sum()) < 20
    again: list[Progress] = []
    volume = loader.load(again.append, Cancellation(), first_slice=0, on_slice=lambda _: None)
    assert (again[-1].done, again[-1].total) == (20, 20)
    assert volume.digest
    assert np.array_equal(volume.voxels, volume_of(shown, own).voxels)


def test_cancel_does_not_wait_for_a_decoder_that_hangs(
    packed: DisplaySet, own: DecodeWorkers
) -> None:
    volume_of(packed, own)
    for pid in own.pids():
        os.kill(pid, signal.SIGSTOP)
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        SeriesLoader(packed, own).load(
            lambda _: None, cancellation, first_slice=0, on_slice=lambda _: None
        )
    assert time.monotonic() - began < 2.5


def test_a_killed_decoder_costs_one_image(packed: DisplaySet, own: DecodeWorkers) -> None:
    volume_of(packed, own)
    victim, *_ = own.pids()
    os.kill(victim, signal.SIGKILL)
    loader = SeriesLoader(packed, own)
    loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)
    assert len(loader.failures) <= 1
    assert loader.loaded.sum() + len(loader.failures) == 20
    assert victim not in own.pids()
    for reason in loader.failures.values():
        assert "the decoder ended while reading it" in say(reason)
    assert np.array_equal(volume_of(packed, own).voxels[3], loader.volume.voxels[3])


def test_closed_decoders_leave_no_process(packed: DisplaySet) -> None:
    workers = DecodeWorkers(2)
    volume_of(packed, workers)
    pids = workers.pids()
    assert pids
    workers.close()
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists() or _is_zombie(pid)
    with pytest.raises(PixelDataError):
        workers.decode(packed.frames[0])


def _is_zombie(pid: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_one_damaged_image_is_named_and_the_others_come(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_2000_LOSSLESS)
    raw = bytearray(phantom.paths[6].read_bytes())
    start = raw.index(b"\xff\x4f\xff\x51") + 60
    raw[start:-8] = os.urandom(len(raw) - 8 - start)
    phantom.paths[6].write_bytes(bytes(raw))
    loader = SeriesLoader(only(phantom.paths), decoders)
    volume = loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)
    name = phantom.paths[6].name
    assert {k: say(reason) for k, reason in loader.failures.items()} == {
        6: f"{name}: its compressed pixel data are damaged."
    }
    assert volume.digest == ""
    kept = [k for k in range(20) if k != 6]
    assert np.array_equal(volume.voxels[kept], phantom.voxels[kept])
    assert not volume.voxels[6].any()


def test_a_file_that_vanishes_while_reading_costs_its_image(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path)
    loader = SeriesLoader(only(phantom.paths), decoders)

    def take_away(index: int) -> None:
        phantom.paths[11].unlink(missing_ok=True)

    loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=take_away)
    assert list(loader.failures) == [11]
    assert say(loader.failures[11]) == (
        f"{phantom.paths[11].name} cannot be read: it is no longer there."
    )


def test_a_file_that_has_shrunk_costs_its_image(tmp_path: Path, decoders: DecodeWorkers) -> None:
    phantom = volumes.axial(tmp_path)
    shown = only(phantom.paths)
    os.truncate(phantom.paths[11], 2500)
    loader = SeriesLoader(shown, decoders)
    loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)
    assert list(loader.failures) == [11]
    assert "has changed since it was opened" in say(loader.failures[11])
    assert not loader.volume.voxels[11].any()


def test_when_nothing_can_be_decoded_the_load_fails(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    shown = only([bad_files.corrupt_compressed(tmp_path)])
    loader = SeriesLoader(shown, decoders)
    with pytest.raises(PixelDataError, match="damaged_pixels"):
        loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)


@pytest.mark.parametrize("kind", ["huge_dimensions", "huge_frame_count"])
def test_sizes_that_lie_take_no_memory(kind: str, tmp_path: Path) -> None:
    path = bad_files.BAD_FILES[kind](tmp_path)
    for shown in sets_of([path]) if kind == "huge_frame_count" else ():
        assert len(shown.frames) == 1
    if kind == "huge_dimensions":
        from medai_desktop.errors import SourceError
        from medai_desktop.source.header import read_header

        with pytest.raises(SourceError, match="impossible_size"):
            read_header(path)


# -- memory ----------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused_with_the_figures_before_anything_is_taken() -> None:
    free = memory.free_memory_bytes()
    assert free is not None
    with pytest.raises(OutOfMemoryError) as refused:
        memory.allocate((free, 4), np.dtype(np.int16))
    said = say(refused.value.message)
    assert f"{free * 8 // 1_000_000} MB" in said
    assert "are free" in said


def test_what_fits_is_given() -> None:
    found = memory.allocate((3, 4, 5), np.dtype(np.int16))
    assert found.shape == (3, 4, 5)
    assert not found.any()


def test_more_than_can_be_addressed_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_memory_bytes", lambda: None)
    with pytest.raises(OutOfMemoryError):
        memory.allocate((1 << 40, 1 << 40), np.dtype(np.int16))


def test_a_container_has_less_than_its_computer(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("700000\n")
    (tmp_path / "memory.stat").write_text("anon 500000\ninactive_file 100000\nactive_file 5\n")
    assert memory._left_in_group(tmp_path) == 400000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._left_in_group(tmp_path) is None
    assert memory._left_in_group(tmp_path / "nowhere") is None


def test_linux_says_what_is_available(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    2048 kB\n")
    assert memory._available(tmp_path / "meminfo") == 2048 * 1024
    (tmp_path / "meminfo").write_text("nonsense")
    assert memory._available(tmp_path / "meminfo") is None


def test_windows_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kernel:
        @staticmethod
        def GlobalMemoryStatusEx(pointer: object) -> int:
            status = pointer._obj  # type: ignore[attr-defined]
            assert status.length == 64
            status.available_physical = 123_000_000
            return 1

    class Library:
        kernel32 = Kernel

    monkeypatch.setattr(memory.ctypes, "windll", Library, raising=False)
    assert memory._free_on_windows() == 123_000_000
    monkeypatch.setattr(memory.ctypes, "windll", None, raising=False)
    assert memory._free_on_windows() is None


def test_a_limit_of_the_process_counts() -> None:
    import subprocess
    import sys

    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "import numpy as np\n"
        "from medai_desktop.errors import OutOfMemoryError\n"
        "from medai_desktop.series import memory\n"
        "assert memory.free_memory_bytes() < 3 << 30\n"
        "try: memory.allocate((3 << 30,), np.dtype('u1'))\n"
        "except OutOfMemoryError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "refused", done.stderr


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_sparse_array_may_be_larger_than_memory_and_gives_slices_back() -> None:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = 64_000_001  # not a whole number of pages
    count = 2 * total // size + 1
    array = memory.SparseArray((count, 1, size), np.dtype(np.uint8))
    before = resident_bytes()
    array.values[7] = 5
    array.values[8] = 6
    assert resident_bytes() - before > size
    array.release(7)
    assert resident_bytes() - before < 1.5 * size
    assert not array.values[7, 0, 10_000:-10_000].any()
    assert (array.values[8] == 6).all()
    assert not array.values[count - 1, 0, :100].any()


# -- thumbnails ------------------------------------------------------------------------------------


def test_a_thumbnail_has_square_millimetres(tmp_path: Path, decoders: DecodeWorkers) -> None:
    shown = only(volumes.non_square_pixels(tmp_path).paths)  # 32 x 1.6 mm, 60 x 0.8 mm
    picture = load_thumbnail(shown, decoders, 60)
    assert picture.shape == (60, 56)  # 51.2 mm high, 48 mm wide
    assert picture.dtype == np.uint8
    assert picture.max() > picture.min()


def test_a_thumbnail_of_a_radiograph_is_bright_where_bone_is(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    first = only(volumes.hand_radiograph(tmp_path / "a").paths)
    second = only(volumes.monochrome1_radiograph(tmp_path / "b").paths)
    one, two = (load_thumbnail(shown, decoders, 80) for shown in (first, second))
    assert one.shape == (80, 64)
    assert np.abs(one.astype(int) - two).max() <= 2


def test_a_thumbnail_falls_back_to_an_image_that_can_be_read(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    phantom = volumes.axial(tmp_path)
    shown = only(phantom.paths)
    phantom.paths[10].unlink()
    assert load_thumbnail(shown, decoders, 48).shape == (40, 48)
    for path in phantom.paths:
        path.unlink(missing_ok=True)
    with pytest.raises(PixelDataError):
        load_thumbnail(shown, decoders, 48)
