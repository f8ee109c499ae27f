"""``medai detect`` with its options: the sample, the shipped model in its worker, real files."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest

from medai_desktop.app import command_line
from medai_desktop.app.detection_run import DetectionRun, StudyResult
from medai_desktop.app.locations import find_locations
from medai_desktop.detection.registry import ModelEntry
from medai_desktop.series.display_set import Study
from tests.phantoms.sample_head import sample_tags
from tests.unit.app.program import one_document

Answer = Callable[..., tuple[int, str, str]]
PLAIN = sample_tags("T1").series_uid


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Iterator[Answer]:
    """Runs a command in this process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: object) -> tuple[int, str, str]:
        code = command_line.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return int(code), said.out, said.err

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def groups(folder: Path) -> int:
    """How many findings an SR reports."""

    def count(dataset: pydicom.Dataset) -> int:
        found = 0
        for item in dataset.get("ContentSequence", []):
            name = item.get("ConceptNameCodeSequence", [pydicom.Dataset()])[0]
            found += name.get("CodeMeaning", "") == "Measurement Group"
            found += count(item)
        return found

    return count(pydicom.dcmread(folder / "report.dcm"))


def scores(result: dict[str, Any]) -> list[float]:
    return [finding["score"] for finding in result["findings"]]


def test_the_threshold_changes_what_counts_and_never_what_is_listed(
    answer: Answer, tmp_path: Path
) -> None:
    usual = ("detect", "--sample", "--json", "--out")
    code, out, _ = answer(*usual, tmp_path / "usual")
    assert code == 0
    (found,) = one_document(out)["results"]
    threshold = found["model"]["threshold"]
    above = [score for score in scores(found) if score >= threshold]
    assert (found["state"], groups(tmp_path / "usual")) == ("done", len(above))
    assert above

    options = ("--threshold", 1.0, "--model", "brain-tumour-mr", "--device", "cpu")
    code, out, _ = answer(*usual, tmp_path / "high", *options)
    assert code == 0
    (high,) = one_document(out)["results"]
    assert (high["state"], groups(tmp_path / "high")) == ("nothing_above_threshold", 0)
    assert high["model"]["threshold"] == 1.0
    assert high["model"]["id"] == "brain-tumour-mr"
    assert high["device"] == "cpu"
    assert high["findings"] == found["findings"]


def test_a_series_that_is_named_is_looked_at_alone(answer: Answer) -> None:
    code, out, _ = answer("detect", "--sample", "--series", PLAIN, "--json")
    assert code == 0
    document = one_document(out)
    (result,) = document["results"]
    assert (result["series_instance_uid"], result["display_set_id"]) == (PLAIN, PLAIN)
    assert document["skipped"] == []


def test_a_part_of_a_split_series_is_named_by_its_display_set_id(
    answer: Answer, tmp_path: Path
) -> None:
    """Two volumes in one series: the id of the second chooses it."""
    for path in find_locations().sample.rglob("*"):
        if not path.is_file():
            continue
        dataset = pydicom.dcmread(path)
        if "ImagePositionPatient" not in dataset:
            continue
        part = 1 if dataset.SeriesInstanceUID == PLAIN else 2
        dataset.SeriesInstanceUID = "2.25.77"
        dataset.EchoTime = 10.0 * part
        dataset.EchoNumbers = part
        dataset.save_as(tmp_path / f"{part}-{path.name}")
    code, out, _ = answer("info", tmp_path, "--json")
    ids = [row["display_set_id"] for row in one_document(out)["studies"][0]["series"]]
    assert (code, ids) == (0, ["2.25.77#1", "2.25.77#2"])
    code, out, _ = answer("detect", tmp_path, "--series", ids[1], "--json")
    assert code == 0
    document = one_document(out)
    told = [*document["results"], *document["skipped"]]
    assert [(t["series_instance_uid"], t["display_set_id"]) for t in told] == [("2.25.77", ids[1])]


def test_images_that_go_away_meanwhile_cost_the_report_alone(
    answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, out_folder = tmp_path / "images", tmp_path / "out"
    shutil.copytree(find_locations().sample, images)
    detect = DetectionRun.study

    def and_then_they_go(
        run: DetectionRun, study: Study, models: tuple[ModelEntry, ...]
    ) -> StudyResult:
        done = detect(run, study, models)
        shutil.rmtree(images)
        return done

    monkeypatch.setattr(DetectionRun, "study", and_then_they_go)
    code, out, said = answer("detect", images, "--out", out_folder, "--json")
    assert code == 0
    document = one_document(out)
    assert document["results"][0]["findings"]
    assert [path.name for path in out_folder.iterdir()] == ["findings.json"]
    assert one_document((out_folder / "findings.json").read_text(encoding="utf-8")) == document
    (warning,) = document["warnings"]
    assert "the report was not written" in warning
    assert warning in said
