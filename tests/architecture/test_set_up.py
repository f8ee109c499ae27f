"""The set-up: pins are complete, the package list is read, and what is missing is said."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import ROOT

NOT_SHIPPED = {"pylibjpeg-libjpeg", "torchvision", "av", "mirp"}


def pins() -> dict[str, str]:
    """Canonical name to exact version, as ``constraints.txt`` has them."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            found[str(canonicalize_name(name))] = version
    return found


def needed(name: str, extras: set[str], seen: set[tuple[str, str]]) -> None:
    """Collects every distribution that one needs, direct or not, on this system."""
    for extra in extras | {""}:
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            environment = {key: str(value) for key, value in default_environment().items()}
            environment["extra"] = extra
            if requirement.marker is None or requirement.marker.evaluate(environment):
                needed(canonicalize_name(requirement.name), set(requirement.extras), seen)


def test_every_dependency_is_pinned_to_what_is_installed() -> None:
    seen: set[tuple[str, str]] = set()
    needed("medai-desktop", {"dev"}, seen)
    names = {name for name, _ in seen} - {"medai-desktop", "setuptools"}
    assert len(names) > 30
    installed = {name: importlib.metadata.version(name).partition("+")[0] for name in names}
    pinned = pins()
    assert {name: pinned.get(name) for name in names} == installed


def test_nothing_is_pinned_loosely_or_forbidden() -> None:
    for name, version in pins().items():
        assert re.fullmatch(r"[0-9][0-9a-zA-Z.]*", version), name
        assert name not in NOT_SHIPPED
        assert not name.startswith("nvidia-")


def bash(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a program after sourcing the set-up."""
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; source installers/linux/setup.sh; {program}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **variables},
    )


def test_package_list_is_read_by_section() -> None:
    run = bash("listed run").stdout.split()
    test = bash("listed test").stdout.split()
    assert "libegl1" in run
    assert "fonts-droid-fallback" in run
    assert "xvfb" in test
    assert not set(run) & set(test)
    optional = bash("listed test-optional").stdout.split()
    assert {"dicom3tools", "binutils"} <= set(optional)
    assert not set(optional) & {*run, *test}


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="no dpkg on this system")
def test_missing_package_without_rights_is_said_with_the_command(tmp_path: Path) -> None:
    listing = tmp_path / "packages.txt"
    listing.write_text("[run]\nno-such-library|no-such-library-t64  # why\n\n[test]\nxno-such\n")
    done = bash(
        f"PACKAGES={listing}; LOG={tmp_path}/log; privileged() {{ return 126; }}; "
        "set_up_system test"
    )
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends no-such-library xno-such" in done.stderr
    assert "root" in done.stderr


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="no dpkg on this system")
def test_missing_optional_package_only_costs_its_tests(tmp_path: Path) -> None:
    listing = tmp_path / "packages.txt"
    listing.write_text("[test-optional]\nno-such-validator\n")
    done = bash(
        f"PACKAGES={listing}; LOG={tmp_path}/log; privileged() {{ return 126; }}; "
        "set_up_system test && echo on"
    )
    assert done.stdout == "on\n"
    assert "no-such-validator" in done.stderr
    assert "skip" in done.stderr


def test_no_python_is_said() -> None:
    done = bash("LOG=/dev/null; find_python() { return 1; }; set_up_python")
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_no_network_is_said(tmp_path: Path) -> None:
    done = bash(
        f"LOG={tmp_path}/log; VENV={tmp_path}/venv; installed_version() {{ :; }}; "
        "pip_install() { echo 'ERROR: No matching distribution found' >>$LOG; return 1; }; "
        "set_up_torch"
    )
    assert done.returncode == 1
    assert "PyTorch" in done.stderr
    assert "No matching distribution" in done.stderr


def test_second_call_is_quick_and_silent(tmp_path: Path) -> None:
    done = bash(
        f"VENV={tmp_path}; mkdir -p $VENV/bin; touch $VENV/bin/medai; chmod +x $VENV/bin/medai; "
        "set_up_system() { :; }; set_up_python() { echo fetched; }; "
        "set_up run; set_up run; MEDAI_TORCH=cuda set_up run"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "fetched\nfetched\n"


def test_an_environment_of_another_checkout_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "medai").touch()
    (tmp_path / ".venv").symlink_to(other)
    done = bash(
        f"VENV={tmp_path}/.venv; set_up_system() {{ :; }}; set_up_python() {{ echo fetched; }}; "
        "set_up run"
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert str(other) in done.stderr
    assert (other / "bin" / "medai").exists()


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ("===== 3 passed, 1 skipped in 2.00s =====", 0, 0),
        ("3 passed in 2.00s", 0, 0),
        ("===== 12 skipped in 2.00s =====", 0, 5),
        ("===== no tests ran in 0.01s =====", 5, 5),
        ("===== 1 failed, 3 passed in 2.00s =====", 1, 1),
    ],
)
def test_ci_fails_when_nothing_ran(said: str, status: int, expected: int, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    runner = tmp_path / ".ci" / "run"
    runner.write_bytes((ROOT / ".ci" / "run").read_bytes())
    test = tmp_path / "test"
    test.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n")
    for program in (runner, test):
        program.chmod(0o755)
    done = subprocess.run([str(runner)], capture_output=True, text=True, check=False)
    assert done.returncode == expected
