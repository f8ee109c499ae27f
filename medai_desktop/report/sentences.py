"""The sentences of a report: states of the models, who made what of a mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop import __version__
from medai_desktop.detection.naming import model_name
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.report.entries import ReportContent, ReportEntry
from medai_desktop.review import Decision, DecisionKind, FindingStatus
from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.text import Message, MessageArgument, listed, message

Render = Callable[[Message], str]
PROGRAM = "MedAI Desktop"
END = ".。"


def research_sentence(titles: set[str], render: Render) -> str:
    """What stands in every export.

    Args:
        titles: of the models behind it.
        render: wording.
    """
    said = message(
        "report.research",
        program=PROGRAM,
        version=__version__,
        model=listed(sorted(titles)) or "-",
    )
    return render(said)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One or two sentences; `series_instance_uid` is the series they are about, None for none."""

    text: str
    series_instance_uid: str | None = None


def report_lines(content: ReportContent, render: Render) -> list[ReportLine]:
    """Everything a report says besides its findings."""
    titles = {
        render(model_name(found.provenance.model_id, found.provenance.model_title))
        for found in content.finding_sets
    }
    shown = {candidate.id: candidate for candidate in content.study.display_sets}
    found = {(f.display_set_id, f.provenance.model_id): f for f in content.finding_sets}
    lines = [ReportLine(research_sentence(titles, render))]
    for status in content.statuses:
        images = shown.get(status.display_set_id)
        if images is not None:
            run = found.get((status.display_set_id, status.model_id))
            said = state_sentence(status, images, run, render)
            has_own = Flag.MADE_UP_IDS not in images.flags
            lines.append(ReportLine(said, images.series.series_instance_uid if has_own else None))
    if content.review is not None:
        lines += [ReportLine(said) for said in _review_lines(content, shown, render)]
    return lines


def state_sentence(
    status: RunStatus, shown: DisplaySet, found: FindingSet | None, render: Render
) -> str:
    """What became of one model on one display set, with its threshold.

    Args:
        status: of the model.
        shown: the display set.
        found: what it marked; None when it did not come to an end.
        render: wording.
    """
    model = render(model_name(status.model_id, status.model_title))
    series = series_name(shown, render)
    reason = _reason(status.reason, render)
    said = _state(status, found, (model, series, len(shown.frames)), reason)
    outside = status.outside_training
    if outside is None or found is None:
        return render(said)
    return render(
        message("report.state_outside", state=said, model=model, reason=_reason(outside, render))
    )


def series_name(shown: DisplaySet, render: Render) -> str:
    """A series as a reader knows it: number and description."""
    return render(series_message(shown))


def series_message(shown: DisplaySet) -> Message:
    """The same, before any language."""
    number, description = shown.series.number, shown.series.description
    if number is None:
        return message("report.series_named", name=description or shown.id)
    if not description:
        return message("report.series_number", number=number)
    return message("report.series", number=number, description=description)


def entry_sentence(entry: ReportEntry, render: Render) -> str:
    """Who marked a place, and what readers made of it."""
    label = entry.finding.label
    when = f"{entry.decided_at:%Y-%m-%d %H:%M} UTC" if entry.decided_at is not None else "-"
    who = {"label": label, "reader": entry.reader, "when": when}
    if entry.provenance is None:
        return render(message("report.added", **who))
    made_by = entry.provenance
    title = render(model_name(made_by.model_id, made_by.model_title))
    model = f"{title} {made_by.model_version}"
    if entry.status is FindingStatus.AGREED:
        return render(message("report.agreed", **who, model=model))
    if entry.status is FindingStatus.EDITED and entry.editor not in ("", entry.reader):
        return render(message("report.edited_agreed", **who, model=model, editor=entry.editor))
    if entry.status is FindingStatus.EDITED:
        return render(message("report.edited", **who, model=model))
    return render(message("report.unread", label=label, model=model))


def _state(
    status: RunStatus, found: FindingSet | None, about: tuple[str, str, int], reason: str
) -> Message:
    model, series, images = about
    named: dict[str, MessageArgument] = {"model": model, "series": series}
    if status.state is DetectionState.FAILED:
        return message("report.state_failed", **named, reason=reason)
    if status.state is DetectionState.STALE:
        return message("report.state_stale", **named, reason=reason)
    if status.state in (DetectionState.QUEUED, DetectionState.RUNNING):
        return message("report.state_waiting", **named)
    if status.state is DetectionState.NOT_RUN or found is None:
        return message("report.state_not_run", **named, reason=reason)
    threshold = found.provenance.threshold
    named |= {"images": _images(images), "threshold": f"{threshold:g}"}
    count = len(found.at_or_above(threshold))
    if count == 0:
        return message("report.state_nothing", **named)
    return message("report.state_done", **named, count=count)


def _images(number: int) -> Message:
    return message("report.one_image") if number == 1 else message("report.images", count=number)


def _review_lines(
    content: ReportContent, shown: dict[str, DisplaySet], render: Render
) -> list[str]:
    review = content.review
    if review is None:
        return []
    undone = {decision.undoes for decision in review.decisions}
    lines = [
        _threshold_sentence(decision, shown[decision.display_set_id], content.finding_sets, render)
        for decision in review.decisions
        if decision.kind is DecisionKind.MOVE_THRESHOLD
        and decision.undoes is None
        and decision.id not in undone
        and decision.display_set_id in shown
    ]
    counts = {
        "agreed": review.count(FindingStatus.AGREED),
        "edited": review.count(FindingStatus.EDITED),
        "rejected": review.count(FindingStatus.REJECTED),
        "unsure": review.count(FindingStatus.UNSURE),
        "undecided": review.count(FindingStatus.OPEN),
        "added": review.count(FindingStatus.ADDED),
    }
    return [*lines, render(message("report.review", **counts))]


def _threshold_sentence(
    decision: Decision, shown: DisplaySet, sets: tuple[FindingSet, ...], render: Render
) -> str:
    titles = {made.model_id: made.model_title for made in (found.provenance for found in sets)}
    name = decision.model_id
    return render(
        message(
            "report.threshold_moved",
            reader=decision.reader,
            model=model_name(name, titles.get(name, name or "-")),
            series=series_name(shown, render),
            threshold=f"{decision.threshold:g}",
        )
    )


def _reason(reason: Message | None, render: Render) -> str:
    return "-" if reason is None else render(reason).rstrip(END + " ")
