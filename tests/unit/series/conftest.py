"""Real decode workers for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medai_desktop.series.decoders import DecodeWorkers
from tests.phantoms.phantom import Phantom


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecodeWorkers]:
    """Two workers, started when the first test needs them."""
    with DecodeWorkers(2) as workers:
        yield workers


@pytest.fixture(scope="session")
def phantom_of(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Callable[[Path], Phantom]], Phantom]:
    """Phantoms that are written once, for tests that only read them."""
    made: dict[Callable[[Path], Phantom], Phantom] = {}

    def written(make: Callable[[Path], Phantom]) -> Phantom:
        if make not in made:
            made[make] = make(tmp_path_factory.mktemp("phantom"))
        return made[make]

    return written
