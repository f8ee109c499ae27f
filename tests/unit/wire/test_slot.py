"""Slots: given back, cleared when their window is gone, left alone by workers, refused in words."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.errors import OutOfMemoryError
from medai_desktop.wire import Frame, Slot, WorkerProcess, attached_slot, clear_leftovers
from medai_desktop.wire.slot import PREFIX, _attached_untracked, free_bytes
from tests.architecture.house import ROOT
from tests.processes import SHARED_MEMORY, children_of, slots_of

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

pytestmark = pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="no folder of shared memory")


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )


def test_values_pass_through_a_slot_both_ways() -> None:
    slot = Slot(40)
    slot.array((4, 5), np.dtype(np.int16))[...] = np.arange(20).reshape(4, 5)
    worker = WorkerProcess("tests.unit.wire.odd_worker")
    worker.send(Frame("fill", {"slot": slot.name}))
    assert worker.receive(20.0).number("total") == 190
    np.testing.assert_array_equal(
        slot.array((4, 5), np.dtype(np.int16)), np.arange(20).reshape(4, 5) + 1
    )
    worker.end()
    # The worker has ended and its block is still there: nothing unlinked it.
    assert slot.name in slots_of(os.getpid())
    slot.close()
    assert slot.name not in slots_of(os.getpid())


def test_closing_twice_and_with_a_view_open_is_no_fault() -> None:
    slot = Slot(100)
    view = slot.array((100,), np.dtype(np.uint8))
    slot.close()
    assert not (SHARED_MEMORY / slot.name).exists()
    slot.close()
    assert view.shape == (100,)


def test_only_this_user_may_read_it() -> None:
    slot = Slot(10)
    assert (SHARED_MEMORY / slot.name).stat().st_mode & 0o777 == 0o600
    slot.close()


ATTACHES_UNTRACKED = """
import sys
import numpy as np
from medai_desktop.wire.slot import _attached_untracked
with _attached_untracked(sys.argv[1]) as block:
    print(int(np.ndarray((4,), np.uint8, buffer=block).sum()))
"""


def test_where_blocks_are_no_files_a_worker_leaves_them_too() -> None:
    slot = Slot(4)
    slot.array((4,), np.dtype(np.uint8))[...] = 5
    done = run(ATTACHES_UNTRACKED, slot.name)
    assert done.stdout == "20\n"
    assert done.stderr == ""
    assert (SHARED_MEMORY / slot.name).exists()
    slot.close()


def test_untracked_leaves_the_tracker_as_it_was(slots_before: frozenset[str]) -> None:
    slot = Slot(4)
    with _attached_untracked(slot.name):
        pass
    slot.close()
    other = Slot(4)
    other.close()
    assert slots_of(os.getpid()) <= slots_before


@pytest.mark.parametrize(
    "name",
    ["", "medai-", "other-1-00000000", "../medai-1-00000000", "/etc/passwd", "medai-1-00000000/.."],
)
def test_only_slots_are_attached(name: str) -> None:
    with pytest.raises(ValueError, match="not a slot"), attached_slot(name):
        pass


def test_a_slot_that_is_gone_is_not_made_again() -> None:
    name = f"{PREFIX}{os.getpid()}-00000000"
    with pytest.raises(FileNotFoundError), attached_slot(name):
        pass
    assert not (SHARED_MEMORY / name).exists()


LEAVES_A_SLOT = """
import os, signal, sys, time
from multiprocessing import shared_memory
from medai_desktop.wire import Slot
slot = Slot(1000)
tracker = shared_memory.resource_tracker._resource_tracker._pid
print(slot.name, os.getpid(), flush=True)
if sys.argv[1] == "with the tracker":
    os.kill(tracker, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_window_left_is_cleared_by_the_next() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVES_A_SLOT, "with the tracker"],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == -signal.SIGKILL
    name, pid = done.stdout.split()
    assert (SHARED_MEMORY / name).exists()
    slot = Slot(10)
    assert not (SHARED_MEMORY / name).exists()
    assert slots_of(int(pid)) == set()
    assert (SHARED_MEMORY / slot.name).exists()
    slot.close()


def test_blocks_of_others_are_left_alone() -> None:
    alive = f"{PREFIX}{os.getppid()}-0123abcd"
    foreign = [alive, "medai-notes", f"{PREFIX}999999999-x", f"{PREFIX}x-01234567"]
    gone = f"{PREFIX}999999999-01234567"
    try:
        for name in [*foreign, gone]:
            (SHARED_MEMORY / name).write_bytes(b"x")
        assert clear_leftovers() >= 1
        assert not (SHARED_MEMORY / gone).exists()
        assert all((SHARED_MEMORY / name).exists() for name in foreign)
    finally:
        for name in [*foreign, gone]:
            (SHARED_MEMORY / name).unlink(missing_ok=True)


def test_what_does_not_fit_is_refused_with_the_figures(slots_before: frozenset[str]) -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        Slot(10**15)
    said = caught.value.message
    assert said.id == "wire.little_room"
    assert said.argument("needed") == 10**9
    free = free_bytes()
    assert free is not None
    assert 0 < int(str(said.argument("free"))) < 10**9
    assert slots_of(os.getpid()) <= slots_before
    with pytest.raises(OutOfMemoryError):
        Slot(2**70)


WITHOUT_ROOM = """
import resource, os
from medai_desktop.errors import OutOfMemoryError
from medai_desktop.wire import Slot
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    Slot(1_000_000)
except OutOfMemoryError as error:
    print(error.message.id)
small = Slot(4096)
print(small.size)
small.close()
print(len([n for n in os.listdir("/dev/shm") if n.startswith(f"medai-{os.getpid()}-")]))
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit to set")
def test_a_real_limit_is_an_out_of_memory_error() -> None:
    assert run(WITHOUT_ROOM).stdout.split() == ["wire.little_room", "4096", "0"]


def test_the_memory_is_taken_and_not_only_promised(tmp_path: Path) -> None:
    slot = Slot(5_000_000)
    assert (SHARED_MEMORY / slot.name).stat().st_blocks * 512 >= 5_000_000
    slot.close()


def test_no_process_is_left_but_the_tracker() -> None:
    before = children_of(os.getpid())
    slot = Slot(10)
    slot.close()
    assert len(children_of(os.getpid()) - before) <= 1
