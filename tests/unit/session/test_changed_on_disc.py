"""Files that change under an open study: no other patient's pixels, marks or name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from medai_desktop.findings import DetectionState
from medai_desktop.series.display_set import Flag
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.heads import HeadWords, bright_mark, write_head


@pytest.fixture
def workplace() -> Iterator[Workplace]:
    made = make_workplace(marks=[bright_mark()])
    yield made
    made.close()


def disc(folder: Path, patient: str, ending: str) -> Path:
    """Two series of a patient; the ending makes other UIDs under the same file names."""
    for number, series in enumerate(("one", "two"), start=1):
        for path in write_head(folder / series, HeadWords(series=series, number=number)):
            dataset = pydicom.dcmread(path)
            dataset.PatientName = dataset.PatientID = patient
            for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
                setattr(dataset, keyword, getattr(dataset, keyword)[:-4] + ending)
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.save_as(path)
    return folder


def test_another_disc_in_the_drive_gives_no_pixels_and_no_report(
    workplace: Workplace, tmp_path: Path
) -> None:
    alpha = disc(tmp_path / "alpha", "ALPHA", "1111")
    omega = disc(tmp_path / "omega", "OMEGA", "2222")
    desk = workplace.desk
    workplace.open(alpha)
    workplace.detect()
    study = desk.opening.current_study
    assert study is not None
    (unseen,) = [s.id for s in study.display_sets if not desk.opening.loading(s.id).loaded]
    desk.reviewing.select(desk.reviewing.rows()[0].finding.id)
    assert desk.reviewing.agree()
    shutil.copytree(omega, alpha, dirs_exist_ok=True, copy_function=shutil.copyfile)
    desk.opening.ensure_loaded(unseen, 0)
    workplace.settle()
    assert desk.opening.volume(unseen) is None
    reasons = {said.id for _, said in desk.opening.loading(unseen).failures}
    assert reasons == {"series.file_changed"}
    desk.exporting.export(tmp_path / "out")
    workplace.settle()
    assert list((tmp_path / "out").glob("*.dcm")) == []
    last = desk.exporting.last
    assert last is not None
    assert last.left_out is not None
    assert last.left_out.id == "report.images_changed"


def test_the_same_disc_is_read_and_reported(workplace: Workplace, tmp_path: Path) -> None:
    alpha = disc(tmp_path / "alpha", "ALPHA", "1111")
    desk = workplace.desk
    workplace.open(alpha)
    workplace.detect()
    study = desk.opening.current_study
    assert study is not None
    desk.reviewing.select(desk.reviewing.rows()[0].finding.id)
    assert desk.reviewing.agree()
    for shown in study.display_sets:
        desk.opening.ensure_loaded(shown.id, 0)
    workplace.settle()
    assert all(desk.opening.loading(s.id).failures == () for s in study.display_sets)
    desk.exporting.export(tmp_path / "out")
    workplace.settle()
    (report,) = (tmp_path / "out").glob("*.dcm")
    assert pydicom.dcmread(report).PatientID == "ALPHA"


def test_other_pixels_under_the_same_headers_are_read_again(
    workplace: Workplace, tmp_path: Path
) -> None:
    write_head(tmp_path / "head")
    workplace.open(tmp_path / "head")
    workplace.detect()
    desk = workplace.desk
    study = desk.opening.current_study
    assert study is not None
    identity = study.display_sets[0].id

    def brightest() -> float:
        volume = desk.opening.volume(identity)
        assert volume is not None
        return float(volume.voxels.max())

    def states() -> list[DetectionState]:
        return [status.state for status in desk.detection.statuses()]

    workplace.open(tmp_path / "head")
    assert (brightest(), states()) == (900, [DetectionState.DONE]), "nothing has changed"
    write_head(tmp_path / "head", brightness=333)
    workplace.open(tmp_path / "head")
    assert (brightest(), states()) == (333, [DetectionState.STALE])


def test_an_end_slice_with_a_damaged_header_never_yields_an_all_seen(tmp_path: Path) -> None:
    paths = write_head(tmp_path / "head")
    whole = paths[-1].read_bytes()
    paths[-1].write_bytes(whole[:700])
    write_head(tmp_path / "other", HeadWords(study="other", series="other"))
    workplace = make_workplace(marks=[])
    desk = workplace.desk

    def flags_and_states() -> tuple[bool, list[DetectionState]]:
        study = desk.opening.current_study
        assert study is not None
        (shown,) = study.display_sets
        states = [status.state for status in desk.detection.statuses()]
        return Flag.INCOMPLETE in shown.flags, states

    try:
        workplace.open(tmp_path / "head")
        first = desk.opening.current_study
        assert first is not None
        why_not = desk.detection.start()
        assert why_not is not None
        assert why_not.id == "session.no_whole_series"
        assert flags_and_states() == (True, [DetectionState.NOT_RUN])
        workplace.open(tmp_path / "other")
        workplace.detect()
        assert flags_and_states() == (False, [DetectionState.NOTHING_ABOVE_THRESHOLD])
        desk.opening.select_study(first.id)
        workplace.settle()
        assert flags_and_states()[0], "another folder does not make it whole"
        paths[-1].write_bytes(whole)
        workplace.open(tmp_path / "head")
        workplace.detect()
        assert flags_and_states() == (False, [DetectionState.NOTHING_ABOVE_THRESHOLD])
    finally:
        workplace.close()
