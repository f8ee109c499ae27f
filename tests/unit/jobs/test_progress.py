"""Progress counts finished units; the time left follows their pace."""

from __future__ import annotations

import pytest

from medai_desktop.jobs import Pace, Progress
from medai_desktop.text import message

LOOKING = message("jobs.cancelled")
LOADING = message("jobs.unforeseen", kind="x")


@pytest.mark.parametrize(
    ("done", "total", "share"), [(0, 4, 0.0), (1, 4, 0.25), (4, 4, 1.0), (5, 4, 1.0), (3, 0, None)]
)
def test_share(done: int, total: int, share: float | None) -> None:
    assert Progress(done, total, LOOKING).share == share


def pace_of(*reports: tuple[float, int, int]) -> Pace:
    pace = Pace()
    for at, done, total in reports:
        pace = pace.after(Progress(done, total, LOOKING), at)
    return pace


def test_nothing_is_said_before_a_unit_is_finished() -> None:
    assert Pace().seconds_left(5.0) is None
    assert pace_of((0.0, 0, 0)).seconds_left(5.0) is None
    assert pace_of((0.0, 0, 0), (10.0, 0, 8)).seconds_left(20.0) is None


def test_the_start_of_a_program_does_not_count() -> None:
    # 60 s of loading, then 2 s a unit: 6 units are left.
    pace = pace_of((0.0, 0, 0), (60.0, 0, 8), (62.0, 1, 8), (64.0, 2, 8))
    assert pace.seconds_left(64.0) == pytest.approx(12.0)


def test_standing_still_makes_it_longer() -> None:
    pace = pace_of((0.0, 0, 10), (10.0, 5, 10))
    assert pace.seconds_left(10.0) == pytest.approx(10.0)
    assert pace.seconds_left(20.0) == pytest.approx(20.0)


def test_the_end_is_no_time() -> None:
    assert pace_of((0.0, 0, 3), (1.0, 3, 3)).seconds_left(1.0) == 0.0


@pytest.mark.parametrize(
    "then",
    [Progress(1, 10, LOADING), Progress(1, 12, LOOKING), Progress(0, 10, LOOKING)],
    ids=["another stage", "another total", "begun again"],
)
def test_what_went_before_a_new_beginning_does_not_count(then: Progress) -> None:
    pace = pace_of((0.0, 0, 10), (100.0, 5, 10)).after(then, 101.0)
    assert pace.seconds_left(102.0) is None
    onward = pace.after(Progress(then.done + 1, then.total, then.stage), 103.0)
    left = onward.seconds_left(103.0)
    assert left == pytest.approx(2.0 * (then.total - then.done - 1))
