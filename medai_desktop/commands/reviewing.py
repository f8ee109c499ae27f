"""Commands on findings and measurements."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.commands.command import Command, CommandGroup, Invocation
from medai_desktop.commands.conditions import has_findings, is_finding_selected, is_study_open
from medai_desktop.commands.reasons import REASONS
from medai_desktop.review import RejectReason
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message


def _decided(decide: Callable[[ReadingDesk], object]) -> Callable[[Invocation], None]:
    """The reader is asked for by the desk, and only when the decision can be made."""

    def handler(on: Invocation) -> None:
        decide(on.desk)

    return handler


def _undo(on: Invocation) -> None:
    if on.desk.reviewing.editing.cancel():
        return
    _say_turned(on, on.desk.undoing.undo(), is_back=True)


def _redo(on: Invocation) -> None:
    _say_turned(on, on.desk.undoing.redo(), is_back=False)


def _say_turned(on: Invocation, did: Message | None, *, is_back: bool) -> None:
    if did is not None:
        taken_back = message("commands.taken_back", did=did)
        on.desk.viewing.say(taken_back if is_back else message("commands.done_again", did=did))
    elif is_back:
        on.desk.viewing.say(message("commands.nothing_to_undo"))
    else:
        on.desk.viewing.say(message("commands.nothing_to_redo"))


def _delete(on: Invocation) -> None:
    if not on.desk.measuring.delete_selected() and on.desk.reviewing.selected is not None:
        on.desk.reviewing.remove()


def _reject_as(reason: RejectReason, said: Message) -> Command:
    return Command(
        f"findings.reject_{reason.name.lower()}",
        message("commands.reject_as", reason=said),
        CommandGroup.FINDINGS,
        _decided(lambda desk: desk.reviewing.reject(reason)),
        is_enabled=is_finding_selected,
    )


REVIEWING: tuple[Command, ...] = (
    Command(
        "findings.toggle_marks",
        message("commands.toggle_marks"),
        CommandGroup.FINDINGS,
        lambda on: on.desk.reviewing.toggle_marks(),
        keys=("D",),
        is_enabled=is_study_open,
        is_checked=lambda desk: desk.reviewing.marks_are_shown,
    ),
    Command(
        "findings.next",
        message("commands.next_finding"),
        CommandGroup.FINDINGS,
        lambda on: on.desk.reviewing.next(1),
        keys=("E", "N"),
        is_enabled=has_findings,
    ),
    Command(
        "findings.previous",
        message("commands.previous_finding"),
        CommandGroup.FINDINGS,
        lambda on: on.desk.reviewing.next(-1),
        keys=("Q", "P"),
        is_enabled=has_findings,
    ),
    Command(
        "findings.agree",
        message("commands.agree"),
        CommandGroup.FINDINGS,
        _decided(lambda desk: desk.reviewing.agree()),
        keys=("A",),
        icon="ph.check",
        is_enabled=is_finding_selected,
    ),
    Command(
        "findings.unsure",
        message("commands.unsure"),
        CommandGroup.FINDINGS,
        _decided(lambda desk: desk.reviewing.unsure()),
        keys=("Shift+A",),
        icon="ph.question",
        is_enabled=is_finding_selected,
    ),
    Command(
        "findings.reject",
        message("commands.reject"),
        CommandGroup.FINDINGS,
        _decided(lambda desk: desk.reviewing.reject()),
        keys=("Shift+X",),
        icon="ph.x",
        is_enabled=is_finding_selected,
    ),
    *(_reject_as(reason, said) for reason, said in REASONS.items()),
    Command(
        "findings.edit",
        message("commands.edit"),
        CommandGroup.FINDINGS,
        lambda on: on.desk.reviewing.toggle_edit(),
        keys=("Return", "Enter"),
        icon="ph.pencil-simple",
        is_enabled=is_finding_selected,
    ),
    Command(
        "findings.folded",
        message("commands.folded"),
        CommandGroup.FINDINGS,
        lambda on: on.desk.reviewing.toggle_folded(),
        is_enabled=has_findings,
        is_checked=lambda desk: desk.reviewing.is_unfolded,
    ),
    Command(
        "measure.delete",
        message("commands.delete"),
        CommandGroup.MEASURE,
        _delete,
        keys=("Del",),
        icon="ph.trash",
        is_enabled=is_study_open,
    ),
    Command(
        "findings.undo",
        message("commands.undo"),
        CommandGroup.FINDINGS,
        _undo,
        keys=("Ctrl+Z",),
        icon="ph.arrow-counter-clockwise",
        is_enabled=is_study_open,
        needs_focus=False,
    ),
    Command(
        "findings.redo",
        message("commands.redo"),
        CommandGroup.FINDINGS,
        _redo,
        keys=("Ctrl+Y", "Ctrl+Shift+Z"),
        icon="ph.arrow-clockwise",
        is_enabled=is_study_open,
        needs_focus=False,
    ),
)
