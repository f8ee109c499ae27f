"""No error may escape from any method of ours that Qt calls: see `gui.guard`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from PySide6.QtCore import QObject, QRect
from PySide6.QtWidgets import QStyledItemDelegate, QWidget

import medai_desktop.gui
from medai_desktop.gui.guard import answering

QT = "PySide6."
CALLED_BY_PYTHON_ONLY = frozenset({"__init__", "__new__"})


def classes() -> Iterator[type[QObject]]:
    """Every class of the room that Qt knows."""
    for found in pkgutil.iter_modules(medai_desktop.gui.__path__):
        module = importlib.import_module(f"medai_desktop.gui.{found.name}")
        for value in vars(module).values():
            ours = inspect.isclass(value) and value.__module__ == module.__name__
            if ours and issubclass(value, QObject):
                yield value


def bare(owner: type[QObject]) -> list[str]:
    """Overridden methods of Qt without a guard."""
    above = [base for base in owner.__mro__[1:] if base.__module__.startswith(QT)]
    return [
        f"{owner.__name__}.{name}"
        for name, method in vars(owner).items()
        if inspect.isfunction(method)
        and name not in CALLED_BY_PYTHON_ONLY
        and any(hasattr(base, name) for base in above)
        and not getattr(method, "is_guarded", False)
    ]


def test_every_overridden_method_is_guarded() -> None:
    found = list(classes())
    assert len(found) > 15
    assert [name for owner in found for name in bare(owner)] == []


def test_a_bare_method_is_seen() -> None:
    class Bare(QStyledItemDelegate):
        def paint(self, *given: object) -> None: ...

    class Guarded(QWidget):
        @answering(0)
        def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
            return width

        def own(self) -> QRect:
            return QRect()

    assert bare(Bare) == ["Bare.paint"]
    assert bare(Guarded) == []
