"""The program on a real X server, used from outside by its keyboard and mouse.

Nothing of the test runs inside the program: what it did is read from the journal that it keeps.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.findings import FindingSet, LengthMeasurement
from medai_desktop.jobs import Cancellation
from medai_desktop.review import Decision, DecisionKind
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import SkippedFile
from medai_desktop.view.reading_order import reading_position
from tests.doubles.x_hands import XHands, what_is_missing, x_server

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1400, 900)
PATIENCE_S = 150.0

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing() or "there"),
]


class Reading:
    """The program, the hands on it, and its journal."""

    def __init__(self, process: subprocess.Popen[bytes], hands: XHands) -> None:
        self.process, self.hands = process, hands
        self.journal = CatalogJournal(find_locations().catalog)
        headers = [
            item
            for item in scan(
                (find_locations().sample,), progress=lambda _: None, cancellation=Cancellation()
            )
            if not isinstance(item, SkippedFile)
        ]
        (study,) = build_studies(headers).studies
        self.sets: tuple[DisplaySet, ...] = study.display_sets

    def wait(self, what: str, until: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert self.process.poll() is None, self.process.communicate()[1].decode()[-3000:]
            assert time.monotonic() < end, f"never came: {what}"
            time.sleep(0.1)

    def runs(self) -> list[FindingSet]:
        if not find_locations().catalog.exists():
            return []
        return [run for shown in self.sets for run in self.journal.runs(shown.id)]

    def decisions(self) -> list[Decision]:
        return list(self.journal.decisions([shown.id for shown in self.sets]))

    def rulers(self) -> list[LengthMeasurement]:
        return [ruler for shown in self.sets for ruler in self.journal.measurements(shown.id)]


@contextmanager
def reading(*arguments: str) -> Iterator[Reading]:
    with x_server(*SIZE) as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
        }
        size = f"{SIZE[0]}x{SIZE[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "medai_desktop", "view", *arguments, "--size", size],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
        )
        hands = XHands(display)
        try:
            yield Reading(process, hands)
        finally:
            hands.close()
            if process.poll() is None:
                process.kill()
            process.communicate()


def test_a_case_is_read_with_real_keys_and_a_real_mouse() -> None:
    with reading("--sample", "--detect") as case:
        hands = case.hands
        case.wait("the detection", lambda: bool(case.runs()))
        time.sleep(2.0)
        window = hands.uppermost()
        hands.focus()
        hands.type("a")
        case.wait("the question for a name", lambda: hands.uppermost() != window, 30)
        hands.focus()
        hands.type("x", "u", "Return")
        case.wait("a decision", lambda: bool(case.decisions()), 30)
        case.wait("the end of the question", lambda: hands.uppermost() == window, 30)
        hands.focus()
        (agreed,) = case.decisions()
        assert (agreed.kind, agreed.reader) == (DecisionKind.AGREE, "xu")

        middle, down = SIZE[0] * 0.36, SIZE[1] * 0.55
        hands.type("r")
        hands.drag((middle - 60, down), (middle + 40, down + 10))
        case.wait("a ruler", lambda: len(case.rulers()) == 1, 20)
        hands.wheel(3)
        time.sleep(0.5)
        hands.drag((middle - 60, down), (middle + 40, down + 10))
        case.wait("another ruler", lambda: len(case.rulers()) == 2, 20)
        first, second = case.rulers()
        shown = next(s for s in case.sets if s.id == first.display_set_id)
        assert first.slice_index is not None
        assert second.slice_index is not None
        places = [reading_position(shown, k) for k in (first.slice_index, second.slice_index)]
        assert places[1] - places[0] == 3, "three notches are three images"
        assert first.length_mm == pytest.approx(second.length_mm)

        hands.type("Control_L+z")
        case.wait("undo", lambda: len(case.rulers()) == 1, 20)
        hands.type("Control_L+z", "Control_L+z")
        case.wait("undo of all", lambda: len(case.decisions()) == 2, 20)
        assert case.decisions()[1].undoes == agreed.id
        assert case.rulers() == []

        hands.type("Control_L+q")
        assert case.process.wait(timeout=60) == 0
