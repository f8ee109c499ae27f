"""Reads values out of a pydicom dataset, whatever was written there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName


def text(dataset: Dataset, keyword: str) -> str:
    """A text value; several are joined; empty when missing or unreadable."""
    return " ".join(texts(dataset, keyword))


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The values of a text element."""
    value = _value(dataset, keyword)
    if value is None:
        return ()
    items = value if isinstance(value, MultiValue | list | tuple) else [value]
    return tuple(cleaned for item in items if (cleaned := str(item).strip(" \0")))


def number(dataset: Dataset, keyword: str) -> float | None:
    """A finite number; None when missing or unreadable."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """A whole number; None when missing or unreadable."""
    found = number(dataset, keyword)
    return None if found is None else int(found)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Finite numbers; empty when any is missing or unreadable."""
    value = _value(dataset, keyword)
    if value is None or value == "":
        return ()
    items: Iterable[object] = value if isinstance(value, MultiValue | list | tuple) else [value]
    result = []
    for item in items:
        try:
            parsed = float(str(item).strip().replace(",", "."))
        except ValueError:
            return ()
        if not math.isfinite(parsed):
            return ()
        result.append(parsed)
    return tuple(result)


def person(dataset: Dataset, keyword: str) -> str:
    """A person's name: native script first, then romanised in brackets."""
    value = _value(dataset, keyword)
    if isinstance(value, MultiValue):
        value = value[0] if value else None
    if value is None:
        return ""
    name = value if isinstance(value, PersonName) else PersonName(str(value))
    groups = [_spaced(str(part)) for part in (name.ideographic, name.alphabetic) if part]
    if not groups:
        return ""
    return groups[0] if len(groups) == 1 else f"{groups[0]} ({groups[1]})"


def iso_date(written: str) -> str:
    """A DICOM date as 2026-03-14; as written when it is none."""
    if len(written) == 8 and written.isdigit():
        try:
            return date(int(written[:4]), int(written[4:6]), int(written[6:])).isoformat()
        except ValueError:
            return written
    return written


def clock_time(written: str) -> str:
    """A DICOM time as 10:42; as written when it is none."""
    if len(written) >= 4 and written[:4].isdigit():
        return f"{written[:2]}:{written[2:4]}"
    return written


def _spaced(name: str) -> str:
    return " ".join(part for part in name.replace("^", " ").split(" ") if part)


def _value(dataset: Dataset, keyword: str) -> object:
    try:
        return dataset.get(keyword)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
