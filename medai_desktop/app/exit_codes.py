"""How ``medai`` ends; scripts rely on these numbers."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of the command line."""

    USABLE = 0
    WRONG_USE = 2
    NOTHING_READABLE = 3
    NOTHING_DETECTED = 4
    NETWORK = 5
    CANCELLED = 130
