"""When a command can do anything, and the sentence why it cannot."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

Condition = Callable[[ReadingDesk], bool]


def always(desk: ReadingDesk) -> bool:
    """At any time."""
    return True


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


def why_not(desk: ReadingDesk, condition: Condition) -> Message | None:
    """Why a condition does not hold; None when it does."""
    if condition(desk):
        return None
    if not is_study_open(desk):
        return message("session.nothing_open")
    if condition is can_detect:
        if desk.detection.is_running:
            return message("commands.why_running")
        return message("session.no_models")
    if condition is allows_volume:
        shown = desk.viewing.active_display_set
        if shown is not None and shown.messages:
            return shown.messages[0]
        if shown is not None:
            return message("commands.why_one_image")
    return _REASONS.get(condition, message("commands.why_nothing_shown"))


_REASONS: dict[Condition, Message] = {
    is_finding_selected: message("commands.why_none_selected"),
    has_findings: message("commands.why_no_marks"),
    has_stages: message("commands.why_one_stage"),
}
