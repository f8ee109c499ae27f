"""Builds ``docs/architecture.md`` from the rooms' own docstrings and the layers contract.

Run as ``python -m tests.architecture.architecture_page``.
"""

from __future__ import annotations

import ast
import sys

from tests.architecture.house import PACKAGE, ROOT, contracts, layers, parsed, rooms

PAGE = ROOT / "docs" / "architecture.md"

HEAD = """# Architecture

<!-- Built by `python -m tests.architecture.architecture_page` from the docstrings. -->

The folders of `medai_desktop/` are the data flow:

    source -> series -> volume -> view -> rendering -> gui
                           \\-> detection -> findings -> review -> report

Arrows are data. Imports go the other way, from top to bottom of this table, and import-linter says
so; rooms on one line do not know each other.

"""


def docstring(room: str) -> str:
    """What a room says of itself."""
    path = PACKAGE / room / "__init__.py"
    said = ast.get_docstring(parsed(path if path.is_file() else PACKAGE / f"{room}.py"))
    return (said or "").replace("\n::\n", "\n")


def page() -> str:
    """The whole page as Markdown."""
    made = [room for room in rooms() if room != "__main__"]
    lines = [HEAD + "| rooms, top first | what |\n|---|---|\n"]
    for layer in layers():
        here = [room for room in layer if room in made]
        if here:
            names = ", ".join(f"[`{room}`](#{room})" for room in here)
            what = " ".join(docstring(room).splitlines()[0] for room in here)
            lines.append(f"| {names} | {what} |\n")
    lines.append("\nBesides the layers:\n\n")
    lines += [f"- {entry['name']}.\n" for entry in contracts() if entry["type"] != "layers"]
    for room in made:
        lines.append(f"\n## {room}\n\n{docstring(room)}\n")
    return "".join(lines)


def main() -> int:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
