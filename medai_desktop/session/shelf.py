"""The headers of everything that was opened, and what they make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.jobs import JobContext
from medai_desktop.series.display_sets import StudyList, build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import InstanceHeader, SkippedFile


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan brought.

    Attributes:
        found: everything that is open now, earlier scans included.
        skipped: files that cannot be used, and that no earlier scan has told of.
    """

    found: StudyList
    skipped: tuple[SkippedFile, ...]


class Shelf:
    """The headers of everything that was opened; used on the scan thread alone."""

    def __init__(self) -> None:
        self._headers: dict[Path, InstanceHeader] = {}
        self._unread: dict[Path, SkippedFile] = {}
        self._told: set[SkippedFile] = set()

    def add(self, paths: Sequence[Path], job: JobContext) -> Scanned:
        """Scans folders and files and puts their headers beside those that are there.

        What was there before is read again; files that are gone are forgotten. Nothing changes
        when the reader cancels.

        Raises:
            CancelledError: the reader cancelled.
        """
        headers: dict[Path, InstanceHeader] = {}
        skipped: list[SkippedFile] = []
        for item in scan(paths, progress=job.report, cancellation=job.cancellation):
            if isinstance(item, SkippedFile):
                skipped.append(item)
            else:
                headers[item.path] = item
        tops = {_top(path) for path in paths}

        def is_elsewhere(path: Path) -> bool:
            return not tops.intersection((path, *path.parents))

        kept = {path: header for path, header in self._headers.items() if is_elsewhere(path)}
        self._headers = kept | headers
        unread = {path: item for path, item in self._unread.items() if is_elsewhere(path)}
        self._unread = unread | {item.path: item for item in skipped if item.is_lost_image}
        self._told = {item for item in self._told if is_elsewhere(item.path)}
        found = build_studies(self._headers.values(), self._unread.values())
        new = [item for item in (*skipped, *found.skipped) if item not in self._told]
        self._told.update(new)
        return Scanned(found, tuple(new))


def _top(path: Path) -> Path:
    """What a named path stands for: a DICOMDIR for its folder."""
    whole = Path(path).absolute()
    return whole.parent if whole.name.upper() == "DICOMDIR" else whole
