"""Where things lie, with and without a home."""

from __future__ import annotations

import pwd
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from medai_desktop.app.locations import Locations, find_locations


def test_medai_home_holds_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDAI_HOME", str(tmp_path / "place with blanks 家"))
    found = find_locations()
    for path in (found.catalog, found.settings, found.logs):
        assert path.is_relative_to(tmp_path / "place with blanks 家")
    found.make_user_folders()
    for folder in (found.user_data, found.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_comes_with_the_program_is_there() -> None:
    found = find_locations()
    for path in (found.translations, found.presets, found.hanging, found.sample, found.models):
        assert path.is_dir(), path


@pytest.mark.skipif(sys.platform != "linux", reason="how Linux knows a home")
def test_a_user_without_home_writes_below_the_temporary_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody(uid: int) -> object:
        raise KeyError(uid)

    for name in ("MEDAI_HOME", "HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    found = find_locations()
    for path in (found.user_data, found.logs):
        assert path.is_absolute()
        assert path.is_relative_to(tempfile.gettempdir())
        assert "~" not in str(path)


def test_with_a_home_it_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MEDAI_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_locations().user_data.is_relative_to(tmp_path)


def test_places_follow_the_bundle(tmp_path: Path) -> None:
    found = Locations(tmp_path, tmp_path / "u", tmp_path / "l")
    assert found.models == tmp_path / "models"
    assert found.sample == tmp_path / "resources" / "sample"
