"""The forms in which values are kept: JSON with every field named, versioned by the schema."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
import uuid
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from medai_desktop.text import Message

T = TypeVar("T")


def document_from(value: object) -> str:
    """A value as JSON text."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)


def value_from(kind: type[T], document: str) -> T:
    """A value from its JSON text; the inverse of `document_from`.

    Raises:
        ValueError: the document has not the form of this kind.
    """
    try:
        return typing.cast(T, _build(kind, json.loads(document)))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a kept {kind.__name__}") from error


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, uuid.UUID | Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Message):
        return {"id": value.id, "arguments": [[n, _plain(v)] for n, v in value.arguments]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _build(kind: Any, plain: Any) -> Any:
    if kind is float:
        return _number(plain)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _build_optional(kind, plain)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_build(inner[0], item) for item in plain)
        return tuple(_build(part, item) for part, item in zip(inner, plain, strict=True))
    if kind is Message:
        pairs = ((str(n), _message_argument(v)) for n, v in plain["arguments"])
        return Message(str(plain["id"]), tuple(pairs))
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if kind is uuid.UUID or kind is Path:
        return kind(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        fields = ((name, hint) for name, hint in _fields(kind) if name in plain)
        return kind(**{name: _build(hint, plain[name]) for name, hint in fields})
    return _checked(kind, plain)


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """Names and types of the fields of a dataclass; looked up once, marks come by thousands."""
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _number(plain: Any) -> float:
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise TypeError("not a number")
    return float(plain)


def _checked(kind: Any, plain: Any) -> Any:
    """A text, a whole number or a truth value, as it should be one."""
    is_kind = isinstance(plain, kind) and not (kind is int and isinstance(plain, bool))
    if not is_kind:
        raise TypeError(f"not of {kind}")
    return plain


def _build_optional(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    wanted = [part for part in get_args(kind) if part is not type(None)]
    return _build(wanted[0], plain)


def _message_argument(plain: Any) -> Any:
    return _build(Message, plain) if isinstance(plain, dict) else plain
