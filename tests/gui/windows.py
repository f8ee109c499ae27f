"""Shown windows, and marks in the journal of their reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.detection.manifest import Manifest
from medai_desktop.findings import Finding, FindingSet, Provenance, StageSeconds
from medai_desktop.findings.identity import finding_id, run_id
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.gui.finding_rows import MarkRow
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.gui.series_rows import SeriesRow
from medai_desktop.review import DecisionKind
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Language
from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
from tests.phantoms.pixels import MR_12BIT
from tests.phantoms.series_geometry import SeriesGeometry

SAMPLE: tuple[Path, ...] = ()
WAIT_MS = 60_000


class MakeWindow(Protocol):
    """Opens windows."""

    def __call__(
        self,
        paths: Sequence[Path] | None = None,
        *,
        language: Language = Language.ENGLISH,
        size: tuple[int, int] = (1400, 900),
        is_private: bool = True,
    ) -> MainWindow:
        """A shown window; `paths` are opened, `SAMPLE` is the sample, None nothing."""
        ...


@dataclass(frozen=True)
class Looked:
    """A series that the shipped model looks at.

    Attributes:
        folder: of its study.
        shown: the series.
        digest: of its pixels.
        manifest: of the model.
    """

    folder: Path
    shown: DisplaySet
    digest: str
    manifest: Manifest


def desk_of(window: MainWindow) -> ReadingDesk:
    """What a window shows."""
    return window._desk


def open_in(qtbot: QtBot, window: MainWindow, paths: Sequence[Path]) -> None:
    """Opens studies and waits until they are there."""
    desk = desk_of(window)
    if paths:
        desk.opening.open_paths(paths)
    else:
        desk.opening.open_sample()
    qtbot.waitUntil(lambda: window.has_picture and not desk.jobs, timeout=WAIT_MS)


def drain_until(desk: ReadingDesk, is_true: Callable[[], bool]) -> None:
    """Drains the mailbox of a desk without a window until something holds."""
    end = time.monotonic() + WAIT_MS / 1000
    while not is_true():
        assert time.monotonic() < end, "it never came"
        desk.mailbox.drain()
        time.sleep(0.005)


def made_up_marks(looked: Looked) -> FindingSet:
    """Five marks: two solid, two with a lower score, one below the threshold."""
    manifest = looked.manifest
    low, high = manifest.threshold, manifest.threshold_solid
    scores = (min(0.99, high + 0.1), high, (low + high) / 2, low, low / 2)
    places = ((12, 20, 20, 20), (18, 30, 24, 12), (6, 14, 30, 10), (20, 34, 20, 8), (4, 8, 8, 4))
    settings = sorted(manifest.known_settings_sha256)[0]
    run = run_id(looked.digest, manifest.weights_sha256, settings)
    findings = [
        _finding(looked, finding_id(run, number), score, place)
        for number, (score, place) in enumerate(zip(scores, places, strict=True))
    ]
    made_by = Provenance(
        manifest.id,
        manifest.title,
        manifest.version,
        manifest.weights_sha256,
        settings,
        low,
        high,
        manifest.is_calibrated,
        "0",
        "cpu",
    )
    identity = looked.shown.id
    return FindingSet(run, identity, looked.digest, made_by, tuple(findings), StageSeconds())


def _finding(
    looked: Looked, identity: object, score: float, place: tuple[int, int, int, int]
) -> Finding:
    k, u, v, side = place
    shown, label = looked.shown, looked.manifest.labels[0]
    assert shown.geometry is not None
    slices = (k - 1, k, k + 1)
    low, high = (float(u), float(v), k - 1.0), (float(u + side), float(v + side), k + 2.0)
    box = OrientedBox.from_voxel_edges(shown.geometry, low, high)
    boxes = tuple(
        PixelBox(shown.frames[n].reference.sop_instance_uid, 1, u, v, u + side, v + side)
        for n in slices
    )
    return Finding(identity, label.name, label.code, score, box, boxes, slices)  # type: ignore[arg-type]


def small_series(folder: Path, tags: SeriesTags, prefix: str = "IM") -> None:
    """A dozen small slices that say of themselves what `tags` says."""
    geometry = SeriesGeometry.straight((5.0, 2.0, 2.0))
    values = np.broadcast_to(np.arange(32 * 32).reshape(32, 32) % 200, (12, 32, 32))
    write_series(folder, values, geometry, tags=tags, names=FileNames(prefix))


def head_study(folder: Path) -> Path:
    """A head MR with a T1 before and after contrast, small and quick to open."""
    geometry = SeriesGeometry.straight((4.0, 3.0, 3.0), (-96.0, -96.0, -48.0))
    rows, columns = np.mgrid[:64, :64] - 31.5
    inside = np.hypot(rows, columns) < 28
    values = np.stack(
        [inside * (300 + 40 * np.sin(rows / 3 + k) * np.cos(columns / 4)) for k in range(24)]
    )
    for number, name in ((2, "Ax T1"), (4, "Ax T1 +C")):
        tags = SeriesTags(
            "MR",
            key=f"head{number}",
            study_key="head",
            study_description="MR Head",
            series_description=name,
            series_number=number,
            body_part="HEAD",
            more={"AcquisitionNumber": number},
        )
        write_series(
            folder / str(number),
            np.rint(values + number),
            geometry,
            tags=tags,
            pixels=MR_12BIT,
            names=FileNames(f"S{number}-"),
        )
    return folder


def two_series(folder: Path) -> tuple[Path, ...]:
    """One study of two small series; what to open."""
    for number in (1, 2):
        tags = SeriesTags(
            key=f"s{number}", series_number=number, series_description=f"Small {number}"
        )
        small_series(folder / str(number), tags)
    return (folder,)


def mark_rows(window: MainWindow) -> list[MarkRow]:
    """The marks of the findings list."""
    return [row for row in window.side.findings.rows.rows() if isinstance(row, MarkRow)]


def decisions(locations: Locations, display_set_id: str) -> list[DecisionKind]:
    """What the journal of this reader holds."""
    journal = CatalogJournal(locations.catalog)
    try:
        return [entry.kind for entry in journal.decisions([display_set_id])]
    finally:
        journal.close()


def series_said(window: MainWindow, marks: FindingSet) -> str:
    """The second line of the series in the study list."""
    rows = window.studies.series.rows()
    return next(r.said for r in rows if isinstance(r, SeriesRow) and r.key == marks.display_set_id)


def see(window: MainWindow, qtbot: QtBot) -> None:
    """Waits for the pictures: what is not on the screen yet is not decided on."""
    qtbot.waitUntil(lambda: all(view.is_current for view in window.viewports), timeout=WAIT_MS)
