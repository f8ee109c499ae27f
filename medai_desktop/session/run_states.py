"""What a kept run is worth now: silence is never an answer, and an old answer is not a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.naming import model_name
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.opening import LoadState
from medai_desktop.session.plan_detection import PlannedRun, SkippedRun, gap_of
from medai_desktop.text import Message, message
from medai_desktop.volume import Volume


def not_run(item: PlannedRun | SkippedRun) -> RunStatus:
    """A model that was not asked, or that does not run here, and why."""
    if isinstance(item, SkippedRun):
        reason, outside = item.reason, None
    else:
        reason, outside = message("session.not_asked"), item.outside_training
    return RunStatus(
        item.manifest.id,
        item.manifest.title,
        item.display_set.id,
        DetectionState.NOT_RUN,
        reason,
        outside,
    )


def status_of(shown: DisplaySet, found: FindingSet, models: Sequence[Manifest]) -> RunStatus:
    """The state of a run that has ended: done, nothing above its threshold, or stale."""
    made_by = found.provenance
    above = found.at_or_above(made_by.threshold)
    status = RunStatus(
        made_by.model_id,
        made_by.model_title,
        shown.id,
        DetectionState.DONE if above else DetectionState.NOTHING_ABOVE_THRESHOLD,
        outside_training=found.outside_training,
    )
    reason = gap_of(shown) or images_changed(shown, found) or _model_changed(found, models)
    if reason is None:
        return status
    return replace(status, state=DetectionState.STALE, reason=reason)


def images_changed(shown: DisplaySet, found: FindingSet) -> Message | None:
    """Why marks may lie on other images than those they were made on, from the headers alone."""
    here = {frame.instance.sop_instance_uid for frame in shown.frames}
    marked = {box.sop_instance_uid for f in found.findings for box in f.boxes_px} - {""}
    return None if marked <= here else message("session.images_changed")


def pixels_changed(found: FindingSet, volume: Volume | None, load: LoadState) -> Message | None:
    """Why marks may lie on other images, once every pixel has come; None while loading."""
    if not load.is_complete:
        return None
    if volume is None or not volume.digest:
        return message("session.partial_volume")
    return None if volume.digest == found.display_set_digest else message("session.images_changed")


def _model_changed(found: FindingSet, models: Sequence[Manifest]) -> Message | None:
    made_by = found.provenance
    now = next((model for model in models if model.id == made_by.model_id), None)
    if now is None:
        return None
    if now.weights_sha256 != made_by.weights_sha256:
        return message(
            "session.other_version",
            model=model_name(made_by.model_id, made_by.model_title),
            old=made_by.model_version,
            new=now.version,
        )
    if made_by.settings_sha256 not in now.known_settings_sha256:
        name = model_name(made_by.model_id, made_by.model_title)
        return message("session.other_settings", model=name)
    return None
