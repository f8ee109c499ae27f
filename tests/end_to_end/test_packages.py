"""The program works as a wheel, from an empty environment, and frozen, away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(sysconfig.get_paths()["purelib"])


def environment(tmp_path: Path, *, homeless: bool = False) -> dict[str, str]:
    """Variables for a program that must not see the checkout, nor a screen, nor even a home."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    home = {"HOME": str(tmp_path / "home"), "MEDAI_HOME": str(tmp_path / "medai-home")}
    if homeless:
        home = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_STATE_HOME": str(tmp_path / "state")}
    return {
        **kept,
        **home,
        "PATH": "/usr/bin:/bin",
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }


def run(
    command: Sequence[str | Path], tmp_path: Path, *, homeless: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs a command in an empty folder."""
    empty = tmp_path / "empty"
    empty.mkdir(exist_ok=True)
    (tmp_path / "home").mkdir(exist_ok=True)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=empty,
        env=environment(tmp_path, homeless=homeless),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert list(empty.iterdir()) == [], "something was written where the program was started"
    return done


def assert_marked(document: dict[str, Any]) -> None:
    """The sample was really read by the shipped model, and marked."""
    done = [result for result in document["results"] if result["state"] == "done"]
    assert done, document
    assert done[0]["model"]["id"] == "brain-tumour-mr"
    threshold = done[0]["model"]["threshold"]
    assert any(finding["score"] >= threshold for finding in done[0]["findings"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without isolation from what is in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_wheel_carries_resources_and_models(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("resources", "models"):
        wanted = {
            f"medai_desktop/_bundled/{path.relative_to(ROOT)}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not re.search(r"__pycache__|/\.", str(path.relative_to(ROOT)))
        }
        assert wanted, folder
        assert wanted <= names
    assert not any(name.startswith(("tests/", "installers/")) for name in names)


READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
"""Runs a command where a folder cannot be written, by the administrator neither."""


def read_only(folder: Path, command: Sequence[str | Path]) -> list[str | Path]:
    """A command that sees a folder read-only; as it is where nothing can be mounted."""
    wrapped: list[str | Path] = ["unshare", "-rm", "sh", "-c", READ_ONLY, "sh", folder]
    if not sys.platform.startswith("linux"):
        return [*command]
    touch = subprocess.run(
        [str(part) for part in [*wrapped, "touch", folder / "written"]],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Read-only file system" not in touch.stderr:
        return [*command]
    return [*wrapped, *command]


@pytest.mark.timeout(400)
def test_wheel_detects_on_the_sample_beside_the_pinned_packages(
    wheel: Path, tmp_path: Path
) -> None:
    place = tmp_path / "read-only, with blanks, 环境 é"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin" / "python"
    install = ["install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--python", str(python), *install],
        check=True,
        env={**os.environ, "PIP_CONFIG_FILE": os.devnull},
    )
    # A plain path: the .pth files in that folder, the editable install among them, are not read.
    site = next((place / "lib").glob("python*/site-packages"))
    (site / "pinned.pth").write_text(f"{SITE}\n")
    where = run([python, "-c", "import medai_desktop; print(medai_desktop.__file__)"], tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(place)
    detect = read_only(place, [place / "bin" / "medai", "detect", "--sample", "--json"])
    done = run(detect, tmp_path, homeless=True)
    assert_marked(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_wheel_detects_on_the_sample_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    program = (
        "set -euo pipefail; source installers/linux/setup.sh; "
        f"VENV='{place}'; LOG='{tmp_path}/log'; set_up_torch; pip_install '{wheel}'"
    )
    done = subprocess.run(
        ["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    frozen = subprocess.run(
        [str(place / "bin" / "python"), "-m", "pip", "freeze"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert not re.search(r"^(nvidia-|pytest|ruff|torchvision|pylibjpeg-libjpeg)", frozen, re.M)
    done = run([place / "bin" / "medai", "detect", "--sample", "--json"], tmp_path)
    assert_marked(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_frozen_program_starts_off_screen_and_detects(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    spec = ROOT / "installers" / "pyinstaller" / "medai.spec"
    places: list[str] = ["--distpath", f"{tmp_path}/dist", "--workpath", f"{tmp_path}/build"]
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "PyInstaller",
            "--noconfirm",
            "--log-level",
            "WARN",
            *places,
            str(spec),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-4000:]
    folder = tmp_path / "elsewhere"
    shutil.move(tmp_path / "dist" / "medai", folder)
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    record_property("megabytes", round(megabytes))
    sys.stdout.write(f"frozen program: {megabytes:.0f} MB in {len(files)} files\n")
    assert megabytes < 1700
    names = " ".join(path.name for path in files)
    assert "libQt6Core" in names
    assert not re.search(r"libgtk-3|libQt6Qml\b|pytest", names)
    assert not list(folder.rglob("libjpeg/_libjpeg*")), "pylibjpeg-libjpeg is under the GPL"

    licences = next(folder.rglob("PARTS.txt")).parent
    assert {"LICENSE", "NOTICE", "LGPL-3.0.txt", "GPL-3.0.txt"} <= {
        p.name for p in licences.iterdir()
    }
    assert list(licences.glob("torch-*/LICENSE"))

    done = run([folder / "medai", "doctor", "--json"], tmp_path)
    checks = json.loads(done.stdout)["checks"]
    assert all(check["ok"] for check in checks), checks
    assert not any("is missing" in check["message"] for check in checks)
    done = run([folder / "medai", "detect", "--sample", "--json"], tmp_path)
    assert_marked(json.loads(done.stdout))
    picture = tmp_path / "screenshot.png"
    command: list[str | Path] = [
        folder / "medai",
        "view",
        "--sample",
        "--detect",
        "--screenshot",
        picture,
    ]
    run([*command, "--quit-when", "loaded"], tmp_path)
    assert picture.stat().st_size > 20_000
