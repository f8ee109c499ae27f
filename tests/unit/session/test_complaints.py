"""What was lost or left out is said before anything is opened, and a catalog that fails is too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language
from tests.doubles.desks import make_workplace

PRIVATE = WindowChoices(True, None, Language.ENGLISH)


def notices(desk_notices: tuple[object, ...]) -> list[str]:
    return [notice.message.id for notice in desk_notices]  # type: ignore[attr-defined]


def test_a_damaged_catalog_is_said_on_the_desk(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"no database" * 1000)
    place = make_workplace(path)
    try:
        assert notices(place.desk.notices) == []
        place.begin()
        assert notices(place.desk.notices) == ["catalog.put_aside"]
    finally:
        place.close()
    again = make_workplace(path)
    again.begin()
    assert notices(again.desk.notices) == []
    again.close()


def test_a_catalog_that_cannot_be_opened_stops_no_desk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    place = make_workplace(tmp_path / "file" / "catalog.sqlite")
    try:
        place.begin()
        assert set(notices(place.desk.notices)) == {"catalog.not_opened"}
    finally:
        place.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "settings.unreadable"),
        ('{"version": 1, "values": {"memory_share": 9}}', "settings.refused"),
        ('{"version": 1, "values": {"memory_share": 0.5}}', None),
    ],
)
def test_settings_that_were_not_used_are_said(
    medai_home: Path, content: str, said: str | None
) -> None:
    medai_home.mkdir()
    (medai_home / "settings.json").write_text(content)
    locations = find_locations()
    desk = build_desk(locations, SettingsStore(locations.settings), PRIVATE)
    try:
        assert notices(desk.notices) == ([said] if said else [])
    finally:
        desk.close()


def test_settings_that_were_not_used_are_said_on_the_command_line(medai_home: Path) -> None:
    medai_home.mkdir()
    (medai_home / "settings.json").write_text('{"version": 1, "values": {"device": "abacus"}}')
    done = subprocess.run(
        [sys.executable, "-m", "medai_desktop", "models", "list", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "device" in done.stderr
    assert json.loads(done.stdout)["models"]


def test_an_unknown_kind_of_device_is_wrong_use(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "medai_desktop", "detect", "--sample", "--device", "abacus"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "abacus" in done.stderr
    assert "Traceback" not in done.stderr
