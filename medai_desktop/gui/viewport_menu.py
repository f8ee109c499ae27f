"""The menu of the right button: the few likeliest commands for what lies under the cursor."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from medai_desktop.commands import command
from medai_desktop.commands.reasons import REASONS
from medai_desktop.findings import FindingOrigin
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.finding_rows import FindingRow
from medai_desktop.text import Message, message
from medai_desktop.view.viewport import ViewportKind

LOOK = ("see.invert", "see.fit", "see.reset", "", "see.planes", "see.volume", "see.maximise")


class ViewportMenu(QMenu):
    """A menu for one place of one viewport.

    Args:
        parent: the viewport.
        desk: says what is enabled.
        run: runs a command by id.
    """

    def __init__(self, parent: QWidget, desk: ReadingDesk, run: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._desk, self._run = desk, run
        self.reasons: QMenu | None = None
        self.aboutToHide.connect(self.deleteLater)

    def offer_mark(self, row: FindingRow) -> None:
        """What can be decided on a mark."""
        self._add("findings.agree")
        self._add("findings.reject")
        self.reasons = QMenu(self._desk.render(message("gui.reject_because")), self)
        self.addMenu(self.reasons)
        for reason, said in REASONS.items():
            self._add(f"findings.reject_{reason.name.lower()}", self.reasons, said)
        self._add("findings.unsure")
        self._add("findings.edit")
        if row.finding.origin is FindingOrigin.READER:
            self._add("measure.delete")

    def offer_ruler(self) -> None:
        """What can be done with a ruler."""
        self._add("measure.delete")

    def offer_view(self, index: int) -> None:
        """How viewport ``index`` can look."""
        viewing, presets = self._desk.viewing, self._desk.presets
        shown, state = viewing.display_set_in(index), viewing.layout.viewports[index]
        if shown is None:
            return
        is_volume = state.kind is ViewportKind.VOLUME
        for preset in presets.presets_3d(shown) if is_volume else presets.choices(shown):
            action = self.addAction(self._desk.render(presets.title(preset)))
            action.setCheckable(True)
            action.setChecked(preset == (state.preset_3d if is_volume else state.preset))
            action.triggered.connect(lambda _=False, chosen=preset: self._take(index, chosen))
        self.addSeparator()
        for identity in LOOK:
            self._add(identity)
        self.addSeparator()
        self._add("file.copy_picture")

    def _take(self, index: int, preset: str) -> None:
        viewing = self._desk.viewing
        if viewing.layout.viewports[index].kind is ViewportKind.VOLUME:
            viewing.activate(index)
            viewing.set_preset_3d(preset)
        else:
            viewing.set_preset(index, preset)

    def _add(self, identity: str, menu: QMenu | None = None, said: Message | None = None) -> None:
        target = self if menu is None else menu
        if not identity:
            target.addSeparator()
            return
        chosen = command(identity)
        keys = f"\t{chosen.keys[0]}" if chosen.keys else ""
        action = target.addAction(f"{self._desk.render(said or chosen.title)}{keys}")
        action.setEnabled(chosen.is_enabled(self._desk))
        action.triggered.connect(lambda _=False: self._run(identity))
