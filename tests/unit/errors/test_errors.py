"""The exception tree is the one drawn in the docstring, and every error carries its sentence."""

from __future__ import annotations

import inspect
import re

import pytest

from medai_desktop import errors
from medai_desktop.text import message


def drawn() -> dict[str, str]:
    """Each class of the drawing with its parent."""
    parents: dict[str, str] = {}
    path: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^\s{4}([| ]*(?:\+-- )?)([A-Z]\w+)\s{2,}\w", line)
        if found:
            depth = len(found[1]) // 4
            path[depth] = found[2]
            parents[found[2]] = path.get(depth - 1, "Exception")
    return parents


def made() -> dict[str, type[Exception]]:
    return {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception)
    }


def test_the_tree_is_the_one_drawn() -> None:
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in made().items()}
    assert drawn()["ReplyError"] == "WorkerError"


@pytest.mark.parametrize("name", sorted(made()))
def test_every_error_carries_its_sentence(name: str) -> None:
    said = message("jobs.unforeseen", kind="X")
    error = made()[name](said)
    assert isinstance(error, errors.MedaiError)
    assert error.message == said
    assert error.message != message("jobs.cancelled")
    assert "jobs.unforeseen" in str(error)


def test_not_dicom_is_a_fault_of_the_source_and_not_of_a_worker() -> None:
    assert issubclass(errors.NotDicomError, errors.SourceError)
    assert not issubclass(errors.NotDicomError, errors.WorkerError)
