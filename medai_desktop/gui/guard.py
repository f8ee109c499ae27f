"""Keeps an error in one event from ending the program."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

_log = logging.getLogger(__name__)
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")

MOST_TRACEBACKS = 3
"""So often is a traceback of one handler logged; a fault in painting comes at each paint."""


def guarded(
    handler: Callable[Concatenate[S, P], None],
) -> Callable[Concatenate[S, P], None]:
    """Wraps an event handler that Qt calls: an error is logged, the window lives on.

    Shiboken reads the arguments of an exception that escapes from an overridden method; one that
    the interpreter itself raised (an index out of range) has none yet on Python 3.11, and the
    program ends with a segmentation fault. So none may escape; a test demands this decorator.
    """
    return answering(None)(handler)


def answering(
    otherwise: R,
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """The same for a method that has to give Qt an answer.

    Args:
        otherwise: the answer after an error.
    """

    def decorate(handler: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        faults = 0

        @functools.wraps(handler)
        def handle(self: S, /, *arguments: P.args, **named: P.kwargs) -> R:
            nonlocal faults
            try:
                return handler(self, *arguments, **named)
            except Exception as error:
                faults += 1
                where = handler.__qualname__
                if faults <= MOST_TRACEBACKS:
                    _log.exception("%s failed", where, extra=fault(where, error))
                else:
                    _log.debug("%s failed again (%s)", where, type(error).__name__)
                return otherwise

        handle.is_guarded = True  # type: ignore[attr-defined]
        return handle

    return decorate


def fault(where: str, error: BaseException) -> dict[str, object]:
    """What a log record carries of a fault; never what the error says, it may name a patient."""
    return {"fault_where": where, "fault_kind": type(error).__name__}
