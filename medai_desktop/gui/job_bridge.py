"""The only place where a job meets a Qt signal."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from medai_desktop.session.mailbox import Mailbox


class JobBridge(QObject):
    """Drains the desk's mailbox on the main thread whenever something was posted.

    Args:
        mailbox: of the desk.
    """

    _posted = Signal()

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._posted.connect(self._drain, Qt.ConnectionType.QueuedConnection)
        mailbox.wake = self._posted.emit

    def _drain(self) -> None:
        self._mailbox.drain()
