"""The declared options."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from medai_desktop.text import Message, message

OptionValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        name: key in the settings file.
        default: also fixes the type.
        sentence: what it does, for the settings window.
        choices: allowed values; empty: any within the limits.
        pattern: regular expression that a whole text must match; empty: any text.
        low: smallest number.
        high: largest number.
        unit: of a number, printed behind it.
    """

    name: str
    default: OptionValue
    sentence: Message
    choices: tuple[OptionValue, ...] = ()
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""

    def accepts(self, value: object) -> bool:
        """Whether a value has the right type and lies within the limits."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            return isinstance(value, bool) and isinstance(self.default, bool)
        if self.choices and value not in self.choices:
            return False
        if isinstance(self.default, str):
            return isinstance(value, str) and (
                not self.pattern or re.fullmatch(self.pattern, value) is not None
            )
        if not isinstance(value, int | float):
            return False
        if isinstance(self.default, int) and not isinstance(value, int):
            return False
        return self._is_within(value)

    def _is_within(self, value: float) -> bool:
        if not math.isfinite(value):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


DEVICE_PATTERN = r"auto|cpu|cuda(:\d{1,2})?|mps"
"""Names of devices that models run on."""

OPTIONS: tuple[Option, ...] = (
    Option(
        "language",
        "",
        message("settings.language"),
        choices=("", "en", "zh_CN"),
    ),
    Option("level_rises_downwards", False, message("settings.level_rises_downwards")),
    Option(
        "memory_share",
        0.4,
        message("settings.memory_share"),
        low=0.1,
        high=0.8,
    ),
    Option(
        "device",
        "auto",
        message("settings.device"),
        pattern=DEVICE_PATTERN,
    ),
    Option(
        "worker_silence_s",
        120,
        message("settings.worker_silence"),
        low=5,
        high=3600,
        unit="s",
    ),
)


def option(name: str) -> Option:
    """The option with this name.

    Raises:
        KeyError: it is not declared.
    """
    for candidate in OPTIONS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)
