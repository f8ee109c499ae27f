"""Every option declared once: name, type, limits, unit, default, sentence.

Lives here: the declared options and the store that keeps what the reader chose. Imports `errors`
and `text`; standard library only.
"""

from medai_desktop.settings.option import DEVICE_PATTERN, OPTIONS, Option, OptionValue, option
from medai_desktop.settings.store import SettingsStore

__all__ = [
    "DEVICE_PATTERN",
    "OPTIONS",
    "Option",
    "OptionValue",
    "SettingsStore",
    "option",
]
