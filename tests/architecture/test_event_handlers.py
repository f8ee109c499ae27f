"""No error may escape from a method that Qt calls: see `gui.guard`."""

from __future__ import annotations

import ast

from tests.architecture.house import PACKAGE, parsed


def unguarded(tree: ast.Module) -> list[str]:
    """Event handlers of classes without the decorator, as ``Class.method``."""
    return [
        f"{owner.name}.{method.name}"
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
        and method.name.endswith("Event")
        and not any(isinstance(d, ast.Name) and d.id == "guarded" for d in method.decorator_list)
    ]


def test_every_event_handler_is_guarded() -> None:
    found = {
        str(path.relative_to(PACKAGE)): names
        for path in sorted((PACKAGE / "gui").rglob("*.py"))
        if (names := unguarded(parsed(path)))
    }
    assert found == {}


def test_a_bare_event_handler_is_seen() -> None:
    bare = "class Widget:\n    def paintEvent(self, event): ...\n"
    assert unguarded(ast.parse(bare)) == ["Widget.paintEvent"]
    assert unguarded(ast.parse(bare.replace("    def", "    @guarded\n    def"))) == []
