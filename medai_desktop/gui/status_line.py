"""The status bar: cursor, job, device, research use."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from medai_desktop.gui.panels import label
from medai_desktop.jobs import Job
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message


class StatusLine(QStatusBar):
    """One line under everything."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self._desk = desk
        self.setSizeGripEnabled(False)
        self.setFixedHeight(32)
        self._cursor, self._hint = QLabel(), label(rank="2")
        self._job, self._bar = label(rank="2"), QProgressBar()
        self._job.setWordWrap(False)
        self._hint.setWordWrap(False)
        self._bar.setFixedWidth(120)
        self._bar.setTextVisible(False)
        self._cancel = QPushButton()
        self._cancel.clicked.connect(self._cancel_job)
        self._device, self._research = label(rank="2"), label(rank="2")
        for part in (self._device, self._research):
            part.setWordWrap(False)
        self.addWidget(self._cursor)
        self.addWidget(self._hint)
        for widget in (self._job, self._bar, self._cancel, self._device, self._research):
            self.addPermanentWidget(widget)

    def show_cursor(self, text: str) -> None:
        """What lies under the cursor."""
        self._cursor.setText(text)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say = self._desk.render
        hint = self._desk.viewing.hint
        self._hint.setText("" if hint is None else say(hint))
        self._research.setText(say(message("view.research")))
        device = self._desk.detection.device_name() or "CPU"
        self._device.setText(say(message("gui.device", device=device.upper())))
        job = self._current()
        for widget in (self._job, self._bar, self._cancel):
            widget.setVisible(job is not None)
        if job is None:
            return
        self._cancel.setText(say(message("gui.cancel")))
        text = say(job.title)
        progress = job.progress
        if progress is not None and progress.total:
            text += f": {say(progress.stage)} {progress.done}/{progress.total}"
            left = job.seconds_left
            if left is not None:
                text += " " + say(message("gui.seconds_left", seconds=round(left)))
        self._job.setText(text)
        share = None if progress is None else progress.share
        self._bar.setRange(0, 100)
        self._bar.setValue(0 if share is None else round(share * 100))

    def _current(self) -> Job[object] | None:
        jobs = self._desk.jobs
        return jobs[-1] if jobs else None

    def _cancel_job(self) -> None:
        job = self._current()
        if job is not None:
            self._desk.cancel(job.id)
