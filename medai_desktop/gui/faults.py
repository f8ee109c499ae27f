"""What goes wrong unforeseen reaches the log, and the reader as one calm sentence."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from medai_desktop.gui.guard import MOST_TRACEBACKS, fault
from medai_desktop.session.context import Notice
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import message

_log = logging.getLogger(__name__)
_qt = logging.getLogger("qt")

PACKAGE = "medai_desktop"
CHATTER = ("This plugin does not support",)
"""Said by Qt's plug-ins again and again; nobody can do anything about it."""

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class FaultWatch(logging.Handler):
    """Turns logged faults into notices, each kind at each place once.

    Args:
        desk: shows them.
    """

    def __init__(self, desk: ReadingDesk) -> None:
        super().__init__(logging.ERROR)
        self._desk = desk
        self._said: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Called on any thread."""
        where = getattr(record, "fault_where", None)
        kind = getattr(record, "fault_kind", None)
        if where is None or kind is None or (where, kind) in self._said:
            return
        self._said.add((where, kind))
        detail = message("gui.fault_detail", where=where, kind=kind)
        notice = Notice(message("gui.fault"), (detail,))
        self._desk.mailbox.post(lambda: self._show(notice))

    def _show(self, notice: Notice) -> None:
        """One bar for all of them; the newer ones join its details."""
        for known in self._desk.notices:
            if known.message == notice.message:
                self._desk.dismiss(known)
                notice = Notice(notice.message, (*known.details, *notice.details))
        self._desk.notify(notice)


def watch_faults(desk: ReadingDesk) -> Callable[[], None]:
    """Catches what no handler caught, on every thread; returns what ends the watch."""
    watch, package = FaultWatch(desk), logging.getLogger(PACKAGE)
    package.addHandler(watch)
    before, before_threads = sys.excepthook, threading.excepthook
    counts: Counter[str] = Counter()

    def note(error: BaseException, trace: TracebackType | None) -> None:
        where = _place(trace)
        counts[where] += 1
        if counts[where] <= MOST_TRACEBACKS:
            told = (type(error), error, trace)
            _log.error("%s failed", where, exc_info=told, extra=fault(where, error))

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception):
            before(kind, error, trace)
            return
        note(error, trace)

    def thread_hook(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and isinstance(given.exc_value, Exception):
            note(given.exc_value, given.exc_traceback)

    def end() -> None:
        package.removeHandler(watch)
        sys.excepthook, threading.excepthook = before, before_threads

    sys.excepthook, threading.excepthook = hook, thread_hook
    return end


def quieten_qt() -> None:
    """Sends what Qt says of itself to the log, its chatter nowhere."""
    qInstallMessageHandler(note_qt)


def note_qt(kind: QtMsgType, context: QMessageLogContext, said: str) -> None:
    """One sentence of Qt's."""
    if not any(chatter in said for chatter in CHATTER):
        _qt.log(LEVELS.get(kind, logging.WARNING), "%s", said)


def _place(trace: TracebackType | None) -> str:
    """The innermost of our own functions, as ``module.function``."""
    place = "?"
    for frame, _ in traceback.walk_tb(trace):
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(PACKAGE):
            place = f"{module}.{frame.f_code.co_name}"
    return place
