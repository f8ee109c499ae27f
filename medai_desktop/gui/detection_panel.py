"""The state of each model, above its marks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from medai_desktop.gui import icons
from medai_desktop.gui.detection_words import ModelBlock, looked_for, model_blocks, model_title
from medai_desktop.gui.labels import label, push_button
from medai_desktop.gui.theme import DARK
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Message, message


class DetectionPanel(QWidget):
    """What every model said of this study; with nothing open, which models there are."""

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__()
        self.setObjectName("section")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._unfolded: set[str] = set()
        self._said: object = None
        self._lines: list[QLabel | QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(3)

    def refresh(self) -> None:
        """Looks at the desk again; touches nothing when it still says the same."""
        blocks = model_blocks(self._desk)
        is_open = self._desk.opening.current_study is not None
        sought = looked_for(self._desk)
        said = (blocks, sought, is_open, self._desk.language, frozenset(self._unfolded))
        if said == self._said:
            return
        self._said = said
        self._clear()
        if not is_open or not blocks:
            self._show_models()
            return
        for block in blocks:
            self._show_block(block)
        self._add(sought, "3")

    def texts(self) -> tuple[str, ...]:
        """Every line, from the top."""
        return tuple(widget.text() for widget in self._lines)

    def _show_models(self) -> None:
        self._add(message("gui.models_here"), is_bold=True)
        entries = self._desk.model_entries()
        for entry in entries:
            if entry.manifest is None or entry.reason is not None:
                reason = entry.reason or message("gui.no_reason")
                self._add(message("gui.model_not_ready", model=entry.id, reason=reason), "warning")
            else:
                self._add(message("gui.model_ready", model=model_title(entry.manifest)), "2")
        if not entries:
            self._add(message("gui.no_models_here"), "2")

    def _show_block(self, block: ModelBlock) -> None:
        self._add(block.title, is_bold=True)
        for line in block.lines:
            self._add(line.message, line.rank, least_lines=line.least_lines)
        if not block.folded:
            return
        is_open = block.model_id in self._unfolded
        count = len(block.folded)
        words = message("gui.one_skipped") if count == 1 else message("gui.skipped", count=count)
        fold = push_button("flat", lambda: self._toggle(block.model_id))
        fold.setText(self._desk.render(words))
        name = "ph.caret-down" if is_open else "ph.caret-right"
        fold.setIcon(icons.icon(name, DARK.text_beside))
        fold.setStyleSheet("padding: 0; min-height: 24px;")
        fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._put(fold)
        if is_open:
            for line in block.folded:
                self._add(line.message, "3")

    def _toggle(self, model_id: str) -> None:
        self._unfolded ^= {model_id}
        self.refresh()

    def _add(
        self, said: Message, rank: str = "1", *, is_bold: bool = False, least_lines: int = 1
    ) -> None:
        made = label(self._desk.render(said), rank, is_bold=is_bold)
        if least_lines > 1:
            made.setMinimumHeight(_height(made, least_lines))
            made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._put(made)

    def _put(self, line: QLabel | QPushButton) -> None:
        self._lines.append(line)
        self._column.addWidget(line)

    def _clear(self) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines.clear()


def _height(made: QLabel, lines: int) -> int:
    """Of so many lines as this label sets them: Chinese ones are higher than the font says."""
    words = made.text()
    made.setText("\n".join([words[:1]] * lines))
    height = made.sizeHint().height()
    made.setText(words)
    return height
