"""Run the models that fit, one series per acquisition, in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from medai_desktop.detection.manifest import Manifest
from medai_desktop.errors import MedaiError
from medai_desktop.findings import DetectionState, FindingSet, RunStatus
from medai_desktop.jobs import Job, JobContext, JobState, JobThreads
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.opening import Opening
from medai_desktop.session.plan_detection import PlannedRun, SkippedRun, plan_detection
from medai_desktop.session.ports import DetectorSource, Journal
from medai_desktop.text import Message, message


@dataclass(slots=True)
class _Run:
    """One model on one display set."""

    status: RunStatus
    job: Job[FindingSet] | None = None
    found: FindingSet | None = None


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
        self._runs: dict[tuple[str, str], _Run] = {}
        self.when_found: Callable[[FindingSet], None] = lambda found: None
        self.has_ended = True

    def models(self) -> tuple[Manifest, ...]:
        """The usable models on this computer."""
        return self._source.registry.usable()

    def device_name(self) -> str:
        """What the last run used; empty while unknown."""
        return self._source.device_name()

    @property
    def is_running(self) -> bool:
        """Whether any model is queued or running."""
        busy = {DetectionState.QUEUED, DetectionState.RUNNING}
        return any(run.status.state in busy for run in self._runs.values())

    def statuses(self, display_set_id: str | None = None) -> tuple[RunStatus, ...]:
        """What is known of each model; of one display set, or of the current study.

        Silence is never an answer: a model that fits and was not asked is "not run".
        """
        study = self._opening.current_study
        if study is None:
            return ()
        asked = {s.id for s in study.display_sets if display_set_id in (None, s.id)}
        known = {
            key: run.status for key, run in self._runs.items() if run.status.display_set_id in asked
        }
        for item in plan_detection(study, self.models()):
            key = (item.display_set.id, item.manifest.id)
            if item.display_set.id in asked and key not in known:
                known[key] = _not_run(item)
        return tuple(known[key] for key in sorted(known))

    def finding_sets(self, display_set_id: str | None = None) -> tuple[FindingSet, ...]:
        """Findings of the newest run of each model on one display set, or on the current study."""
        study = self._opening.current_study
        ids = {s.id for s in study.display_sets} if study is not None else set()
        wanted = ids if display_set_id is None else {display_set_id}
        return tuple(
            run.found
            for (identity, _), run in sorted(self._runs.items())
            if identity in wanted and run.found is not None
        )

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
        planned = [p for p in plan_detection(study, self.models()) if isinstance(p, PlannedRun)]
        waiting = [p for p in planned if not self._is_busy(p)]
        if not planned:
            return message("session.no_model_fits")
        self.has_ended = False
        for item in waiting:
            self._submit(study, item)
        return None

    def restore(self, study: Study) -> None:
        """Takes findings of earlier runs back from the journal."""
        for shown in study.display_sets:
            for found in self._journal.runs(shown.id):
                key = (shown.id, found.provenance.model_id)
                if key not in self._runs:
                    self._runs[key] = _Run(self._status_of(shown, found), None, found)

    def check_stale(self, display_set_id: str) -> None:
        """Marks findings of an earlier run as stale when the images or the model have changed."""
        volume = self._opening.volume(display_set_id)
        for (identity, model_id), run in self._runs.items():
            if identity != display_set_id or run.found is None or run.job is not None:
                continue
            if volume is not None and volume.digest not in ("", run.found.display_set_digest):
                self._set(
                    identity, model_id, DetectionState.STALE, message("session.images_changed")
                )
        self._context.changed(Changes(detection=True))

    def close(self) -> None:
        """Ends runs and worker programs."""
        self._threads.close(2.0)
        self._source.close()

    def _is_busy(self, item: PlannedRun) -> bool:
        run = self._runs.get((item.display_set.id, item.manifest.id))
        return run is not None and run.job is not None and not run.job.state.has_ended

    def _submit(self, study: Study, item: PlannedRun) -> None:
        shown, manifest = item.display_set, item.manifest
        key = (shown.id, manifest.id)
        before = self._runs.get(key)
        status = RunStatus(
            manifest.id,
            manifest.title,
            shown.id,
            DetectionState.QUEUED,
            outside_training=item.outside_training,
        )
        run = _Run(status, None, before.found if before is not None else None)
        self._runs[key] = run

        def work(job: JobContext) -> FindingSet:
            self._context.mailbox.post(
                lambda: self._set(shown.id, manifest.id, DetectionState.RUNNING)
            )
            volume = self._opening.complete_volume(shown.id, job)
            if not volume.digest:
                raise MedaiError(message("session.partial_volume"))
            detector = self._source.detector(manifest.id)
            found = detector.detect(volume, item.acquisition, job.report, job.cancellation)
            found = replace(
                found,
                outside_training=found.outside_training or item.outside_training,
                warnings=(*item.warnings, *found.warnings),
            )
            self._journal.record_run(found)
            return found

        run.job = self._context.run(
            self._threads,
            message("session.detecting", model=manifest.title),
            work,
            lambda job: self._ended(shown, manifest, job),
        )
        self._context.changed(Changes(detection=True))

    def _ended(self, shown: DisplaySet, manifest: Manifest, job: Job[FindingSet]) -> None:
        run = self._runs[(shown.id, manifest.id)]
        if run.job is not job:
            return
        if job.state is JobState.CANCELLED:
            if run.found is not None:
                run.status = self._status_of(shown, run.found)
            else:
                self._set(
                    shown.id, manifest.id, DetectionState.NOT_RUN, message("session.cancelled")
                )
        elif job.outcome is None:
            reason = job.failure or message("session.detection_failed")
            self._set(shown.id, manifest.id, DetectionState.FAILED, reason)
            self._context.notify(
                Notice(message("session.model_failed", model=manifest.title, reason=reason))
            )
        else:
            run.found = job.outcome
            run.status = self._status_of(shown, job.outcome)
            self.when_found(job.outcome)
        self.has_ended = not self.is_running
        self._context.changed(Changes(detection=True, findings=True))

    def _status_of(self, shown: DisplaySet, found: FindingSet) -> RunStatus:
        made_by = found.provenance
        above = found.at_or_above(made_by.threshold)
        state = DetectionState.DONE if above else DetectionState.NOTHING_ABOVE_THRESHOLD
        status = RunStatus(
            made_by.model_id,
            made_by.model_title,
            shown.id,
            state,
            outside_training=found.outside_training,
        )
        now = next((m for m in self.models() if m.id == made_by.model_id), None)
        if now is not None and now.weights_sha256 != made_by.weights_sha256:
            reason = message(
                "session.other_version",
                model=made_by.model_title,
                old=made_by.model_version,
                new=now.version,
            )
            return replace(status, state=DetectionState.STALE, reason=reason)
        return status

    def _set(
        self,
        display_set_id: str,
        model_id: str,
        state: DetectionState,
        reason: Message | None = None,
    ) -> None:
        run = self._runs[(display_set_id, model_id)]
        run.status = replace(run.status, state=state, reason=reason)
        self._context.changed(Changes(detection=True))


def _not_run(item: PlannedRun | SkippedRun) -> RunStatus:
    reason = item.reason if isinstance(item, SkippedRun) else message("session.not_asked")
    return RunStatus(
        item.manifest.id,
        item.manifest.title,
        item.display_set.id,
        DetectionState.NOT_RUN,
        reason,
    )
