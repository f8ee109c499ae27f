"""Keeps an error in one event from ending the program."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

_log = logging.getLogger(__name__)
S = TypeVar("S")
P = ParamSpec("P")


def guarded(
    handler: Callable[Concatenate[S, P], None],
) -> Callable[Concatenate[S, P], None]:
    """Wraps an event handler that Qt calls: an error is logged, the window lives on.

    Shiboken reads the arguments of an exception that escapes from an overridden method; one that
    the interpreter itself raised (an index out of range) has none yet on Python 3.11, and the
    program ends with a segmentation fault. So none may escape; a test demands this decorator.
    """

    @functools.wraps(handler)
    def handle(self: S, /, *arguments: P.args, **named: P.kwargs) -> None:
        try:
            handler(self, *arguments, **named)
        except Exception:
            _log.exception("%s failed", handler.__qualname__)

    return handle
