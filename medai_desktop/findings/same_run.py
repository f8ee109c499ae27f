"""Whether two runs on the same input marked the same places."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from dataclasses import replace

from medai_desktop.findings.finding import Finding, FindingSet
from medai_desktop.findings.identity import finding_id

TOLERANCE_MM = 1.0
TOLERANCE_PX = 1.0
SCORE_MARGIN = 0.05
"""Other devices compute a little differently; what is further apart is another finding."""


def is_same_run(one: FindingSet, other: FindingSet) -> bool:
    """Whether two runs saw the same images and marked the same places from their threshold on.

    Marks near the threshold may be missing in either: the last bits decide about them.
    """
    if one.display_set_digest != other.display_set_digest:
        return False
    return _covers(one, other) and _covers(other, one)


def with_run_id(found: FindingSet, run: uuid.UUID) -> FindingSet:
    """The same findings under other ids."""
    renamed = (replace(one, id=finding_id(run, n)) for n, one in enumerate(found.findings))
    return replace(found, run=run, findings=tuple(renamed))


def _covers(one: FindingSet, other: FindingSet) -> bool:
    """Whether each mark of `other` that counts is also one of `one`."""
    least = other.provenance.threshold + SCORE_MARGIN
    return all(
        any(_is_same_place(known, seen) for known in one.findings)
        for seen in other.at_or_above(least)
    )


def _is_same_place(one: Finding, other: Finding) -> bool:
    if one.label != other.label or (one.box is None) is not (other.box is None):
        return False
    if one.box is not None and other.box is not None:
        is_near = _near(one.box.center_lps_mm, other.box.center_lps_mm, TOLERANCE_MM)
        return is_near and _near(one.box.size_mm, other.box.size_mm, TOLERANCE_MM)
    return len(one.boxes_px) == len(other.boxes_px) and all(
        a.sop_instance_uid == b.sop_instance_uid
        and a.frame == b.frame
        and _near((a.x0, a.y0, a.x1, a.y1), (b.x0, b.y0, b.x1, b.y1), TOLERANCE_PX)
        for a, b in zip(one.boxes_px, other.boxes_px, strict=True)
    )


def _near(one: Iterable[float], other: Iterable[float], tolerance: float) -> bool:
    pairs = zip(one, other, strict=True)
    return all(math.isclose(a, b, rel_tol=0.0, abs_tol=tolerance) for a, b in pairs)
