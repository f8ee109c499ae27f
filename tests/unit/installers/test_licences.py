"""The licences of all parts come with the frozen program."""

from __future__ import annotations

import ast
import re
from importlib import metadata
from pathlib import Path

from installers.pyinstaller.licences import (
    OWN,
    PRODUCT,
    interpreter_licence,
    licence_files,
    overview,
    parts_of,
)
from medai_desktop.app.doctor_command import LIBRARIES
from tests.architecture.house import ROOT

PARTS = parts_of(PRODUCT)
NAMES = {re.sub(r"[-_.]+", "-", part.metadata["Name"]).lower() for part in PARTS}


def texts_of(name: str) -> list[Path]:
    """Sources of the texts that go to the folder of one part."""
    wanted = f"licences/{name}-{metadata.version(name)}"
    return [Path(source) for source, target in licence_files(PARTS) if target.startswith(wanted)]


def test_parts_are_what_is_required_and_what_that_requires() -> None:
    assert {"vtk", "torch", "numpy", "pyside6-essentials", "highdicom"} <= NAMES
    assert {"shiboken6", "mako", "sympy"} <= NAMES, "required by what is required"
    assert not NAMES & {PRODUCT, "pytest", "ruff", "pyinstaller", "torchvision"}
    assert {name.lower() for name in LIBRARIES} <= NAMES


def test_every_part_brings_its_text_or_is_named_as_one_that_has_none() -> None:
    lines = overview(PARTS).splitlines()
    assert len(lines) == len(PARTS)
    for part, line in zip(PARTS, lines, strict=True):
        name = part.metadata["Name"]
        has_text = bool(licence_files([part]))
        assert line.startswith(f"{name}-{part.version}  ")
        assert ("brings no text" in line) is not has_text
        assert len(line.split("  ")) >= 3
    for name in ("vtk", "torch", "numpy", "scipy", "highdicom", "dicomsdl"):
        assert texts_of(name), name
    assert any("Redistribution" in path.read_text(errors="replace") for path in texts_of("torch"))


def test_texts_of_the_same_name_do_not_replace_each_other() -> None:
    files = licence_files(PARTS)
    targets = [f"{target}/{Path(source).name}" for source, target in files]
    assert len(targets) == len(set(targets))
    assert all(Path(source).is_file() for source, _ in files)
    assert all(target.startswith("licences/") and ".." not in target for _, target in files)


def test_the_licence_of_qt_comes_along_though_its_wheels_only_name_it() -> None:
    assert "PySide6" in overview(PARTS)
    assert not texts_of("shiboken6")
    lesser = (OWN / "LGPL-3.0.txt").read_text()
    general = (OWN / "GPL-3.0.txt").read_text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in lesser
    assert "Version 3, 29 June 2007" in lesser
    assert "END OF TERMS AND CONDITIONS" in general


def test_python_itself_has_a_licence_too() -> None:
    for source, target in interpreter_licence():
        assert "PYTHON SOFTWARE FOUNDATION" in Path(source).read_text()
        assert target == "licences/Python"


def test_the_spec_starts_the_program_as_everyone_does() -> None:
    spec = ast.parse((ROOT / "installers" / "pyinstaller" / "medai.spec").read_text())
    words = [node.value for node in ast.walk(spec) if isinstance(node, ast.Constant)]
    assert "__main__.py" in words
