"""Honest statistics: average precision, false marks, operating points, intervals (numpy only).

Lives here: pure functions over boxes and scores. May import `errors`, `text` and numpy.
Terms: AP50 (average precision at an overlap of 0.5), false mark, operating point, block (the unit
that intervals are drawn over).
"""

from medai_desktop.evaluation.average_precision import (
    ScoredBox,
    average_precision,
    bootstrap_interval,
    threshold_for_false_marks,
)

__all__ = ["ScoredBox", "average_precision", "bootstrap_interval", "threshold_for_false_marks"]
