"""A window that is killed: what the reader had done comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.review import FindingStatus
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 180.0


def told_by(process: subprocess.Popen[bytes], told: Path) -> dict[str, object]:
    """What the driver did; fails with what the window said when nothing comes."""
    end = time.monotonic() + PATIENCE_S
    while not told.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise AssertionError(process.communicate()[1].decode()[-3000:])
        time.sleep(0.05)
    return dict(json.loads(told.read_text(encoding="utf-8")))


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if f"\nPPid:\t{pid}\n" in text:
            found.append(int(status.parent.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/status").read_text().split("State:")[1].strip()[0] != "Z"
    except (OSError, IndexError):
        return False


def settle(desk: ReadingDesk) -> None:
    end = time.monotonic() + PATIENCE_S
    while desk.jobs or desk.opening.current_study is None or desk.restoring.is_under_way:
        desk.mailbox.drain()
        assert time.monotonic() < end
        time.sleep(0.01)
    desk.mailbox.drain()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_decisions_ruler_and_threshold_survive_a_kill(medai_home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.doubles.window_driver", "view", "--sample", "--detect"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    told = told_by(process, medai_home / "told.json")
    workers = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL

    choices = WindowChoices(False, Language.ENGLISH, Language.ENGLISH)
    desk = build_desk(find_locations(), SettingsStore(None), choices)
    try:
        desk.opening.open_sample()
        settle(desk)
        desk.restoring.begin()  # a window does so once its first picture shows
        settle(desk)
        rows = {str(row.finding.id): row for row in desk.reviewing.rows()}
        row = rows.pop(str(told["agreed"]))
        assert row.reviewed.status is FindingStatus.AGREED
        assert row.reviewed.decision is not None
        assert row.reviewed.decision.reader == "Dr Kill"
        assert {other.reviewed.status for other in rows.values()} <= {FindingStatus.OPEN}
        (length,) = desk.measuring.measurements()
        assert length.length_mm == told["length_mm"]
        (found,) = desk.detection.finding_sets()
        assert desk.reviewing.threshold(found) == told["threshold"] != told["before"]
        assert desk.reviewing.reader == "Dr Kill"
    finally:
        desk.close()
    end = time.monotonic() + 20
    while any(is_alive(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in workers if is_alive(pid)], "worker programs end with their window"
