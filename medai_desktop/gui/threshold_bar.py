"""The score from which a mark counts, moved by the reader."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from medai_desktop.findings import FindingSet
from medai_desktop.gui.detection_words import score_words, series_name
from medai_desktop.gui.guard import answering, guarded
from medai_desktop.gui.keys import ARROWS, keeps_arrows
from medai_desktop.gui.labels import icon_button, label, name_it
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

STEPS = 1000
ARROW_STEP = 10
PAGE_STEP = 50


class ScoreSlider(QSlider):
    """A slider whose arrow keys are its own."""

    @answering(False)
    def event(self, event: QEvent) -> bool:
        """Keeps its arrows from being taken as shortcuts."""
        return keeps_arrows(event) or super().event(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move it; every other key is a command."""
        if event.key() in ARROWS:
            super().keyPressEvent(event)
        else:
            event.ignore()


class ThresholdBar(QWidget):
    """Name, value, a way back, and the slider."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("section")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._found: FindingSet | None = None
        self._is_refreshing = False
        self._before = 0
        self._name, self._value = label(rank="2"), label()
        self._value.setWordWrap(False)
        self.reset = icon_button("ph.arrow-counter-clockwise", self._put_back)
        self.reset.setStyleSheet("min-height: 22px; min-width: 22px; max-width: 22px;")
        self.slider = ScoreSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(1, STEPS)
        self.slider.setSingleStep(ARROW_STEP)
        self.slider.setPageStep(PAGE_STEP)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(self._pressed)
        self.slider.sliderReleased.connect(self._kept)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._name, 1)
        line.addWidget(self.reset)
        line.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.slider)

    def refresh(self) -> None:
        """Looks at the desk again."""
        sets, say = self._desk.detection.finding_sets(), self._desk.render
        self._found = self._chosen(sets)
        self.setVisible(self._found is not None)
        if self._found is None:
            return
        value = self._desk.reviewing.threshold(self._found)
        shown = self._desk.opening.display_set(self._found.display_set_id)
        words = message("gui.threshold")
        if len(sets) > 1 and shown is not None:
            words = message("gui.threshold_of", series=series_name(shown))
        self._name.setText(say(words))
        self._value.setText(score_words(value))
        name_it(self.slider, say(message("gui.threshold_why")))
        name_it(self.reset, say(message("gui.threshold_reset")))
        own = self._found.provenance.threshold
        self.reset.setVisible(round(value * STEPS) != round(own * STEPS))
        self._is_refreshing = True
        try:
            self.slider.setValue(round(value * STEPS))
        finally:
            self._is_refreshing = False

    def _chosen(self, sets: tuple[FindingSet, ...]) -> FindingSet | None:
        """Of the selected finding, else of the series in the active viewport, else the first."""
        row = self._desk.reviewing.row(self._desk.reviewing.selected)
        shown = self._desk.viewing.active_display_set
        wanted = [row.display_set.id] if row is not None else []
        wanted += [shown.id] if shown is not None else []
        for identity in wanted:
            for found in sets:
                if found.display_set_id == identity:
                    return found
        return sets[0] if sets else None

    def _moved(self, value: int) -> None:
        if not self._is_refreshing and self._found is not None:
            is_final = not self.slider.isSliderDown()
            self._desk.reviewing.set_threshold(self._found, value / STEPS, is_final=is_final)

    def _pressed(self) -> None:
        self._before = self.slider.value()

    def _kept(self) -> None:
        if self._found is not None and self.slider.value() != self._before:
            value = self.slider.value() / STEPS
            self._desk.reviewing.set_threshold(self._found, value, is_final=True)

    def _put_back(self) -> None:
        if self._found is not None:
            own = self._found.provenance.threshold
            self._desk.reviewing.set_threshold(self._found, own, is_final=True)
