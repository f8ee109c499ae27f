"""What every test needs: no screen, a place of its own to write to, and the real data if there."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# VTK would ask an X server first and complain; set but empty would choose OSMesa.
os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is no fault, and the same code gives the same answer twice.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "medai-desktop-tests"


def _unpacked(name: str) -> Path | str:
    """The folder of one archive, or why there is none."""
    given = os.environ.get("MEDAI_CORPUS")
    if given:
        folder = Path(given) / name
        return folder if folder.is_dir() else f"{name} is not in MEDAI_CORPUS ({given})"
    unpack = ROOT.parent / "shared" / "unpack"
    if not unpack.is_file():
        return "no real data: neither ../shared nor MEDAI_CORPUS is there"
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [str(unpack), str(cache), name], capture_output=True, text=True, check=False
        )
    if done.returncode != 0 or not (cache / name).is_dir():
        return f"{name} cannot be unpacked: {done.stderr.strip()[-200:]}"
    return cache / name


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], Path]:
    """Folder of a named archive of real data, outside the checkout; skips where there is none.

    Use ``corpus("chest-ct-rider")`` in a test marked ``corpus``.
    """

    def folder(name: str) -> Path:
        found = _unpacked(name)
        if isinstance(found, str):
            pytest.skip(found)
        return found

    return folder


@pytest.fixture(autouse=True)
def medai_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for everything the program writes."""
    home = tmp_path / "medai-home"
    monkeypatch.setenv("MEDAI_HOME", str(home))
    yield home


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or "slow" in (config.getoption("-m") or ""):
        return
    skip = pytest.mark.skip(reason="slow: run with --slow, or ./test --all")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


@pytest.fixture
def slots_before() -> frozenset[str]:
    """Shared blocks of this process as the test begins: others that run in it may hold some."""
    from tests.processes import slots_of

    return frozenset(slots_of(os.getpid()))
