"""What is decided is there again: after a restart, after kill -9, from two programs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medai_desktop.catalog.journal import MAX_RECENT, CatalogJournal
from medai_desktop.findings import LengthMeasurement, MadeOn
from medai_desktop.review import Decision, DecisionKind, FindingStatus, RejectReason, ReviewHistory
from medai_desktop.source.recent import RecentStudy
from tests.architecture.house import ROOT
from tests.unit.findings.made import PROVENANCE, finding, found, own

PROGRAM = [sys.executable, "-m", "tests.unit.catalog.writes_decisions"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[CatalogJournal]:
    with closing(CatalogJournal(path)) as made:
        yield made


def reopened(path: Path) -> CatalogJournal:
    return CatalogJournal(path)


def decision(number: int = 0, display_set_id: str = "1.2") -> Decision:
    return Decision(
        uuid.uuid4(),
        DecisionKind.REJECT,
        uuid.UUID(int=number),
        "王医生",
        datetime.now(UTC),
        display_set_id,
        RejectReason.VESSEL,
        finding(number),
        0.25,
        uuid.uuid4(),
        True,
        MadeOn("patient", "images", "digest"),
        "a-model",
        "c" * 64,
    )


def ruler(number: int) -> LengthMeasurement:
    return LengthMeasurement(
        uuid.UUID(int=number + 1),
        "1.2",
        3,
        (1.0, 2.0),
        (4.0, 6.0),
        (0.0, 0.0, 0.5),
        (3.0, 4.0, 0.5),
        5.0,
        False,
        "A",
        MadeOn("patient", "images", "digest"),
    )


# -- there and back ---------------------------------------------------------------------------


def test_everything_comes_back_as_it_was(path: Path, journal: CatalogJournal) -> None:
    runs, decisions = (found("1.2"), found("1.3")), [decision(n) for n in range(3)]
    for run in runs:
        journal.record_run(run)
    for one in decisions:
        journal.append_decision(one)
    journal.keep_measurement(ruler(0))
    journal.remember_reader("王医生")
    journal.close()
    again = reopened(path)
    assert again.runs("1.2") == (runs[0],)
    assert again.runs("1.3") == (runs[1],)
    assert again.decisions(["1.2"]) == tuple(decisions)
    assert again.measurements("1.2") == (ruler(0),)
    assert again.reader() == "王医生"
    assert again.complaint is None
    assert again.runs("1.4") == again.decisions(["1.4"]) == again.measurements("1.4") == ()
    again.close()


def test_nothing_is_there_at_first(journal: CatalogJournal) -> None:
    assert journal.reader() == ""
    assert journal.recent_studies() == ()
    assert journal.decisions([]) == ()


def test_decisions_come_in_the_order_they_were_made_whatever_the_clock(
    journal: CatalogJournal,
) -> None:
    late, early = (
        replace(decision(n), at=datetime(year, 1, 1, tzinfo=UTC))
        for n, year in enumerate((2030, 2020))
    )
    other = decision(5, "1.3")
    for one in (late, other, early):
        journal.append_decision(one)
    assert journal.decisions(["1.2"]) == (late, early)
    assert journal.decisions(["1.3", "1.2"]) == (late, other, early)


def test_a_run_that_is_there_keeps_its_findings_and_becomes_the_newest(
    journal: CatalogJournal,
) -> None:
    first, other = found("1.2"), replace(found("1.2"), run=uuid.uuid4())
    journal.record_run(first)
    journal.record_run(other)
    assert journal.runs("1.2") == (other, first)
    moved = replace(
        first,
        findings=tuple(reversed(first.findings)),
        provenance=replace(PROVENANCE, threshold=0.3),
        warnings=(),
    )
    kept = journal.record_run(moved)
    assert kept == replace(moved, findings=first.findings)
    assert kept != moved
    assert journal.runs("1.2") == (kept, other)


def test_findings_at_other_places_are_other_findings_even_under_the_same_run(
    journal: CatalogJournal,
) -> None:
    first = journal.record_run(found("1.2"))
    far = [replace(one.box, center_lps_mm=(40.0, 0.0, 0.0)) for one in first.findings if one.box]
    moved = replace(
        first, findings=tuple(replace(f, box=b) for f, b in zip(first.findings, far, strict=True))
    )
    kept = journal.record_run(moved)
    assert [one.box for one in kept.findings] == far
    ids = {one.id for run in (first, kept) for one in run.findings}
    assert len(ids) == 4, "a decision on the first is none on the second"
    assert journal.record_run(moved) == kept, "the same again is the same run"
    assert journal.runs("1.2") == (kept, first)
    assert journal.record_run(first) == first


def test_the_last_bits_of_another_device_make_no_other_finding(journal: CatalogJournal) -> None:
    first = journal.record_run(found("1.2"))
    near = tuple(
        replace(f, score=f.score - 0.01, box=replace(f.box, center_lps_mm=(n + 0.3, 2.0, 3.0)))
        for n, f in enumerate(first.findings)
        if f.box is not None
    )
    assert journal.record_run(replace(first, findings=near)).findings == first.findings


def test_entries_on_any_part_of_a_series_are_found_from_each_of_them(
    journal: CatalogJournal,
) -> None:
    whole, part, stranger = (decision(n, uid) for n, uid in enumerate(("1.2", "1.2#12", "1.2.3")))
    for one in (whole, part, stranger):
        journal.append_decision(one)
        journal.keep_measurement(
            replace(ruler(one.finding_id.int), display_set_id=one.display_set_id)
        )
        journal.record_run(found(one.display_set_id))
    for identity in ("1.2", "1.2#1", "1.2#12"):
        assert journal.decisions([identity, "1.2"]) == (whole, part)
        assert {m.display_set_id for m in journal.measurements(identity)} == {"1.2", "1.2#12"}
        assert {run.display_set_id for run in journal.runs(identity)} == {"1.2", "1.2#12"}
    assert journal.decisions(["1.2.3"]) == (stranger,)
    assert journal.decisions(["1"]) == ()


def test_rulers_that_were_deleted_do_not_come_back(path: Path, journal: CatalogJournal) -> None:
    journal.keep_measurement(ruler(0))
    journal.keep_measurement(ruler(1))
    journal.drop_measurement(ruler(0).id)
    assert journal.measurements("1.2") == (ruler(1),)
    journal.keep_measurement(ruler(0))
    assert set(journal.measurements("1.2")) == {ruler(0), ruler(1)}
    journal.keep_measurement(replace(ruler(1), length_mm=9.0))
    assert {one.length_mm for one in journal.measurements("1.2")} == {5.0, 9.0}


def test_recent_studies_newest_first_each_once(journal: CatalogJournal) -> None:
    studies = [
        RecentStudy(f"1.{n}", f"Study {n}", (Path(f"/data/{n}"),), "2026-01-01T00:00:00+00:00")
        for n in range(MAX_RECENT + 2)
    ]
    for study in studies:
        journal.remember_study(study)
    journal.remember_study(studies[5])
    expected = [studies[5], *[s for s in reversed(studies) if s is not studies[5]]]
    assert list(journal.recent_studies()) == expected[:MAX_RECENT]


def test_the_last_reader_is_remembered(journal: CatalogJournal) -> None:
    journal.remember_reader("A")
    journal.remember_reader("B")
    assert journal.reader() == "B"


def test_a_private_journal_leaves_nothing(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    journal = CatalogJournal(None)
    one = decision()
    journal.append_decision(one)
    assert journal.decisions(["1.2"]) == (one,)
    journal.close()
    assert CatalogJournal(None).decisions(["1.2"]) == ()
    assert set(tmp_path.rglob("*")) == before


def test_several_threads_write_at_once(journal: CatalogJournal) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            journal.append_decision(decision(number))

    threads = [threading.Thread(target=write, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.finding_id.int for one in journal.decisions(["1.2"])} == set(range(40))


def test_a_name_is_text_and_no_command(journal: CatalogJournal) -> None:
    evil = "'; DROP TABLE decision; --"
    journal.append_decision(replace(decision(), reader=evil, display_set_id=evil))
    assert journal.decisions([evil])[0].reader == evil


# -- killed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [1, 7, 25])
def test_decisions_survive_kill_9_in_the_middle_of_writing(path: Path, after: int) -> None:
    writer = subprocess.Popen(
        [*PROGRAM, str(path), "A", "100000"], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert writer.stdout is not None
    said = [uuid.UUID(writer.stdout.readline().strip()) for _ in range(after)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [uuid.UUID(line.strip()) for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    journal = reopened(path)
    kept = [one.id for one in journal.decisions(["1.2"])]
    # All that was said to be kept is there, in order; at most one more was on its way.
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 1
    assert journal.complaint is None
    history = ReviewHistory(journal.decisions(["1.2"]), journal.append_decision)
    assert history.reviewed([finding(0)], "1.2")[0].status is FindingStatus.EDITED
    assert history.undo("B") is not None
    journal.close()
    again = reopened(path)
    assert len(again.decisions(["1.2"])) == len(kept) + 1
    again.close()


def test_killed_while_it_makes_the_catalog(path: Path) -> None:
    for delay_s in (0.0, 0.1, 0.2):
        writer = subprocess.Popen(
            [*PROGRAM, str(path), "A", "3"], stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        try:
            writer.wait(0.6 + delay_s)
        except subprocess.TimeoutExpired:
            writer.kill()
            writer.wait()
        with closing(reopened(path)) as journal:
            before = len(journal.decisions(["1.2"]))
            journal.append_decision(decision())
            assert len(journal.decisions(["1.2"])) == before + 1
            assert journal.complaint is None


def test_two_programs_write_at_once_and_nothing_is_lost(path: Path) -> None:
    with closing(reopened(path)) as journal:
        assert journal.reader() == ""
    writers = [
        subprocess.Popen(
            [*PROGRAM, str(path), reader, "15"], stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        for reader in ("A", "B")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with closing(reopened(path)) as journal:
        kept = journal.decisions(["1.2"])
    for reader in ("A", "B"):
        numbers = [one.finding_id.int for one in kept if one.reader == reader]
        assert numbers == [n + 1 for n in range(15)]


def test_added_ones_come_back_after_a_restart(path: Path) -> None:
    with closing(reopened(path)) as journal:
        history = ReviewHistory((), journal.append_decision)
        history.append(DecisionKind.ADD, own(70), reader="A", display_set_id="1.2")
    with closing(reopened(path)) as journal:
        rows = ReviewHistory(journal.decisions(["1.2"])).reviewed((), "1.2")
    assert [row.finding for row in rows] == [own(70)]
