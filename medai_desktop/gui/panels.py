"""Side panels: studies on the left, findings and measurements on the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from medai_desktop.findings import DetectionState, RunStatus
from medai_desktop.review import FindingStatus
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.reviewing import FindingRow
from medai_desktop.text import Message, message
from medai_desktop.view.length import length_label
from medai_desktop.view.reading_order import reading_position

STATES: dict[DetectionState, Message] = {
    DetectionState.NOT_RUN: message("gui.state_not_run"),
    DetectionState.QUEUED: message("gui.state_queued"),
    DetectionState.RUNNING: message("gui.state_running"),
    DetectionState.FAILED: message("gui.state_failed"),
    DetectionState.DONE: message("gui.state_done"),
    DetectionState.NOTHING_ABOVE_THRESHOLD: message("gui.state_nothing"),
    DetectionState.STALE: message("gui.state_stale"),
}
STATUSES: dict[FindingStatus, Message] = {
    FindingStatus.OPEN: message("gui.finding_open"),
    FindingStatus.AGREED: message("gui.finding_agreed"),
    FindingStatus.EDITED: message("gui.finding_edited"),
    FindingStatus.ADDED: message("gui.finding_added"),
    FindingStatus.REJECTED: message("gui.finding_rejected"),
    FindingStatus.UNSURE: message("gui.finding_unsure"),
    FindingStatus.REMOVED: message("gui.finding_rejected"),
}


def label(text: str = "", rank: str = "1") -> QLabel:
    """A wrapped line of text of a rank."""
    made = QLabel(text)
    made.setProperty("rank", rank)
    made.setWordWrap(True)
    return made


def score_bar(score: float) -> str:
    """Five steps; the number stands in the tool tip."""
    steps = max(1, min(5, 1 + int(score * 5)))
    return "■" * steps + "□" * (5 - steps)


class StudiesPanel(QWidget):
    """Patient banner, studies, series."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(248)
        self._desk = desk
        self._patient, self._about = label(rank="title"), label(rank="2")
        self._heading = label(rank="2")
        self.series = QListWidget()
        self.series.setIconSize(QSize(48, 48))
        self.series.itemActivated.connect(self._show)
        self.series.itemClicked.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 0, 8)
        for widget in (self._patient, self._about, self._heading, self.series):
            layout.addWidget(widget)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say, study = self._desk.render, self._desk.opening.current_study
        self._heading.setText(say(message("gui.studies")))
        self.series.setAccessibleName(say(message("gui.studies")))
        self.series.clear()
        if study is None:
            self._patient.setText("")
            self._about.setText(say(message("gui.nothing_open")))
            return
        patient = study.patient
        self._patient.setText(patient.name or patient.patient_id)
        facts = (patient.sex, patient.age, patient.patient_id)
        self._about.setText(" · ".join(part for part in facts if part))
        for other in self._desk.opening.studies:
            self._add_heading(f"{other.facts.description}   {other.facts.date}")
            for shown in other.display_sets:
                number = "" if shown.series.number is None else f"{shown.series.number} "
                state = self._desk.opening.loading(shown.id)
                lines = [f"{number}{shown.series.description or shown.series.modality}"]
                if 0 < state.loaded < state.total:
                    said = message("gui.loading", loaded=state.loaded, total=state.total)
                    lines.append(say(said))
                else:
                    lines.append(f"{state.total}")
                if shown.messages and not shown.allows_volume and state.total > 1:
                    lines.append(say(shown.messages[0]))
                item = QListWidgetItem("\n".join(lines))
                item.setData(Qt.ItemDataRole.UserRole, shown.id)
                item.setToolTip("\n".join(say(m) for m in shown.messages))
                item.setIcon(self._thumbnail(shown.id))
                self.series.addItem(item)

    def _thumbnail(self, identity: str) -> QIcon:
        pixels = self._desk.opening.thumbnail(identity)
        if pixels is None:
            return QIcon()
        height, width = pixels.shape[:2]
        form = QImage.Format.Format_Grayscale8
        if pixels.ndim == 3:
            form = QImage.Format.Format_RGB888
        image = QImage(pixels.tobytes(), width, height, pixels.strides[0], form).copy()
        mode = Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(48, 48, Qt.AspectRatioMode.KeepAspectRatio, mode)
        return QIcon(QPixmap.fromImage(scaled))

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.series.addItem(item)

    def _show(self, item: QListWidgetItem) -> None:
        identity = item.data(Qt.ItemDataRole.UserRole)
        if identity:
            self._desk.viewing.show(identity, self._desk.viewing.layout.active)


class FindingsPanel(QWidget):
    """State of each model, threshold, findings with their decisions."""

    def __init__(self, desk: ReadingDesk, run: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._states = label(rank="2")
        self._threshold_text = label(rank="2")
        self._threshold = QSlider(Qt.Orientation.Horizontal)
        self._threshold.setRange(1, 100)
        self._threshold.valueChanged.connect(self._threshold_moved)
        self._threshold.sliderReleased.connect(self._threshold_kept)
        self.rows = QListWidget()
        self.rows.itemClicked.connect(self._select)
        self._is_refreshing = False
        buttons = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for name in ("agree", "reject", "unsure", "folded"):
            button = QPushButton()
            button.clicked.connect(lambda _=False, name=name: run(f"findings.{name}"))
            self.buttons[name] = button
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 8)
        for widget in (self._states, self._threshold_text, self._threshold, self.rows):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def refresh(self) -> None:
        """Looks at the desk again."""
        self._is_refreshing = True
        say = self._desk.render
        sets = self._desk.detection.finding_sets()
        self._states.setText("\n".join(self._state(s) for s in self._desk.detection.statuses()))
        self._threshold.setVisible(bool(sets))
        self._threshold_text.setVisible(bool(sets))
        if sets:
            value = self._desk.reviewing.threshold(sets[0])
            self._threshold.setValue(round(value * 100))
            self._threshold_text.setText(say(message("gui.threshold", value=f"{value:.2f}")))
        self.rows.clear()
        folded = 0
        for row in self._desk.reviewing.rows():
            if row.is_folded and not self._desk.reviewing.is_unfolded:
                folded += 1
                continue
            self.rows.addItem(self._item(row))
            if row.finding.id == self._desk.reviewing.selected:
                self.rows.setCurrentRow(self.rows.count() - 1)
        names = {
            "agree": message("commands.agree"),
            "reject": message("commands.reject"),
            "unsure": message("commands.unsure"),
            "folded": message("gui.folded", count=folded),
        }
        for name, button in self.buttons.items():
            button.setText(say(names[name]))
            is_on = self._desk.reviewing.selected is not None
            button.setEnabled(is_on if name != "folded" else bool(sets))
        self._is_refreshing = False

    def _state(self, status: RunStatus) -> str:
        say = self._desk.render
        shown = self._desk.opening.display_set(status.display_set_id)
        series = "?" if shown is None else str(shown.series.number or shown.series.description)
        said = say(
            message(
                "gui.state_line",
                model=status.model_title,
                series=series,
                state=STATES[status.state],
            )
        )
        if status.reason is not None:
            said += f": {say(status.reason)}"
        if status.outside_training is not None:
            said += "\n" + say(
                message("gui.outside", model=status.model_title, reason=status.outside_training)
            )
        return said

    def _item(self, row: FindingRow) -> QListWidgetItem:
        say, finding = self._desk.render, row.finding
        place = ""
        if finding.central_slice is not None:
            number = row.display_set.series.number or "?"
            image = reading_position(row.display_set, finding.central_slice)
            place = say(message("gui.place", series=number, image=image))
        status = say(STATUSES[row.reviewed.status])
        decision = row.reviewed.decision
        if decision is not None:
            status = f"{status} · {decision.reader}"
        bar = "" if row.provenance is None else score_bar(finding.score)
        item = QListWidgetItem(f"{finding.label}   {bar}\n{place}\n{status}")
        item.setToolTip("" if row.provenance is None else f"{finding.score:.2f}")
        item.setData(Qt.ItemDataRole.UserRole, finding.id)
        return item

    def _select(self, item: QListWidgetItem) -> None:
        self._desk.reviewing.select(item.data(Qt.ItemDataRole.UserRole))

    def _threshold_moved(self, value: int) -> None:
        sets = self._desk.detection.finding_sets()
        if not self._is_refreshing and sets:
            is_final = not self._threshold.isSliderDown()
            self._desk.reviewing.set_threshold(sets[0], value / 100, is_final=is_final)

    def _threshold_kept(self) -> None:
        sets = self._desk.detection.finding_sets()
        if sets:
            value = self._threshold.value() / 100
            self._desk.reviewing.set_threshold(sets[0], value, is_final=True)


class MeasurementsPanel(QWidget):
    """Every ruler of the study."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self._desk = desk
        self.rows = QListWidget()
        self.rows.itemClicked.connect(
            lambda item: desk.measuring.select(item.data(Qt.ItemDataRole.UserRole))
        )
        QVBoxLayout(self).addWidget(self.rows)

    def refresh(self) -> None:
        """Looks at the desk again."""
        self.rows.clear()
        for length in self._desk.measuring.measurements():
            shown = self._desk.opening.display_set(length.display_set_id)
            if shown is not None:
                item = QListWidgetItem(self._desk.render(length_label(length, shown)))
                item.setData(Qt.ItemDataRole.UserRole, length.id)
                self.rows.addItem(item)


class SidePanel(QTabWidget):
    """The right panel."""

    def __init__(self, desk: ReadingDesk, run: Callable[[str], None]) -> None:
        super().__init__()
        self.setFixedWidth(320)
        self._desk = desk
        self.findings, self.measurements = FindingsPanel(desk, run), MeasurementsPanel(desk)
        self.addTab(self.findings, "")
        self.addTab(self.measurements, "")

    def refresh(self) -> None:
        """Looks at the desk again."""
        self.setTabText(0, self._desk.render(message("gui.findings")))
        self.setTabText(1, self._desk.render(message("gui.measurements")))
        self.findings.refresh()
        self.measurements.refresh()
