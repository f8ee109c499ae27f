"""Runs models on studies one after the other, without the window."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medai_desktop.app.console import Console
from medai_desktop.app.wiring import LocalDetectors
from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.registry import ModelEntry
from medai_desktop.errors import CancelledError, MedaiError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.jobs import Cancellation
from medai_desktop.report.findings_document import ResultEntry, SkippedEntry
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.session.every_state import every_state
from medai_desktop.session.plan_detection import PlannedRun, SkippedRun, plan_detection
from medai_desktop.text import message


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What models said of one study.

    Attributes:
        study: the study.
        results: every model that was asked.
        statuses: of every model on every display set.
    """

    study: Study
    results: tuple[ResultEntry, ...]
    statuses: tuple[RunStatus, ...]

    @property
    def skipped(self) -> tuple[SkippedEntry, ...]:
        """Every model that was not asked, with its reason."""
        asked = {(r.display_set.id, r.status.model_id) for r in self.results}
        shown = {candidate.id: candidate for candidate in self.study.display_sets}
        return tuple(
            SkippedEntry(shown[s.display_set_id], s.model_id, s.reason)
            for s in self.statuses
            if (s.display_set_id, s.model_id) not in asked and s.reason is not None
        )


class DetectionRun:
    """One headless run.

    Args:
        detectors: warm workers for the whole run.
        decoders: likewise.
        console: told of progress and failures.
        cancellation: ends it; what has not run then says so.
        threshold: what counts as positive; None: what each model says.
    """

    def __init__(
        self,
        detectors: LocalDetectors,
        decoders: DecodeWorkers,
        console: Console,
        cancellation: Cancellation,
        threshold: float | None,
    ) -> None:
        self._detectors = detectors
        self._decoders = decoders
        self._console = console
        self._cancellation = cancellation
        self._threshold = threshold

    def study(self, study: Study, models: Sequence[ModelEntry]) -> StudyResult:
        """Runs every usable model on the series that it fits.

        Args:
            study: the study, or the part of it that was asked for.
            models: the models asked for, unusable ones too.
        """
        usable = [m.manifest for m in models if m.manifest is not None and m.reason is None]
        results: list[ResultEntry] = []
        known: list[RunStatus] = []
        for item in plan_detection(study, usable):
            if isinstance(item, SkippedRun):
                status = _status(item.manifest, item.display_set, DetectionState.NOT_RUN)
                known.append(replace(status, reason=item.reason))
            else:
                result = self._one(item)
                results.append(result)
                known.append(result.status)
        return StudyResult(study, tuple(results), every_state(study, models, known))

    def _one(self, item: PlannedRun) -> ResultEntry:
        shown, manifest = item.display_set, item.manifest
        status = _status(manifest, shown, DetectionState.FAILED)
        try:
            found = self._detect(item)
        except CancelledError:
            status = replace(
                status, state=DetectionState.NOT_RUN, reason=message("session.cancelled")
            )
            return ResultEntry(status, shown, manifest, None)
        except MedaiError as error:
            said = message("session.model_failed", model=manifest.title, reason=error.message)
            self._console.say(said)
            return ResultEntry(replace(status, reason=error.message), shown, manifest, None)
        above = found.at_or_above(found.provenance.threshold)
        state = DetectionState.DONE if above else DetectionState.NOTHING_ABOVE_THRESHOLD
        status = replace(status, state=state, outside_training=found.outside_training)
        return ResultEntry(status, shown, manifest, found)

    def _detect(self, item: PlannedRun) -> FindingSet:
        self._cancellation.raise_if_cancelled()
        started = time.monotonic()
        volume = SeriesLoader(item.display_set, self._decoders).load(
            self._console.progress, self._cancellation, first_slice=0, on_slice=lambda _: None
        )
        if not volume.digest:
            raise MedaiError(message("session.partial_volume"))
        load_s = time.monotonic() - started
        found = self._detectors.detector(item.manifest.id).detect(
            volume, item.display_set.acquisition, self._console.progress, self._cancellation
        )
        threshold = found.provenance.threshold if self._threshold is None else self._threshold
        return replace(
            found,
            seconds=replace(found.seconds, load=load_s, total=found.seconds.total + load_s),
            outside_training=found.outside_training or item.outside_training,
            warnings=(*item.warnings, *found.warnings),
            provenance=replace(found.provenance, threshold=threshold),
        )


def _status(manifest: Manifest, shown: DisplaySet, state: DetectionState) -> RunStatus:
    return RunStatus(manifest.id, manifest.title, shown.id, state)
