"""Every sentence a person reads: said in both languages, used, and promising nothing too much."""

from __future__ import annotations

import argparse
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
from medai_desktop.app.arguments import _argument_parser
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


def help_texts(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The help of a command line and of every command below it."""
    yield parser.format_help()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from help_texts(command)


def strings_in(value: Any) -> Iterator[str]:
    """Every text of parsed JSON, names of members apart."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)


def promised_elsewhere() -> Iterator[tuple[str, str]]:
    """What a person reads outside the catalogues, with where it stands."""
    pages = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    for path in [*pages, *sorted((ROOT / "docs").rglob("*.md"))]:
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "models").rglob("*.json")):
        said = "\n".join(strings_in(json.loads(path.read_text(encoding="utf-8"))))
        yield str(path.relative_to(ROOT)), said
    for number, said in enumerate(help_texts(_argument_parser())):
        yield f"help {number}", said


def test_no_page_manifest_or_help_promises_too_much() -> None:
    said = {where: " ".join(text.split()) for where, text in promised_elsewhere()}
    assert {"README.md", "CHANGELOG.md", "docs/use.md", "help 0", "help 7"} <= said.keys()
    assert any(where.endswith("manifest.json") for where in said)
    assert {where: found for where, text in said.items() if (found := both_in(text))} == {}
    assert both_in("medai rules out cancer") != []


def both_in(text: str) -> list[str]:
    return [word for language in LANGUAGES for word in forbidden_in(text, language)]


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


# Wordings that are one word in English and two things: the ids with that wording.
TWO_THINGS = {
    "Open": {"gui.open", "gui.finding_open"},
    "Oblique": {"view.oblique", "view.view_oblique"},
}


def test_what_is_said_twice_is_said_alike_in_both_languages() -> None:
    english, chinese = catalogue("en"), catalogue("zh_CN")
    by_wording: dict[str, set[str]] = {}
    for name, wording in english.items():
        by_wording.setdefault(wording, set()).add(name)
    differing = {
        wording: names
        for wording, names in by_wording.items()
        if len({chinese[name] for name in names}) > 1
    }
    assert differing == TWO_THINGS


# One thing has one word in Chinese; these are the other ones, with the word to use.
OTHER_WORDS = {
    "不确定": "存疑",
    "直尺": "测距",
    "测量线": "测距线",
    "边框": "标记框",
    "方框": "标记框",
    "发现": "标记",
    "分值": "评分",
    "厚层": "层块",
    "层距": "层间距",
    "决定": "判断",
    "烧录": "嵌有",
}


def test_one_thing_has_one_word_in_chinese() -> None:
    wrong = {
        name: (word, use)
        for name, wording in catalogue("zh_CN").items()
        for word, use in OTHER_WORDS.items()
        if word in wording
    }
    assert wrong == {}
    for name, wording in catalogue("zh_CN").items():
        assert "平面重建" not in wording.replace("多平面重建", ""), name


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
