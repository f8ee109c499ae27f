"""The findings that the viewports paint, put together from the reader's decisions."""

from __future__ import annotations

from medai_desktop.findings import Finding, FindingOrigin
from medai_desktop.review import ReviewedFinding
from medai_desktop.review.history import EXPORTED
from medai_desktop.session.reviewing import Reviewing
from medai_desktop.view.overlays import DrawnFinding


def drawn_findings(reviewing: Reviewing) -> tuple[DrawnFinding, ...]:
    """As they are painted now."""
    return tuple(
        DrawnFinding(
            row.finding,
            row.display_set,
            row.is_solid,
            row.finding.id == reviewing.selected,
            row.reviewed.status in EXPORTED,
            original_of(row.reviewed),
        )
        for row in reviewing.drawn()
    )


def original_of(reviewed: ReviewedFinding) -> Finding | None:
    """What the program made of a finding that the reader has edited; else None."""
    original, now = reviewed.original, reviewed.finding
    is_same = (original.box, original.boxes_px) == (now.box, now.boxes_px)
    return None if is_same or original.origin is FindingOrigin.READER else original
