"""Messages and the catalogues that turn them into a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from installers.compile_catalogues import TRANSLATIONS, compile_all
from medai_desktop.text import Catalogues, Language, Message, language_from_tags, listed, message

ENGLISH = """
msgid "room.lost"
msgstr "{count} slices of {series} are missing."

msgid "room.failed"
msgstr "{series} did not load: {reason}"

msgid "room.only_english"
msgstr "Only here."

msgid "room.precise"
msgstr "{size:.1f} mm"
"""
CHINESE = """
msgid "room.lost"
msgstr "{series} 缺少 {count} 个层面。"

msgid "room.failed"
msgstr "{series} 未能载入：{reason}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language, text in (("en", ENGLISH), ("zh_CN", CHINESE)):
        place = tmp_path / language / "LC_MESSAGES"
        place.mkdir(parents=True)
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        (place / "room.po").write_text(head + text, encoding="utf-8")
    compile_all(tmp_path)
    return tmp_path


def test_same_message_in_each_language(folder: Path) -> None:
    said = message("room.lost", count=3, series="T1")
    catalogues = Catalogues(folder)
    assert catalogues.render(said, Language.ENGLISH) == "3 slices of T1 are missing."
    assert catalogues.render(said, Language.CHINESE) == "T1 缺少 3 个层面。"


def test_a_message_in_a_message_takes_the_same_language(folder: Path) -> None:
    inner = message("room.lost", count=1, series="T2")
    said = message("room.failed", series="T2", reason=inner)
    rendered = Catalogues(folder).render(said, Language.CHINESE)
    assert rendered == "T2 未能载入：T2 缺少 1 个层面。"


@pytest.mark.parametrize(
    ("parts", "english", "chinese"),
    [
        ([], "", ""),
        (["CT"], "CT", "CT"),
        (["CT", "MR", "DX"], "CT, MR, DX", "CT、MR、DX"),
        ([message("text.and_more", before="A", last="B"), "C"], "A, B, C", "A、B、C"),
    ],
)
def test_several_things_are_separated_as_the_language_does(
    parts: list[str | Message], english: str, chinese: str
) -> None:
    catalogues = Catalogues(TRANSLATIONS)
    said = message("gui.looked_for", list=listed(parts))
    for language, wanted in ((Language.ENGLISH, english), (Language.CHINESE, chinese)):
        begins = {Language.ENGLISH: "Looked for: ", Language.CHINESE: "程序查找过："}[language]
        rendered = catalogues.render(said, language)
        assert rendered.startswith((f"{begins}{wanted}.", f"{begins}{wanted}。"))


def test_english_then_the_id_where_there_is_no_wording(folder: Path) -> None:
    catalogues = Catalogues(folder)
    assert catalogues.render(message("room.only_english"), Language.CHINESE) == "Only here."
    assert catalogues.render(Message("room.unknown"), Language.CHINESE) == "room.unknown"
    assert catalogues.render(Message("nowhere.at_all"), Language.ENGLISH) == "nowhere.at_all"


@pytest.mark.parametrize(
    "said",
    [
        message("room.lost", count=3),
        message("room.precise", size="wide"),
        message("room.precise", size=message("room.only_english")),
    ],
    ids=["missing", "no number", "a sentence for a number"],
)
def test_arguments_that_do_not_fit_show_the_wording(folder: Path, said: Message) -> None:
    catalogues = Catalogues(folder)
    shown = catalogues.render(said, Language.ENGLISH)
    assert shown == catalogues.wording(said.id, Language.ENGLISH)
    assert "{" in shown


def test_braces_in_an_argument_are_text(folder: Path) -> None:
    said = message("room.lost", count=1, series="{count} {0.__class__}")
    shown = Catalogues(folder).render(said, Language.ENGLISH)
    assert shown == "1 slices of {count} {0.__class__} are missing."


@pytest.mark.parametrize("damage", [b"", b"\xde\x12\x04\x95", b"not a catalogue at all" * 20])
def test_a_damaged_catalogue_costs_its_wording_only(folder: Path, damage: bytes) -> None:
    (folder / "zh_CN" / "LC_MESSAGES" / "room.mo").write_bytes(damage)
    catalogues = Catalogues(folder)
    said = message("room.lost", count=3, series="T1")
    assert catalogues.render(said, Language.CHINESE) == "3 slices of T1 are missing."


def test_both_languages_damaged_leaves_the_id(folder: Path) -> None:
    for path in folder.rglob("*.mo"):
        path.write_bytes(b"nothing")
    said = message("room.lost", count=3, series="T1")
    assert Catalogues(folder).render(said, Language.CHINESE) == "room.lost"


def test_messages_are_values() -> None:
    one, other = message("room.a", x=1, y=2), message("room.a", y=2, x=1)
    assert one == other
    assert hash(one) == hash(other)
    assert one != message("room.a", x=1, y=3)
    assert one != message("room.b", x=1, y=2)
    assert one.domain == "room"
    assert one.argument("y") == 2
    with pytest.raises(KeyError):
        one.argument("z")


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["zh-Hans-CN", "en-US"], Language.CHINESE),
        (["zh_TW"], Language.CHINESE),
        (["EN"], Language.ENGLISH),
        (["de-DE", "zh-CN", "en"], Language.CHINESE),
        (["de-DE", "fr"], Language.ENGLISH),
        ([], Language.ENGLISH),
        (["", "-", "zhuang"], Language.ENGLISH),
    ],
)
def test_the_first_language_that_the_program_speaks(tags: list[str], language: Language) -> None:
    assert language_from_tags(tags) is language


def test_the_catalogues_of_the_program_speak_both_languages() -> None:
    catalogues = Catalogues(TRANSLATIONS)
    english = catalogues.render(message("jobs.cancelled"), Language.ENGLISH)
    chinese = catalogues.render(message("jobs.cancelled"), Language.CHINESE)
    assert english == "Cancelled."
    assert chinese != english
    assert "jobs." not in chinese
