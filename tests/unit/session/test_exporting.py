"""What a reader takes home: what they agreed with, and what they did not."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.findings import DetectionState, LengthMeasurement
from medai_desktop.gui.detection_words import model_blocks
from medai_desktop.review import FindingStatus, RejectReason
from medai_desktop.session.export_content import content_of
from medai_desktop.session.exporting import Exported, exported_words
from medai_desktop.view.box_edit import VoxelBox
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.detectors import Mark, Script, ScriptedShelf
from tests.doubles.heads import bright_mark, write_head
from tests.phantoms import volumes

LOW_MARK = Mark((8.0, 8.0, 15.0), (16.0, 18.0, 19.0), 0.65)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    write_head(tmp_path / "head")
    made = make_workplace(marks=[bright_mark(), LOW_MARK])
    made.open(tmp_path / "head")
    yield made
    made.close()


def export(place: Workplace, folder: Path) -> Exported:
    job = place.desk.exporting.export(folder)
    assert job is not None
    place.settle()
    assert job.outcome is not None, job.failure
    return job.outcome


def document(done: Exported) -> dict[str, object]:
    loaded = json.loads(done.findings_document.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def comments(report: pydicom.Dataset) -> list[str]:
    found = []
    for item in report.get("ContentSequence", []):
        if item.ValueType == "TEXT" and item.ConceptNameCodeSequence[0].CodeMeaning == "Comment":
            found.append(str(item.TextValue))
        found += comments(item)
    return found


def tracked(report: pydicom.Dataset) -> set[str]:
    found: set[str] = set()
    for item in report.get("ContentSequence", []):
        if item.ValueType == "UIDREF":
            found |= {str(item.UID)}
        found |= tracked(item)
    return {uid for uid in found if uid.startswith("2.25.")}


def test_before_detection_the_models_have_not_run(place: Workplace, tmp_path: Path) -> None:
    done = export(place, tmp_path / "out")
    assert done.findings == 0
    told = document(done)
    states = {result["state"] for result in told["results"]}  # type: ignore[attr-defined]
    assert states == {"not_run"}
    assert any("was not run" in line for line in comments(pydicom.dcmread(done.structured_report)))


def test_only_what_was_agreed_leaves_in_the_report(place: Workplace, tmp_path: Path) -> None:
    place.detect()
    reviewing = place.desk.reviewing
    reviewing.toggle_folded()
    agreed, rejected = (row.finding for row in reviewing.rows())
    undecided = export(place, tmp_path / "before")
    reviewing.select(agreed.id)
    assert reviewing.agree()
    reviewing.select(rejected.id)
    assert reviewing.reject(RejectReason.VESSEL)
    done = export(place, tmp_path / "after")
    assert (undecided.findings, done.findings) == (0, 1)
    report = pydicom.dcmread(done.structured_report)
    assert f"2.25.{agreed.id.int}" in tracked(report)
    assert f"2.25.{rejected.id.int}" not in tracked(report)
    said = comments(report)
    assert any("agreed by Dr Weiss" in line for line in said)
    assert any("agreed 1, agreed with another box 0, rejected 1" in line for line in said)
    told = document(done)["review"]
    assert isinstance(told, dict)
    assert {f["id"]: f["status"] for f in told["findings"]} == {
        str(agreed.id): "agreed",
        str(rejected.id): "rejected",
    }
    assert [d["reason"] for d in told["decisions"]] == [None, "vessel"]
    (result,) = (r for r in document(done)["results"] if r["state"] == "done")  # type: ignore[attr-defined]
    assert len(result["findings"]) == 2, "what the program said stays as it was"


@pytest.mark.parametrize("agrees", ["Dr Weiss", "Dr Grün"])
def test_an_edited_box_stays_edited_when_it_is_agreed_with(
    place: Workplace, tmp_path: Path, agrees: str
) -> None:
    place.detect()
    reviewing = place.desk.reviewing
    (row,) = (r for r in reviewing.rows() if not r.is_folded)
    reviewing.select(row.finding.id)
    reviewing.toggle_edit()
    reviewing.editing.propose(VoxelBox((5.0, 5.0, 5.0), (20.0, 20.0, 9.0)))
    reviewing.editing.accept()
    reviewing.set_reader(agrees)
    assert reviewing.agree()
    edited = reviewing.row(row.finding.id)
    assert edited is not None
    assert edited.reviewed.status is FindingStatus.EDITED
    assert edited.finding.box != row.finding.box
    done = export(place, tmp_path / "out")
    assert done.findings == 1
    said = comments(pydicom.dcmread(done.structured_report))
    (line,) = (line for line in said if "marked by" in line)
    assert "its box changed by Dr Weiss" in line
    assert ("agreed by Dr Grün" in line) is (agrees == "Dr Grün")
    assert any("agreed 0, agreed with another box 1, rejected 0" in line for line in said)
    told = document(done)["review"]
    assert isinstance(told, dict)
    (finding,) = (f for f in told["findings"] if f["id"] == str(row.finding.id))
    assert (finding["status"], finding["edited_by"]) == ("edited", "Dr Weiss")
    assert finding["reader"] == agrees


def test_an_edit_that_ends_where_it_began_is_plainly_agreed_with(
    place: Workplace, tmp_path: Path
) -> None:
    place.detect()
    reviewing = place.desk.reviewing
    (row,) = (r for r in reviewing.rows() if not r.is_folded)
    reviewing.select(row.finding.id)
    assert reviewing.edit(row.finding)
    assert reviewing.agree()
    done = export(place, tmp_path / "out")
    said = comments(pydicom.dcmread(done.structured_report))
    assert any("agreed by Dr Weiss" in line for line in said)
    assert not any("its box changed" in line for line in said)


def test_a_moved_threshold_is_told(place: Workplace, tmp_path: Path) -> None:
    place.detect()
    (found,) = place.desk.detection.finding_sets()
    place.desk.reviewing.set_threshold(found, 0.9, is_final=True)
    done = export(place, tmp_path / "out")
    told = document(done)
    (moved,) = told["review"]["decisions"]  # type: ignore[index, call-overload]
    assert (moved["kind"], moved["threshold"]) == ("move_threshold", 0.9)
    assert len(told["review"]["findings"]) == 1  # type: ignore[index, call-overload]
    said = comments(pydicom.dcmread(done.structured_report))
    (line,) = (line for line in said if "moved the threshold of Brain mass MR on" in line)
    assert line.endswith("to 0.9.")
    assert (moved["model"], len(moved["weights_sha256"])) == ("brain-tumour-mr", 64)


def test_an_earlier_export_is_left_alone(place: Workplace, tmp_path: Path) -> None:
    first = export(place, tmp_path)
    before = first.structured_report.read_bytes()
    second = export(place, tmp_path)
    assert first.structured_report.name == "report.dcm"
    assert second.structured_report.name == "report-2.dcm"
    assert second.findings_document.name == "findings-2.json"
    assert first.structured_report.read_bytes() == before


def test_a_place_that_cannot_be_written_is_one_sentence(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    job = place.desk.exporting.export(tmp_path / "file" / "below")
    assert job is not None
    place.settle()
    assert place.desk.exporting.last is None
    said = [place.desk.render(notice.message) for notice in place.desk.notices]
    assert any(line.startswith(f"{tmp_path}") and "could not be written" in line for line in said)


def test_a_picture_that_cannot_be_written_is_one_sentence(place: Workplace, tmp_path: Path) -> None:
    assert place.desk.exporting.save_picture(tmp_path / "view.png", b"\x89PNG")
    assert place.desk.notices == ()
    (tmp_path / "file").write_text("in the way")
    assert not place.desk.exporting.save_picture(tmp_path / "file" / "view.png", b"\x89PNG")
    assert [notice.message.id for notice in place.desk.notices] == ["report.not_written"]


def test_series_of_another_modality_are_not_passed_over(tmp_path: Path) -> None:
    volumes.axial(tmp_path / "ct")
    place = make_workplace()
    place.open(tmp_path / "ct")
    done = export(place, tmp_path / "out")
    place.close()
    told = document(done)
    assert told["results"] == []
    (skipped,) = told["skipped"]  # type: ignore[misc]
    assert skipped["model"] == "brain-tumour-mr"
    assert "CT" in skipped["reason"]
    assert any("was not run" in line for line in comments(pydicom.dcmread(done.structured_report)))


def test_an_export_is_ended_before_the_window_goes(place: Workplace, tmp_path: Path) -> None:
    place.detect()
    place.desk.exporting.export(tmp_path / "out")
    place.desk.close()
    assert sorted(os.listdir(tmp_path / "out")) == ["findings.json", "report.dcm"]


def test_a_failed_run_is_told(place: Workplace, tmp_path: Path) -> None:
    place.script.error = MemoryError("made up")
    place.detect()
    states = {s.state for s in place.desk.detection.statuses()}
    assert DetectionState.FAILED in states
    done = export(place, tmp_path / "out")
    assert any(
        "did not finish on" in line for line in comments(pydicom.dcmread(done.structured_report))
    )


def test_models_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(find_locations().models / "brain-tumour-mr", models / "brain-tumour-mr")
    (models / "brain-tumour-mr" / "weights.safetensors").unlink()
    (models / "broken").mkdir()
    (models / "broken" / "manifest.json").write_text("{}")
    write_head(tmp_path / "head")
    place = make_workplace(detectors=ScriptedShelf(Script(), models))
    place.open(tmp_path / "head")
    blocks = model_blocks(place.desk)
    assert [block.model_id for block in blocks] == ["brain-tumour-mr", "broken"]
    said = [place.desk.render(line.message) for block in blocks for line in block.lines]
    assert len(said) == 2
    done = export(place, tmp_path / "out")
    place.close()
    skipped = {item["model"]: item["reason"] for item in document(done)["skipped"]}  # type: ignore[attr-defined]
    assert list(skipped.values()) == said
    assert set(skipped) == {"brain-tumour-mr", "broken"}
    told = comments(pydicom.dcmread(done.structured_report))
    assert sum("was not run" in line for line in told) == 2


@pytest.mark.parametrize("kind", ["made up", "gone"])
def test_without_a_report_the_findings_still_leave_and_it_is_said(
    tmp_path: Path, kind: str
) -> None:
    files = write_head(tmp_path / "head")
    if kind == "made up":
        for path in files:
            dataset = pydicom.dcmread(path)
            dataset.StudyInstanceUID = ""
            dataset.save_as(path)
    place = make_workplace(marks=[bright_mark()])
    place.open(tmp_path / "head")
    place.detect()
    place.desk.reviewing.select(place.desk.reviewing.rows()[0].finding.id)
    assert place.desk.reviewing.agree()
    if kind == "gone":
        shutil.rmtree(tmp_path / "head")
    done = export(place, tmp_path / "out")
    place.close()
    assert done.structured_report is None
    assert os.listdir(tmp_path / "out") == ["findings.json"]
    assert done.left_out is not None
    ids = {"made up": "report.made_up_ids", "gone": "report.images_gone"}
    assert done.left_out.id == ids[kind]
    said = place.desk.notices[-1]
    assert said.is_warning
    assert said.message.argument("reason") == done.left_out
    told = document(done)
    assert told["warnings"] == [place.desk.render(done.left_out)]
    assert [f["status"] for f in told["review"]["findings"]] == ["agreed"]  # type: ignore[index, call-overload]


def test_a_run_that_failed_does_not_carry_the_findings_of_the_one_before(
    place: Workplace, tmp_path: Path
) -> None:
    place.detect()
    place.desk.reviewing.select(place.desk.reviewing.rows()[0].finding.id)
    assert place.desk.reviewing.agree()
    place.script.error = MemoryError("made up")
    place.desk.detection.start()
    place.settle()
    told = document(export(place, tmp_path / "out"))
    (result,) = told["results"]  # type: ignore[misc]
    assert (result["state"], result["findings"]) == ("failed", [])
    assert "agreed" in [f["status"] for f in told["review"]["findings"]]  # type: ignore[index, call-overload]


def test_a_measured_length_leaves_with_the_report(place: Workplace, tmp_path: Path) -> None:
    none = export(place, tmp_path / "none")
    shown = place.desk.viewing.active_display_set
    assert shown is not None
    ends = ((1.0, 2.0), (4.0, 6.0))
    line = LengthMeasurement(
        uuid.uuid4(), shown.id, 3, *ends, (0.0, 0.0, 0.0), (3.0, 4.0, 0.0), 5.0, reader="Dr Weiss"
    )
    place.desk.measuring.add(line)
    done = export(place, tmp_path / "one")
    assert (none.lengths, done.lengths) == (0, 1)
    assert f"2.25.{line.id.int}" in tracked(pydicom.dcmread(done.structured_report))
    assert f"2.25.{line.id.int}" not in tracked(pydicom.dcmread(none.structured_report))
    told = document(done)["review"]["measurements"]  # type: ignore[index, call-overload]
    assert [m["length_mm"] for m in told] == [5.0]
    said = place.desk.render(exported_words(done))
    assert said.endswith("It holds 1 measured length.")
    assert "It holds" not in place.desk.render(exported_words(none))


def test_a_length_that_was_measured_on_other_pixels_leaves_in_no_report(place: Workplace) -> None:
    desk, study = place.desk, place.desk.opening.current_study
    shown = desk.viewing.active_display_set
    assert study is not None and shown is not None
    desk.measuring.add(
        LengthMeasurement(uuid.uuid4(), shown.id, 3, (1, 2), (4, 6), None, None, 5.0)
    )
    before = desk.exporting._before_reader(study)
    assert shown.id in before.spoken_of
    assert len(content_of(before).lengths) == 1
    others = replace(before, digests={**before.digests, shown.id: "0" * 64})
    assert len(content_of(others).lengths) == 0
    unread = replace(before, digests={})
    assert len(content_of(unread).lengths) == 0, "nobody knows what its images are now"
