"""Keeps what the reader chose; only values that differ from the default stand in the file."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from pathlib import Path

from medai_desktop.errors import StorageError
from medai_desktop.settings.option import OPTIONS, OptionValue, option
from medai_desktop.text import Message, listed, message

VERSION = 1


class SettingsStore:
    """The settings of one reader on one computer.

    Args:
        path: the settings file; None keeps nothing.

    Attributes:
        complaint: why the file was not used as it stands; None when all is well. A file that
            cannot be read, or of a newer version, is kept beside the new one.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values: dict[str, OptionValue] = {}
        self._foreign: dict[str, object] = {}
        self.complaint: Message | None = None
        if path is not None:
            self._read(path)

    def value(self, name: str) -> OptionValue:
        """The reader's value of an option, or its default.

        Raises:
            KeyError: the option is not declared.
        """
        return self._values.get(name, option(name).default)

    def text(self, name: str) -> str:
        """The value of a text option."""
        return str(self.value(name))

    def number(self, name: str) -> float:
        """The value of a number option."""
        value = self.value(name)
        return float(value) if not isinstance(value, str) else 0.0

    def is_on(self, name: str) -> bool:
        """The value of a yes-or-no option."""
        return self.value(name) is True

    def choose(self, name: str, value: OptionValue) -> None:
        """Keeps a value; it holds until the program ends even when it cannot be written.

        Raises:
            KeyError: the option is not declared.
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
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self.complaint = message("settings.unreadable", kept=str(_put_aside(path)))
            return
        self._take(values)

    def _take(self, values: dict[str, object]) -> None:
        """Takes the values that are accepted; what another version declares is kept for it."""
        known = {declared.name: declared for declared in OPTIONS}
        refused = []
        for name, value in values.items():
            if name not in known:
                self._foreign[name] = value
            elif isinstance(value, str | int | float) and known[name].accepts(value):
                self._values[name] = value
            else:
                refused.append(name)
        if refused:
            self.complaint = message("settings.refused", names=listed(sorted(refused)))

    def _write(self) -> None:
        if self._path is None:
            return
        document = {"version": VERSION, "values": {**self._foreign, **self._values}}
        temporary = self._path.with_name(f"{self._path.name}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(document, indent=1, sort_keys=True))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            reason = error.strerror or type(error).__name__
            raise StorageError(
                message("settings.not_written", path=str(self._path), reason=reason)
            ) from error


def _put_aside(path: Path) -> Path:
    """Renames a file to a name that is not taken; where it now lies."""
    for number in itertools.count(1):
        ending = ".unreadable" if number == 1 else f".unreadable-{number}"
        kept = path.with_name(f"{path.stem}{ending}{path.suffix}")
        if not kept.exists():
            break
    try:
        os.replace(path, kept)
    except OSError:
        return path
    return kept
