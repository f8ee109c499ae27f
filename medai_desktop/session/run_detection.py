"""Run the models that fit, one series per acquisition, in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.naming import model_name
from medai_desktop.detection.registry import ModelEntry
from medai_desktop.errors import MedaiError, StorageError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.known_images import runs_on
from medai_desktop.session.opening import Opening
from medai_desktop.session.plan_detection import (
    PlannedRun,
    SkippedRun,
    gap_of,
    plan_detection,
)
from medai_desktop.session.ports import DetectorSource, Journal
from medai_desktop.session.run_states import not_run, pixels_changed, status_of
from medai_desktop.text import Message, message

BUSY = frozenset({DetectionState.QUEUED, DetectionState.RUNNING})
Key = tuple[str, str]


@dataclass(slots=True)
class _Run:
    """One model on one display set.

    Attributes:
        status: what is known now.
        before: what was known before the job at work; None without one.
        job: the last one; None for a run of an earlier session.
        found: of the newest run that ended.
        is_outdated: the images are others than those that `found` was made on.
    """

    status: RunStatus
    before: RunStatus | None = None
    job: Job[FindingSet] | None = None
    found: FindingSet | None = None
    is_outdated: bool = False


class Detection:
    """The models of a desk and what they said.

    Args:
        context: shared by the parts of the desk.
        opening: brings volumes.
        source: brings detectors.
        journal: keeps findings as they come.
    """

    def __init__(
        self, context: DeskContext, opening: Opening, source: DetectorSource, journal: Journal
    ) -> None:
        self._context = context
        self._opening = opening
        self._source = source
        self._journal = journal
        self._threads = JobThreads("detect")
        self._runs: dict[Key, _Run] = {}
        self._plan: tuple[Study, tuple[Manifest, ...], tuple[PlannedRun | SkippedRun, ...]] | None
        self._plan = None
        self.version = 0
        self.when_started: Callable[[], None] = lambda: None
        self.when_found: Callable[[FindingSet], None] = lambda found: None
        context.subscribe(self._look)

    def models(self) -> tuple[Manifest, ...]:
        """The usable models on this computer."""
        return self._source.registry.usable()

    def model_entries(self) -> tuple[ModelEntry, ...]:
        """Every model on this computer: usable, or why not."""
        return self._source.registry.entries()

    def device_name(self) -> str:
        """What the last run used; empty while unknown."""
        return self._source.device_name()

    @property
    def is_running(self) -> bool:
        """Whether any model is queued or running, on any study."""
        return any(run.status.state in BUSY for run in self._runs.values())

    @property
    def can_start(self) -> bool:
        """Whether Detect can be pressed: it starts something, or says why not."""
        if self._opening.current_study is None:
            return False
        planned = self._planned()
        return not planned or any(not self._is_busy(item) for item in planned)

    def statuses(self, display_set_id: str | None = None) -> tuple[RunStatus, ...]:
        """What is known of each model; of one display set, or of the current study.

        Silence is never an answer: a model that fits and was not asked is "not run".
        """
        study = self._opening.current_study
        if study is None:
            return ()
        asked = {s.id for s in study.display_sets if display_set_id in (None, s.id)}
        known = {key: run.status for key, run in self._runs.items() if key[0] in asked}
        for item in self._planning(study):
            key = (item.display_set.id, item.manifest.id)
            if item.display_set.id in asked and key not in known:
                known[key] = not_run(item)
        return tuple(known[key] for key in sorted(known))

    def finding_sets(self, display_set_id: str | None = None) -> tuple[FindingSet, ...]:
        """Findings of the newest run of each model on one display set, or on the current study."""
        study = self._opening.current_study
        ids = {s.id for s in study.display_sets} if study is not None else set()
        wanted = ids if display_set_id is None else {display_set_id}
        return tuple(
            run.found
            for (identity, _), run in sorted(self._runs.items(), key=lambda item: item[0])
            if identity in wanted and run.found is not None
        )

    def is_outdated(self, found: FindingSet) -> bool:
        """Whether the images are others now than those that findings were made on."""
        run = self._runs.get((found.display_set_id, found.provenance.model_id))
        return run is not None and run.found is found and run.is_outdated

    def start(self) -> Message | None:
        """Runs every fitting model on the current study.

        Returns:
            None when something was started, else why not.
        """
        study = self._opening.current_study
        if study is None:
            return message("session.nothing_open")
        if not self.models():
            return message("session.no_models")
        planned = self._planned()
        if not planned:
            has_gap = any(gap_of(item.display_set) == item.reason for item in self._skipped(study))
            if has_gap:
                return message("session.no_whole_series")
            return message("session.no_model_fits")
        waiting = [item for item in planned if not self._is_busy(item)]
        if not waiting:
            return message("session.already_running")
        self.when_started()
        for item in waiting:
            self._submit(item)
        return None

    def restore(self, study: Study) -> None:
        """Takes findings of earlier runs back from the journal, and looks whether they hold."""
        for shown in study.display_sets:
            for found in runs_on(shown, self._journal):
                key = (shown.id, found.provenance.model_id)
                if key not in self._runs:
                    self._runs[key] = _Run(status_of(shown, found, self.models()), found=found)
                    self._check_headers(self._runs[key])
            self.check_stale(shown.id)
        self._changed()

    def check_stale(self, display_set_id: str) -> None:
        """Marks findings as stale when the pixels that have come are others than theirs."""
        volume = self._opening.volume(display_set_id)
        load = self._opening.loading(display_set_id)
        for (identity, _), run in self._runs.items():
            if identity != display_set_id or run.found is None or run.status.state in BUSY:
                continue
            reason = pixels_changed(run.found, volume, load)
            if reason is not None and not run.is_outdated:
                run.is_outdated = True
                if run.status.state is not DetectionState.FAILED:
                    stale = replace(run.status, state=DetectionState.STALE, reason=reason)
                    run.status = stale
                self._changed()

    def close(self) -> None:
        """Ends runs and worker programs."""
        self._threads.close(2.0)
        self._source.close()

    # -- inner ---------------------------------------------------------------------------------

    def _planning(self, study: Study) -> tuple[PlannedRun | SkippedRun, ...]:
        models = self.models()
        known = self._plan
        if known is None or known[0] is not study or known[1] != models:
            self._plan = known = (study, models, plan_detection(study, models))
        return known[2]

    def _planned(self) -> list[PlannedRun]:
        study = self._opening.current_study
        if study is None:
            return []
        return [item for item in self._planning(study) if isinstance(item, PlannedRun)]

    def _skipped(self, study: Study) -> list[SkippedRun]:
        return [item for item in self._planning(study) if isinstance(item, SkippedRun)]

    def _is_busy(self, item: PlannedRun) -> bool:
        run = self._runs.get((item.display_set.id, item.manifest.id))
        return run is not None and run.status.state in BUSY

    def _submit(self, item: PlannedRun) -> None:
        shown, manifest = item.display_set, item.manifest
        key = (shown.id, manifest.id)
        status = RunStatus(
            manifest.id,
            manifest.title,
            shown.id,
            DetectionState.QUEUED,
            outside_training=item.outside_training,
        )
        before = self._runs.get(key)
        run = _Run(status)
        if before is not None:
            run.before, run.found = before.status, before.found
            run.is_outdated = before.is_outdated
        self._runs[key] = run
        run.job = self._context.run(
            self._threads,
            message("session.detecting", model=model_name(manifest.id, manifest.title)),
            lambda job: self._work(item, run, job),
            lambda job: self._ended(item, run, job),
        )
        self._changed()

    def _work(self, item: PlannedRun, run: _Run, job: JobContext) -> FindingSet:
        """On a job thread."""
        self._context.mailbox.post(lambda: self._set(run, DetectionState.RUNNING))
        volume = self._opening.complete_volume(item.display_set.id, job)
        if not volume.digest:
            raise MedaiError(message("session.partial_volume"))
        detector = self._source.detector(item.manifest.id)
        found = detector.detect(volume, item.display_set.acquisition, job.report, job.cancellation)
        found = replace(
            found,
            outside_training=found.outside_training or item.outside_training,
            warnings=(*item.warnings, *found.warnings),
        )
        try:
            return self._journal.record_run(found)
        except StorageError as error:
            notice = Notice(error.message)
            self._context.mailbox.post(lambda: self._context.notify(notice))
        return found

    def _ended(self, item: PlannedRun, run: _Run, job: Job[FindingSet]) -> None:
        manifest = item.manifest
        if job.state is JobState.CANCELLED:
            if run.before is not None:
                run.status = run.before
                self._changed()
            else:
                self._set(run, DetectionState.NOT_RUN, message("session.cancelled"))
        elif job.outcome is None:
            reason = job.failure or message("session.detection_failed")
            self._set(run, DetectionState.FAILED, reason)
            said = message(
                "session.model_failed",
                model=model_name(manifest.id, manifest.title),
                reason=reason,
            )
            self._context.notify(Notice(said))
        else:
            run.found, run.is_outdated = job.outcome, False
            run.status = status_of(item.display_set, job.outcome, self.models())
            self.check_stale(item.display_set.id)
            self._changed()
            self.when_found(job.outcome)

    def _check_headers(self, run: _Run) -> None:
        is_stale = run.status.state is DetectionState.STALE
        changed = message("session.images_changed")
        run.is_outdated = is_stale and run.status.reason == changed

    def _look(self, changes: Changes) -> None:
        """Pixels have come: are they those that the marks were made on?"""
        if changes.loading and self._runs:
            for identity in {key[0] for key in self._runs}:
                self.check_stale(identity)

    def _set(self, run: _Run, state: DetectionState, reason: Message | None = None) -> None:
        run.status = replace(run.status, state=state, reason=reason)
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._context.changed(Changes(detection=True, findings=True))
