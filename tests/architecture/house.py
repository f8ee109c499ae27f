"""The house as the architecture tests see it: rooms, files and contracts as they stand on disk."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "medai_desktop"


def rooms() -> list[str]:
    """Every room there is, `errors` included, in the order of the layers."""
    made = {folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()}
    made |= {file.stem for file in PACKAGE.glob("[a-z]*.py")}
    order = [room for layer in layers() for room in layer]
    return sorted(made, key=lambda room: order.index(room) if room in order else len(order))


def contracts() -> list[dict[str, Any]]:
    """The import contracts of ``pyproject.toml``."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        table: list[dict[str, Any]] = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    return table


def contract(contract_id: str) -> dict[str, Any]:
    """One import contract by its id."""
    return next(entry for entry in contracts() if entry["id"] == contract_id)


def layers() -> list[list[str]]:
    """The layers, top first; rooms of one layer do not know each other."""
    return [
        [name.strip().strip("()") for name in layer.split("|")]
        for layer in contract("layers")["layers"]
    ]


def sources(*folders: Path) -> Iterator[Path]:
    """Every Python file under the folders (the product when none is given), in order."""
    for folder in folders or (PACKAGE,):
        yield from sorted(folder.rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def copy_of_the_house(folder: Path) -> Path:
    """A copy of the product's code and of the contracts, free to be broken."""
    shutil.copytree(PACKAGE, folder / "medai_desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter in a folder that holds ``pyproject.toml`` and the package."""
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); "
        "from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
