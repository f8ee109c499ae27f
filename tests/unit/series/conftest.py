"""Real decode workers for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from medai_desktop.series.decoders import DecodeWorkers


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecodeWorkers]:
    """Two workers, started when the first test needs them."""
    with DecodeWorkers(2) as workers:
        yield workers
