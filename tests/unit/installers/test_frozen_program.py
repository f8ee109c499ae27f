"""The frozen program plays the interpreter for its own workers, and for nothing else."""

from __future__ import annotations

import pytest

from installers.pyinstaller.program import worker_arguments


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["-m", "medai_desktop.runtimes.worker", "--fd", "3"], "medai_desktop.runtimes.worker"),
        (
            ["-u", "-X", "dev", "-m", "medai_desktop.series.decode_worker"],
            "medai_desktop.series.decode_worker",
        ),
        (["-I", "-m", "medai_desktop.runtimes.worker"], "medai_desktop.runtimes.worker"),
        (["-m", "http.server"], None),
        (["-m"], None),
        ([], None),
        (["view", "-m", "medai_desktop.runtimes.worker"], None),
        (["--help"], None),
    ],
)
def test_only_own_workers_are_started(given: list[str], expected: str | None) -> None:
    found = worker_arguments(given)
    assert (found[0] if found else None) == expected


def test_arguments_of_the_worker_are_kept() -> None:
    module = "medai_desktop.runtimes.worker"
    assert worker_arguments(["-u", "-m", module, "--slot", "a b"]) == [module, "--slot", "a b"]
