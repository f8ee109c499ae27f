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
        and not any(is_guard(decorator) for decorator in method.decorator_list)
    ]


def is_guard(decorator: ast.expr) -> bool:
    """``@guarded``, or ``@answering(...)`` where Qt asks for an answer."""
    if isinstance(decorator, ast.Call):
        return isinstance(decorator.func, ast.Name) and decorator.func.id == "answering"
    return isinstance(decorator, ast.Name) and decorator.id == "guarded"


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
    answers = bare.replace("    def", "    @answering(False)\n    def")
    assert unguarded(ast.parse(answers)) == []
