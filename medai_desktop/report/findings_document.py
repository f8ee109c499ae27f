"""findings.json and ``detect --json`` (DESIGN section 5: a contract).

What a reader exports carries one member more, ``review``::

    "review": {
      "readers": [name],
      "findings": [{"display_set_id", "status", "origin", "reader", "decided_at", "reason",
                    "edited_by" or null, and the members of a finding as it now stands}],
      "decisions": [{"id", "finding_id" or null, "display_set_id", "kind", "reader", "at", "reason",
                     "threshold" or null, "model" or null, "weights_sha256" or null,
                     "seen_before_mark", "undone", "undoes"}]
    }

``findings`` are those that were before the reader: at or above their threshold, or decided on;
``status`` is one of open, agreed, edited, added, rejected, unsure; the score of a reader's own is
null. ``decisions`` is the journal, oldest first, nothing left out; ``undone`` tells that a later
decision took it back, ``undoes`` the id of the one that it takes back. Times are UTC, ISO 8601.
``results`` stay what the programs said, whatever readers made of it; a run that did not come to its
end has no findings there, though an earlier one may have had some.

``warnings`` is there when something that was asked for could not be written beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.naming import model_name
from medai_desktop.findings import DetectionState, Finding, FindingSet, RunStatus
from medai_desktop.report.entries import ReportEntry, Review
from medai_desktop.report.sentences import research_sentence
from medai_desktop.review import Decision, DecisionKind
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message

Render = Callable[[Message], str]
Json = dict[str, object]
WITH_FINDINGS = frozenset(
    {DetectionState.DONE, DetectionState.NOTHING_ABOVE_THRESHOLD, DetectionState.STALE}
)
"""Only in these states findings belong to the state."""


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """One model on one display set: what came of it.

    Attributes:
        status: the state.
        display_set: what was looked at.
        manifest: of the model; None when it is no longer installed.
        found: what it said; in a state without a result it is an earlier run, and is not told.
    """

    status: RunStatus
    display_set: DisplaySet
    manifest: Manifest | None
    found: FindingSet | None


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """A display set that a model did not look at, and why."""

    display_set: DisplaySet
    model_id: str
    reason: Message


def findings_document(
    results: Sequence[ResultEntry],
    skipped: Sequence[SkippedEntry],
    render: Render,
    review: Review | None = None,
    warnings: Sequence[Message] = (),
) -> Json:
    """What models said, as JSON values.

    Args:
        results: every model that was asked.
        skipped: every model that was not, with its reason.
        render: wording of the sentences.
        review: what readers did; None when no reader was there.
        warnings: what could not be written beside this.
    """
    document: Json = {
        "research_use": research_sentence(
            {render(model_name(e.status.model_id, e.status.model_title)) for e in results}, render
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
    if warnings:
        document["warnings"] = [render(said) for said in warnings]
    if review is not None:
        document["review"] = _review(review)
    return document


def document_bytes(document: Json) -> bytes:
    """A document as it stands in a file: UTF-8."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _result(entry: ResultEntry, render: Render) -> Json:
    found = _own_findings(entry)
    seconds = None if found is None else found.seconds
    outside = entry.status.outside_training
    warnings = [] if found is None else [render(said) for said in found.warnings]
    if entry.status.reason is not None:
        warnings.append(render(entry.status.reason))
    return {
        "model": _model(entry),
        "device": "" if found is None else found.provenance.device,
        "series_instance_uid": entry.display_set.series.series_instance_uid,
        "display_set_id": entry.display_set.id,
        "state": entry.status.state.value,
        "outside_training": None if outside is None else render(outside),
        "seconds": {
            name: 0.0 if seconds is None else round(getattr(seconds, name), 4)
            for name in ("load", "preprocess", "inference", "postprocess", "total")
        },
        "findings": [] if found is None else [_finding(f, f.score) for f in found.findings],
        "warnings": warnings,
    }


def _own_findings(entry: ResultEntry) -> FindingSet | None:
    return entry.found if entry.status.state in WITH_FINDINGS else None


def _model(entry: ResultEntry) -> Json:
    """The model that made the findings; without findings the one that is installed."""
    found = _own_findings(entry)
    made_by = None if found is None else found.provenance
    manifest = entry.manifest
    if made_by is not None:
        return {
            "id": made_by.model_id,
            "version": made_by.model_version,
            "weights_sha256": made_by.weights_sha256,
            "threshold": made_by.threshold,
            "threshold_solid": made_by.threshold_solid,
            "calibrated": made_by.is_calibrated,
        }
    return {
        "id": entry.status.model_id,
        "version": None if manifest is None else manifest.version,
        "weights_sha256": None if manifest is None else manifest.weights_sha256,
        "threshold": None if manifest is None else manifest.threshold,
        "threshold_solid": None if manifest is None else manifest.threshold_solid,
        "calibrated": False if manifest is None else manifest.is_calibrated,
    }


def _finding(finding: Finding, score: float | None) -> Json:
    box = finding.box
    return {
        "id": str(finding.id),
        "label": finding.label,
        "code": {
            "scheme": finding.code.scheme,
            "value": finding.code.value,
            "meaning": finding.code.meaning,
        },
        "score": None if score is None else round(score, 6),
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


def _review(review: Review) -> Json:
    undone = {decision.undoes for decision in review.decisions}
    return {
        "readers": list(review.readers),
        "findings": [_reviewed(entry) for entry in review.entries],
        "decisions": [_decision(d, d.id in undone) for d in review.decisions],
    }


def _reviewed(entry: ReportEntry) -> Json:
    decided = entry.decided_at
    return {
        "display_set_id": entry.display_set.id,
        "status": None if entry.status is None else entry.status.value,
        "origin": entry.finding.origin.value,
        "reader": entry.reader or None,
        "decided_at": None if decided is None else decided.isoformat(timespec="seconds"),
        "reason": entry.reason or None,
        "edited_by": entry.editor or None,
        **_finding(entry.finding, entry.score),
    }


def _decision(decision: Decision, is_undone: bool) -> Json:
    is_move = decision.kind is DecisionKind.MOVE_THRESHOLD
    return {
        "id": str(decision.id),
        "finding_id": None if is_move else str(decision.finding_id),
        "display_set_id": decision.display_set_id,
        "kind": decision.kind.value,
        "reader": decision.reader,
        "at": decision.at.isoformat(timespec="milliseconds"),
        "reason": decision.reason.value or None,
        "threshold": decision.threshold,
        "model": decision.model_id or None,
        "weights_sha256": decision.weights_sha256 or None,
        "seen_before_mark": decision.seen_before_mark,
        "undone": is_undone,
        "undoes": None if decision.undoes is None else str(decision.undoes),
    }
