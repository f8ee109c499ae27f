"""Keeps what the reader chose; only values that differ from the default stand in the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from medai_desktop.errors import StorageError
from medai_desktop.settings.option import OPTIONS, OptionValue, option
from medai_desktop.text import Message, message

VERSION = 1


class SettingsStore:
    """The settings of one reader on one computer.

    Args:
        path: the settings file; None keeps nothing.

    Attributes:
        complaint: why the file was not used as it stands; None when all is well. A file that
            cannot be read is kept beside the new one.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values: dict[str, OptionValue] = {}
        self.complaint: Message | None = None
        if path is not None and path.exists():
            self._read(path)

    def value(self, name: str) -> OptionValue:
        """The reader's value of an option, or its default."""
        return self._values.get(name, option(name).default)

    def text(self, name: str) -> str:
        """The value of a text option."""
        return str(self.value(name))

    def number(self, name: str) -> float:
        """The value of a number option."""
        value = self.value(name)
        return float(value) if not isinstance(value, str) else 0.0

    def choose(self, name: str, value: OptionValue) -> None:
        """Keeps a value.

        Raises:
            ValueError: the option does not accept it.
            StorageError: the file cannot be written.
        """
        declared = option(name)
        if not declared.accepts(value):
            raise ValueError(f"{name} does not accept {value!r}")
        self._values[name] = value
        if value == declared.default:
            del self._values[name]
        self._write()

    def _read(self, path: Path) -> None:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            version = document["version"]
            values = document["values"]
            if not isinstance(version, int) or version > VERSION or not isinstance(values, dict):
                raise ValueError("unknown form")
        except (OSError, ValueError, KeyError, TypeError):
            kept = path.with_suffix(".unreadable.json")
            try:
                os.replace(path, kept)
            except OSError:
                kept = path
            self.complaint = message("settings.unreadable", kept=str(kept))
            return
        known = {declared.name: declared for declared in OPTIONS}
        self._values = {
            name: value
            for name, value in values.items()
            if name in known and known[name].accepts(value)
        }

    def _write(self) -> None:
        if self._path is None:
            return
        text = json.dumps({"version": VERSION, "values": self._values}, indent=1, sort_keys=True)
        temporary = self._path.with_suffix(".part")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(
                message("settings.not_written", path=str(self._path), reason=reason)
            ) from error
