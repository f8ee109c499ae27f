"""Silence is never an answer: a state for every display set and every model."""

from __future__ import annotations

from collections.abc import Sequence

from medai_desktop.detection.fit import fit
from medai_desktop.detection.registry import ModelEntry
from medai_desktop.findings import DetectionState, RunStatus
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.text import Message, message


def every_state(
    study: Study, models: Sequence[ModelEntry], known: Sequence[RunStatus]
) -> tuple[RunStatus, ...]:
    """The known states, and "not run" with its reason for what nobody asked about.

    Args:
        study: the display sets.
        models: on this computer, unusable ones too.
        known: states of runs and of what was planned.

    Returns:
        One for each display set and model, in the order of the study, known models first.
    """
    asked = {(status.display_set_id, status.model_id): status for status in known}
    for shown in study.display_sets:
        for entry in models:
            key = (shown.id, entry.id)
            if key not in asked:
                asked[key] = _not_run(shown, entry)
    order = {shown.id: number for number, shown in enumerate(study.display_sets)}
    return tuple(sorted(asked.values(), key=lambda s: order.get(s.display_set_id, len(order))))


def _not_run(shown: DisplaySet, entry: ModelEntry) -> RunStatus:
    title = entry.id if entry.manifest is None else entry.manifest.title
    return RunStatus(entry.id, title, shown.id, DetectionState.NOT_RUN, _reason(shown, entry))


def _reason(shown: DisplaySet, entry: ModelEntry) -> Message:
    if entry.reason is not None:
        return entry.reason
    if entry.manifest is not None:
        answer = fit(
            entry.manifest,
            shown.acquisition,
            shown.pixel_spacing_mm,
            is_colour=shown.pixels.is_colour,
        )
        if answer.contradiction is not None:
            return answer.contradiction
    return message("session.not_asked")
