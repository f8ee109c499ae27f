"""Options are declared once; the file keeps what differs, survives damage and tells of it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from medai_desktop.errors import StorageError
from medai_desktop.settings import OPTIONS, Option, OptionValue, SettingsStore, option
from medai_desktop.text import listed, message
from tests.architecture.house import ROOT

SENTENCE = message("settings.language")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.json"


def test_every_option_accepts_its_default_and_says_what_it_does() -> None:
    assert len({declared.name for declared in OPTIONS}) == len(OPTIONS)
    for declared in OPTIONS:
        assert declared.accepts(declared.default), declared.name
        assert declared.sentence.domain == "settings"
        assert option(declared.name) is declared
    with pytest.raises(KeyError):
        option("undeclared")


@pytest.mark.parametrize(
    ("name", "value", "is_accepted"),
    [
        ("memory_share", 0.1, True),
        ("memory_share", 0.8, True),
        ("memory_share", 0.09, False),
        ("memory_share", 0.81, False),
        ("memory_share", float("nan"), False),
        ("memory_share", True, False),
        ("memory_share", "0.4", False),
        ("worker_silence_s", 5, True),
        ("worker_silence_s", 5.0, False),
        ("worker_silence_s", 4, False),
        ("worker_silence_s", True, False),
        ("level_rises_downwards", True, True),
        ("level_rises_downwards", 1, False),
        ("level_rises_downwards", "yes", False),
        ("language", "zh_CN", True),
        ("language", "fr", False),
        ("device", "auto", True),
        ("device", "cuda:1", True),
        ("device", "cuda:", False),
        ("device", "gpu", False),
        ("device", "cpu\n", False),
        ("device", 0, False),
        ("language", None, False),
    ],
)
def test_types_and_limits(name: str, value: object, is_accepted: bool) -> None:
    assert option(name).accepts(value) is is_accepted


def test_an_option_without_limits_still_takes_finite_numbers_only() -> None:
    free = Option("x", 1.0, SENTENCE)
    assert free.accepts(-1e300)
    assert free.accepts(3)
    assert not free.accepts(float("inf"))
    chosen = Option("y", 2, SENTENCE, choices=(1, 2, 4))
    assert chosen.accepts(4)
    assert not chosen.accepts(3)


def test_defaults_until_chosen_and_back_after_a_restart(path: Path) -> None:
    store = SettingsStore(path)
    assert store.text("language") == ""
    assert store.number("memory_share") == 0.4
    assert not store.is_on("level_rises_downwards")
    assert not path.exists()
    store.choose("language", "zh_CN")
    store.choose("level_rises_downwards", True)
    again = SettingsStore(path)
    assert again.complaint is None
    assert again.text("language") == "zh_CN"
    assert again.is_on("level_rises_downwards")
    assert again.number("memory_share") == 0.4


def test_only_what_differs_stands_in_the_file(path: Path) -> None:
    store = SettingsStore(path)
    store.choose("worker_silence_s", 60)
    assert json.loads(path.read_text())["values"] == {"worker_silence_s": 60}
    store.choose("worker_silence_s", 120)
    assert json.loads(path.read_text())["values"] == {}


@pytest.mark.parametrize(("name", "value"), [("memory_share", 2.0), ("device", "abacus")])
def test_a_refused_value_changes_nothing(path: Path, name: str, value: OptionValue) -> None:
    store = SettingsStore(path)
    with pytest.raises(ValueError, match="does not accept"):
        store.choose(name, value)
    assert store.value(name) == option(name).default
    assert not path.exists()


def test_without_a_path_nothing_is_kept() -> None:
    store = SettingsStore(None)
    store.choose("language", "en")
    assert store.text("language") == "en"
    assert SettingsStore(None).text("language") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"version": "1", "values": {}}',
        b'{"version": 1, "values": []}',
        b'{"version": 99, "values": {"language": "en"}}',
        b'{"values": {}}',
        b"[" * 100_000,
    ],
    ids=["empty", "cut", "binary", "list", "text", "values", "newer", "none", "deep"],
)
def test_a_damaged_or_newer_file_is_kept_aside_and_said(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = SettingsStore(path)
    assert store.text("language") == ""
    assert store.complaint is not None
    assert store.complaint.id == "settings.unreadable"
    kept = Path(str(store.complaint.argument("kept")))
    assert kept.read_bytes() == content
    store.choose("language", "en")
    assert SettingsStore(path).complaint is None
    assert kept.read_bytes() == content


def test_a_second_damaged_file_does_not_overwrite_the_first(path: Path) -> None:
    path.parent.mkdir()
    for content in ("first", "second"):
        path.write_text(content)
        SettingsStore(path)
    kept = {file.read_text() for file in path.parent.glob("settings.unreadable*")}
    assert kept == {"first", "second"}


def test_values_that_are_not_allowed_stand_at_their_defaults_and_are_said(path: Path) -> None:
    path.parent.mkdir()
    values = {
        "memory_share": 7,
        "language": "en",
        "device": ["cpu"],
        "of_a_later_version": {"a": 1},
    }
    path.write_text(json.dumps({"version": 1, "values": values}))
    store = SettingsStore(path)
    assert store.number("memory_share") == 0.4
    assert store.text("language") == "en"
    assert store.complaint == message("settings.refused", names=listed(["device", "memory_share"]))
    store.choose("worker_silence_s", 30)
    kept = json.loads(path.read_text())["values"]
    assert kept["of_a_later_version"] == {"a": 1}
    assert "memory_share" not in kept


def test_only_the_reader_may_read_it(path: Path) -> None:
    before = os.umask(0o000)
    try:
        SettingsStore(path).choose("language", "en")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from medai_desktop.errors import StorageError
from medai_desktop.settings import SettingsStore

store = SettingsStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    store.choose("device", "cuda:1")
except StorageError as error:
    print(error.message.id, error.message.argument("reason"), store.text("device"))
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit to set")
def test_no_room_is_said_and_the_old_file_stays(path: Path) -> None:
    SettingsStore(path).choose("language", "zh_CN")
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    said = done.stdout.split()
    assert said[0] == "settings.not_written"
    assert "large" in said
    assert said[-1] == "cuda:1"
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_a_folder_in_its_place_is_kept_aside(path: Path) -> None:
    path.mkdir(parents=True)
    store = SettingsStore(path)
    assert store.complaint is not None
    assert not path.exists()
    store.choose("language", "en")
    assert path.is_file()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / "settings.json")
    with pytest.raises(StorageError) as caught:
        store.choose("language", "en")
    assert caught.value.message.id == "settings.not_written"
    assert store.text("language") == "en"
