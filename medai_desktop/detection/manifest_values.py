"""Reads the members of a manifest and believes none of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

MAX_TEXT = 200
MAX_ENTRIES = 64
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Members:
    """The members of one JSON object.

    Args:
        plain: as `json` gives it.

    Raises:
        ValueError: it is no object; every method raises it for a member that is missing or wrong.
    """

    def __init__(self, plain: object) -> None:
        if not isinstance(plain, Mapping):
            raise ValueError("not an object")
        self.plain: Mapping[str, object] = plain

    def members(self, name: str, *, may_be_missing: bool = False) -> Members:
        """A member that is an object itself; an empty one in place of a missing one."""
        if may_be_missing and name not in self.plain:
            return Members({})
        return Members(self._given(name))

    def several(self, name: str) -> tuple[Members, ...]:
        """A member that is a list of objects."""
        return tuple(Members(entry) for entry in self._list(name))

    def text(self, name: str) -> str:
        """A line of text that can be shown: printable, not empty, not long."""
        return _line(self._given(name))

    def texts(self, name: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        """A list of lines of text."""
        lines = tuple(_line(entry) for entry in self._list(name))
        if not lines and not may_be_empty:
            raise ValueError(f"{name} is empty")
        return lines

    def file_name(self, name: str) -> str:
        """The name of a file beside the manifest, never a path to somewhere else."""
        found = self.text(name)
        if _FILE_NAME.fullmatch(found) is None or ".." in found:
            raise ValueError(f"{name} is no plain file name")
        return found

    def sha256(self, name: str) -> str:
        """A SHA-256 in small hexadecimal digits."""
        found = self.text(name)
        if _SHA256.fullmatch(found) is None:
            raise ValueError(f"{name} is no SHA-256")
        return found

    def truth(self, name: str, *, default: bool | None = None) -> bool:
        """Yes or no."""
        found = self.plain.get(name, default)
        if not isinstance(found, bool):
            raise ValueError(f"{name} is neither true nor false")
        return found

    def number(
        self,
        name: str,
        *,
        default: float | None = None,
        above: float = -math.inf,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        """A finite number within limits."""
        found = self.plain.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise ValueError(f"{name} is no number")
        try:
            number = float(found)
        except OverflowError as error:
            raise ValueError(f"{name} is too large") from error
        if not math.isfinite(number) or not (above < number and least <= number <= most):
            raise ValueError(f"{name} is out of its limits")
        return number

    def whole(self, name: str, *, least: int, most: int = 10**9) -> int:
        """A whole number within limits."""
        found = self.number(name, least=least, most=most)
        if found != int(found):
            raise ValueError(f"{name} is no whole number")
        return int(found)

    def frozen(self) -> tuple[tuple[str, object], ...]:
        """All members in order of their names: texts, finite numbers, truth values, tuples."""
        return tuple((name, _frozen(self.plain[name])) for name in sorted(self.plain))

    def _given(self, name: str) -> object:
        if name not in self.plain:
            raise ValueError(f"{name} is missing")
        return self.plain[name]

    def _list(self, name: str) -> list[object]:
        found = self._given(name)
        if not isinstance(found, list) or len(found) > MAX_ENTRIES:
            raise ValueError(f"{name} is no short list")
        return found


def _line(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise ValueError("not a line of text")
    return value


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if not isinstance(value, str | int | float) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        raise ValueError("neither a text, a finite number, a truth value nor a list of these")
    return value
