"""Which model runs on which display set, and why not on the others (reading defaults 5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medai_desktop.detection.fit import Fit, fit
from medai_desktop.detection.manifest import Manifest
from medai_desktop.series.acquisition_groups import choose_per_acquisition
from medai_desktop.series.display_set import DisplaySet, Flag, Study
from medai_desktop.text import Message, message
from medai_desktop.volume import Contrast

"""A verdict of these can never yield "done"."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A model that fits a display set.

    Attributes:
        display_set: to look at.
        manifest: of the model.
        warnings: what was accepted although unknown.
        outside_training: why the marks may be wrong; None when inside.
    """

    display_set: DisplaySet
    manifest: Manifest
    warnings: tuple[Message, ...]
    outside_training: Message | None


@dataclass(frozen=True, slots=True)
class SkippedRun:
    """A model that does not run on a display set, and why."""

    display_set: DisplaySet
    manifest: Manifest
    reason: Message


def plan_detection(
    study: Study, manifests: Sequence[Manifest]
) -> tuple[PlannedRun | SkippedRun, ...]:
    """For every model and every display set of its modality: a run, or why there is none."""
    plan: list[PlannedRun | SkippedRun] = []
    for manifest in manifests:
        fitting: list[tuple[DisplaySet, Fit]] = []
        for shown in study.display_sets:
            if shown.acquisition.modality not in manifest.modality:
                continue
            answer = fit(
                manifest,
                shown.acquisition,
                shown.pixel_spacing_mm,
                is_colour=shown.pixels.is_colour,
            )
            reason = answer.contradiction or gap_of(shown)
            if reason is not None:
                plan.append(SkippedRun(shown, manifest, reason))
            else:
                fitting.append((shown, answer))
        plan.extend(_one_per_acquisition(manifest, fitting))
    return tuple(plan)


def _one_per_acquisition(
    manifest: Manifest, fitting: list[tuple[DisplaySet, Fit]]
) -> list[PlannedRun | SkippedRun]:
    fits = {shown.id: answer for shown, answer in fitting}
    candidates = [shown for shown, _ in fitting]
    with_contrast = [shown for shown in candidates if _has_known_contrast(shown, manifest)]
    plan: list[PlannedRun | SkippedRun] = []
    if manifest.prefers_contrast and with_contrast:
        for shown in candidates:
            if shown not in with_contrast:
                plan.append(SkippedRun(shown, manifest, message("session.contrast_series_runs")))
        candidates = with_contrast
    for chosen, others in choose_per_acquisition(candidates):
        answer = fits[chosen.id]
        plan.append(PlannedRun(chosen, manifest, answer.warnings, answer.outside_training))
        plan.extend(SkippedRun(other, manifest, reason) for other, reason in others)
    return plan


def _has_known_contrast(shown: DisplaySet, manifest: Manifest) -> bool:
    """Whether a series may stand in for those without contrast: of a weighting that is known."""
    facts = shown.acquisition
    is_taken = not manifest.mr_classes or facts.mr_class.value in manifest.mr_classes
    return is_taken and facts.contrast is Contrast.YES


def gap_of(shown: DisplaySet) -> Message | None:
    """Why a detection over these slices can never be called done; None without a gap."""
    if Flag.INCOMPLETE in shown.flags:
        return message("session.partial_volume")
    if shown.has_gap:
        return shown.messages[0] if shown.messages else message("session.no_geometry")
    return None
