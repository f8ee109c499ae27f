"""What a reader measured leaves in the report and in findings.json."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medai_desktop.findings import DetectionState, LengthMeasurement
from medai_desktop.report.entries import LengthEntry, ReportContent
from medai_desktop.report.findings_document import document_bytes, findings_document
from medai_desktop.review import FindingStatus
from tests.phantoms import volumes
from tests.unit.report.contents import Desk, desk_on, english
from tests.unit.report.test_structured_report import items, texts

READER = "王医生"
BOX = ((5.0, 6.0, 1.0), (14.0, 15.0, 3.0))
START, END = (3.0, 4.0), (15.0, 9.0)
Validate = Callable[[ReportContent], Dataset]


def ruler(desk: Desk, slice_index: int | None = 1, reader: str = READER) -> LengthEntry:
    """A ruler on one image, in millimetres where the images have them."""
    shown, ends = desk.shown, (None, None)
    length = None
    if shown.geometry is not None:
        voxels = np.array([(*START, slice_index or 0), (*END, slice_index or 0)])
        world = shown.geometry.world_from_voxel(voxels)
        ends = tuple(tuple(float(n) for n in row) for row in world)  # type: ignore[assignment]
        length = float(np.linalg.norm(world[1] - world[0]))
    line = LengthMeasurement(
        uuid.uuid4(), shown.id, slice_index, START, END, ends[0], ends[1], length, reader=reader
    )
    return LengthEntry(line, shown)


def measured(desk: Desk, *lengths: LengthEntry) -> ReportContent:
    """A report in which nothing was decided but something measured."""
    content = desk.read_by(READER, *[FindingStatus.REJECTED] * len(desk.findings))
    assert content.review is not None
    return replace(content, review=replace(content.review, lengths=lengths))


def test_a_length_is_a_number_with_its_two_ends_in_the_patient(
    tmp_path: Path, validated: Validate
) -> None:
    phantom = volumes.oblique_anisotropic(tmp_path / "in")
    desk = desk_on(tmp_path / "in", BOX)
    entry = ruler(desk)
    report = validated(measured(desk, entry))
    (number,) = items(report, "NUM", "Length")
    value = number.MeasuredValueSequence[0]
    voxels = np.array([[*START, 1], [*END, 1]])
    ends = voxels @ phantom.affine[:3, :3].T + phantom.affine[:3, 3]
    assert float(value.NumericValue) == pytest.approx(np.linalg.norm(ends[1] - ends[0]), abs=1e-3)
    assert value.MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    name = number.ConceptNameCodeSequence[0]
    assert (name.CodeValue, name.CodingSchemeDesignator) == ("410668003", "SCT")
    (line,) = number.ContentSequence
    assert (line.ValueType, line.GraphicType) == ("SCOORD3D", "POLYLINE")
    assert line.ReferencedFrameOfReferenceUID == phantom.tags.frame_of_reference_uid
    assert np.allclose(np.array(line.GraphicData).reshape(2, 3), ends, atol=2e-3)
    assert not np.allclose(ends[0], ends[1], atol=1.0)
    (group,) = items(report, "CONTAINER", "Measurement Group")
    assert f"2.25.{entry.measurement.id.int}" in [str(i.UID) for i in items(group, "UIDREF")]
    (said,) = texts(group)
    assert said.startswith(f"Length {entry.measurement.length_mm:.1f} mm on ")
    assert said.endswith(f"measured by {READER}.")


@pytest.mark.parametrize("make", [volumes.no_position, volumes.hand_radiograph])
def test_without_a_place_in_the_patient_the_line_lies_on_its_image(
    make: Callable[[Path], object], tmp_path: Path, validated: Validate
) -> None:
    make(tmp_path / "in")
    desk = desk_on(tmp_path / "in")
    where = len(desk.shown.frames) - 1
    line = replace(
        ruler(desk, where).measurement, start_lps_mm=None, end_lps_mm=None, length_mm=None
    )
    report = validated(measured(desk, LengthEntry(line, desk.shown)))
    (number,) = items(report, "NUM", "Length")
    value = number.MeasuredValueSequence[0]
    assert value.MeasurementUnitsCodeSequence[0].CodeValue == "{pixels}"
    assert float(value.NumericValue) == 13.0
    (drawn,) = items(report, "SCOORD")
    points = np.array(drawn.GraphicData).reshape(2, 2)
    assert points.tolist() == [[3.5, 4.5], [15.5, 9.5]], "from the corner of the first pixel"
    (image,) = items(report, "IMAGE")
    wanted = desk.shown.frames[where].reference.sop_instance_uid
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == wanted


def test_findings_and_lengths_stand_side_by_side(tmp_path: Path, validated: Validate) -> None:
    volumes.axial(tmp_path / "in")
    desk = desk_on(tmp_path / "in", BOX)
    agreed = desk.read_by(READER, FindingStatus.AGREED)
    assert agreed.review is not None
    lengths = (ruler(desk), ruler(desk, None, "Dr Other"))
    content = replace(agreed, review=replace(agreed.review, lengths=lengths))
    report = validated(content)
    assert len(list(items(report, "CONTAINER", "Measurement Group"))) == 3
    names = [str(i.PersonName) for i in items(report, "PNAME")]
    assert any("Other" in name for name in names), "who measured is an observer too"
    assert len(list(items(validated(agreed), "CONTAINER", "Measurement Group"))) == 1


def test_a_length_without_any_place_is_said_in_words(tmp_path: Path, validated: Validate) -> None:
    volumes.no_position(tmp_path / "in")
    desk = desk_on(tmp_path / "in")
    line = replace(ruler(desk, None).measurement, start_lps_mm=None, end_lps_mm=None)
    report = validated(measured(desk, LengthEntry(line, desk.shown)))
    assert list(items(report, "NUM")) == []
    assert any(said.startswith("Length 13.0 pixels on ") for said in texts(report))


def test_findings_json_tells_the_same(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    on_image, on_plane = ruler(desk), ruler(desk, None)
    content = measured(desk, on_image, on_plane)
    told = json.loads(document_bytes(findings_document([], [], english, content.review)))["review"]
    first, second = told["measurements"]
    assert first["id"] == str(on_image.measurement.id)
    assert first["length_mm"] == pytest.approx(on_image.measurement.length_mm, abs=1e-3)
    assert np.allclose(first["ends_lps_mm"][0], on_image.measurement.start_lps_mm)
    assert first["ends_px"] == [[3.5, 4.5], [15.5, 9.5]]
    assert first["sop_instance_uid"] == desk.shown.frames[1].reference.sop_instance_uid
    assert second["sop_instance_uid"] is None
    assert (first["kind"], first["reader"]) == ("length", READER)
    assert told["undecided"] == 0


def test_a_report_with_undecided_marks_is_partial(tmp_path: Path, validated: Validate) -> None:
    volumes.axial(tmp_path / "in")
    desk = desk_on(tmp_path / "in", BOX, ((1, 2, 0), (4, 5, 2)))
    half = desk.read_by(READER, FindingStatus.AGREED, FindingStatus.OPEN)
    assert half.review is not None
    assert half.review.undecided == 1
    assert validated(half).CompletionFlag == "PARTIAL"
    whole = desk.read_by(READER, FindingStatus.AGREED, FindingStatus.UNSURE)
    assert validated(whole).CompletionFlag == "COMPLETE", "unsure is an answer"
    assert validated(desk.unread()).CompletionFlag == "COMPLETE", "nobody is waited for"


@pytest.mark.parametrize("state", [DetectionState.FAILED, DetectionState.RUNNING])
def test_a_report_that_lacks_an_answer_of_a_model_is_partial(
    state: DetectionState, tmp_path: Path, validated: Validate
) -> None:
    volumes.axial(tmp_path / "in")
    content = desk_on(tmp_path / "in", BOX).unread()
    status = replace(content.statuses[0], state=state)
    unended = replace(content, entries=(), statuses=(status,), finding_sets=())
    assert validated(unended).CompletionFlag == "PARTIAL"
