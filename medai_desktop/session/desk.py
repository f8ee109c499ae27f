"""Everything that is open in one window, without the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from medai_desktop.detection.registry import ModelEntry
from medai_desktop.errors import StorageError
from medai_desktop.jobs import Job
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Listener, Notice
from medai_desktop.session.exporting import Exporting
from medai_desktop.session.mailbox import Mailbox
from medai_desktop.session.measuring import Measuring
from medai_desktop.session.opening import Opening
from medai_desktop.session.pointing import Pointing
from medai_desktop.session.ports import DetectorSource, Journal
from medai_desktop.session.recent import RecentStudies
from medai_desktop.session.restoring import Restoring
from medai_desktop.session.reviewing import Reviewing
from medai_desktop.session.run_detection import Detection
from medai_desktop.session.undoing import Undoing
from medai_desktop.session.viewing import Viewing
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.view.hanging import HangingProtocols
from medai_desktop.view.presets import WindowPresets


@dataclass(frozen=True, slots=True)
class DeskSupplies:
    """What `app` brings to a desk.

    Attributes:
        catalogues: wording of every message.
        language: to begin with.
        presets: window and 3D presets.
        protocols: hanging protocols.
        sample_folder: the built-in sample study.
        memory_budget_bytes: of all volumes together.
        journal: keeps findings, decisions, measurements.
        detectors: brings detectors.
        remember_language: stores the language when the reader chooses one.
        level_rises_downwards: a drag down darkens instead of brightening.
        memory_bytes: what the window and its worker programs fill now; None when the system does
            not say.
        complaints: what the reader must know of before anything is opened.
    """

    catalogues: Catalogues
    language: Language
    presets: WindowPresets
    protocols: HangingProtocols
    sample_folder: Path
    memory_budget_bytes: int
    journal: Journal
    detectors: DetectorSource
    remember_language: Callable[[Language], None]
    level_rises_downwards: bool = False
    memory_bytes: Callable[[], int | None] = lambda: None
    complaints: tuple[Message, ...] = ()


class ReadingDesk:
    """A reader's desk: its parts, one for each use case.

    Methods are called on one thread, the desk's; job threads leave work in `mailbox`.

    Args:
        supplies: from `app`.
    """

    def __init__(self, supplies: DeskSupplies) -> None:
        self._supplies = supplies
        context = DeskContext(supplies.catalogues, supplies.language)
        self._context = context
        self.presets = supplies.presets
        self.level_rises_downwards = supplies.level_rises_downwards
        self.opening = Opening(context, supplies.sample_folder, supplies.memory_budget_bytes)
        self.viewing = Viewing(context, self.opening, supplies.presets, supplies.protocols)
        self.pointing = Pointing(context, self.viewing)
        self.detection = Detection(context, self.opening, supplies.detectors, supplies.journal)
        self.undoing = Undoing()
        self.reviewing = Reviewing(
            context, self.opening, self.viewing, self.detection, supplies.journal, self.undoing
        )
        self.viewing.when_tool_taken = self.reviewing.editing.accept
        images = self.reviewing.images
        self.measuring = Measuring(context, supplies.journal, self.undoing, images)
        self.reviewing.when_selected = lambda: self.measuring.select(None)
        self.exporting = Exporting(
            context, self.opening, self.detection, self.reviewing, self.measuring
        )
        self.recent = RecentStudies(context, supplies.journal)
        self.restoring = Restoring(context, self.opening, supplies.journal)
        self.restoring.restore = self._restore
        self.restoring.when_ready = self._journal_is_open
        hang = self.opening.when_study_selected

        def selected(study: Study) -> None:
            self.restoring.expect(study)
            hang(study)

        self.opening.when_study_selected = selected
        for complaint in supplies.complaints:
            self.notify(Notice(complaint))
        self._say_what_is_lost()

    @property
    def mailbox(self) -> Mailbox:
        """How job threads reach the desk."""
        return self._context.mailbox

    @property
    def jobs(self) -> tuple[Job[object], ...]:
        """Jobs queued or running, oldest first."""
        return self._context.jobs

    @property
    def foremost_job(self) -> Job[object] | None:
        """The job that the reader waits for; None when all is quiet."""
        return self._context.foremost_job

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Sentences above the viewports, oldest first."""
        return self._context.notices

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self._context.language

    def set_language(self, language: Language) -> None:
        """Speaks another language from now on; remembered."""
        self._context.language = language
        try:
            self._supplies.remember_language(language)
        except StorageError as error:
            self.notify(Notice(error.message))
        self._context.changed(Changes(language=True))

    def render(self, said: Message) -> str:
        """A sentence in the reader's language."""
        return self._context.render(said)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener for changes; returns what takes it away again."""
        return self._context.subscribe(listener)

    def notify(self, notice: Notice) -> None:
        """Shows a sentence above the viewports."""
        self._context.notify(notice)

    def dismiss(self, notice: Notice) -> None:
        """Takes a sentence away."""
        self._context.dismiss(notice)

    def cancel(self, job_id: int) -> None:
        """Asks a job to end."""
        self._context.cancel(job_id)

    def model_entries(self) -> tuple[ModelEntry, ...]:
        """Every model on this computer: usable, or why not."""
        return self._supplies.detectors.registry.entries()

    def memory_bytes(self) -> int | None:
        """What the window and its worker programs fill now; None when it is not known."""
        return self._supplies.memory_bytes()

    def close(self) -> None:
        """Ends jobs, worker programs and decode workers."""
        self.exporting.close()
        self.detection.close()
        self.opening.close()
        self.recent.close()
        self.restoring.close()

    def _journal_is_open(self) -> None:
        self._say_what_is_lost()
        self.recent.refresh()

    def _say_what_is_lost(self) -> None:
        """A catalog that was damaged or cannot be read is said, once."""
        complaint = self._supplies.journal.complaint
        if complaint is not None:
            self.notify(Notice(complaint))

    def _restore(self, study: Study) -> None:
        for restore in (self.detection.restore, self.reviewing.restore, self.measuring.restore):
            try:
                restore(study)
            except StorageError as error:
                self.notify(Notice(error.message))
        self._say_what_is_lost()
        title = ", ".join(part for part in (study.facts.description, study.patient.name) if part)
        title = title or study.patient.patient_id
        self.recent.remember(
            RecentStudy(
                study.facts.study_instance_uid,
                title,
                self.opening.opened_paths,
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )
