"""Findings are evidence: their ids follow from what was looked at, by what, and how."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai_desktop.findings import (
    DetectionState,
    LengthMeasurement,
    finding_id,
    identity,
    reader_finding_id,
    run_id,
    tracking_uid,
)
from tests.unit.findings.made import finding, found

RUN = ("digest", "weights", "settings")
TEXT = st.text("0123456789abcdef", min_size=1, max_size=64)


def test_the_same_input_gives_the_same_run() -> None:
    assert run_id(*RUN) == run_id(*RUN)
    assert run_id(*RUN).version == 5
    # A literal: ids change only with `DETECTION_VERSION`, and then on purpose.
    assert str(run_id(*RUN)) == "c5647014-c509-5d44-8d2e-ee3dbb240683"


@given(st.tuples(TEXT, TEXT, TEXT), st.integers(0, 2), TEXT)
def test_any_changed_input_gives_another_run(
    run: tuple[str, str, str], place: int, other: str
) -> None:
    changed = list(run)
    changed[place] = other
    assert (run_id(*run) == run_id(*changed)) is (changed[place] == run[place])


def test_parts_cannot_run_into_each_other() -> None:
    assert run_id("ab", "c", "d") != run_id("a", "bc", "d") != run_id("a", "b", "cd")


def test_another_version_of_the_detection_is_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = run_id(*RUN)
    monkeypatch.setattr(identity, "DETECTION_VERSION", "next")
    assert run_id(*RUN) != before


def test_findings_of_a_run_by_their_place_in_it() -> None:
    run = run_id(*RUN)
    assert finding_id(run, 3) == finding_id(run, 3)
    assert len({finding_id(run, n) for n in range(300)}) == 300
    assert finding_id(run, 0) != finding_id(run_id("other", *RUN[1:]), 0)
    assert finding_id(run, 0) != run


def test_a_readers_own_are_fresh() -> None:
    assert reader_finding_id().version == 4
    assert reader_finding_id() != reader_finding_id()


@given(st.uuids())
def test_tracking_uids_are_uids_of_the_standard(made: uuid.UUID) -> None:
    uid = tracking_uid(made)
    root, arc, number = uid.split(".")
    assert (root, arc) == ("2", "25")
    assert uuid.UUID(int=int(number)) == made
    assert len(uid) <= 64
    assert number == str(int(number))


def test_positive_is_at_or_above_the_threshold() -> None:
    run = found(scores=(0.9, 0.5, 0.4))
    assert [one.score for one in run.at_or_above(0.5)] == [0.9, 0.5]
    assert run.at_or_above(0.95) == ()
    assert len(run.at_or_above(0.0)) == 3


@pytest.mark.parametrize(
    ("slices", "central"), [((), None), ((4,), 4), ((4, 5), 5), ((4, 5, 6), 5), ((2, 9, 30), 9)]
)
def test_the_central_slice(slices: tuple[int, ...], central: int | None) -> None:
    assert dataclasses.replace(finding(), slice_indices=slices).central_slice == central


def test_evidence_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding().score = 0.1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found().findings = ()  # type: ignore[misc]
    assert finding(1) != finding(2)
    assert finding(1) == finding(1)


def test_states_are_those_of_the_contract() -> None:
    assert {state.value for state in DetectionState} == {
        "not_run",
        "queued",
        "running",
        "failed",
        "done",
        "nothing_above_threshold",
        "stale",
    }


def test_pixels_of_a_ruler() -> None:
    ruler = LengthMeasurement(uuid.uuid4(), "1.2", 3, (10.0, 20.0), (13.0, 24.0), None, None, None)
    assert ruler.length_px == 5.0
