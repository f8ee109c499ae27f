"""One decision of one reader."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from medai_desktop.findings import Finding, MadeOn


class DecisionKind(Enum):
    """What a reader can do to a finding."""

    AGREE = "agree"
    REJECT = "reject"
    UNSURE = "unsure"
    EDIT = "edit"
    ADD = "add"
    REMOVE = "remove"
    REOPEN = "reopen"
    MOVE_THRESHOLD = "move_threshold"


class FindingStatus(Enum):
    """State of a finding, derived from its decisions (reading defaults 8)."""

    OPEN = "open"
    AGREED = "agreed"
    EDITED = "edited"
    ADDED = "added"
    REJECTED = "rejected"
    UNSURE = "unsure"
    REMOVED = "removed"


class RejectReason(Enum):
    """One-key reasons (reading defaults 8)."""

    NONE = ""
    VESSEL = "vessel"
    SCAR = "scar_or_atelectasis"
    ARTEFACT = "artefact"
    VARIANT = "anatomical_variant"
    IMPLANT = "implant_or_cast"
    KNOWN_BENIGN = "known_benign"
    DUPLICATE = "duplicate"
    OUTSIDE_ORGAN = "outside_organ"


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry of the history; never changed once made.

    Attributes:
        id: UUIDv4.
        kind: what was done.
        finding_id: to which finding; the nil UUID for `MOVE_THRESHOLD`.
        reader: who did it.
        at: when, UTC.
        reason: of a rejection.
        finding: the finding as edited or added; None for the other kinds.
        threshold: new value of `MOVE_THRESHOLD`.
        display_set_id: on which display set.
        undoes: id of the decision that this one takes back; None for an ordinary decision.
        seen_before_mark: whether the reader had seen the place before the mark was shown.
        made_on: on which images of whom.
        model_id: whose threshold `MOVE_THRESHOLD` moved.
        weights_sha256: of that model, hexadecimal: another version has a threshold of its own.
    """

    id: uuid.UUID
    kind: DecisionKind
    finding_id: uuid.UUID
    reader: str
    at: datetime
    display_set_id: str
    reason: RejectReason = RejectReason.NONE
    finding: Finding | None = None
    threshold: float | None = None
    undoes: uuid.UUID | None = None
    seen_before_mark: bool = False
    made_on: MadeOn = MadeOn()
    model_id: str = ""
    weights_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedFinding:
    """A finding with what readers made of it.

    Attributes:
        finding: as it now stands (the edited one when it was edited).
        original: as the program made it; the same object when not edited.
        status: derived.
        decision: the last standing decision; None while open.
        edit: the one that gave it its box; None where the original's stands.
    """

    finding: Finding
    original: Finding
    status: FindingStatus
    decision: Decision | None
    edit: Decision | None = None
