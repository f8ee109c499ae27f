"""The main job on the built-in sample: open, detect, decide, export, and back after a crash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.findings import DetectionState
from medai_desktop.review import FindingStatus, RejectReason
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language

READER = "王晓东"


def open_desk() -> ReadingDesk:
    choices = WindowChoices(False, Language.ENGLISH, Language.ENGLISH)
    locations = find_locations()
    locations.make_user_folders()
    return build_desk(locations, SettingsStore(None), choices)


def wait_until(desk: ReadingDesk, reached: Callable[[], bool], seconds: float = 200) -> None:
    until = time.monotonic() + seconds
    while not reached():
        desk.mailbox.drain()
        assert time.monotonic() < until, desk.notices
        time.sleep(0.01)


def open_sample(desk: ReadingDesk) -> None:
    desk.opening.open_sample()
    wait_until(desk, lambda: desk.opening.current_study is not None and not desk.jobs)
    desk.restoring.begin()
    wait_until(desk, lambda: desk.restoring.is_over)


@pytest.fixture
def desk() -> Iterator[ReadingDesk]:
    made = open_desk()
    yield made
    made.close()


# Decides on the sample, then dies as by a power cut: no desk is closed, no file flushed.
CRASH = f"""
import os, sys
from tests.end_to_end.test_spine import open_desk, open_sample
from medai_desktop.review import RejectReason

desk = open_desk()
open_sample(desk)
assert desk.reviewing.reader == {READER!r}
found = desk.detection.finding_sets()[0]
desk.reviewing.set_threshold(found, found.findings[1].score, is_final=True)
if not desk.reviewing.is_unfolded:
    desk.reviewing.toggle_folded()
second = next(r for r in desk.reviewing.rows() if r.finding.id == found.findings[1].id)
desk.reviewing.select(second.finding.id)
assert desk.reviewing.reject(RejectReason.VESSEL)
print(second.finding.id, flush=True)
os.kill(os.getpid(), 9)
"""


def test_reader_opens_detects_decides_exports_and_comes_back_after_a_crash(
    desk: ReadingDesk, tmp_path: Path
) -> None:
    open_sample(desk)
    assert {s.state for s in desk.detection.statuses()} == {DetectionState.NOT_RUN}
    assert desk.detection.start() is None
    wait_until(desk, lambda: not desk.detection.is_running and not desk.jobs)
    first, second = desk.detection.finding_sets()[0].findings[:2]
    assert first.id == desk.reviewing.rows()[0].finding.id
    desk.reviewing.select(first.id)
    assert desk.reviewing.selected_is_in_view(), "a selected mark is shown in every viewport"
    assert desk.reviewing.agree() is False, "a decision without a reader must not count"
    desk.reviewing.set_reader(READER)
    assert desk.reviewing.agree() is True
    status = {row.finding.id: row.reviewed.status for row in desk.reviewing.rows()}
    assert status[first.id] is FindingStatus.AGREED
    job = desk.exporting.export(tmp_path)
    assert job is not None
    wait_until(desk, lambda: desk.exporting.last is not None)
    check_export(tmp_path, str(first.id), str(second.id))
    desk.close()

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH], capture_output=True, text=True, env=environment, check=False
    )
    assert crashed.returncode == -9, crashed.stderr
    rejected = crashed.stdout.strip()

    again = open_desk()
    open_sample(again)
    assert again.reviewing.reader == READER
    kept = {str(row.finding.id): row.reviewed for row in again.reviewing.rows()}
    assert kept[str(first.id)].status is FindingStatus.AGREED
    assert kept[rejected].status is FindingStatus.REJECTED
    decision = kept[rejected].decision
    assert decision is not None
    assert (decision.reader, decision.reason) == (READER, RejectReason.VESSEL)
    again.close()


def check_export(folder: Path, agreed: str, other: str) -> None:
    path = folder / "report.dcm"
    report = pydicom.dcmread(path)
    text = report.to_json()
    assert report.VerificationFlag == "UNVERIFIED"
    assert READER.encode() in path.read_bytes()
    assert agreed in text
    assert other not in text, "nobody agreed with it"
    document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    (done,) = (r for r in document["results"] if r["state"] == "done")
    assert {agreed, other} <= {finding["id"] for finding in done["findings"]}
    statuses = {f["id"]: f["status"] for f in document["review"]["findings"]}
    assert statuses[agreed] == "agreed"
    if shutil.which("dciodvfy") is None:
        return
    said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    assert "Error" not in said.stdout + said.stderr
    assert said.returncode == 0
