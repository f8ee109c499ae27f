"""Facts of the series in the active viewport, and the models on this computer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from medai_desktop.detection.naming import lesions_name
from medai_desktop.gui.detection_words import model_title, score_words
from medai_desktop.gui.info_words import facts, sentences
from medai_desktop.gui.labels import label, rule
from medai_desktop.gui.series_words import title
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message

NAME_PX = 104


class InfoPanel(QScrollArea):
    """The third tab of the right panel."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self._desk = desk
        self._said: object = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def refresh(self) -> None:
        """Looks at the desk again; builds anew only for another series or language."""
        shown = self._desk.viewing.active_display_set
        if (shown, self._desk.language) == self._said:
            return
        self._said = shown, self._desk.language
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        if shown is not None:
            self._show_series(column, shown)
            column.addSpacing(8)
            column.addWidget(rule())
            column.addSpacing(8)
        self._show_models(column)
        column.addStretch(1)
        self.setWidget(page)

    def _show_series(self, column: QVBoxLayout, shown: DisplaySet) -> None:
        say = self._desk.render
        column.addWidget(label(title(shown), is_bold=True))
        for said, is_warning in sentences(shown):
            column.addWidget(label(say(said), "warning" if is_warning else "2"))
        column.addSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, NAME_PX)
        grid.setColumnStretch(1, 1)
        for name, value in facts(shown):
            words = say(value) if isinstance(value, Message) else value
            if not words:
                continue
            line, top = grid.rowCount(), Qt.AlignmentFlag.AlignTop
            grid.addWidget(label(say(name), "2"), line, 0, top)
            fact = label(words)
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(fact, line, 1, top)
        column.addLayout(grid)

    def _show_models(self, column: QVBoxLayout) -> None:
        say = self._desk.render
        column.addWidget(label(say(message("gui.models_here")), is_bold=True))
        for entry in self._desk.model_entries():
            if entry.manifest is None or entry.reason is not None:
                reason = entry.reason or message("gui.no_reason")
                words = say(message("gui.model_not_ready", model=entry.id, reason=reason))
                column.addWidget(label(words, "warning"))
                continue
            manifest = entry.manifest
            column.addWidget(label(say(model_title(manifest))))
            said = message(
                "gui.model_facts",
                threshold=score_words(manifest.threshold),
                solid=score_words(manifest.threshold_solid),
                unmarked=manifest.own_test.unmarked_slices,
                slices=manifest.own_test.slices,
                kind=lesions_name(manifest.labels[0].name),
            )
            column.addWidget(label(say(said), "2"))
        if not self._desk.model_entries():
            column.addWidget(label(say(message("gui.no_models_here")), "2"))
