"""Scans paths for the commands without a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.jobs import Cancellation
from medai_desktop.series.display_sets import StudyList, build_studies
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import InstanceHeader, SkippedFile


def read_studies(
    paths: Sequence[Path], console: Console
) -> tuple[StudyList, tuple[SkippedFile, ...]]:
    """Scans folders and files.

    Returns:
        The studies, and every file that could not be used with its reason.
    """
    headers: list[InstanceHeader] = []
    skipped: list[SkippedFile] = []
    for item in scan(paths, progress=console.progress, cancellation=Cancellation()):
        if isinstance(item, SkippedFile):
            skipped.append(item)
        else:
            headers.append(item)
    found = build_studies(headers, skipped)
    return found, (*skipped, *found.skipped)
