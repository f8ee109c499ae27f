"""The line under everything: cursor, job, device, memory, research use."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from medai_desktop.gui.labels import ElidedLabel, label, push_button
from medai_desktop.jobs import Job
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

HEIGHT_PX = 28
READOUT_PX = 320
HINT_STAYS_MS = 8_000
MEMORY_EVERY_MS = 3_000
GIB = 1024**3
MINUTE_S = 90.0


class StatusLine(QWidget):
    """One line of 28 px."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)
        self._desk = desk
        self._cursor, self._hint = ElidedLabel("2"), ElidedLabel()
        self._job, self._bar = _fixed(), QProgressBar()
        self._bar.setFixedWidth(120)
        self._bar.setTextVisible(False)
        self.cancel = push_button("inline", self._cancel_job)
        self._device, self._memory, self._research = _fixed(), _fixed(), _fixed()
        self._shown_hint: Message | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 0)
        row.setSpacing(8)
        self._cursor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._cursor.setFixedWidth(READOUT_PX)
        row.addWidget(self._cursor)
        row.addWidget(self._hint, 1)
        for widget in (self._job, self._bar, self.cancel):
            row.addWidget(widget)
        for widget in (self._device, self._memory, self._research):
            row.addSpacing(8)
            row.addWidget(widget)
        self._forget_hint = QTimer(self)
        self._forget_hint.setSingleShot(True)
        self._forget_hint.setInterval(HINT_STAYS_MS)
        self._forget_hint.timeout.connect(self._hint_is_old)
        self._ask_memory = QTimer(self)
        self._ask_memory.setInterval(MEMORY_EVERY_MS)
        self._ask_memory.timeout.connect(self._show_memory)
        self._ask_memory.start()
        self._show_memory()

    def show_cursor(self, text: str) -> None:
        """What lies under the cursor."""
        self._cursor.say(text)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say = self._desk.render
        self._show_hint()
        self._research.setText(say(message("view.research")))
        device = self._desk.detection.device_name()
        said = message("gui.device", device=device.upper()) if device else message("gui.here")
        self._device.setText(say(said))
        self._memory.setToolTip(say(message("gui.memory_why")))
        self.refresh_job()

    def refresh_job(self) -> None:
        """Shows how far the job is that the reader waits for."""
        job, say = self._desk.foremost_job, self._desk.render
        for widget in (self._job, self._bar, self.cancel):
            widget.setVisible(job is not None)
        if job is None:
            return
        self.cancel.setText(say(message("gui.cancel")))
        self._job.setText(say(job_words(job)))
        share = None if job.progress is None else job.progress.share
        if share is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            # A bar paints at once when its value changes, and everything that waits to be painted
            # with it; the viewports would be painted empty first.
            self._bar.setUpdatesEnabled(False)
            self._bar.setValue(round(share * 1000))
            self._bar.setUpdatesEnabled(True)

    def texts(self) -> tuple[str, ...]:
        """What stands in the line, from the left."""
        parts = (self._cursor, self._hint, self._job, self._device, self._memory, self._research)
        return tuple(part.text() for part in parts if not part.isHidden())

    def _show_hint(self) -> None:
        hint = self._desk.viewing.hint
        self._hint.say("" if hint is None else self._desk.render(hint))
        if hint is not self._shown_hint:
            self._shown_hint = hint
            self._forget_hint.start()

    def _hint_is_old(self) -> None:
        if self._desk.viewing.hint is self._shown_hint:
            self._desk.viewing.hint = None
            self._show_hint()

    def _show_memory(self) -> None:
        found = self._desk.memory_bytes()
        self._memory.setVisible(found is not None)
        if found is not None:
            self._memory.setText(f"{found / GIB:.1f} GB")

    def _cancel_job(self) -> None:
        job = self._desk.foremost_job
        if job is not None:
            self._desk.cancel(job.id)


def job_words(job: Job[object]) -> Message:
    """What a job does, how far it is, and how long it will take."""
    title, progress = _title(job), job.progress
    if job.cancellation.is_cancelled:
        return message("gui.job_cancelling", title=title)
    if progress is None or (progress.total <= 0 and progress.done <= 0):
        return title
    if progress.total <= 0:
        return message("gui.job_count", title=title, done=progress.done)
    how_far = message("gui.progress", done=progress.done, total=progress.total)
    if job.title.id == "session.detecting":
        how_far = message("gui.progress_slices", done=progress.done, total=progress.total)
    left = job.seconds_left
    if left is None or progress.done >= progress.total:
        return message("gui.job", title=title, progress=how_far)
    return message("gui.job_left", title=title, progress=how_far, left=_left(left))


def _left(seconds: float) -> Message:
    if seconds < MINUTE_S:
        return message("gui.seconds_left", seconds=max(1, round(seconds)))
    return message("gui.minutes_left", minutes=round(seconds / 60))


def _title(job: Job[object]) -> Message:
    """A detection is named by its model alone."""
    if job.title.id != "session.detecting":
        return job.title
    model = job.title.argument("model")
    return model if isinstance(model, Message) else job.title


def _fixed() -> QLabel:
    made = label(rank="2")
    made.setWordWrap(False)
    return made
