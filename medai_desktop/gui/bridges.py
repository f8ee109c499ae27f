"""The only place where a render thread meets a Qt signal."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from medai_desktop.text import Message
from medai_desktop.view.picture import Picture, PictureRequest


class PicturePort(Protocol):
    """Whoever draws pictures."""

    def submit(self, viewport_key: int, request: PictureRequest) -> None:
        """Asks for a picture."""
        ...

    def forget(self, viewport_key: int) -> None:
        """Drops what a viewport has asked for."""
        ...

    def close(self) -> None:
        """Ends the drawing threads."""
        ...


class PictureBridge(QObject):
    """Brings finished pictures to the main thread."""

    arrived = Signal(int, Picture)
    failed = Signal(int, Message)

    def deliver(self, viewport_key: int, picture: Picture) -> None:
        """Called on a render thread."""
        self.arrived.emit(viewport_key, picture)

    def fail(self, viewport_key: int, said: Message) -> None:
        """Called on a render thread."""
        self.failed.emit(viewport_key, said)
