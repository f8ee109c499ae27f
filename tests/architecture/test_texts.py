"""Every sentence a person reads: said in both languages, used, and promising nothing too much."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from installers.compile_catalogues import TRANSLATIONS, compile_all, stale
from tests.architecture.house import ROOT, parsed, sources

LANGUAGES = ["en", "zh_CN"]

RESEARCH = [
    r"not for use in diagnosis or treatment",
    r"不得用于诊断或治疗",
]
FORBIDDEN = {
    "en": [
        r"\bfinds?\b",
        r"\bdetects? cancer\b",
        r"\bcancer",
        r"\bmalignan",
        r"\brule[sd]? out\b",
        r"\bruling out\b",
        r"\bnormal\b",
        r"\bnegative\b",
        r"\bno fracture",
        r"\bsuspici",
        r"\bglioma",
        r"\bdiagnos",
        r"\btriage",
        r"\burgent",
        r"\bsecond reader",
        r"\bclinically validated",
        r"\bAI doctor",
        r"\bsafe\b",
        r"\bper ?cent\b",
        r"%",
    ],
    "zh_CN": [
        "正常",
        "阴性",
        "排除",
        "癌",
        "恶性",
        "可疑",
        "胶质瘤",
        "诊断",
        "分诊",
        "紧急",
        "第二阅片者",
        "临床验证",
        "百分之",
        "%",
    ],
}

# Ids whose wording needs a forbidden word in another sense, with the reason.
EXEMPT: dict[str, str] = {}


def catalogue(language: str) -> dict[str, str]:
    """Every id of a language with its wording, all domains together."""
    found: dict[str, str] = {}
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            for entry in read_po(stream, locale=language, abort_invalid=True):
                if entry.id:
                    assert str(entry.id).partition(".")[0] == path.stem, (
                        f"{entry.id} in {path.name}"
                    )
                    assert not entry.fuzzy, f"{entry.id} is fuzzy in {path.name}"
                    assert entry.id not in found, f"{entry.id} stands twice"
                    found[str(entry.id)] = str(entry.string)
    return found


def extracted() -> dict[str, list[str]]:
    """Every id of a ``message("...")`` call, and of a "message" member in the data, with places."""
    found: dict[str, list[str]] = {}
    for path in sources():
        calls: Any = extract_from_file("python", str(path), keywords={"message": None})
        for line, text, _, _ in calls:
            given = [text] if isinstance(text, str) else [part for part in text if part]
            for first in given[:1]:
                found.setdefault(first, []).append(f"{path.relative_to(ROOT)}:{line}")
    for path in sorted((ROOT / "resources").rglob("*.json")):
        for identifier in ids_in(json.loads(path.read_text(encoding="utf-8"))):
            found.setdefault(identifier, []).append(str(path.relative_to(ROOT)))
    return found


def ids_in(value: Any) -> Iterator[str]:
    """Ids under members called ``message`` or ``..._message`` in parsed JSON."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and (name == "message" or name.endswith("_message")):
                yield inner
            else:
                yield from ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids_in(inner)


def message_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "message":
            yield node


def placeholders(wording: str) -> set[str]:
    """Names in braces; raises ValueError where the wording is not a format."""
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name is not None}


def forbidden_in(wording: str, language: str) -> list[str]:
    """Which forbidden words a wording says, the research sentence apart."""
    for sentence in RESEARCH:
        wording = re.sub(sentence, "", wording, flags=re.IGNORECASE)
    return [word for word in FORBIDDEN[language] if re.search(word, wording, re.IGNORECASE)]


def test_every_used_id_has_a_wording_in_each_language() -> None:
    used = extracted()
    assert used
    for language in LANGUAGES:
        said = catalogue(language)
        without = {name: places[0] for name, places in used.items() if not said.get(name)}
        assert without == {}, language


def test_every_wording_is_used() -> None:
    used = extracted()
    for language in LANGUAGES:
        assert sorted(catalogue(language).keys() - used.keys()) == [], language


def test_languages_have_the_same_placeholders() -> None:
    english, chinese = catalogue("en"), catalogue("zh_CN")
    differing = {
        name: (wording, chinese[name])
        for name, wording in english.items()
        if name in chinese and placeholders(wording) != placeholders(chinese[name])
    }
    assert differing == {}


def test_every_placeholder_is_given_by_every_call() -> None:
    english = catalogue("en")
    wrong = []
    for path in sources():
        for call in message_calls(parsed(path)):
            first = call.args[0] if call.args else None
            if any(word.arg is None for word in call.keywords) or not isinstance(
                first, ast.Constant
            ):
                continue
            name = str(first.value)
            given = {word.arg for word in call.keywords if word.arg}
            lacking = placeholders(english.get(name, "")) - given
            if lacking:
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno} {name} {lacking}")
    assert wrong == []


def test_every_id_is_written_out_in_its_call() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sources()
        for call in message_calls(parsed(path))
        if not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_promises_too_much(language: str) -> None:
    wrong = {
        name: words
        for name, wording in catalogue(language).items()
        if name not in EXEMPT and (words := forbidden_in(wording, language))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("wording", "language", "seen"),
    [
        ("The head is normal.", "en", True),
        ("{model} finds masses", "en", True),
        ("Window along the normals", "en", False),
        ("Score 87 %", "en", True),
        ("Research use only. Not for use in diagnosis or treatment.", "en", False),
        ("Helps with diagnosis.", "en", True),
        ("未见恶性征象", "zh_CN", True),
        ("仅供研究，不得用于诊断或治疗。", "zh_CN", False),
    ],
)
def test_forbidden_words_are_seen(wording: str, language: str, seen: bool) -> None:
    assert bool(forbidden_in(wording, language)) is seen


def test_every_exemption_is_still_needed() -> None:
    needed = {
        name
        for language in LANGUAGES
        for name, wording in catalogue(language).items()
        if forbidden_in(wording, language)
    }
    assert set(EXEMPT) <= needed


def test_compiled_catalogues_are_fresh() -> None:
    assert [str(path.relative_to(ROOT)) for path in stale()] == [], (
        "run: .venv/bin/python -m installers.compile_catalogues"
    )


def test_stale_missing_and_orphaned_catalogues_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "room.po"
    source.write_text('msgid "room.a"\nmsgstr "A {x}"\n')
    assert stale(tmp_path) == [folder / "room.mo"]
    compile_all(tmp_path)
    first = (folder / "room.mo").read_bytes()
    assert b"POT-Creation-Date: 2000-01-01" in first
    assert stale(tmp_path) == []
    compile_all(tmp_path)
    assert (folder / "room.mo").read_bytes() == first
    source.write_text('msgid "room.a"\nmsgstr "B {x}"\n')
    assert stale(tmp_path) == [folder / "room.mo"]
    source.unlink()
    assert stale(tmp_path) == [folder / "room.mo"]


def test_an_id_twice_in_one_catalogue_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "room.po").write_text(
        'msgid "room.a"\nmsgstr "A"\n\nmsgid "room.a"\nmsgstr "B"\n', encoding="utf-8"
    )
    with pytest.raises(ValueError, match="twice"):
        compile_all(tmp_path)


def test_every_room_that_speaks_has_its_catalogue() -> None:
    assert {path.stem for path in (TRANSLATIONS / "en" / "LC_MESSAGES").glob("*.po")} == {
        path.stem for path in (TRANSLATIONS / "zh_CN" / "LC_MESSAGES").glob("*.po")
    }
