"""Files and functions stay small; what is exempt stands here with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, ROOT, parsed, sources

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40

# May only shrink. A key is "path" for a file, or "path:function".
EXEMPT: dict[str, str] = {
    "medai_desktop/series/classification.py:mr_class": "a table of rules in their order",
}

FOLDERS = [PACKAGE, ROOT / "installers", ROOT / "tests" / "phantoms"]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def too_large(path: Path, name: str) -> dict[str, int]:
    """What exceeds a limit in one file, with its lines."""
    found = {}
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > MOST_LINES_OF_A_FILE:
        found[name] = lines
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = lines_of(node)
            if length > MOST_LINES_OF_A_FUNCTION:
                found[f"{name}:{node.name}"] = length
    return found


def everything_too_large() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in sources(*FOLDERS):
        found |= too_large(path, str(path.relative_to(ROOT)))
    return found


def test_files_and_functions_are_small() -> None:
    over = {name: lines for name, lines in everything_too_large().items() if name not in EXEMPT}
    assert over == {}


def test_every_exemption_is_still_needed() -> None:
    assert set(EXEMPT) <= set(everything_too_large())


@pytest.mark.parametrize(("lines", "seen"), [(39, False), (40, True)])
def test_long_function_is_seen(lines: int, seen: bool, tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text('def f():\n    """Says\n    so."""\n' + "    x = 1\n" * lines)
    assert bool(too_large(path, "long.py")) is seen


def test_long_file_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("x = 1\n" * 401)
    assert too_large(path, "long.py") == {"long.py": 401}
