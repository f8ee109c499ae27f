"""What each model says of the study: silence is never an answer."""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.naming import lesions_name, model_name
from medai_desktop.detection.registry import ModelEntry
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.gui.series_words import count
from medai_desktop.jobs import JobState, Progress
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, listed, message

NOT_ASKED = "session.not_asked"
MOST_UNFOLDED = 2
"""So many "not run" lines stand open when a model has nothing else to say."""


@dataclass(frozen=True, slots=True)
class StateLine:
    """One sentence of a model; `rank` as of a label."""

    message: Message
    rank: str = "2"


@dataclass(frozen=True, slots=True)
class ModelBlock:
    """A model's heading, what it says, and what is folded away.

    Attributes:
        model_id: which model.
        title: name and version.
        lines: always shown.
        folded: series that were skipped, with the reason.
    """

    model_id: str
    title: Message
    lines: tuple[StateLine, ...]
    folded: tuple[StateLine, ...]


def model_title(manifest: Manifest) -> Message:
    """Name and version, such as "Brain mass MR 1.0"."""
    version = ".".join(manifest.version.split(".")[:2])
    named = model_name(manifest.id, manifest.title)
    return message("gui.model_title", model=named, version=version)


def model_blocks(desk: ReadingDesk) -> tuple[ModelBlock, ...]:
    """Every model on the study being read, unusable ones too; nothing without a study."""
    if desk.opening.current_study is None:
        return ()
    statuses = desk.detection.statuses()
    return tuple(
        _unusable_block(entry)
        if entry.manifest is None or entry.reason is not None
        else _block(desk, entry.manifest, [s for s in statuses if s.model_id == entry.id])
        for entry in desk.detection.model_entries()
    )


def looked_for(desk: ReadingDesk) -> Message:
    """What the programs on this computer look for, and that nothing looks for the rest."""
    names = [
        desk.render(lesions_name(label.name))
        for manifest in desk.detection.models()
        for label in manifest.labels
    ]
    if not names:
        return message("gui.looked_for_nothing")
    return message("gui.looked_for", list=listed(list(dict.fromkeys(names))))


def detection_progress(desk: ReadingDesk) -> Progress | None:
    """Of the run that is going on."""
    for job in desk.jobs:
        if job.title.id == "session.detecting" and job.state is JobState.RUNNING:
            return job.progress
    return None


def _unusable_block(entry: ModelEntry) -> ModelBlock:
    made, reason = entry.manifest, entry.reason or message("gui.no_reason")
    title = model_name(entry.id, entry.id) if made is None else model_title(made)
    return ModelBlock(entry.id, title, (StateLine(reason, "warning"),), ())


def _block(desk: ReadingDesk, manifest: Manifest, statuses: list[RunStatus]) -> ModelBlock:
    lines: list[StateLine] = []
    skipped: list[StateLine] = []
    for status in statuses:
        is_skipped = status.state is DetectionState.NOT_RUN and (
            status.reason is None or status.reason.id != NOT_ASKED
        )
        (skipped if is_skipped else lines).extend(_lines(desk, manifest, status))
    if not statuses:
        modality = listed(manifest.modality)
        lines.append(StateLine(message("gui.state_no_series", modality=modality)))
    elif not lines:
        lines, skipped = skipped[:MOST_UNFOLDED], skipped[MOST_UNFOLDED:]
    return ModelBlock(manifest.id, model_title(manifest), tuple(lines), tuple(skipped))


def _lines(desk: ReadingDesk, manifest: Manifest, status: RunStatus) -> list[StateLine]:
    shown = desk.opening.display_set(status.display_set_id)
    if shown is None:
        return []
    found = next(
        (f for f in desk.detection.finding_sets(shown.id) if f.provenance.model_id == manifest.id),
        None,
    )
    lines = [_state_line(desk, manifest, status, shown, found)]
    if status.outside_training is not None:
        named = model_name(manifest.id, manifest.title)
        said = message("gui.outside", model=named, reason=status.outside_training)
        lines.append(StateLine(said, "warning"))
    if found is not None:
        lines += [StateLine(warning, "3") for warning in found.warnings]
    return lines


def _state_line(
    desk: ReadingDesk,
    manifest: Manifest,
    status: RunStatus,
    shown: DisplaySet,
    found: FindingSet | None,
) -> StateLine:
    series, reason = series_name(shown), status.reason or message("gui.no_reason")
    state = status.state
    if state is DetectionState.NOT_RUN:
        if reason.id == NOT_ASKED:
            return StateLine(message("gui.state_not_asked", series=series))
        return StateLine(message("gui.state_not_run", series=series, reason=reason))
    if state is DetectionState.RUNNING:
        return StateLine(_running(detection_progress(desk), series), "1")
    if state is DetectionState.NOTHING_ABOVE_THRESHOLD:
        return StateLine(_no_mark(manifest, shown, found))
    if state is DetectionState.DONE and found is not None:
        return StateLine(_done(desk, found, series))
    return {
        DetectionState.QUEUED: StateLine(message("gui.state_queued", series=series)),
        DetectionState.STALE: StateLine(
            message("gui.state_stale", series=series, reason=reason), "warning"
        ),
    }.get(state, StateLine(message("gui.state_failed", series=series, reason=reason), "warning"))


def _running(progress: Progress | None, series: str) -> Message:
    if progress is None or progress.total <= 0:
        return message("gui.state_starting", series=series)
    return message("gui.state_running", series=series, done=progress.done, total=progress.total)


def _done(desk: ReadingDesk, found: FindingSet, series: str) -> Message:
    threshold = desk.reviewing.threshold(found)
    above = found.at_or_above(threshold)
    solid = [f for f in above if f.score >= found.provenance.threshold_solid]
    if found.outside_training is not None:
        solid = []
    if not above:
        return message("gui.state_done_none", series=series, threshold=score_words(threshold))
    if len(solid) == len(above):
        return message("gui.state_done", series=series, marks=marks(len(solid)))
    more = len(above) - len(solid)
    return message("gui.state_done_more", series=series, marks=marks(len(solid)), more=more)


def _no_mark(manifest: Manifest, shown: DisplaySet, found: FindingSet | None) -> Message:
    threshold = manifest.threshold if found is None else found.provenance.threshold
    return message(
        "gui.no_mark",
        model=model_name(manifest.id, manifest.title),
        series=series_name(shown),
        images=count(len(shown.frames)),
        threshold=score_words(threshold),
        unmarked=manifest.own_test.unmarked_slices,
        slices=manifest.own_test.slices,
        kind=lesions_name(manifest.labels[0].name),
    )


def marks(number: int) -> Message:
    """So many marks."""
    if number == 0:
        return message("gui.marks_none")
    return message("gui.marks_one") if number == 1 else message("gui.marks", count=number)


def series_name(shown: DisplaySet) -> str:
    """What a series is called within a sentence."""
    if shown.series.number is not None:
        return str(shown.series.number)
    return shown.series.description or shown.series.modality or "?"


def score_words(score: float) -> str:
    """A score with two figures, with three where two would round it."""
    words = f"{score:.3f}"
    return words[:-1] if words.endswith("0") else words
