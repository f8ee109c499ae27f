"""Every room says what it is, and loads only what it may, seen in a fresh interpreter."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, parsed, rooms, sources

QT = {"PySide6", "shiboken6"}
VTK = {"vtk", "vtkmodules"}
TORCH = {"torch", "monai"}
DICOM = {"pydicom", "highdicom", "pynetdicom"}
HEAVY = {"SimpleITK", "highdicom"}
STANDARD_ONLY = {"errors", "text", "jobs", "settings"}
NO_DICOM = {"volume", "findings", "detection", "runtimes", "cloud", "wire"} | STANDARD_ONLY

ENTRY_MODULES = [
    "__main__.py",
    "app/command_line.py",
    "runtimes/worker.py",
    "series/decode_worker.py",
]
ALLOWED_OF_MULTIPROCESSING = {"freeze_support", "shared_memory"}


def forbidden_for(room: str) -> set[str]:
    """Top-level packages that must not be loaded by importing a whole room."""
    forbidden = set(HEAVY) if room not in {"report", "training"} else set()
    if room != "gui":
        forbidden |= QT
    if room != "rendering":
        forbidden |= VTK
    if room not in {"runtimes", "training"}:
        forbidden |= TORCH
    if room in NO_DICOM:
        forbidden |= DICOM
    if room in STANDARD_ONLY:
        forbidden |= {"numpy"}
    return forbidden


def loaded_by(room: str) -> set[str]:
    """Top-level names in ``sys.modules`` after importing every module of a room."""
    program = f"""
import importlib, json, pkgutil, sys
room = importlib.import_module("medai_desktop.{room}")
for found in pkgutil.walk_packages(getattr(room, "__path__", []), room.__name__ + "."):
    importlib.import_module(found.name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("room", [room for room in rooms() if room not in {"app", "__main__"}])
def test_room_loads_only_what_it_may(room: str) -> None:
    assert loaded_by(room) & forbidden_for(room) == set()


def test_the_look_into_loaded_packages_sees_a_package() -> None:
    assert "numpy" in loaded_by("geometry")


@pytest.mark.parametrize("room", rooms())
def test_room_has_a_docstring(room: str) -> None:
    path = PACKAGE / room / "__init__.py"
    said = ast.get_docstring(parsed(path if path.is_file() else PACKAGE / f"{room}.py"))
    assert said is not None
    assert len(said.splitlines()) >= (1 if room == "__main__" else 3)


def top_level_imports(statements: list[ast.stmt]) -> Iterator[str]:
    """Names imported when a module is loaded (not under ``if TYPE_CHECKING`` or ``__main__``)."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (name.name for name in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield statement.module or ""
        elif isinstance(statement, ast.Try):
            yield from top_level_imports(statement.body)


@pytest.mark.parametrize("name", ENTRY_MODULES)
def test_entry_module_imports_only_the_standard_library(name: str) -> None:
    path = PACKAGE / name
    assert path.is_file()
    for imported in top_level_imports(parsed(path).body):
        assert imported.partition(".")[0] in sys.stdlib_module_names, f"{name}: {imported}"


def unsafe_lines(tree: ast.Module) -> list[str]:
    """Uses of pickle and multiprocessing beyond what the design allows."""
    found = []
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import):
            found += [
                f"line {line}: import {name.name}"
                for name in node.names
                if name.name.partition(".")[0] in {"pickle", "multiprocessing", "shelve", "dill"}
            ]
        elif isinstance(node, ast.ImportFrom):
            top = (node.module or "").partition(".")[0]
            extra = {name.name for name in node.names} - ALLOWED_OF_MULTIPROCESSING
            if top in {"pickle", "shelve", "dill"} or (top == "multiprocessing" and extra):
                found.append(f"line {line}: from {node.module}")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            allows = any(
                word.arg == "allow_pickle"
                and not (isinstance(word.value, ast.Constant) and word.value.value is False)
                for word in node.keywords
            )
            if called == "torch.load" or allows:
                found.append(f"line {line}: {called}")
    return found


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_pickle_and_no_multiprocessing(path: Path) -> None:
    assert unsafe_lines(parsed(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from multiprocessing import Queue",
        "import multiprocessing.connection",
        "from multiprocessing.shared_memory import SharedMemory as shared, ShareableList",
        "numpy.load(path, allow_pickle=True)",
        "torch.load(path)",
    ],
)
def test_unsafe_line_is_seen(line: str) -> None:
    assert unsafe_lines(ast.parse(line)) != []


def test_allowed_names_of_multiprocessing_pass() -> None:
    assert (
        unsafe_lines(ast.parse("from multiprocessing import freeze_support, shared_memory")) == []
    )
