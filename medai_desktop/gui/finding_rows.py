"""The rows of the findings list, as values."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtGui import QPixmap

from medai_desktop.commands.reasons import REASONS
from medai_desktop.detection.naming import label_name
from medai_desktop.findings import Finding, score_words
from medai_desktop.gui.mark_words import extent_words
from medai_desktop.review import Decision, FindingStatus
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.reviewing import FindingRow
from medai_desktop.text import Message, message

Thumbnail = Callable[[Finding, DisplaySet], QPixmap | None]

FOLD_KEY = "fold"
MOST_OPEN = 50
"""So many open marks are listed, those of the highest scores; nobody decides on hundreds."""
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
        extent: side and size of its box, grey; empty without a box.
        decided: what stands.
        status: what the reader decided, in words; empty while open.
        steps: filled squares of the score; None for a reader's own.
        is_selected: with the blue edge and the buttons.
        is_rejected: dimmed.
        thumbnail: None until its image is here.
        spoken: everything.
    """

    key: uuid.UUID
    place: str
    what: str
    extent: str
    decided: FindingStatus
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
        return PADDING_PX + LINE_PX * self._lines + 6

    @property
    def height_px(self) -> int:
        """The selected row has room for its buttons."""
        if self.is_selected:
            return max(LEAST_PX, self.buttons_top_px + BUTTONS_PX + PADDING_PX)
        return max(LEAST_PX, 2 * PADDING_PX + LINE_PX * self._lines)

    @property
    def _lines(self) -> int:
        return 2 + bool(self.extent) + bool(self.status)


@dataclass(frozen=True, slots=True)
class FoldRow:
    """The line that folds marks with a lower score away."""

    spoken: str
    is_open: bool
    key: Hashable = FOLD_KEY
    height_px: int = 40
    is_choosable: bool = True


@dataclass(frozen=True, slots=True)
class MoreRow:
    """Says how many marks the list leaves out."""

    spoken: str
    key: Hashable = "more"
    height_px: int = 40
    is_choosable: bool = False


ListRow = MarkRow | FoldRow | MoreRow


def finding_rows(desk: ReadingDesk, thumbnail: Thumbnail) -> tuple[ListRow, ...]:
    """What stands in the list: marks, the fold line, and below it what was unfolded."""
    rows, is_open = desk.reviewing.rows(), desk.reviewing.is_unfolded
    folded = [
        row
        for row in rows
        if row.is_folded and (is_open or row.finding.id != desk.reviewing.selected)
    ]
    kept = _listed(rows, desk.reviewing.selected)
    shown = [row for row in rows if row not in folded and row.finding.id in kept]
    places = _places(desk, rows)
    result: list[ListRow] = [
        _mark_row(desk, row, places[row.finding.id], thumbnail) for row in shown
    ]
    if folded:
        result.append(FoldRow(desk.render(_fold_words(len(folded))), is_open))
    if is_open:
        result += [
            _mark_row(desk, row, places[row.finding.id], thumbnail)
            for row in folded
            if row.finding.id in kept
        ]
    left_out = len(rows) - len(kept)
    if left_out and (is_open or not folded):
        said = message("gui.not_listed", most=MOST_OPEN, count=left_out)
        result.append(MoreRow(desk.render(said)))
    return tuple(result)


def _listed(rows: tuple[FindingRow, ...], selected: uuid.UUID | None) -> frozenset[uuid.UUID]:
    """What has been decided on, what is selected, and the open marks of the highest scores."""
    ids = {row.finding.id for row in rows if row.reviewed.status is not FindingStatus.OPEN}
    ids |= {row.finding.id for row in rows if row.finding.id == selected}
    still_open = [row for row in rows if row.finding.id not in ids]
    still_open.sort(key=lambda row: -row.reviewed.original.score)
    return frozenset(ids | {row.finding.id for row in still_open[:MOST_OPEN]})


def steps(score: float) -> int:
    """Filled squares of five."""
    return max(1, min(5, 1 + int(score * 5)))


def _fold_words(count: int) -> Message:
    if count == 1:
        return message("gui.one_folded")
    return message("gui.folded", count=count)


def _places(desk: ReadingDesk, rows: tuple[FindingRow, ...]) -> dict[uuid.UUID, str]:
    """Where each mark is; those of one place are numbered, so that their rows can be told apart."""
    said = {row.finding.id: _sentence(desk.render(row.place)) for row in rows}
    of_place = Counter(said.values())
    numbers: Counter[str] = Counter()
    places = {}
    for identity, place in said.items():
        numbers[place] += 1
        if of_place[place] > 1:
            words = message("gui.place_numbered", place=place, number=numbers[place])
            places[identity] = desk.render(words)
        else:
            places[identity] = place
    return places


def _mark_row(desk: ReadingDesk, row: FindingRow, place: str, thumbnail: Thumbnail) -> MarkRow:
    finding, say = row.finding, desk.render
    what = say(_what(row))
    is_readers = finding.box != row.reviewed.original.box or row.provenance is None
    box = extent_words(finding, row.display_set, is_readers=is_readers)
    extent = "" if box is None else say(box)
    status = "" if row.reviewed.decision is None else say(_status(row.reviewed.status, row))
    spoken = [place, what, extent, status]
    if row.provenance is not None:
        spoken.append(say(message("gui.score", score=score_words(row.reviewed.original.score))))
    return MarkRow(
        finding.id,
        place,
        what,
        extent,
        row.reviewed.status,
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
