"""A real desk with a scripted detector, driven without a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.app.late_journal import LateJournal
from medai_desktop.app.locations import find_locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.session.desk import DeskSupplies, ReadingDesk
from medai_desktop.session.ports import DetectorSource
from medai_desktop.text import Catalogues, Language
from medai_desktop.view.hanging import HangingProtocols
from medai_desktop.view.presets import WindowPresets
from tests.doubles.detectors import Mark, Script, ScriptedShelf


@dataclass(frozen=True, slots=True)
class Workplace:
    """A desk and the parts a test looks into."""

    desk: ReadingDesk
    journal: CatalogJournal
    script: Script

    def settle(self, until: Callable[[], bool] | None = None, seconds: float = 30.0) -> None:
        """Does what job threads have left, until nothing runs or something has come true."""
        end = time.monotonic() + seconds
        while True:
            self.desk.mailbox.drain()
            if (not self.desk.jobs) if until is None else until():
                return
            assert time.monotonic() < end, "nothing came"
            time.sleep(0.005)

    def open(self, *paths: Path) -> None:
        """Opens and waits until every pixel is there."""
        self.desk.opening.open_paths(paths)
        self.settle()

    def begin(self) -> None:
        """Opens the journal, as a window does once it shows a picture or has none to show."""
        self.desk.restoring.begin()
        self.settle(lambda: self.desk.restoring.is_over)
        self.settle()

    def detect(self) -> None:
        """Detects and waits for the end."""
        assert self.desk.detection.start() is None
        self.settle()

    def close(self) -> None:
        """Ends threads; the journal stays on disk."""
        self.desk.close()
        self.journal.close()


def make_workplace(
    catalog: Path | None = None,
    *,
    marks: Sequence[Mark] = (),
    detectors: DetectorSource | None = None,
    reader: str = "Dr Weiss",
    is_late: bool = False,
) -> Workplace:
    """A desk of its own.

    Args:
        catalog: the journal's file; None keeps it in memory.
        marks: what the scripted detector marks.
        detectors: another source of detectors instead.
        reader: named already; empty: nobody yet.
        is_late: the journal is opened once a picture shows, as in a window.
    """
    script, locations = Script(marks), find_locations()
    real = CatalogJournal(catalog)
    journal = LateJournal(lambda: real) if is_late else real
    desk = ReadingDesk(
        DeskSupplies(
            Catalogues(locations.translations),
            Language.ENGLISH,
            WindowPresets.load(locations.presets),
            HangingProtocols.load(locations.hanging),
            locations.sample,
            1 << 30,
            journal,
            detectors or ScriptedShelf(script),
            lambda language: None,
        )
    )
    if reader:
        desk.reviewing.set_reader(reader)
    return Workplace(desk, real, script)
