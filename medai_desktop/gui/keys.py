"""Keys as a reader knows them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from medai_desktop.text import Message, message

_NAMES: dict[str, Message] = {
    "Up": message("gui.key_up"),
    "Down": message("gui.key_down"),
    "Left": message("gui.key_left"),
    "Right": message("gui.key_right"),
    "PgUp": message("gui.key_page_up"),
    "PgDown": message("gui.key_page_down"),
    "Home": message("gui.key_home"),
    "End": message("gui.key_end"),
    "Return": message("gui.key_return"),
    "Enter": message("gui.key_return"),
    "Esc": message("gui.key_escape"),
    "Del": message("gui.key_delete"),
}


ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


def keeps_arrows(event: QEvent) -> bool:
    """Whether left or right was about to become a shortcut; it stays with whoever asks."""
    is_arrow = isinstance(event, QKeyEvent) and event.key() in ARROWS
    if not is_arrow or event.type() != QEvent.Type.ShortcutOverride:
        return False
    event.accept()
    return True


def key_words(sequence: str) -> Message:
    """A key sequence in Qt's portable form, such as ``Ctrl+Shift+O``, in words."""
    *held, last = sequence.split("+") if sequence != "+" else ["+"]
    said = _NAMES.get(last, message("gui.key", name=last))
    for name in reversed(held):
        said = message("gui.keys_together", held=name, key=said)
    return said
