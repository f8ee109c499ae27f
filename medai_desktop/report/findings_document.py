"""findings.json and ``detect --json`` (DESIGN section 5: a contract)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medai_desktop import __version__
from medai_desktop.detection.manifest import Manifest
from medai_desktop.findings import Finding, FindingSet, RunStatus
from medai_desktop.report.atomic_file import write_atomically
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message

Render = Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """One model on one display set: what came of it."""

    status: RunStatus
    display_set: DisplaySet
    manifest: Manifest
    found: FindingSet | None


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """A display set that a model did not look at, and why."""

    display_set: DisplaySet
    model_id: str
    reason: Message


def findings_document(
    results: Sequence[ResultEntry], skipped: Sequence[SkippedEntry], render: Render
) -> dict[str, object]:
    """What models said, as JSON values."""
    titles = ", ".join(sorted({entry.manifest.title for entry in results})) or "-"
    return {
        "research_use": render(
            message("report.research", program="MedAI Desktop", version=__version__, model=titles)
        ),
        "results": [_result(entry, render) for entry in results],
        "skipped": [
            {
                "series_instance_uid": entry.display_set.series.series_instance_uid,
                "display_set_id": entry.display_set.id,
                "model": entry.model_id,
                "reason": render(entry.reason),
            }
            for entry in skipped
        ],
    }


def write_document(document: dict[str, object], path: Path) -> None:
    """Writes a document as a file.

    Raises:
        StorageError: it cannot be written.
    """
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    write_atomically(path, text.encode())


def _result(entry: ResultEntry, render: Render) -> dict[str, object]:
    found, manifest = entry.found, entry.manifest
    seconds = None if found is None else found.seconds
    outside = entry.status.outside_training
    warnings = [] if found is None else [render(said) for said in found.warnings]
    if entry.status.reason is not None:
        warnings.append(render(entry.status.reason))
    return {
        "model": {
            "id": manifest.id,
            "version": manifest.version,
            "weights_sha256": manifest.weights_sha256,
            "threshold": manifest.threshold if found is None else found.provenance.threshold,
            "threshold_solid": manifest.threshold_solid,
            "calibrated": manifest.is_calibrated,
        },
        "device": "" if found is None else found.provenance.device,
        "series_instance_uid": entry.display_set.series.series_instance_uid,
        "display_set_id": entry.display_set.id,
        "state": entry.status.state.value,
        "outside_training": None if outside is None else render(outside),
        "seconds": {
            name: 0.0 if seconds is None else round(getattr(seconds, name), 4)
            for name in ("load", "preprocess", "inference", "postprocess", "total")
        },
        "findings": [] if found is None else [_finding(f) for f in found.findings],
        "warnings": warnings,
    }


def _finding(finding: Finding) -> dict[str, object]:
    box = finding.box
    return {
        "id": str(finding.id),
        "label": finding.label,
        "code": {
            "scheme": finding.code.scheme,
            "value": finding.code.value,
            "meaning": finding.code.meaning,
        },
        "score": round(finding.score, 6),
        "center_lps_mm": None if box is None else list(box.center_lps_mm),
        "box_size_mm": None if box is None else list(box.size_mm),
        "axes_lps": None if box is None else list(box.axes_lps),
        "boxes_px": [
            {
                "sop_instance_uid": b.sop_instance_uid,
                "frame": b.frame,
                "x0": b.x0,
                "y0": b.y0,
                "x1": b.x1,
                "y1": b.y1,
            }
            for b in finding.boxes_px
        ],
    }
