"""Seconds and memory of a process, against what the test itself did."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medai_desktop.app.process_clock import MemoryWatch, seconds_since_start

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="the system does not tell"
)
MB = 1 << 20


def test_seconds_count_from_the_birth_of_the_process() -> None:
    program = (
        "import time; time.sleep(0.5)\n"
        "from medai_desktop.app.process_clock import seconds_since_start as s\n"
        "first = s(); time.sleep(0.2); print(first, s())"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    took = time.monotonic() - started
    first, second = (float(word) for word in done.stdout.split())
    assert 0.5 <= first <= took + 0.05
    assert second - first == pytest.approx(0.2, abs=0.15)
    assert seconds_since_start() > took


def test_the_peak_is_kept_after_the_memory_has_gone() -> None:
    watch = MemoryWatch(lambda: [os.getpid()], every_s=0.01)
    try:
        before = watch.peak_bytes()
        block = bytearray(os.urandom(1 * MB) * 150)
        time.sleep(0.3)
        del block
        peak = watch.peak_bytes()
    finally:
        watch.close()
    assert before is not None
    assert peak is not None
    assert peak - before > 100 * MB


def test_memory_of_several_processes_adds_up_and_ended_ones_do_not_count() -> None:
    program = "import sys; b = bytearray(b'x') * (60 << 20); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone = MemoryWatch(lambda: [os.getpid()], every_s=10)
        both = MemoryWatch(lambda: [os.getpid(), child.pid], every_s=10)
        own, together = alone.peak_bytes(), both.peak_bytes()
        alone.close()
        both.close()
        child.communicate(b"")
    assert own is not None
    assert together is not None
    assert together - own > 40 * MB
    gone = MemoryWatch(lambda: [child.pid], every_s=10)
    assert gone.peak_bytes() is None
    gone.close()
