"""When a command can do anything."""

from __future__ import annotations

from medai_desktop.session.desk import ReadingDesk


def is_study_open(desk: ReadingDesk) -> bool:
    """Whether a study is open."""
    return desk.opening.current_study is not None


def is_something_shown(desk: ReadingDesk) -> bool:
    """Whether the active viewport shows a display set."""
    return desk.viewing.active_display_set is not None


def allows_volume(desk: ReadingDesk) -> bool:
    """Whether planes and 3D of the active display set tell the truth."""
    shown = desk.viewing.active_display_set
    return shown is not None and shown.allows_volume


def is_finding_selected(desk: ReadingDesk) -> bool:
    """Whether a finding is selected."""
    return desk.reviewing.selected is not None


def has_findings(desk: ReadingDesk) -> bool:
    """Whether the list has any row."""
    return bool(desk.reviewing.rows())


def can_detect(desk: ReadingDesk) -> bool:
    """Whether Detect can be pressed."""
    return desk.detection.can_start


def has_stages(desk: ReadingDesk) -> bool:
    """Whether the hanging protocol has more than one stage."""
    return len(desk.viewing.stages) > 1
