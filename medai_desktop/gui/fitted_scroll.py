"""As high as what it holds, up to a share of its parent; then it scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from medai_desktop.gui.guard import answering, guarded

LEAST_PX = 96


class FittedScroll(QScrollArea):
    """Keeps a growing text from pushing away what stands below it.

    Args:
        held: what it shows, as wide as it is itself.
        most_share: of the height of its parent.
    """

    def __init__(self, held: QWidget, most_share: float) -> None:
        super().__init__()
        self._held, self._most_share = held, most_share
        self._is_still = False
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(held)

    def stand_still(self, is_still: bool) -> None:
        """Keeps its height while something below it is in the reader's hand."""
        self._is_still = is_still
        self.fit()

    def fit(self) -> None:
        """Looks again how high it has to be."""
        parent, layout = self.parentWidget(), self._held.layout()
        if parent is None or layout is None or self._is_still:
            return
        width = max(1, self.width())
        wanted = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        wanted = max(wanted, layout.minimumSize().height()) if wanted < 0 else wanted
        most = max(LEAST_PX, round(parent.height() * self._most_share))
        height = min(wanted, most)
        if height != self.height():
            self.setFixedHeight(height)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines elsewhere."""
        super().resizeEvent(event)
        self.fit()

    @answering(False)
    def event(self, event: QEvent) -> bool:
        """Lines have come or gone."""
        answer = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return answer
