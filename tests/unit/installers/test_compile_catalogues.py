"""Compiled catalogues depend on their sources alone, not on when they were compiled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from installers import compile_catalogues


def written(folder: Path, wording: str) -> Path:
    place = folder / "en" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    source = place / "room.po"
    source.write_text(f'msgid "room.a"\nmsgstr "{wording}"\n', encoding="utf-8")
    return source


def test_another_day_gives_the_same_bytes(tmp_path: Path) -> None:
    data = compile_catalogues.compiled(written(tmp_path, "A"))
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    assert today.encode() not in data
    assert b"2000-01-01 00:00" in data
    assert compile_catalogues.compiled(written(tmp_path, "B")) != data


def test_catalogue_without_source_is_seen(tmp_path: Path) -> None:
    source = written(tmp_path, "A")
    compile_catalogues.compile_all(tmp_path)
    assert compile_catalogues.stale(tmp_path) == []
    source.unlink()
    assert compile_catalogues.stale(tmp_path) == [source.with_suffix(".mo")]
