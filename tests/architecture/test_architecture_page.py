"""The architecture page says what the rooms say."""

from __future__ import annotations

from tests.architecture.architecture_page import PAGE, docstring, page
from tests.architecture.house import rooms


def test_page_is_built_from_the_docstrings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: .venv/bin/python -m tests.architecture.architecture_page"
    )


def test_page_names_every_room() -> None:
    text = page()
    for room in rooms():
        if room != "__main__":
            assert f"## {room}\n" in text
            assert docstring(room).splitlines()[0] in text
