"""How ``medai`` ends; scripts rely on these numbers."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of the command line.

    `UNFORESEEN` is a mistake of the program itself; `WRONG_USE` holds for a place that was named
    and cannot be written, too.
    """

    USABLE = 0
    UNFORESEEN = 1
    WRONG_USE = 2
    NOTHING_READABLE = 3
    NOTHING_DETECTED = 4
    NETWORK = 5
    CANCELLED = 130
