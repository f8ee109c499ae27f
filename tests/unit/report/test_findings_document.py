"""findings.json holds to its contract, member by member."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.detection.manifest import Manifest, read_manifest
from medai_desktop.findings import DetectionState
from medai_desktop.report.entries import Review
from medai_desktop.report.findings_document import (
    Json,
    ResultEntry,
    SkippedEntry,
    document_bytes,
    findings_document,
)
from medai_desktop.review import Decision, DecisionKind, FindingStatus, RejectReason
from medai_desktop.text import message
from tests.phantoms import volumes
from tests.unit.report.contents import AT, MADE_BY, Desk, added, chinese, desk_on, english

BOX = ((5.0, 6.5, 1.0), (21.25, 15.0, 4.0))
RESULT = {
    "model",
    "device",
    "series_instance_uid",
    "display_set_id",
    "state",
    "outside_training",
    "seconds",
    "findings",
    "warnings",
}
MODEL = {"id", "version", "weights_sha256", "threshold", "threshold_solid", "calibrated"}
FINDING = {
    "id",
    "label",
    "code",
    "score",
    "center_lps_mm",
    "box_size_mm",
    "axes_lps",
    "boxes_px",
}
SECONDS = {"load", "preprocess", "inference", "postprocess", "total"}


@pytest.fixture
def manifest() -> Manifest:
    return read_manifest(find_locations().models / "brain-tumour-mr")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    volumes.oblique_anisotropic(tmp_path)
    return desk_on(tmp_path, BOX, ((1.0, 1.0, 0.0), (4.0, 4.0, 2.0)))


def read(document: Json) -> dict[str, object]:
    """As it stands in the file."""
    loaded = json.loads(document_bytes(document))
    assert isinstance(loaded, dict)
    return loaded


def result_of(document: Json) -> dict[str, object]:
    (result,) = read(document)["results"]  # type: ignore[misc]
    assert isinstance(result, dict)
    return result


def test_a_run_has_every_member(desk: Desk, manifest: Manifest) -> None:
    entry = ResultEntry(desk.status(), desk.shown, manifest, desk.found())
    document = read(findings_document([entry], [], english))
    assert set(document) == {"research_use", "results", "skipped"}
    assert "not for use in diagnosis or treatment" in str(document["research_use"])
    result = result_of(findings_document([entry], [], english))
    assert set(result) == RESULT
    assert result["state"] == "done"
    assert result["series_instance_uid"] == desk.shown.series.series_instance_uid
    assert result["display_set_id"] == desk.shown.id
    assert result["device"] == "cpu"
    assert result["outside_training"] is None
    assert result["warnings"] == []
    assert result["seconds"] == {
        "load": 0.1,
        "preprocess": 0.2,
        "inference": 0.3,
        "postprocess": 0.4,
        "total": 1.0,
    }
    model = result["model"]
    assert isinstance(model, dict)
    assert set(model) == MODEL
    assert model["weights_sha256"] == MADE_BY.weights_sha256, "of what ran, not of what is there"
    assert model["threshold"] == MADE_BY.threshold
    assert model["calibrated"] is False


def test_a_finding_has_every_member(desk: Desk, manifest: Manifest) -> None:
    entry = ResultEntry(desk.status(), desk.shown, manifest, desk.found())
    findings = result_of(findings_document([entry], [], english))["findings"]
    assert isinstance(findings, list)
    assert [set(item) for item in findings] == [FINDING, FINDING]
    first, box = findings[0], desk.findings[0].box
    assert box is not None
    assert uuid.UUID(first["id"]) == desk.findings[0].id
    assert first["label"] == "enhancing mass"
    assert first["code"] == {"scheme": "SCT", "value": "4147007", "meaning": "Mass"}
    assert first["score"] == 0.9
    assert first["center_lps_mm"] == list(box.center_lps_mm)
    assert first["box_size_mm"] == list(box.size_mm)
    assert first["axes_lps"] == list(box.axes_lps)
    assert len(first["axes_lps"]) == 9
    assert first["boxes_px"] == [
        {
            "sop_instance_uid": desk.shown.frames[k].instance.sop_instance_uid,
            "frame": 1,
            "x0": 5.0,
            "y0": 6.5,
            "x1": 21.25,
            "y1": 15.0,
        }
        for k in (1, 2, 3)
    ]


def test_without_geometry_millimetres_are_null(tmp_path: Path, manifest: Manifest) -> None:
    volumes.hand_radiograph(tmp_path)
    desk = desk_on(tmp_path, ((10, 10, 0), (50, 60, 1)))
    entry = ResultEntry(desk.status(), desk.shown, manifest, desk.found())
    (finding,) = result_of(findings_document([entry], [], english))["findings"]  # type: ignore[misc]
    assert finding["center_lps_mm"] is None
    assert finding["box_size_mm"] is None
    assert finding["axes_lps"] is None
    assert len(finding["boxes_px"]) == 1


@pytest.mark.parametrize("state", list(DetectionState))
def test_every_state_is_said(state: DetectionState, desk: Desk, manifest: Manifest) -> None:
    reason = message("session.cancelled") if state is DetectionState.NOT_RUN else None
    status = replace(desk.status(), state=state, reason=reason)
    found = desk.found() if state in (DetectionState.DONE, DetectionState.STALE) else None
    result = result_of(
        findings_document([ResultEntry(status, desk.shown, manifest, found)], [], english)
    )
    assert set(result) == RESULT
    assert result["state"] == state.value
    assert result["warnings"] == (["cancelled by the reader"] if reason else [])
    assert set(result["seconds"]) == SECONDS  # type: ignore[call-overload]
    assert (result["findings"] == []) is (found is None)
    assert set(result["model"]) == MODEL  # type: ignore[call-overload]


@pytest.mark.parametrize("state", list(DetectionState))
def test_findings_of_an_earlier_run_are_not_told_as_those_of_a_run_without_result(
    state: DetectionState, desk: Desk, manifest: Manifest
) -> None:
    has_result = state in (
        DetectionState.DONE,
        DetectionState.NOTHING_ABOVE_THRESHOLD,
        DetectionState.STALE,
    )
    entry = ResultEntry(replace(desk.status(), state=state), desk.shown, manifest, desk.found())
    result = result_of(findings_document([entry], [], english))
    assert (result["findings"] != []) is has_result
    assert (result["device"] != "") is has_result
    assert (result["seconds"]["total"] > 0) is has_result  # type: ignore[index, call-overload]
    hashes = {True: desk.found().provenance.weights_sha256, False: manifest.weights_sha256}
    assert result["model"]["weights_sha256"] == hashes[has_result]  # type: ignore[index, call-overload]


def test_what_could_not_be_written_stands_in_the_document() -> None:
    assert "warnings" not in findings_document([], [], english)
    said = message("report.made_up_ids", series="4")
    assert findings_document([], [], english, warnings=[said])["warnings"] == [english(said)]


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


def test_sentences_follow_the_language(desk: Desk, manifest: Manifest) -> None:
    status = replace(desk.status(), outside_training=message("detection.no_contrast"))
    entry = ResultEntry(status, desk.shown, manifest, desk.found())
    texts = [
        result_of(findings_document([entry], [], render))["outside_training"]
        for render in (english, chinese)
    ]
    assert texts[0] == english(message("detection.no_contrast"))
    assert texts[1] == chinese(message("detection.no_contrast"))
    assert texts[0] != texts[1]


def test_what_was_skipped_says_why(desk: Desk) -> None:
    skipped = SkippedEntry(desk.shown, "brain-tumour-mr", message("detection.localizer"))
    document = read(findings_document([], [skipped], english))
    assert document["skipped"] == [
        {
            "series_instance_uid": desk.shown.series.series_instance_uid,
            "display_set_id": desk.shown.id,
            "model": "brain-tumour-mr",
            "reason": "a scout is not looked at",
        }
    ]


def test_model_that_has_gone_is_still_told(desk: Desk) -> None:
    entry = ResultEntry(desk.status(), desk.shown, None, desk.found())
    model = result_of(findings_document([entry], [], english))["model"]
    assert isinstance(model, dict)
    assert model["version"] == MADE_BY.model_version


def test_a_review_tells_what_the_reader_did(desk: Desk, manifest: Manifest) -> None:
    content = desk.read_by("王医生", FindingStatus.AGREED, FindingStatus.REJECTED)
    assert content.review is not None
    own = added(desk.shown, desk.findings[1], "王医生")
    moved = Decision(
        uuid.uuid4(),
        DecisionKind.MOVE_THRESHOLD,
        uuid.UUID(int=0),
        "-",
        AT - timedelta(minutes=1),
        desk.shown.id,
        threshold=0.3,
    )
    rejected = replace(content.review.decisions[1], reason=RejectReason.VESSEL)
    taken_back = replace(rejected, id=uuid.uuid4(), undoes=rejected.id, reason=RejectReason.NONE)
    review = Review(
        (*content.review.entries, own),
        (moved, content.review.decisions[0], rejected, taken_back),
    )
    entry = ResultEntry(desk.status(), desk.shown, manifest, desk.found())
    document = read(findings_document([entry], [], english, review))
    told = document["review"]
    assert isinstance(told, dict)
    assert told["readers"] == ["王医生"]
    assert [f["status"] for f in told["findings"]] == ["agreed", "rejected", "added"]
    assert told["findings"][0]["score"] == 0.9
    assert told["findings"][2]["score"] is None
    assert told["findings"][2]["origin"] == "reader"
    assert FINDING < set(told["findings"][0])
    decisions = told["decisions"]
    assert [d["kind"] for d in decisions] == ["move_threshold", "agree", "reject", "reject"]
    assert (decisions[0]["threshold"], decisions[0]["finding_id"]) == (0.3, None)
    assert decisions[2]["reason"] == "vessel"
    assert [d["undone"] for d in decisions] == [False, False, True, False]
    assert decisions[3]["undoes"] == decisions[2]["id"]
    assert decisions[1]["at"] == "2026-03-14T10:42:00.000+00:00"
    assert set(result_of(findings_document([entry], [], english, review))) == RESULT
    assert set(document) == {"research_use", "results", "skipped", "review"}


def test_chinese_and_odd_file_names_leave_as_utf8() -> None:
    data = document_bytes({"a": "王", "b": "\udcff"})
    assert "王".encode() in data
    assert json.loads(data) == {"a": "王", "b": "\udcff"}
