"""``medai info`` as scripts use it: the whole contract, on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from tests.phantoms import bad_files, volumes
from tests.phantoms.encoding import TransferSyntax
from tests.unit.app.run_medai import ROOT, medai

STUDY_KEYS = {
    "study_instance_uid",
    "patient_id",
    "patient_name",
    "study_date",
    "description",
    "series",
}
SERIES_KEYS = {
    "series_instance_uid",
    "display_set_id",
    "part",
    "modality",
    "description",
    "instances",
    "frames",
    "transfer_syntaxes",
    "geometry",
}
GEOMETRY_KEYS = {
    "shape",
    "spacing_mm",
    "origin_lps_mm",
    "direction",
    "frame_of_reference_uid",
    "verdict",
    "flags",
    "messages",
}


def only_series(document: dict[str, Any]) -> dict[str, Any]:
    ((series,),) = [study["series"] for study in document["studies"]]
    assert isinstance(series, dict)
    return series


def test_every_member_of_the_contract(tmp_path: Path) -> None:
    phantom = volumes.oblique_anisotropic(tmp_path)
    answer = medai("info", tmp_path, "--json")
    assert answer.code == 0
    document = answer.document
    assert set(document) == {"studies", "skipped"}
    assert document["skipped"] == []
    (study,) = document["studies"]
    assert set(study) == STUDY_KEYS
    assert study["study_instance_uid"] == phantom.tags.study_uid
    assert study["patient_id"] == "PHANTOM-1"
    assert study["patient_name"] == "PHANTOM TEST"
    assert study["study_date"] == "2025-01-02"
    assert study["description"] == "Phantom"
    series = only_series(document)
    assert set(series) == SERIES_KEYS
    assert series["series_instance_uid"] == series["display_set_id"] == phantom.tags.series_uid
    assert series["part"] is None
    assert (series["modality"], series["description"]) == ("CT", "oblique_anisotropic")
    assert (series["instances"], series["frames"]) == (20, 20)
    assert series["transfer_syntaxes"] == ["1.2.840.10008.1.2.1"]
    geometry = series["geometry"]
    assert set(geometry) == GEOMETRY_KEYS
    assert geometry["shape"] == [20, 40, 48]
    assert geometry["spacing_mm"] == pytest.approx([3.0, 0.9, 1.3], abs=1e-4)
    assert geometry["origin_lps_mm"] == pytest.approx(phantom.affine[:3, 3], abs=1e-4)
    direction = np.array(geometry["direction"]).reshape(3, 3)
    assert direction * [1.3, 0.9, 3.0] == pytest.approx(phantom.affine[:3, :3], abs=1e-4)
    assert geometry["frame_of_reference_uid"] == phantom.tags.frame_of_reference_uid
    assert (geometry["verdict"], geometry["flags"], geometry["messages"]) == ("uniform", [], [])


def test_pixels_bring_the_values(tmp_path: Path) -> None:
    phantom = volumes.per_slice_rescale(tmp_path)
    series = only_series(medai("info", "--pixels", "--json", tmp_path).document)
    assert set(series) == SERIES_KEYS | {"intensity"}
    intensity = series["intensity"]
    assert set(intensity) == {"unit", "min", "max", "mean"}
    assert intensity["unit"] == "HU"
    for name, expected in (
        ("min", phantom.voxels.min()),
        ("max", phantom.voxels.max()),
        ("mean", phantom.voxels.mean()),
    ):
        assert intensity[name] == pytest.approx(expected, rel=1e-6)


def test_a_split_series_says_its_parts(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    for path in phantom.paths[::2]:
        dataset = pydicom.dcmread(path)
        dataset.EchoNumbers = 2
        dataset.save_as(path)
    (study,) = medai("info", tmp_path, "--json").document["studies"]
    uid = phantom.tags.series_uid
    assert [series["display_set_id"] for series in study["series"]] == [f"{uid}#1", f"{uid}#2"]
    assert [series["series_instance_uid"] for series in study["series"]] == [uid, uid]
    assert [series["part"] for series in study["series"]] == [
        {"index": 1, "of": 2, "by": "echo"},
        {"index": 2, "of": 2, "by": "echo"},
    ]
    assert all(series["geometry"]["flags"] == ["split"] for series in study["series"])


def test_a_radiograph_has_nulls_where_nothing_is_known(tmp_path: Path) -> None:
    volumes.hand_radiograph(tmp_path)
    geometry = only_series(medai("info", tmp_path, "--json").document)["geometry"]
    assert geometry["shape"] == [1, 300, 240]
    assert geometry["spacing_mm"] == [None, 0.8, 0.8]
    assert geometry["origin_lps_mm"] is None and geometry["direction"] is None
    assert geometry["verdict"] == "no_geometry"


VERDICTS = {
    volumes.gantry_tilt: "tilted",
    volumes.missing_slice: "missing_slices",
    volumes.irregular: "irregular",
    volumes.duplicate_slice: "duplicates",
    volumes.no_spacing: "no_spacing",
    volumes.single_slice: "single_slice",
    volumes.no_position: "no_geometry",
    volumes.axial: "uniform",
}


def test_verdicts_have_sentences_in_both_languages(tmp_path: Path) -> None:
    made = {make(tmp_path / make.__name__).tags.series_uid: v for make, v in VERDICTS.items()}
    english, chinese = (
        {
            series["display_set_id"]: series["geometry"]
            for study in medai("info", tmp_path, "--json", language=language).document["studies"]
            for series in study["series"]
        }
        for language in ("C.UTF-8", "zh_CN.UTF-8")
    )
    assert {uid: geometry["verdict"] for uid, geometry in english.items()} == made
    for uid, verdict in made.items():
        here, there = english[uid], chinese[uid]
        assert there["verdict"] == verdict
        assert len(here["messages"]) == len(there["messages"])
        assert bool(here["messages"]) == (verdict != "uniform")
        assert all(sentence.isascii() for sentence in here["messages"])
        assert all(not sentence.isascii() for sentence in there["messages"])
        if verdict == "single_slice":
            assert here["spacing_mm"] == [None, pytest.approx(1.0), pytest.approx(1.0)]
            assert here["shape"][0] == 1


REASONS = {
    "not_dicom": "is not DICOM",
    "picture": "is not DICOM",
    "empty": "is empty",
    "zeros": "is not DICOM",
    "preamble_only": "is not DICOM",
    "random_after_magic": ("is not DICOM", "damaged header"),
    "random_after_meta": ("is not DICOM", "damaged header"),
    "truncated_header": "ends early or has a damaged header",
    "truncated_pixels": "ends early: its pixel data are incomplete",
    "truncated_compressed": "ends early: its pixel data are incomplete",
    "corrupt_compressed": "its compressed pixel data are damaged",
    "no_pixel_data": "holds no pixel data",
    "unknown_transfer_syntax": "has the unknown transfer syntax 1.2.840.10008.1.2.9",
    "private_transfer_syntax": "has the unknown transfer syntax 1.3.6.1.4.1.99999.1",
    "huge_dimensions": "states an impossible image size",
    "zero_rows": "states an impossible image size",
}
"""What is said of each file that is left out."""
SHOWN = {"huge_frame_count", "no_instance_uid", "words_for_numbers"}
"""These open, with a sentence about what they lack where they lack anything."""
LEFT_ALONE = {"dangling_link", "pipe"}


def test_every_bad_file_beside_a_good_series(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    phantom = volumes.axial(folder / "good")
    made = {}
    for kind, make in bad_files.BAD_FILES.items():
        made[kind] = make(folder / kind)
    assert set(made) == set(REASONS) | SHOWN | LEFT_ALONE
    before = {path: path.lstat() for path in folder.rglob("*")}

    answer = medai("info", folder, "--json", "--pixels", watched_from=tmp_path / "watch")

    assert answer.code == 0
    assert "Traceback" not in answer.err
    document = answer.document
    skipped = {Path(item["path"]): item["reason"] for item in document["skipped"]}
    assert len(skipped) == len(document["skipped"])
    assert set(skipped) == {made[kind] for kind in REASONS}
    for kind, wording in REASONS.items():
        said = skipped[made[kind]]
        assert made[kind].name in said
        wordings = wording if isinstance(wording, tuple) else (wording,)
        assert any(part in said for part in wordings), said

    by_uid = {s["display_set_id"]: s for study in document["studies"] for s in study["series"]}
    good = by_uid[phantom.tags.series_uid]
    assert good["geometry"]["verdict"] == "uniform" and good["geometry"]["flags"] == []
    assert good["intensity"]["mean"] == pytest.approx(phantom.voxels.mean())
    # Nobody opened it but SHOWN and the one whose pixels turned out damaged.
    assert len(by_uid) == 1 + len(SHOWN) + 1

    home = Path(os.environ["MEDAI_HOME"])
    for path in answer.written:
        assert any(path.is_relative_to(place) for place in (home, "/dev", "/proc")), path
    after = {path: path.lstat() for path in folder.rglob("*")}
    assert {p: (s.st_size, s.st_mtime_ns) for p, s in after.items()} == {
        p: (s.st_size, s.st_mtime_ns) for p, s in before.items()
    }


def test_the_watch_sees_what_is_written(tmp_path: Path) -> None:
    """The twin: a command that writes is caught."""
    watch = tmp_path / "watch"
    answer = medai("info", tmp_path, "--json", watched_from=watch)
    script = f"open({str(tmp_path / 'out')!r}, 'w')"
    environment = dict(os.environ, PYTHONPATH=str(watch))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert f"WRITES {tmp_path / 'out'}" in done.stderr
    assert answer.code == 3


def test_an_image_that_cannot_be_decoded_makes_its_series_incomplete(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_2000_LOSSLESS)
    raw = bytearray(phantom.paths[6].read_bytes())
    start = raw.index(b"\xff\x4f\xff\x51") + 60
    raw[start:-8] = os.urandom(len(raw) - 8 - start)
    phantom.paths[6].write_bytes(bytes(raw))
    headers_only = medai("info", tmp_path, "--json").document
    assert only_series(headers_only)["geometry"]["flags"] == []
    document = medai("info", tmp_path, "--json", "--pixels").document
    geometry = only_series(document)["geometry"]
    assert geometry["flags"] == ["incomplete"]
    said = f"{phantom.paths[6].name}: its compressed pixel data are damaged."
    assert geometry["messages"] == [said]
    assert document["skipped"] == [{"path": str(phantom.paths[6]), "reason": said}]
    kept = [k for k in range(20) if k != 6]
    mean = only_series(document)["intensity"]["mean"]
    assert mean == pytest.approx(phantom.voxels[kept].mean())


@pytest.mark.parametrize("kind", ["nowhere", "junk"])
def test_nothing_readable_is_3_and_still_a_document(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    if kind != "nowhere":
        folder.mkdir()
    if kind == "junk":
        bad_files.not_dicom(folder)
    answer = medai("info", folder, "--json", "--pixels")
    assert answer.code == 3
    assert answer.document["studies"] == []
    assert len(answer.document["skipped"]) == 1
    assert "Traceback" not in answer.err


def test_wrong_use_is_2() -> None:
    answer = medai("info")
    assert answer.code == 2
    assert "usage" in answer.err


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    path.rename(tmp_path / os.fsdecode(b"\xff\xfe.dcm"))
    (tmp_path / os.fsdecode(b"\xe9.txt")).write_text("no DICOM")
    answer = medai("info", tmp_path, "--json")
    assert answer.code == 0
    (skipped,) = answer.document["skipped"]
    assert "is not DICOM" in skipped["reason"]
    assert os.fsencode(skipped["path"]) == os.fsencode(tmp_path) + b"/\xe9.txt"
    assert medai("info", tmp_path, language="C").code == 0


def test_without_json_people_can_read_it(tmp_path: Path) -> None:
    volumes.missing_slice(tmp_path / "a")
    bad_files.empty(tmp_path / "b")
    answer = medai("info", tmp_path)
    assert answer.code == 0
    assert "19 x 40 x 48  missing_slices" in answer.out
    assert "A gap of 5.00 mm between image 5 and image 6" in answer.out
    assert "empty.dcm is empty." in answer.err
    assert "19 x 40 x 48" not in answer.err


def test_without_json_the_values_stand_there_too(tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path)
    answer = medai("info", "--pixels", tmp_path)
    assert f"Values {phantom.voxels.min():g} to {phantom.voxels.max():g} HU" in answer.out


def test_names_of_patients_come_out_in_their_script(tmp_path: Path) -> None:
    volumes.chinese_name(tmp_path)
    answer = medai("info", tmp_path, "--json")
    assert answer.document["studies"][0]["patient_name"] == "王 小东 (Wang XiaoDong)"
    assert "王 小东" in answer.out
    assert answer.document["studies"][0]["description"] == "头颅平扫"


def test_cancelled_is_130_and_still_a_document(tmp_path: Path) -> None:
    good = bad_files.good_file(tmp_path).read_bytes()
    for number in range(3000):
        (tmp_path / f"{number}.dcm").write_bytes(good)
    environment = dict(os.environ, PYTHONPATH=str(ROOT), LANG="C.UTF-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "medai_desktop", "info", "--json", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stderr is not None
    assert "Reading headers" in process.stderr.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert '"studies"' in out
    assert "Cancelled." in err and "Traceback" not in err
