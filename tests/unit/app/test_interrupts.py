"""The first signal asks, the second insists."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from medai_desktop.app.interrupts import on_interrupt, raise_on_interrupt


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_acts_second_raises(number: signal.Signals) -> None:
    acted: list[int] = []
    with on_interrupt(lambda: acted.append(1)):
        os.kill(os.getpid(), number)
        time.sleep(0.01)
        assert acted == [1]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            time.sleep(0.5)
    assert acted == [1]


def test_after_the_block_a_signal_raises() -> None:
    acted: list[int] = []
    with on_interrupt(lambda: acted.append(1)):
        pass
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)
    assert acted == []


def test_without_a_block_a_signal_raises() -> None:
    raise_on_interrupt()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)
