"""The list of findings: which rows there are, which are folded, in which order."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from medai_desktop.findings import Finding, FindingOrigin, FindingSet, Provenance
from medai_desktop.geometry import PixelBox
from medai_desktop.review import DecisionKind, FindingStatus, ReviewedFinding, ReviewHistory
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.run_detection import Detection
from medai_desktop.text import Message, message
from medai_desktop.view.reading_order import image_name, reading_position

BY_IMAGE = frozenset({"lung-nodule-ct"})
"""Models whose marks are listed from the first image on; the others by size, largest first."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as the list shows it.

    Attributes:
        reviewed: the finding and what readers made of it.
        display_set: where it was seen.
        source: the run that it comes from; None for a reader's own.
        is_solid: at or above the higher operating point, or the reader's own.
        is_folded: waits in the group of lower scores.
        is_below: under the threshold now; listed because it was decided on.
        is_outdated: the images are others now than those that the run saw.
    """

    reviewed: ReviewedFinding
    display_set: DisplaySet
    source: FindingSet | None
    is_solid: bool
    is_folded: bool
    is_below: bool = False
    is_outdated: bool = False

    @property
    def finding(self) -> Finding:
        """As it now stands."""
        return self.reviewed.finding

    @property
    def provenance(self) -> Provenance | None:
        """Of the program; None for a reader's own."""
        return None if self.source is None else self.source.provenance

    @property
    def is_own(self) -> bool:
        """Whether a reader added it, not a program."""
        return self.reviewed.original.origin is FindingOrigin.READER

    @property
    def place(self) -> Message:
        """Series and image of its middle."""
        return place_of(self.finding, self.display_set)


def place_of(finding: Finding, shown: DisplaySet) -> Message:
    """Series and image of the middle of a finding."""
    series = shown.series.description if shown.series.number is None else shown.series.number
    if finding.central_slice is None or len(shown.frames) == 1:
        return message("session.place_series", series=series)
    image = image_name(shown, finding.central_slice)
    return message("session.place_image", series=series, image=image)


def rows_of_study(
    study: Study,
    detection: Detection,
    history: ReviewHistory,
    threshold: Callable[[FindingSet], float],
) -> tuple[FindingRow, ...]:
    """Findings at or above the threshold, or decided on, in the order of the list."""
    rows: list[FindingRow] = []
    for shown in study.display_sets:
        sets = detection.finding_sets(shown.id)
        by_finding = {found.id: source for source in sets for found in source.findings}
        all_found = [found for source in sets for found in source.findings]
        for reviewed in history.reviewed(all_found, shown.id):
            source = by_finding.get(reviewed.original.id)
            if source is None:
                rows.append(FindingRow(reviewed, shown, None, True, False))
                continue
            is_outdated = detection.is_outdated(source)
            row = _program_row(reviewed, shown, source, threshold(source), is_outdated)
            rows += [] if row is None else [row]
    return tuple(sorted(rows, key=_list_order))


def rows_to_draw(
    rows: tuple[FindingRow, ...],
    draft: Finding | None,
    revealed: uuid.UUID | None,
    *,
    is_unfolded: bool,
) -> tuple[FindingRow, ...]:
    """The rows whose marks are painted.

    Args:
        rows: of the list.
        draft: the box under the reader's hand, painted instead of its finding.
        revealed: painted although rejected or folded: the reader asked to see it.
        is_unfolded: marks with a lower score are painted too.
    """
    drawn = []
    for row in rows:
        is_rejected = row.reviewed.status is FindingStatus.REJECTED
        is_away = is_rejected or (row.is_folded and not is_unfolded)
        if is_away and row.finding.id != revealed:
            continue
        if draft is not None and draft.id == row.finding.id:
            row = replace(row, reviewed=replace(row.reviewed, finding=draft))
        drawn.append(row)
    return tuple(drawn)


def was_marked_before(row: FindingRow, history: ReviewHistory) -> bool:
    """Whether the reader had marked this place before any program did."""
    box = row.finding.box
    return box is not None and any(
        entry.kind is DecisionKind.ADD
        and entry.seen_before_mark
        and entry.display_set_id == row.display_set.id
        and entry.finding is not None
        and entry.finding.box is not None
        and box.contains(entry.finding.box.center_lps_mm)
        for entry in history.standing
    )


def _program_row(
    reviewed: ReviewedFinding,
    shown: DisplaySet,
    source: FindingSet,
    threshold: float,
    is_outdated: bool,
) -> FindingRow | None:
    score, is_open = reviewed.original.score, reviewed.status is FindingStatus.OPEN
    if is_open and score < threshold:
        return None
    is_solid = score >= source.provenance.threshold_solid
    is_doubtful = is_outdated or source.outside_training is not None
    is_folded = is_open and (is_doubtful or not is_solid)
    below = score < threshold
    return FindingRow(reviewed, shown, source, is_solid, is_folded, below, is_outdated)


def _list_order(row: FindingRow) -> tuple[int, str, float, float]:
    made_by, original = row.provenance, row.reviewed.original
    if made_by is None:
        return 1, row.display_set.id, _image(row), 0.0
    if made_by.model_id in BY_IMAGE:
        return 0, row.display_set.id, _image(row), -original.score
    return 0, row.display_set.id, -_size(original), -original.score


def _image(row: FindingRow) -> float:
    middle = row.finding.central_slice
    return 0.0 if middle is None else float(reading_position(row.display_set, middle))


def _size(finding: Finding) -> float:
    """Cubic millimetres, or square pixels of the largest box where there are no millimetres."""
    if finding.box is not None:
        return math.prod(finding.box.size_mm)
    return max((_area(box) for box in finding.boxes_px), default=0.0)


def _area(box: PixelBox) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)
