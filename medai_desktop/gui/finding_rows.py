"""The rows of the findings list, as values."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtGui import QPixmap

from medai_desktop.commands.reasons import REASONS
from medai_desktop.detection.naming import label_name
from medai_desktop.findings import Finding
from medai_desktop.review import Decision, FindingStatus
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.reviewing import FindingRow
from medai_desktop.text import Message, message

Thumbnail = Callable[[Finding, DisplaySet], QPixmap | None]

FOLD_KEY = "fold"
PADDING_PX = 10
LINE_PX = 16
BUTTONS_PX = 32
LEAST_PX = 68

STATUSES: dict[FindingStatus, Message] = {
    FindingStatus.AGREED: message("gui.finding_agreed"),
    FindingStatus.EDITED: message("gui.finding_edited"),
    FindingStatus.ADDED: message("gui.finding_added"),
    FindingStatus.REJECTED: message("gui.finding_rejected"),
    FindingStatus.UNSURE: message("gui.finding_unsure"),
}


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark or a reader's own finding.

    Attributes:
        key: id of the finding.
        place: bold line.
        what: label.
        status: what the reader decided; empty while open.
        steps: filled squares of the score; None for a reader's own.
        is_selected: with the blue edge and the buttons.
        is_rejected: dimmed.
        thumbnail: None until its image is here.
        spoken: everything.
    """

    key: uuid.UUID
    place: str
    what: str
    status: str
    steps: int | None
    is_selected: bool
    is_rejected: bool
    thumbnail: QPixmap | None
    spoken: str
    is_choosable: bool = True

    @property
    def is_own(self) -> bool:
        """Whether it is the reader's own: no program gave it a score."""
        return self.steps is None

    @property
    def buttons_top_px(self) -> int:
        """Where the buttons of the selected row begin, from its top."""
        return PADDING_PX + LINE_PX * (3 if self.status else 2) + 6

    @property
    def height_px(self) -> int:
        """The selected row has room for its buttons."""
        if self.is_selected:
            return max(LEAST_PX, self.buttons_top_px + BUTTONS_PX + PADDING_PX)
        return LEAST_PX


@dataclass(frozen=True, slots=True)
class FoldRow:
    """The line that folds marks with a lower score away."""

    spoken: str
    is_open: bool
    key: Hashable = FOLD_KEY
    height_px: int = 40
    is_choosable: bool = True


ListRow = MarkRow | FoldRow


def finding_rows(desk: ReadingDesk, thumbnail: Thumbnail) -> tuple[ListRow, ...]:
    """What stands in the list: marks, the fold line, and below it what was unfolded."""
    rows, is_open = desk.reviewing.rows(), desk.reviewing.is_unfolded
    folded = [
        row
        for row in rows
        if row.is_folded and (is_open or row.finding.id != desk.reviewing.selected)
    ]
    shown = [row for row in rows if row not in folded]
    result: list[ListRow] = [_mark_row(desk, row, thumbnail) for row in shown]
    if folded:
        result.append(FoldRow(desk.render(_fold_words(len(folded))), is_open))
    if is_open:
        result += [_mark_row(desk, row, thumbnail) for row in folded]
    return tuple(result)


def steps(score: float) -> int:
    """Filled squares of five."""
    return max(1, min(5, 1 + int(score * 5)))


def _fold_words(count: int) -> Message:
    if count == 1:
        return message("gui.one_folded")
    return message("gui.folded", count=count)


def _mark_row(desk: ReadingDesk, row: FindingRow, thumbnail: Thumbnail) -> MarkRow:
    finding, say = row.finding, desk.render
    place, what = _sentence(say(row.place)), say(_what(row))
    status = "" if row.reviewed.decision is None else say(_status(row.reviewed.status, row))
    spoken = [place, what, status]
    if row.provenance is not None:
        spoken.append(say(message("gui.score", score=f"{row.reviewed.original.score:.2f}")))
    return MarkRow(
        finding.id,
        place,
        what,
        status,
        None if row.provenance is None else steps(row.reviewed.original.score),
        finding.id == desk.reviewing.selected,
        row.reviewed.status is FindingStatus.REJECTED,
        thumbnail(finding, row.display_set),
        "\n".join(part for part in spoken if part),
    )


def _what(row: FindingRow) -> Message:
    label = label_name(row.finding.label)
    return message("gui.below_threshold", label=label) if row.is_below else label


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _status(status: FindingStatus, row: FindingRow) -> Message:
    decision: Decision | None = row.reviewed.decision
    said = STATUSES.get(status, message("gui.finding_open"))
    if decision is None:
        return said
    reason = REASONS.get(decision.reason)
    if status is FindingStatus.REJECTED and reason is not None:
        said = message("gui.because", status=said, reason=reason)
    return message("gui.by_reader", status=said, reader=decision.reader)
