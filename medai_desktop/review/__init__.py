"""The reader's decisions: append-only, undo appends too.

Lives here: decisions, the table of transitions, the history with undo and redo. May import
`findings` and below; learns nothing of `detection`, so that a finding drawn by hand and one of a
program are reviewed alike.
Terms: decision (one entry, names its reader), status (derived from the entries), history.
"""

from medai_desktop.review.decision import (
    Decision,
    DecisionKind,
    FindingStatus,
    RejectReason,
    ReviewedFinding,
)
from medai_desktop.review.history import ReviewHistory

__all__ = [
    "Decision",
    "DecisionKind",
    "FindingStatus",
    "RejectReason",
    "ReviewHistory",
    "ReviewedFinding",
]
