"""The same UIDs do not make the same images, nor the same patient."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset

from medai_desktop.findings import DetectionState, LengthMeasurement, MadeOn
from medai_desktop.geometry import OrientedBox
from medai_desktop.review import FindingStatus
from medai_desktop.session.finding_rows import FindingRow
from medai_desktop.view.box_edit import VoxelBox
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.heads import bright_mark, write_head

MARKED = VoxelBox((3.0, 3.0, 3.0), (9.0, 9.0, 6.0))


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@contextmanager
def at_desk(catalog: Path, folder: Path | None = None) -> Iterator[Workplace]:
    made = make_workplace(catalog, marks=[bright_mark()])
    try:
        if folder is not None:
            made.open(folder)
        yield made
    finally:
        made.close()


def change(folder: Path, act: Callable[[Dataset], object]) -> None:
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        act(dataset)
        dataset.save_as(path)


def is_called(name: str, number: str, birth_date: str = "") -> Callable[[Dataset], None]:
    def act(dataset: Dataset) -> None:
        dataset.PatientName, dataset.PatientID = name, number
        dataset.PatientBirthDate = birth_date

    return act


def write(folder: Path, act: Callable[[Dataset], object], brightness: float = 900.0) -> Path:
    write_head(folder, brightness=brightness)
    change(folder, act)
    return folder


def read_all(place: Workplace) -> uuid.UUID:
    """Agrees with the mark, adds one, draws a ruler; returns the id of the mark."""
    place.detect()
    reviewing = place.desk.reviewing
    (row,) = reviewing.rows()
    reviewing.select(row.finding.id)
    assert reviewing.agree()
    assert reviewing.add_box(MARKED, row.display_set)
    shown = row.display_set.id
    place.desk.measuring.add(
        LengthMeasurement(uuid.uuid4(), shown, 8, (1, 1), (5, 9), None, None, 12.5)
    )
    return row.finding.id


def status_of(row: FindingRow) -> FindingStatus:
    return row.reviewed.status


def statuses(place: Workplace) -> list[FindingStatus]:
    return sorted((status_of(row) for row in place.desk.reviewing.rows()), key=lambda s: s.value)


def notices(place: Workplace) -> dict[str, int]:
    return {
        notice.message.id: int(str(notice.message.argument("count")))
        for notice in place.desk.notices
        if notice.message.id.endswith(("left_out", "without_mark"))
    }


def exported(place: Workplace, folder: Path) -> tuple[int, list[str]]:
    """How many findings the report holds, and the statuses that findings.json tells."""
    job = place.desk.exporting.export(folder)
    assert job is not None
    place.settle()
    assert job.outcome is not None
    told = json.loads(job.outcome.findings_document.read_text())["review"]
    return job.outcome.findings, sorted(entry["status"] for entry in told["findings"])


BOTH = [FindingStatus.ADDED, FindingStatus.AGREED]
LEFT_OUT = {"session.decisions_left_out": 2, "session.rulers_left_out": 1}


def test_what_was_decided_comes_back_on_the_same_images_of_the_same_patient(
    catalog: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "A", is_called("ALPHA^ANN", "A1"))
    with at_desk(catalog, folder) as place:
        read_all(place)
        before = place.desk.measuring.measurements()
    with at_desk(catalog, folder) as place:
        assert statuses(place) == BOTH
        assert place.desk.measuring.measurements() == before
        assert notices(place) == {}
        assert exported(place, tmp_path / "out") == (2, ["added", "agreed"])
        assert place.desk.undoing.undo() is not None, "the added mark can be taken back"
        assert statuses(place) == [FindingStatus.AGREED]


@pytest.mark.parametrize(
    ("first", "second", "brightness"),
    [
        (is_called("ALPHA^ANN", "A1"), is_called("BETA^BOB", "B2"), 900.0),
        (is_called("ALPHA^ANN", "A1"), is_called("BETA^BOB", "B2"), 500.0),
        (is_called("ALPHA^ANN", ""), is_called("BETA^BOB", ""), 900.0),
        (is_called("DOE^J", "", "19500101"), is_called("DOE^J", "", "19800101"), 900.0),
        (is_called("ALPHA^ANN", "A1"), is_called("ALPHA^ANN", "A1"), 500.0),
    ],
)
def test_nothing_decided_on_one_patient_or_image_comes_up_on_another(
    catalog: Path,
    tmp_path: Path,
    first: Callable[[Dataset], None],
    second: Callable[[Dataset], None],
    brightness: float,
) -> None:
    with at_desk(catalog, write(tmp_path / "A", first)) as place:
        read_all(place)
    with at_desk(catalog, write(tmp_path / "B", second, brightness)) as place:
        assert {status_of(row) for row in place.desk.reviewing.rows()} <= {FindingStatus.OPEN}
        assert place.desk.measuring.measurements() == ()
        assert notices(place) == LEFT_OUT
        assert exported(place, tmp_path / "out")[0] == 0
        assert place.desk.undoing.undo() is None
    with at_desk(catalog, tmp_path / "A") as place:
        assert statuses(place) == BOTH, "and the first patient keeps what is theirs"


def test_the_patient_is_known_at_once_and_the_pixels_when_they_have_come(
    catalog: Path, tmp_path: Path
) -> None:
    is_ann = is_called("ALPHA^ANN", "A1")
    with at_desk(catalog, write(tmp_path / "A", is_ann)) as place:
        read_all(place)
    write(tmp_path / "B", is_called("BETA^BOB", "B2"))
    write(tmp_path / "C", is_ann, 500.0)
    seen: list[tuple[str, int]] = []
    for name in ("B", "C"):
        with at_desk(catalog) as place:
            place.desk.opening.open_paths((tmp_path / name,))
            place.settle(lambda desk=place.desk: desk.opening.current_study is not None)  # type: ignore[misc]
            seen.append((name, len(place.desk.reviewing.history.standing)))
            place.settle()
            assert place.desk.reviewing.history.standing == ()
            assert notices(place) == LEFT_OUT
    assert ("B", 0) in seen


def test_entries_that_do_not_say_on_which_images_are_neither_shown_nor_exported(
    catalog: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "A", is_called("ALPHA^ANN", "A1"))
    with at_desk(catalog, folder) as place:
        place.detect()
        reviewing = place.desk.reviewing
        (row,) = reviewing.rows()
        reviewing.select(row.finding.id)
        reviewing.agree()
        made = reviewing.history.entries[0]
    (tmp_path / "catalog.sqlite").unlink()
    with at_desk(catalog) as place:
        place.journal.append_decision(replace(made, made_on=MadeOn()))
        place.open(folder)
        place.detect()
        assert statuses(place) == [FindingStatus.OPEN]
        assert notices(place) == {"session.decisions_left_out": 1}
    with at_desk(catalog) as place:
        place.journal.append_decision(replace(made, id=uuid.uuid4()))
        place.open(folder)
        assert statuses(place) == [FindingStatus.AGREED], "the twin that says it"


def test_decisions_made_while_pixels_come_hold_on_the_same_headers(
    catalog: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "A", is_called("ALPHA^ANN", "A1"))
    with at_desk(catalog, folder) as place:
        read_all(place)
        entries = place.desk.reviewing.history.entries
    catalog.unlink()
    with at_desk(catalog) as place:
        for entry in entries:
            early = replace(entry.made_on, display_set_digest="")
            place.journal.append_decision(replace(entry, made_on=early))
        place.open(folder)
        place.detect()
        assert statuses(place) == BOTH
        assert exported(place, tmp_path / "out")[0] == 2


def moved(dataset: Dataset) -> None:
    dataset.ImagePositionPatient = [float(value) + 40 for value in dataset.ImagePositionPatient]
    dataset.PixelSpacing = [float(value) * 2 for value in dataset.PixelSpacing]


def test_the_same_pixels_at_another_place_and_scale_are_other_images(
    catalog: Path, tmp_path: Path
) -> None:
    write_head(tmp_path / "A")
    with at_desk(catalog, tmp_path / "A") as place:
        read_all(place)
        old = place.desk.reviewing.rows()[0].finding
    change(tmp_path / "A", moved)
    with at_desk(catalog, tmp_path / "A") as place:
        states = {s.state for s in place.desk.detection.statuses() if s.model_id}
        assert DetectionState.STALE in states
        assert notices(place) == LEFT_OUT
        assert exported(place, tmp_path / "out")[0] == 0
        place.detect()
        (row,) = (r for r in place.desk.reviewing.rows() if not r.is_own)
        geometry, mark = row.display_set.geometry, bright_mark()
        assert geometry is not None
        true = OrientedBox.from_voxel_edges(geometry, mark.lower, mark.upper)
        assert row.finding.box == true
        assert row.finding.id != old.id
        assert row.finding.box != old.box
        assert status_of(row) is FindingStatus.OPEN


def test_a_mark_that_is_outdated_is_not_exported_even_when_it_is_agreed_with(
    catalog: Path, tmp_path: Path
) -> None:
    with at_desk(catalog, write(tmp_path / "A", lambda _: None)) as place:
        place.detect()
    with at_desk(catalog, write(tmp_path / "B", lambda _: None, 500.0)) as place:
        reviewing = place.desk.reviewing
        reviewing.toggle_folded()
        (row,) = reviewing.rows()
        assert row.is_outdated
        reviewing.select(row.finding.id)
        assert reviewing.agree()
        assert exported(place, tmp_path / "out") == (0, [])
        assert notices(place) == {"session.export_left_out": 1}
    with at_desk(catalog, tmp_path / "A") as place:
        (row,) = place.desk.reviewing.rows()
        assert not row.is_outdated
        assert status_of(row) is FindingStatus.OPEN, "it was agreed with on other images"


def one_more_of_another_size(folder: Path) -> None:
    dataset = pydicom.dcmread(min(folder.iterdir()))
    dataset.Rows, dataset.Columns = 28, 64
    dataset.PixelData = dataset.PixelData[: 28 * 64 * 2]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.999"
    dataset.InstanceNumber = 99
    dataset.save_as(folder / "extra.dcm")


def test_a_series_that_becomes_split_and_whole_again_keeps_everything(
    catalog: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "A"
    write_head(folder)
    with at_desk(catalog, folder) as place:
        agreed = read_all(place)
    one_more_of_another_size(folder)
    with at_desk(catalog, folder) as place:
        study = place.desk.opening.current_study
        assert study is not None and len(study.display_sets) == 2
        assert statuses(place) == BOTH
        assert agreed in {row.finding.id for row in place.desk.reviewing.rows()}
        (where,) = {row.display_set.id for row in place.desk.reviewing.rows()}
        assert where[-2:] in ("#1", "#2")
        assert len(place.desk.measuring.measurements()) == 1
        assert DetectionState.DONE in {s.state for s in place.desk.detection.statuses()}
        assert notices(place) == {}
        assert exported(place, tmp_path / "out")[0] == 2
        place.desk.undoing.undo()
    (folder / "extra.dcm").unlink()
    with at_desk(catalog, folder) as place:
        assert len(place.desk.reviewing.rows()) >= 1
        assert FindingStatus.AGREED in statuses(place)


def test_a_series_that_grew_says_what_was_decided_before(catalog: Path, tmp_path: Path) -> None:
    folder = tmp_path / "A"
    write_head(folder)
    last = max(folder.iterdir())
    held_back = last.read_bytes()
    last.unlink()
    with at_desk(catalog, folder) as place:
        read_all(place)
    last.write_bytes(held_back)
    with at_desk(catalog, folder) as place:
        assert {status_of(row) for row in place.desk.reviewing.rows()} <= {FindingStatus.OPEN}
        assert notices(place) == LEFT_OUT


def test_images_that_are_not_here_are_read_for_the_export(catalog: Path, tmp_path: Path) -> None:
    with at_desk(catalog, write(tmp_path / "A", lambda _: None)) as place:
        read_all(place)
    write(tmp_path / "B", lambda _: None, 500.0)
    for name, findings in (("A", 2), ("B", 0)):
        with at_desk(catalog) as place:
            place.desk.opening.open_paths((tmp_path / name,))
            place.settle(lambda desk=place.desk: desk.opening.current_study is not None)  # type: ignore[misc]
            assert exported(place, tmp_path / f"out-{name}")[0] == findings


def test_decisions_on_marks_of_a_run_that_is_replaced_are_counted(
    catalog: Path, tmp_path: Path
) -> None:
    write_head(tmp_path / "A")
    with at_desk(catalog, tmp_path / "A") as place:
        read_all(place)
        (found,) = place.desk.detection.finding_sets()
        newer = replace(found.provenance, weights_sha256="f" * 64)
        run = uuid.uuid4()
        ids = tuple(replace(one, id=uuid.uuid4()) for one in found.findings)
        place.journal.record_run(replace(found, run=run, provenance=newer, findings=ids))
    with at_desk(catalog, tmp_path / "A") as place:
        assert notices(place) == {"session.decisions_without_mark": 1}
        assert statuses(place) == [FindingStatus.ADDED, FindingStatus.OPEN]
