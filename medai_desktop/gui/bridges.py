"""The only places where job and render threads meet a Qt signal."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from medai_desktop.session.mailbox import Mailbox
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


class JobBridge(QObject):
    """Drains the desk's mailbox on the main thread whenever something was posted.

    Args:
        mailbox: of the desk.
    """

    _posted = Signal()

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._posted.connect(mailbox.drain, Qt.ConnectionType.QueuedConnection)
        mailbox.wake = self._posted.emit


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
