"""The right panel: findings, measurements, info."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QTabBar, QTabWidget

from medai_desktop.gui.decision_buttons import Runner
from medai_desktop.gui.findings_panel import FindingsPanel
from medai_desktop.gui.guard import answering
from medai_desktop.gui.info_panel import InfoPanel
from medai_desktop.gui.keys import keeps_arrows
from medai_desktop.gui.measurements_panel import MeasurementsPanel
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

WIDTH_PX = 320


class KeyTabBar(QTabBar):
    """Tabs that change with the arrow keys, when they have the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @answering(False)
    def event(self, event: QEvent) -> bool:
        """Keeps its arrows from being taken as shortcuts."""
        return keeps_arrows(event) or super().event(event)


class SidePanel(QTabWidget):
    """Three tabs of one width.

    Args:
        desk: what is shown.
        runner: carries decisions out.
        go_to: shows an image of a display set.
    """

    def __init__(
        self, desk: ReadingDesk, runner: Runner, go_to: Callable[[str, int], None]
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(WIDTH_PX)
        self.setTabBar(KeyTabBar())
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setExpanding(False)
        self._desk = desk
        self.findings = FindingsPanel(desk, runner)
        self.measurements = MeasurementsPanel(desk, go_to)
        self.info = InfoPanel(desk)
        for panel in (self.findings, self.measurements, self.info):
            self.addTab(panel, "")
        self.currentChanged.connect(self.refresh)

    def refresh(self) -> None:
        """Looks at the desk again."""
        names = (message("gui.findings"), message("gui.measurements"), message("gui.info"))
        for number, name in enumerate(names):
            words = self._desk.render(name)
            if self.tabText(number) != words:
                self.setTabText(number, words)
        self.findings.refresh()
        self.measurements.refresh()
        if self.currentWidget() is self.info:
            self.info.refresh()
