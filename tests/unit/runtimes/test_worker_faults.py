"""The shipped model in its real worker: killed, stopped, cancelled, short of memory."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installers.compile_catalogues import TRANSLATIONS
from medai_desktop.detection.joining import looked_at
from medai_desktop.detection.manifest import read_manifest
from medai_desktop.errors import (
    CancelledError,
    MedaiError,
    ModelError,
    NoFittingModelError,
    OutOfMemoryError,
    PixelDataError,
    UsageError,
    WorkerDiedError,
    WorkerError,
    WorkerHungError,
)
from medai_desktop.findings import FindingSet
from medai_desktop.jobs import Cancellation, Progress
from medai_desktop.runtimes.devices import available_devices
from medai_desktop.runtimes.local_detector import LocalDetector
from medai_desktop.text import Catalogues, Language, message
from medai_desktop.volume import Volume
from tests.processes import children_of, is_gone, slots_of, wait_until
from tests.unit.detection.heads import INSIDE, head
from tests.unit.detection.models import SHIPPED, copy_shipped

MANIFEST = read_manifest(SHIPPED)
SHORT = replace(head((4, 256, 256)), display_set_id="1.2.3")


def long(slices: int) -> Volume:
    """The same slices again and again: a signal comes in the middle, on a fast machine too."""
    grid = head((slices, 2, 2)).geometry
    assert grid is not None
    geometry = replace(grid, shape=(slices, 256, 256))
    voxels = np.tile(SHORT.voxels, (slices // 4, 1, 1))
    return replace(SHORT, voxels=voxels, geometry=geometry)


LONG = long(240)
SOON_S = 4.0
"""What is promised is one second; a loaded machine gets some more."""

PATIENCE_S = 120.0


def with_mass(volume: Volume) -> Volume:
    """A bright ring in the upper left of some slices."""
    voxels = volume.voxels.copy()
    rows, columns = np.ogrid[: volume.shape[1], : volume.shape[2]]
    distance = np.hypot(rows - 105, columns - 95)
    voxels[1:4, (distance > 7) & (distance < 14)] = 1800
    return replace(volume, voxels=voxels)


@pytest.fixture(scope="module")
def warm() -> Iterator[LocalDetector]:
    """One detector for the module; its worker is warm unless a test before has ended it."""
    detector = LocalDetector(MANIFEST, device="cpu")
    yield detector
    pid = detector.worker_pid
    detector.close()
    assert pid is None or is_gone(pid)


@pytest.fixture(autouse=True)
def nothing_is_left(slots_before: frozenset[str]) -> Iterator[None]:
    before = children_of(os.getpid())
    yield
    assert slots_of(os.getpid()) <= slots_before
    # The tracker of shared memory and the warm worker stay.
    assert len(children_of(os.getpid()) - before) <= 2


def run(
    detector: LocalDetector,
    volume: Volume = SHORT,
    progress: Callable[[Progress], None] = lambda _: None,
    cancellation: Cancellation | None = None,
) -> FindingSet:
    return detector.detect(volume, INSIDE, progress, cancellation or Cancellation())


def sentence(error: MedaiError) -> str:
    said = Catalogues(TRANSLATIONS).render(error.message, Language.ENGLISH)
    assert "{" not in said
    return said


def at_unit(number: int, act: Callable[[], None]) -> Callable[[Progress], None]:
    """Acts once, when so many units are finished."""
    done = threading.Event()

    def told(progress: Progress) -> None:
        if progress.done >= number and not done.is_set():
            done.set()
            act()

    return told


# -- it works ---------------------------------------------------------------------------------


def test_a_run_reports_every_unit_and_says_what_it_was(warm: LocalDetector) -> None:
    seen: list[Progress] = []
    found = run(warm, with_mass(SHORT), seen.append)
    assert seen[0].total == 0
    assert [p.done for p in seen if p.total] == [0, 4]
    assert found.display_set_id == "1.2.3"
    assert found.provenance.device == "cpu"
    assert found.provenance.weights_sha256 == MANIFEST.weights_sha256
    assert found.provenance.settings_sha256 == MANIFEST.settings_sha256_for("fp32")
    assert found.outside_training is None
    assert found.warnings == ()
    assert found.findings
    assert found.findings[0].score == max(one.score for one in found.findings)
    parts = found.seconds
    stages = parts.load + parts.preprocess + parts.inference + parts.postprocess
    assert stages == pytest.approx(parts.total, abs=0.05)


def test_the_same_volume_gives_the_same_findings_and_another_gives_others(
    warm: LocalDetector,
) -> None:
    first = run(warm, with_mass(SHORT))
    pid = warm.worker_pid
    again = run(warm, with_mass(SHORT))
    assert warm.worker_pid == pid
    assert again.run == first.run
    assert again.findings == first.findings
    other = run(warm, replace(with_mass(SHORT), digest="another"))
    assert other.run != first.run
    assert not {one.id for one in other.findings} & {one.id for one in first.findings}
    assert [one.score for one in other.findings] == [one.score for one in first.findings]


def test_what_is_no_signal_changes_nothing(warm: LocalDetector) -> None:
    plain = with_mass(SHORT)
    plain.voxels[:, :8] = plain.voxels.min()
    before = run(warm, plain)
    padded = plain.voxels.copy()
    padded[:, :8] = -30000
    assert run(warm, replace(plain, voxels=padded)).findings != before.findings
    declared = replace(plain, voxels=padded, padding=(-30000.0, -30000.0))
    assert run(warm, declared).findings == before.findings
    holes = plain.voxels.astype(np.float32)
    holes[:, :8] = np.nan
    assert run(warm, replace(plain, voxels=holes)).findings == before.findings


def test_images_shown_inverted_are_turned_round(warm: LocalDetector) -> None:
    plain = with_mass(SHORT)
    low, high = int(plain.voxels.min()), int(plain.voxels.max())
    turned = (high - (plain.voxels - low)).astype(np.int16)
    inverted = replace(plain, voxels=turned, is_inverted=True)
    assert run(warm, inverted).findings == run(warm, plain).findings
    assert run(warm, replace(inverted, is_inverted=False)).findings != run(warm, plain).findings


def test_thin_slices_have_a_box_on_each_image(warm: LocalDetector) -> None:
    thin = with_mass(replace(head((13, 256, 256), (1.0, 0.9, 0.9)), display_set_id="1.2.3"))
    seen: list[Progress] = []
    found = run(warm, thin, seen.append)
    assert seen[-1].total == len(looked_at(13, 1.0)) == 5
    for one in found.findings:
        first, last = one.slice_indices[0], one.slice_indices[-1]
        assert one.slice_indices == tuple(range(first, last + 1))
        assert len(one.boxes_px) == len(one.slice_indices) >= 2


def test_outside_training_is_said_with_the_findings(warm: LocalDetector) -> None:
    child = warm.detect(SHORT, replace(INSIDE, age_years=7.0), lambda _: None, Cancellation())
    assert child.outside_training == message("detection.too_young", years=18)
    flat = replace(SHORT, voxels=np.zeros_like(SHORT.voxels))
    assert run(warm, flat).outside_training == message("detection.other_greys")


def test_colour_and_incomplete_volumes_are_not_looked_at(warm: LocalDetector) -> None:
    colour = replace(SHORT, voxels=np.zeros((*SHORT.voxels.shape, 3), np.uint8))
    with pytest.raises(NoFittingModelError):
        run(warm, colour)
    with pytest.raises(PixelDataError):
        run(warm, replace(SHORT, digest=""))


# -- killed, stopped, hung --------------------------------------------------------------------


def test_a_worker_killed_in_a_run_is_one_sentence_and_the_next_run_works(
    warm: LocalDetector,
) -> None:
    run(warm)
    pid = warm.worker_pid
    assert pid is not None
    with pytest.raises(WorkerDiedError) as caught:
        run(warm, LONG, at_unit(8, lambda: os.kill(pid, signal.SIGKILL)))
    assert "SIGKILL" in sentence(caught.value)
    assert is_gone(pid)
    assert warm.worker_pid is None
    assert run(warm).findings
    assert warm.worker_pid not in (None, pid)


def test_a_worker_killed_between_two_runs_is_started_anew(warm: LocalDetector) -> None:
    before = run(warm)
    assert warm.worker_pid is not None
    os.kill(warm.worker_pid, signal.SIGKILL)
    assert run(warm).findings == before.findings


def test_a_stopped_worker_stands_still_and_goes_on(warm: LocalDetector) -> None:
    run(warm)
    pid = warm.worker_pid
    assert pid is not None
    seen: list[int] = []
    outcome: list[FindingSet] = []
    volume = long(80)
    thread = threading.Thread(
        target=lambda: outcome.append(run(warm, volume, lambda p: seen.append(p.done)))
    )
    thread.start()
    try:
        wait_until(lambda: len(seen) > 4, PATIENCE_S)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.5)
        standing = list(seen)
        time.sleep(1.0)
        assert seen == standing
        assert standing[-1] < 80
    finally:
        os.kill(pid, signal.SIGCONT)
    thread.join(PATIENCE_S)
    assert outcome
    assert seen[-1] == 80
    assert seen == sorted(seen)


def test_a_worker_that_stays_stopped_is_hung_and_replaced(warm: LocalDetector) -> None:
    run(warm)
    pid = warm.worker_pid
    assert pid is not None
    warm._silence_s, patience = 1.0, warm._silence_s
    try:
        with pytest.raises(WorkerHungError) as caught:
            run(warm, LONG, at_unit(8, lambda: os.kill(pid, signal.SIGSTOP)))
    finally:
        warm._silence_s = patience
    assert "1 s" in sentence(caught.value)
    assert is_gone(pid)
    assert run(warm).findings


# -- cancelled --------------------------------------------------------------------------------


def test_cancel_in_a_run_frees_the_device_soon(warm: LocalDetector) -> None:
    run(warm)
    pid, cancellation = warm.worker_pid, Cancellation()
    assert pid is not None
    at = [0.0]

    def cancel() -> None:
        at[0] = time.monotonic()
        cancellation.cancel()

    with pytest.raises(CancelledError):
        run(warm, LONG, at_unit(8, cancel), cancellation)
    assert time.monotonic() - at[0] < SOON_S
    assert is_gone(pid)


def test_cancel_while_torch_is_still_loading() -> None:
    detector, cancellation = LocalDetector(MANIFEST, device="cpu"), Cancellation()
    pids: list[int] = []
    threading.Timer(0.4, cancellation.cancel).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        run(detector, SHORT, lambda _: pids.append(detector.worker_pid or 0), cancellation)
    assert time.monotonic() - started < 0.4 + SOON_S
    assert pids
    assert is_gone(pids[0])


def test_cancelled_before_it_began_starts_nothing() -> None:
    detector, cancellation = LocalDetector(MANIFEST, device="cpu"), Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledError):
        run(detector, SHORT, cancellation=cancellation)
    assert detector.worker_pid is None


def test_close_in_a_run_ends_it(warm: LocalDetector) -> None:
    run(warm)
    pid = warm.worker_pid
    with pytest.raises(WorkerError):
        run(warm, LONG, at_unit(8, warm.close))
    assert is_gone(pid or 0)


def test_a_model_exchanged_under_the_program_is_a_sentence_and_never_another_name(
    tmp_path: Path,
) -> None:
    folder = copy_shipped(tmp_path)
    detector = LocalDetector(read_manifest(folder), device="cpu")
    try:
        assert run(detector).findings
        weights = bytearray((folder / "weights.safetensors").read_bytes())
        weights[-1] ^= 1
        (folder / "weights.safetensors").write_bytes(weights)
        plain = json.loads((folder / "manifest.json").read_text())
        plain["weights"]["sha256"] = hashlib.sha256(weights).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(plain))
        with pytest.raises(ModelError) as caught:
            run(detector)
        assert caught.value.message.id == "runtimes.model_changed"
        assert "Brain mass MR" in sentence(caught.value)
    finally:
        detector.close()


# -- devices ----------------------------------------------------------------------------------


def test_a_device_that_is_not_there_is_a_sentence_with_those_that_are(
    warm: LocalDetector,
) -> None:
    run(warm)
    pid = warm.worker_pid
    warm._wanted = "cuda:77"
    try:
        with pytest.raises(UsageError) as caught:
            run(warm)
    finally:
        warm._wanted = "cpu"
    said = caught.value.message
    assert warm.worker_pid == pid
    assert said.id == "runtimes.no_device"
    assert said.argument("device") == "cuda:77"
    assert "cpu" in str(said.argument("names"))
    assert "cuda:77" in sentence(caught.value)


def test_devices_are_asked_of_a_worker() -> None:
    assert "cpu" in [device.name for device in available_devices()]


# -- memory -----------------------------------------------------------------------------------


def peak_bytes(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmPeak:")[2].split()[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to measure with")
def test_memory_that_runs_out_means_smaller_batches_and_then_a_sentence(tmp_path: Path) -> None:
    # A large input: four of its slices need much more than one.
    large = read_manifest(
        copy_shipped(tmp_path, {"input.canvas_px": 768, "input.spacing_mm": 0.326})
    )
    free = LocalDetector(large, device="cpu")
    one = replace(SHORT, voxels=SHORT.voxels[:1], geometry=head((1, 256, 256)).geometry)
    run(free, one)
    with_one = peak_bytes(free.worker_pid)
    expected = run(free, SHORT)
    with_four = peak_bytes(free.worker_pid)
    free.close()
    assert with_four - with_one > 40_000_000
    here = resource.getrlimit(resource.RLIMIT_AS)

    # How much of the peak is address space that was only reserved differs from system to system.
    for share in (0.35, 0.5, 0.2):
        limit = with_one + int(share * (with_four - with_one))
        tight = LocalDetector(large, device="cpu", memory_limit_bytes=limit)
        found = run(tight, SHORT)
        tight.close()
        if found.warnings:
            break
    assert found.warnings == (message("runtimes.smaller_batches"),)
    assert expected.warnings == ()
    assert len(found.findings) == len(expected.findings)
    assert found.provenance.device == "cpu"

    tighter = LocalDetector(large, device="cpu", memory_limit_bytes=with_one - 150_000_000)
    with pytest.raises(OutOfMemoryError) as caught:
        run(tighter, SHORT)
    assert "memory" in sentence(caught.value)
    assert tighter.worker_pid is None
    assert resource.getrlimit(resource.RLIMIT_AS) == here


def test_a_volume_that_fits_nowhere_is_refused_with_the_figures(warm: LocalDetector) -> None:
    huge = np.lib.stride_tricks.as_strided(
        np.zeros(1, np.int16), shape=(4_000_000, 4096, 4096), strides=(0, 0, 0)
    )
    with pytest.raises(OutOfMemoryError) as caught:
        run(warm, replace(SHORT, voxels=huge, geometry=None))
    assert caught.value.message.id == "wire.little_room"
    assert "134217728 MB" in sentence(caught.value)
