"""Decode workers killed, stopped and given damage: each costs one image, the rest still comes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.errors import CancelledError, PixelDataError, WorkerDiedError
from medai_desktop.jobs import Cancellation
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import InstanceHeader
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.volumes import axial
from tests.processes import is_gone, slots_of


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> DisplaySet:
    folder = tmp_path_factory.mktemp("series")
    axial(folder, TransferSyntax.JPEG_LS)
    headers = [
        item
        for item in scan([folder], progress=lambda _: None, cancellation=Cancellation())
        if isinstance(item, InstanceHeader)
    ]
    return build_studies(headers).studies[0].display_sets[0]


@pytest.fixture
def workers(slots_before: frozenset[str]) -> Iterator[DecodeWorkers]:
    made = DecodeWorkers(1)
    made.check()
    pids = made.pids()
    yield made
    pids += made.pids()
    made.close()
    assert all(is_gone(pid) for pid in pids)
    assert slots_of(os.getpid()) <= slots_before


def stopped_then(workers: DecodeWorkers, number: signal.Signals, after_s: float) -> int:
    """Stops the worker before it can decode, and signals it a moment later."""
    (pid,) = workers.pids()
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(after_s, lambda: os.kill(pid, number)).start()
    return pid


def test_a_worker_killed_while_it_decodes_costs_one_image(
    shown: DisplaySet, workers: DecodeWorkers
) -> None:
    expected = workers.decode(shown.frames[1])
    pid = stopped_then(workers, signal.SIGKILL, 0.3)
    with pytest.raises(PixelDataError) as caught:
        workers.decode(shown.frames[0])
    assert caught.value.message.id == "series.decoder_died"
    assert caught.value.message.argument("file") == shown.frames[0].instance.path.name
    assert is_gone(pid)
    np.testing.assert_array_equal(workers.decode(shown.frames[1]), expected)
    assert workers.pids() != (pid,)
    assert workers.decode(shown.frames[0]).shape == expected.shape


def test_a_worker_that_was_only_stopped_goes_on(shown: DisplaySet, workers: DecodeWorkers) -> None:
    expected = workers.decode(shown.frames[2])
    pid = stopped_then(workers, signal.SIGCONT, 0.3)
    np.testing.assert_array_equal(workers.decode(shown.frames[2]), expected)
    assert workers.pids() == (pid,)


def test_a_worker_that_stays_stopped_costs_one_image(shown: DisplaySet) -> None:
    workers = DecodeWorkers(1)
    before = workers.decode(shown.frames[3])
    workers._silence_s = 1.0
    (pid,) = workers.pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PixelDataError) as caught:
        workers.decode(shown.frames[3])
    assert caught.value.message.id == "series.decoder_silent"
    assert is_gone(pid)
    workers.close()
    patient = DecodeWorkers(1)
    np.testing.assert_array_equal(patient.decode(shown.frames[3]), before)
    patient.close()


def test_cancel_while_it_decodes(shown: DisplaySet, workers: DecodeWorkers) -> None:
    cancellation = Cancellation()
    (pid,) = workers.pids()
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(CancelledError):
        workers.decode(shown.frames[0], cancellation)
    assert is_gone(pid)
    assert workers.decode(shown.frames[0]).size


def test_a_damaged_file_costs_one_image_and_no_worker(
    shown: DisplaySet, workers: DecodeWorkers
) -> None:
    path = Path(shown.frames[5].instance.path)
    whole, status = path.read_bytes(), path.stat()
    (pid,) = workers.pids()

    def write(content: bytes) -> None:
        """Under the stamp that the header was read with, as a failing disc would bring it."""
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    half = len(whole) // 2
    write(whole[:half] + bytes(len(whole) - half))
    try:
        with pytest.raises(PixelDataError) as caught:
            workers.decode(shown.frames[5])
        assert caught.value.message.id != "series.file_changed"
        path.unlink()
        with pytest.raises(PixelDataError):
            workers.decode(shown.frames[5])
    finally:
        write(whole)
    assert workers.pids() == (pid,)
    assert workers.decode(shown.frames[5]).size


def test_closed_workers_decode_nothing(shown: DisplaySet) -> None:
    workers = DecodeWorkers(1)
    workers.close()
    with pytest.raises(PixelDataError):
        workers.decode(shown.frames[0])
    with pytest.raises(WorkerDiedError):
        workers.check()
    assert workers.pids() == ()
