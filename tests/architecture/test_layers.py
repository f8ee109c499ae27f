"""The import contracts hold, are complete, and break when they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.house import (
    ROOT,
    contract,
    copy_of_the_house,
    layers,
    lint_imports,
    rooms,
)

QT = {"PySide6", "shiboken6"}


def test_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("geometry", "import medai_desktop.volume", "layers"),
        ("text", "import medai_desktop.errors", "layers"),
        ("review", "import medai_desktop.detection", "layers"),
        ("rendering", "import medai_desktop.gui", "layers"),
        ("utils", "", "layers"),
        ("session", "def late():\n    import medai_desktop.catalog", "ports"),
        ("gui", "import medai_desktop.runtimes", "ports"),
        ("commands", "import medai_desktop.rendering", "undrawn"),
        ("detection", "import medai_desktop.series", "no-dicom"),
        ("volume", "def late():\n    import pydicom", "no-dicom"),
        ("runtimes", "import pydicom", "no-dicom"),
        ("rendering", "import PySide6.QtGui", "qt"),
        ("geometry", "def late():\n    import PySide6.QtCore", "qt"),
        ("view", "import vtkmodules.vtkCommonCore", "vtk"),
        ("gui", "import vtkmodules.vtkCommonCore", "vtk"),
        ("detection", "def late():\n    import torch", "torch"),
    ],
)
def test_violation_breaks_its_contract(room: str, line: str, broken: str, tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    (house / "medai_desktop" / room).mkdir(exist_ok=True)
    (house / "medai_desktop" / room / "__init__.py").touch()
    (house / "medai_desktop" / room / "deliberate.py").write_text(line + "\n")
    done = lint_imports(house)
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert f"{contract(broken)['name']} BROKEN" in said


def test_untouched_copy_holds(tmp_path: Path) -> None:
    done = lint_imports(copy_of_the_house(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_made_room_stands_without_parentheses() -> None:
    written = " ".join(contract("layers")["layers"])
    for room in rooms():
        if room != "__main__":
            assert f"({room})" not in written, f"{room} is made: take it out of parentheses"


@pytest.mark.parametrize(
    ("contract_id", "sources", "forbidden"),
    [
        ("ports", {"session", "commands", "gui"}, {"runtimes", "cloud", "catalog"}),
        ("undrawn", {"session", "commands"}, {"rendering"}),
        (
            "no-dicom",
            {"volume", "findings", "detection", "runtimes", "cloud", "wire"},
            {"source", "series", "pydicom"},
        ),
        ("qt", "all but", {"gui"} | QT),
        ("vtk", "all but", {"rendering", "vtk", "vtkmodules"}),
        ("torch", "all but", {"runtimes", "training", "torch", "monai"}),
    ],
)
def test_contract_names_every_room_it_is_about(
    contract_id: str, sources: set[str] | str, forbidden: set[str]
) -> None:
    made = set(rooms())
    known = {room for layer in layers() for room in layer}
    wanted = made - forbidden if isinstance(sources, str) else sources & made
    if isinstance(sources, str):
        forbidden = forbidden - known
    entry = contract(contract_id)
    named = {name.removeprefix("medai_desktop.") for name in entry["source_modules"]}
    refused = {name.removeprefix("medai_desktop.") for name in entry["forbidden_modules"]}
    assert named >= wanted
    assert refused >= {name for name in forbidden if name not in known or name in made}
