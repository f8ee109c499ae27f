"""The score from which a mark counts, moved by the reader."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QVBoxLayout, QWidget

from medai_desktop.detection.naming import model_name
from medai_desktop.findings import FindingSet
from medai_desktop.gui.detection_words import score_words, series_name
from medai_desktop.gui.guard import answering, guarded
from medai_desktop.gui.keys import ARROWS, keeps_arrows
from medai_desktop.gui.labels import icon_button, label, name_it
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

STEPS = 1000
ARROW_STEP = 10
PAGE_STEP = 50
SMALL = "min-height: 22px; min-width: 22px; max-width: 22px;"
Key = tuple[str, str]


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
    """Name, value, a way back, and the slider; of several runs one is chosen."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("section")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._found: FindingSet | None = None
        self._is_refreshing = False
        self._before = 0
        self._sets: tuple[FindingSet, ...] = ()
        self._picked: tuple[Key, object] | None = None
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.choose = icon_button("ph.caret-down", self._open_menu)
        self.choose.setStyleSheet(SMALL)
        self._name, self._value = label(rank="2"), label()
        self._value.setWordWrap(False)
        self.reset = icon_button("ph.arrow-counter-clockwise", self._put_back)
        self.reset.setStyleSheet(SMALL)
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
        line.addWidget(self.choose)
        line.addWidget(self.reset)
        line.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.slider)

    def refresh(self) -> None:
        """Looks at the desk again."""
        say = self._desk.render
        self._sets = self._desk.detection.finding_sets()
        self._found = self._chosen()
        self.setVisible(self._found is not None)
        if self._found is None:
            return
        value = self._desk.reviewing.threshold(self._found)
        is_one_of_several = len(self._sets) > 1
        words = message("gui.threshold_of", run=self._run_name(self._found))
        self._name.setText(say(words if is_one_of_several else message("gui.threshold")))
        self.choose.setVisible(is_one_of_several)
        name_it(self.choose, say(message("gui.threshold_choose")))
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

    @property
    def found(self) -> FindingSet | None:
        """The run whose threshold it moves."""
        return self._found

    def _chosen(self) -> FindingSet | None:
        """The one picked here, else that of the selected finding, of the active series, the first.

        What was picked here holds until the reader selects another finding.
        """
        reviewing = self._desk.reviewing
        if self._picked is not None and self._picked[1] == reviewing.selected:
            for found in self._sets:
                if _key(found) == self._picked[0]:
                    return found
        self._picked = None
        row, shown = reviewing.row(reviewing.selected), self._desk.viewing.active_display_set
        if row is not None and row.source is not None:
            for found in self._sets:
                if _key(found) == _key(row.source):
                    return found
        wanted = [row.display_set.id] if row is not None else []
        wanted += [shown.id] if shown is not None else []
        for identity in wanted:
            for found in self._sets:
                if found.display_set_id == identity:
                    return found
        return self._sets[0] if self._sets else None

    def _run_name(self, found: FindingSet) -> Message:
        """A model and the series that it looked at."""
        made_by, shown = found.provenance, self._desk.opening.display_set(found.display_set_id)
        model = model_name(made_by.model_id, made_by.model_title)
        series = "?" if shown is None else series_name(shown)
        return message("gui.threshold_run", model=model, series=series)

    def _open_menu(self) -> None:
        self.menu.popup(self.choose.mapToGlobal(self.choose.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        self.menu.clear()
        for found in self._sets:
            action = self.menu.addAction(self._desk.render(self._run_name(found)))
            action.setCheckable(True)
            action.setChecked(found is self._found)
            action.triggered.connect(partial(self._pick, _key(found)))

    def _pick(self, key: Key, _is_checked: bool = False) -> None:
        self._picked = key, self._desk.reviewing.selected
        self.refresh()

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


def _key(found: FindingSet) -> Key:
    return found.display_set_id, found.provenance.model_id
