"""The structured report, read back with what did not write it: pydicom and dciodvfy."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from highdicom.sr import Comprehensive3DSR, srread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from medai_desktop.errors import ReportError, SourceError
from medai_desktop.findings import DetectionState, RunStatus
from medai_desktop.report.entries import ReportContent
from medai_desktop.report.measurement_groups import ellipsoid_points
from medai_desktop.report.structured_report import person_name, report_bytes
from medai_desktop.review import FindingStatus
from medai_desktop.text import message
from tests.phantoms import volumes
from tests.phantoms.phantom import Phantom
from tests.unit.report.contents import (
    MADE_BY,
    THRESHOLD,
    Desk,
    added,
    desk_on,
    english,
    finding_on,
    study_in,
)

BOX = ((5.0, 6.5, 1.0), (21.25, 15.0, 4.0))
READER = "王医生"


def read(content: ReportContent) -> Dataset:
    """The report as another program reads its file."""
    return pydicom.dcmread(io.BytesIO(report_bytes(content, english)))


def items(dataset: Dataset, kind: str = "", name: str = "") -> Iterator[Dataset]:
    """Every content item of a value type and concept meaning, at any depth."""
    for item in dataset.get("ContentSequence", []):
        names = item.get("ConceptNameCodeSequence", [])
        meaning = names[0].CodeMeaning if names else ""
        if (not kind or item.ValueType == kind) and (not name or meaning == name):
            yield item
        yield from items(item, kind, name)


def texts(dataset: Dataset, name: str = "Comment") -> list[str]:
    return [str(item.TextValue) for item in items(dataset, "TEXT", name)]


@pytest.fixture
def validated(tmp_path: Path) -> Callable[[ReportContent], Dataset]:
    """Writes a report, has dciodvfy judge it, reads it back."""
    numbers = itertools.count()

    def validate(content: ReportContent) -> Dataset:
        path = tmp_path / f"report-{next(numbers)}.dcm"
        path.write_bytes(report_bytes(content, english))
        if shutil.which("dciodvfy") is None:
            pytest.skip("dciodvfy (Debian package dicom3tools) is not here")
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert "Comprehensive3DSR" in said
        assert "Error" not in said, said
        assert done.returncode == 0
        return pydicom.dcmread(path)

    return validate


def test_validator_refuses_a_wrong_report(tmp_path: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian package dicom3tools) is not here")
    volumes.axial(tmp_path / "in")
    report = read(desk_on(tmp_path / "in", BOX).unread())
    del report.VerificationFlag
    path = tmp_path / "wrong.dcm"
    report.save_as(path)
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    assert "Error" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "make",
    [
        volumes.oblique_anisotropic,
        volumes.axial,
        volumes.chest_ct,
        volumes.gantry_tilt,
        volumes.signed_12bit,
        volumes.hand_radiograph,
        volumes.chest_radiograph,
        volumes.no_position,
        volumes.chinese_name,
    ],
)
def test_reports_are_valid(
    make: Callable[[Path], Phantom],
    tmp_path: Path,
    validated: Callable[[ReportContent], Dataset],
) -> None:
    make(tmp_path / "in")
    shown = study_in(tmp_path / "in").display_sets[0]
    last = float(min(3, len(shown.frames)))
    desk = desk_on(tmp_path / "in", ((5, 6, 0), (20, 16, last)), ((1, 2, 0), (4, 5, last)))
    validated(desk.unread())
    validated(desk.read_by(READER, FindingStatus.AGREED, FindingStatus.EDITED))
    assert list(items(validated(desk.read_by(READER, *[FindingStatus.REJECTED] * 2)), "NUM")) == []


def test_the_box_in_the_patient_is_the_surface_of_the_report(tmp_path: Path) -> None:
    phantom = volumes.oblique_anisotropic(tmp_path)
    desk = desk_on(tmp_path, BOX)
    report = read(desk.unread())
    (surface,) = items(report, "SCOORD3D")
    assert surface.GraphicType == "ELLIPSOID"
    assert surface.ReferencedFrameOfReferenceUID == phantom.tags.frame_of_reference_uid
    ends = np.array(surface.GraphicData, dtype=np.float64).reshape(3, 2, 3)
    # From the phantom's own affine: middles of opposite faces, voxel edges half a voxel out.
    lower, upper = np.array(BOX[0]) - 0.5, np.array(BOX[1]) - 0.5
    wanted = []
    for axis in range(3):
        middles = np.repeat(((lower + upper) / 2)[None], 2, axis=0)
        middles[:, axis] = lower[axis], upper[axis]
        wanted.append(middles @ phantom.affine[:3, :3].T + phantom.affine[:3, 3])
    wanted.sort(key=lambda pair: -float(np.linalg.norm(pair[1] - pair[0])))
    for axis in range(3):
        assert np.allclose(ends[axis], wanted[axis], atol=2e-3)
    assert not np.allclose(ends[0], wanted[1], atol=1.0), "axes that could be mistaken"


def test_the_axes_of_the_ellipsoid_go_through_its_middle(tmp_path: Path) -> None:
    volumes.oblique_anisotropic(tmp_path)
    box = desk_on(tmp_path, BOX).findings[0].box
    assert box is not None
    ends = ellipsoid_points(box).reshape(3, 2, 3)
    assert np.allclose(ends.mean(axis=1), box.center_lps_mm)
    axes = ends[:, 1] - ends[:, 0]
    assert np.allclose(axes @ axes.T, np.diag(np.linalg.norm(axes, axis=1) ** 2))
    lengths = np.linalg.norm(axes, axis=1)
    assert lengths[0] >= lengths[1] >= lengths[2]
    assert np.allclose(sorted(lengths), sorted(box.size_mm))


def test_a_tilted_gantry_gives_the_faces_of_the_sheared_box(tmp_path: Path) -> None:
    phantom = volumes.gantry_tilt(tmp_path)
    report = read(desk_on(tmp_path, BOX).unread())
    faces = list(items(report, "SCOORD3D"))
    assert {face.GraphicType for face in faces} == {"POLYGON"}
    assert len(faces) == 6
    found = np.array([face.GraphicData for face in faces], dtype=np.float64).reshape(6, 5, 3)
    assert np.array_equal(found[:, 0], found[:, 4])
    corners = np.array(list(itertools.product(*zip(*BOX, strict=True)))) - 0.5
    wanted = corners @ phantom.affine[:3, :3].T + phantom.affine[:3, 3]
    near = np.linalg.norm(found[:, :4, None] - wanted, axis=-1)
    assert near.min(axis=-1).max() < 2e-3
    assert all(len(set(face.argmin(axis=-1))) == 4 for face in near)
    assert sorted(near.argmin(axis=-1).ravel()) == sorted([*range(8)] * 3)


def test_a_radiograph_has_its_box_in_pixels(tmp_path: Path) -> None:
    phantom = volumes.hand_radiograph(tmp_path)
    report = read(desk_on(tmp_path, ((10.5, 20, 0), (60, 80.25, 1))).unread())
    assert list(items(report, "SCOORD3D")) == []
    (region,) = items(report, "SCOORD")
    assert region.GraphicType == "POLYLINE"
    points = np.array(region.GraphicData).reshape(-1, 2)
    assert np.array_equal(points[0], points[-1])
    assert points.min(axis=0).tolist() == [10.5, 20]
    assert points.max(axis=0).tolist() == [60, 80.25]
    (image,) = items(report, "IMAGE")
    reference = image.ReferencedSOPSequence[0]
    assert reference.ReferencedSOPInstanceUID == phantom.tags.instance_uid(0)
    assert "ReferencedFrameNumber" not in reference


def test_without_geometry_every_image_it_crosses_is_shown(tmp_path: Path) -> None:
    volumes.no_position(tmp_path)
    desk = desk_on(tmp_path, BOX)
    report = read(desk.unread())
    uids = [i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for i in items(report, "IMAGE")]
    assert uids == [box.sop_instance_uid for box in desk.findings[0].boxes_px]
    assert len(uids) == 3


def test_frames_of_one_file_are_told_apart(tmp_path: Path) -> None:
    source = get_testdata_file("SC_rgb_rle_2frame.dcm", download=False)
    assert source is not None
    shutil.copy(source, tmp_path / "two.dcm")
    desk = desk_on(tmp_path, ((10, 10, 1), (40, 50, 2)))
    report = read(desk.unread())
    (image,) = items(report, "IMAGE")
    assert image.ReferencedSOPSequence[0].ReferencedFrameNumber == 2
    both = read(desk_on(tmp_path, ((10, 10, 0), (40, 50, 2))).unread())
    frames = [i.ReferencedSOPSequence[0].ReferencedFrameNumber for i in items(both, "IMAGE")]
    assert frames == [1, 2]


@pytest.mark.corpus
def test_an_enhanced_volume_is_reported(
    corpus: Callable[[str], Path],
    tmp_path: Path,
    validated: Callable[[ReportContent], Dataset],
) -> None:
    (path,) = corpus("pydicom-data").rglob("eCT_Supplemental.dcm")
    shutil.copy(path, tmp_path / "enhanced.dcm")
    desk = desk_on(tmp_path, ((100, 100, 0), (200, 180, 1)))
    given, report = pydicom.dcmread(path), validated(desk.unread())
    assert report.StudyInstanceUID == given.StudyInstanceUID
    kind = "SCOORD3D" if desk.findings[0].box is not None else "SCOORD"
    assert len(list(items(report, kind))) == 1


def test_score_is_a_number_up_to_one(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    (number,) = items(read(desk_on(tmp_path, BOX).unread()), "NUM")
    value = number.MeasuredValueSequence[0]
    assert float(value.NumericValue) == pytest.approx(0.9)
    unit = value.MeasurementUnitsCodeSequence[0]
    assert (unit.CodeValue, unit.CodingSchemeDesignator) == ("1", "UCUM")
    assert number.ConceptNameCodeSequence[0].CodeValue == "111012"


def test_finding_is_tracked_and_says_who_marked_it(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    finding = desk.findings[0]
    report = read(desk.unread())
    (tracking,) = items(report, "UIDREF", "Tracking Unique Identifier")
    assert tracking.UID == f"2.25.{finding.id.int}"
    assert texts(report, "Tracking Identifier") == [f"enhancing mass {finding.id}"]
    (code,) = items(report, "CODE", "Finding")
    assert code.ConceptCodeSequence[0].CodeValue == "4147007"
    assert texts(report, "Algorithm Name") == ["brain-tumour-mr"]
    assert texts(report, "Algorithm Version") == ["1.0.0"]
    said = " ".join(texts(report, "Algorithm Parameters"))
    assert MADE_BY.weights_sha256 in said
    assert "threshold 0.5" in said


def test_readers_own_finding_has_neither_score_nor_algorithm(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    own = added(desk.shown, finding_on(desk.shown, *BOX, number=7), READER)
    report = read(desk.with_entries([own], READER))
    assert list(items(report, "NUM")) == []
    assert texts(report, "Algorithm Name") == []
    assert any(
        said == f"enhancing mass: added by {READER}, 2026-03-14 10:42 UTC."
        for said in texts(report)
    )


def test_edited_finding_reports_the_readers_box(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    before = desk.read_by(READER, FindingStatus.AGREED)
    moved = finding_on(desk.shown, (8, 8, 2), (12, 12, 3))
    edited = replace(
        before.entries[0],
        finding=replace(before.entries[0].finding, box=moved.box, boxes_px=moved.boxes_px),
        status=FindingStatus.EDITED,
    )
    report = read(desk.with_entries([edited], READER))
    (surface,) = items(report, "SCOORD3D")
    (original,) = items(read(before), "SCOORD3D")
    assert moved.box is not None
    middle = np.array(surface.GraphicData).reshape(6, 3).mean(axis=0)
    assert np.allclose(middle, moved.box.center_lps_mm, atol=1e-3)
    assert not np.allclose(middle, np.array(original.GraphicData).reshape(6, 3).mean(axis=0))
    assert any("its box changed by" in said for said in texts(report))


def test_reader_is_an_observer_and_nothing_is_verified(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    unread, signed = read(desk.unread()), read(desk.read_by(READER, FindingStatus.AGREED))
    assert list(items(unread, "PNAME")) == []
    (observer,) = items(signed, "PNAME")
    assert observer.PersonName.ideographic == READER + "^"
    for report in (unread, signed):
        assert report.VerificationFlag == "UNVERIFIED"
        assert report.PreliminaryFlag == "PRELIMINARY"
        assert "VerifyingObserverSequence" not in report
        assert report.ContentQualification == "RESEARCH"
    types = [i.ConceptCodeSequence[0].CodeValue for i in items(signed, "CODE", "Observer Type")]
    assert types == ["121006", "121007"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Dr Test", "Dr Test^"),
        ("Meier^Anna", "Meier^Anna"),
        ("王医生", "=王医生^"),
        ("  A  B ", "A B^"),
        ("a\\b=c", "a b c^"),
        ("김철수", "=김철수^"),
        ("x" * 100, "x" * 63 + "^"),
    ],
)
def test_names_become_person_names(written: str, expected: str) -> None:
    assert person_name(written) == expected


@pytest.mark.parametrize("character_set", ["GB18030", "ISO_IR 192", "ISO 2022 IR 87"])
def test_names_are_right_whatever_the_images_use(
    character_set: str, tmp_path: Path, validated: Callable[[ReportContent], Dataset]
) -> None:
    phantom = volumes.chinese_name(tmp_path / "in", character_set)
    given = pydicom.dcmread(phantom.paths[0])
    report = validated(desk_on(tmp_path / "in", ((5, 6, 0), (9, 9, 2))).unread())
    assert report.SpecificCharacterSet == "ISO_IR 192"
    assert str(report.PatientName) == str(given.PatientName)
    assert report.StudyDescription == given.StudyDescription
    assert str(report.PatientName.ideographic).encode() in _raw(report, "PatientName")
    written = phantom.paths[0].read_bytes()
    is_utf8 = str(given.PatientName.ideographic).encode() in written
    assert is_utf8 is (character_set == "ISO_IR 192"), "the phantom would show nothing"


def _raw(dataset: Dataset, keyword: str) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    value = pydicom.dcmread(io.BytesIO(buffer.getvalue())).get_item(keyword).value
    assert isinstance(value, bytes)
    return value


def test_patient_and_study_are_those_of_the_images(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    given, report = pydicom.dcmread(phantom.paths[0]), read(desk_on(tmp_path, BOX).unread())
    for keyword in (
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "PatientAge",
        "StudyInstanceUID",
        "StudyDate",
        "StudyTime",
        "StudyID",
        "StudyDescription",
        "AccessionNumber",
        "ReferringPhysicianName",
    ):
        assert report[keyword].value == given[keyword].value, keyword
    assert report.SeriesInstanceUID != given.SeriesInstanceUID
    assert report.SOPInstanceUID != given.SOPInstanceUID
    assert report.Modality == "SR"


def _damaged(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    del dataset.PatientBirthDate, dataset.StudyID, dataset.AccessionNumber
    dataset.PatientSex = "X"
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.6"
    dataset.add_new(0x00101030, "LO", "heavy")
    dataset.save_as(path)


def test_a_careless_header_does_not_stop_the_report(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    for path in phantom.paths:
        _damaged(path)
    report = read(desk_on(tmp_path, BOX).unread())
    assert report.PatientSex == ""
    assert report.PatientBirthDate == ""
    assert report.StudyID == ""
    assert report.PatientID == "PHANTOM-1"
    assert "PatientWeight" not in report or report.PatientWeight != "heavy"


def test_images_that_have_gone_are_said(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    content = desk_on(tmp_path, BOX).unread()
    phantom.paths[0].unlink()
    assert read(content).PatientID == "PHANTOM-1", "another image of the study tells the same"
    for path in phantom.paths[1:]:
        path.unlink()
    with pytest.raises(SourceError) as raised:
        report_bytes(content, english)
    assert raised.value.message.id == "report.images_gone"


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SOPInstanceUID", "1.2.3"),
        ("PatientID", "OTHER"),
        ("PatientName", "OTHER"),
        ("StudyInstanceUID", "1.2.3"),
    ],
)
def test_a_file_that_is_another_by_now_names_no_patient(
    keyword: str, value: str, tmp_path: Path
) -> None:
    phantom = volumes.axial(tmp_path)
    content = desk_on(tmp_path, BOX).unread()
    path = phantom.paths[0]
    path.touch()
    assert read(content).PatientID == "PHANTOM-1", "the same image, written anew"
    dataset = pydicom.dcmread(path)
    setattr(dataset, keyword, value)
    dataset.save_as(path)
    with pytest.raises(SourceError) as raised:
        report_bytes(content, english)
    assert raised.value.message.id == "report.images_changed"
    path.write_bytes(b"no longer DICOM" * 100)
    with pytest.raises(SourceError) as raised:
        report_bytes(content, english)
    assert raised.value.message.id == "report.images_changed"


def test_evidence_is_every_image_that_was_looked_at(tmp_path: Path) -> None:
    study = volumes.brain_mr(tmp_path)
    found = study_in(tmp_path)
    shown = next(s for s in found.display_sets if s.series.description == "Ax T1 +C")
    desk = Desk(found, shown, (finding_on(shown, *BOX),))
    report = read(desk.unread())
    (evidence,) = report.CurrentRequestedProcedureEvidenceSequence
    (series,) = evidence.ReferencedSeriesSequence
    tags = study.series["T1+C"].tags
    assert evidence.StudyInstanceUID == tags.study_uid
    assert series.SeriesInstanceUID == tags.series_uid
    uids = [item.ReferencedSOPInstanceUID for item in series.ReferencedSOPSequence]
    assert sorted(uids) == sorted(tags.instance_uid(n) for n in range(len(shown.frames)))
    pointed = {i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for i in items(report, "IMAGE")}
    assert pointed <= set(uids)


def test_states_of_every_model_are_said(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX, ((1, 1, 0), (4, 4, 2)))
    place = desk.shown.id
    statuses = (
        desk.status(),
        RunStatus("a", "Model A", place, DetectionState.NOT_RUN, message("detection.localizer")),
        RunStatus("b", "Model B", place, DetectionState.FAILED, message("wire.died", how="9")),
        RunStatus("c", "Model C", place, DetectionState.RUNNING),
        RunStatus("d", "Model D", place, DetectionState.STALE, message("session.images_changed")),
    )
    report = read(replace(desk.unread(), statuses=statuses))
    said = texts(report)
    assert (
        "Brain mass MR looked at series 1 (axial), 20 images: places marked at or above its "
        "threshold of 0.5: 2." in said
    )
    assert "Model A was not run on series 1 (axial): a scout is not looked at." in said
    failed = next(line for line in said if line.startswith("Model B"))
    assert failed.startswith(
        "Model B did not finish on series 1 (axial): The program that does this work ended by "
        "itself (9)."
    )
    assert "Model C had not finished on series 1 (axial) when this was written." in said
    assert any(line.startswith("The marks of Model D on series 1 (axial) are") for line in said)
    about = [item.UID for item in items(report, "UIDREF", "Series Instance UID")]
    assert about == [desk.shown.series.series_instance_uid] * len(statuses)


def test_nothing_above_the_threshold_is_said_with_it(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    desk.findings = (replace(desk.findings[0], score=THRESHOLD - 0.01),)
    report = read(desk.unread())
    assert any(
        line.startswith("Brain mass MR marked nothing on series 1 (axial), 20 images, at or above")
        and "threshold of 0.5" in line
        for line in texts(report)
    )
    assert list(items(report, "CONTAINER", "Imaging Measurements")) == []


def test_outside_training_is_said(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    outside = replace(desk.status(), outside_training=message("detection.no_contrast"))
    report = read(replace(desk.unread(), statuses=(outside,)))
    assert any(
        line.endswith(
            "Outside what Brain mass MR was tested on: no contrast agent is stated. "
            "Its marks may be wrong."
        )
        for line in texts(report)
    )


def test_what_the_reader_did_not_agree_with_is_counted(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX, ((1, 1, 0), (4, 4, 2)), ((2, 2, 0), (4, 4, 2)))
    kinds = (FindingStatus.AGREED, FindingStatus.REJECTED, FindingStatus.OPEN)
    report = read(desk.read_by("Dr Test", *kinds))
    assert len(list(items(report, "CONTAINER", "Measurement Group"))) == 1
    assert any(
        "agreed 1, agreed with another box 0, rejected 1, unsure 0, undecided 1; added by "
        "readers: 0." in line
        for line in texts(report)
    )


def test_research_sentence_is_in_every_report(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    desk = desk_on(tmp_path, BOX)
    for content in (desk.unread(), desk.read_by(READER, FindingStatus.REJECTED)):
        report = read(content)
        assert any(
            "Research use only, not for use in diagnosis or treatment." in line
            and "Brain mass MR" in line
            for line in texts(report)
        )
        assert report.SeriesDescription.startswith("Research use only")


def test_long_text_leaves_whole(
    tmp_path: Path, validated: Callable[[ReportContent], Dataset]
) -> None:
    volumes.axial(tmp_path / "in")
    desk = desk_on(tmp_path / "in", BOX)
    long = "very long " * 600
    status = RunStatus(
        "b", "Model B", desk.shown.id, DetectionState.FAILED, message("wire.died", how=long)
    )
    report = validated(replace(desk.unread(), statuses=(status,)))
    assert any(long.strip() in line for line in texts(report))


def test_highdicom_reads_it_as_a_measurement_report(tmp_path: Path) -> None:
    volumes.oblique_anisotropic(tmp_path / "in")
    desk = desk_on(tmp_path / "in", BOX)
    path = tmp_path / "report.dcm"
    path.write_bytes(report_bytes(desk.unread(), english))
    report = srread(path)
    assert isinstance(report, Comprehensive3DSR)
    groups = report.content.get_volumetric_roi_measurement_groups(  # type: ignore[union-attr]
        tracking_uid=f"2.25.{desk.findings[0].id.int}"
    )
    assert len(groups) == 1
    other = report.content.get_volumetric_roi_measurement_groups(  # type: ignore[union-attr]
        tracking_uid=f"2.25.{uuid.uuid4().int}"
    )
    assert other == []


def test_two_reports_of_the_same_are_two_documents(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    content = desk_on(tmp_path, BOX).unread()
    first, second = read(content), read(content)
    assert first.SOPInstanceUID != second.SOPInstanceUID
    tracked = [
        next(items(report, "UIDREF", "Tracking Unique Identifier")).UID
        for report in (first, second)
    ]
    assert tracked[0] == tracked[1]


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID"])
def test_images_without_ids_of_their_own_are_not_referred_to(tmp_path: Path, keyword: str) -> None:
    phantom = volumes.axial(tmp_path)
    box = ((1.0, 1.0, 0.0), (5.0, 5.0, 1.0))
    assert read(desk_on(tmp_path, box).unread()).PatientID == "PHANTOM-1"
    for path in phantom.paths:
        dataset = pydicom.dcmread(path)
        setattr(dataset, keyword, "")
        dataset.save_as(path)
    with pytest.raises(ReportError) as raised:
        report_bytes(desk_on(tmp_path, box).unread(), english)
    assert raised.value.message.id == "report.made_up_ids"
    assert "series 1 (" in english(raised.value.message)
