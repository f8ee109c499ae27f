"""Exit codes and documents of ``medai``, in real processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pydicom
import pytest

from medai_desktop.app import command_line, doctor_command
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations, find_locations
from tests.phantoms import bad_files, volumes
from tests.phantoms.sample_head import sample_tags
from tests.unit.app.program import environment, medai, one_document, running

MODEL_ROW = {
    "id",
    "version",
    "task",
    "modality",
    "labels",
    "threshold",
    "weights_sha256",
    "ok",
    "reason",
}
Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Runs a command in this process; quick where nothing heavy is loaded."""

    def run(*arguments: object) -> tuple[int, str, str]:
        handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            code = command_line.main([str(a) for a in arguments])
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        said = capsys.readouterr()
        return int(code), said.out, said.err

    return run


def test_codes_are_those_of_the_contract() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "USABLE": 0,
        "UNFORESEEN": 1,
        "WRONG_USE": 2,
        "NOTHING_READABLE": 3,
        "NOTHING_DETECTED": 4,
        "NETWORK": 5,
        "CANCELLED": 130,
    }


# -- wrong use -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["detect"],
        ["detect", "--sample", "--threshold", "7"],
        ["detect", "--sample", "--threshold", "nan"],
        ["detect", "--sample", "--threshold", "high"],
        ["detect", "--sample", "--device", "banana"],
        ["detect", "--sample", "--endpoint", "cloud"],
        ["detect", "--sample", "--model", "unknown"],
        ["detect", "--sample", "--series", "1.2.3"],
        ["detect", "--sample", "--thre", "0.5"],
        ["info"],
        ["models"],
        ["models", "polish"],
        ["evaluate", "unknown", "--data", ".", "--out", "OUT"],
        ["nonsense"],
    ],
)
def test_wrong_use_is_2_with_a_document(
    arguments: list[str], answer: Answer, tmp_path: Path
) -> None:
    given = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    code, out, said = answer(*given, "--json")
    assert code == 2
    document = one_document(out)
    assert document["error"]
    assert arguments[0] != "evaluate" or document["model"] is None
    for member in {
        "detect": ("results", "skipped"),
        "info": ("studies",),
        "models": ("models",),
    }.get(arguments[0], ()):
        assert document[member] == []
    assert said.strip()
    assert "Traceback" not in said
    quiet_code, quiet, _ = answer(*given)
    assert (quiet_code, quiet) == (2, "")


def test_no_command_is_wrong_use(answer: Answer) -> None:
    code, out, said = answer()
    assert (code, out) == (2, "")
    assert said.startswith("usage: medai")


@pytest.mark.parametrize(
    "arguments",
    [
        ["view", "--size", "large"],
        ["view", "--layout", "9x9"],
        ["view", "--layout", "0x1"],
        ["view", "--layout", "cube"],
        ["view", "--quit-when", "bored"],
        ["train", "unknown", "--data", ".", "--out", "OUT"],
    ],
)
def test_wrong_use_of_the_window_and_training(
    arguments: list[str], answer: Answer, tmp_path: Path
) -> None:
    given = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    code, out, said = answer(*given)
    assert (code, out) == (2, "")
    assert said.strip()


def test_help_and_version_are_answers(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--help", "--version"):
        with pytest.raises(SystemExit) as raised:
            command_line.main([option])
        assert raised.value.code == 0
    assert "Not for use in diagnosis or treatment" in capsys.readouterr().out


# -- nothing readable, nothing detected ----------------------------------------------------------


def test_nothing_readable_is_3_with_reasons(answer: Answer, tmp_path: Path) -> None:
    bad_files.not_dicom(tmp_path)
    bad_files.empty(tmp_path)
    for command in ("detect", "info"):
        code, out, said = answer(command, tmp_path, "--json")
        assert code == 3
        document = one_document(out)
        assert document["results" if command == "detect" else "studies"] == []
    code, out, said = answer("detect", tmp_path)
    assert (code, out) == (3, "")
    assert "IM00001.dcm is not DICOM" in said
    assert "empty.dcm" in said


def test_no_model_for_this_modality_is_4_and_says_so(answer: Answer, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path / "in")
    code, out, said = answer("detect", tmp_path / "in", "--out", tmp_path / "out", "--json")
    assert code == 4
    document = one_document(out)
    assert document["results"] == []
    (skipped,) = document["skipped"]
    assert skipped["series_instance_uid"] == phantom.tags.series_uid
    assert skipped["model"] == "brain-tumour-mr"
    assert "CT" in skipped["reason"]
    assert "No model on this computer fits this study." in said
    written = (tmp_path / "out" / "findings.json").read_text(encoding="utf-8")
    assert one_document(written) == document
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["findings.json"]


def test_unreadable_files_beside_readable_ones_are_said(answer: Answer, tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    bad_files.empty(tmp_path)
    code, _, said = answer("detect", tmp_path)
    assert code == 4
    assert "empty.dcm" in said


def test_many_unreadable_files_are_counted(answer: Answer, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"n{number:02d}.txt").write_text("minutes of a meeting")
    code, _, said = answer("detect", tmp_path)
    assert code == 3
    assert "n19.txt" in said
    assert "n20.txt" not in said
    assert "10 more files could not be used" in said


@pytest.fixture
def damaged_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program with a model whose weights are not those of its manifest."""
    bundled, found = tmp_path / "bundled", find_locations()
    bundled.mkdir()
    (bundled / "resources").symlink_to(found.resources)
    shutil.copytree(found.models, bundled / "models")
    weights = bundled / "models" / "brain-tumour-mr" / "weights.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    locations = Locations(bundled, tmp_path / "home", tmp_path / "log")
    monkeypatch.setattr("medai_desktop.app.locations.find_locations", lambda: locations)
    return bundled / "models"


def test_wrong_hash_is_4_in_one_sentence(
    damaged_models: Path, answer: Answer, tmp_path: Path
) -> None:
    plain = sample_tags("T1").series_uid
    code, out, said = answer("detect", "--sample", "--series", plain, "--json")
    assert code == 4
    (result,) = one_document(out)["results"]
    assert result["series_instance_uid"] == plain, "asked for, though the other is preferred"
    assert result["state"] == "failed"
    assert result["findings"] == []
    assert any("are not those of its manifest" in line for line in result["warnings"])
    assert "are not those of its manifest" in said
    for action in ("list", "verify"):
        code, out, _ = answer("models", action, "--json")
        assert code == 4
        (row,) = one_document(out)["models"]
        assert row["ok"] is False
        assert "not those of its manifest" in row["reason"]
    shutil.copytree(find_locations().models / "brain-tumour-mr", damaged_models / "whole")
    manifest = damaged_models / "whole" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"brain-tumour-mr"', '"whole"'))
    assert answer("models", "list")[0] == 0, "any is usable"
    assert answer("models", "verify")[0] == 4, "not every one is"


def test_a_model_without_manifest_is_told_for_every_series(
    damaged_models: Path, answer: Answer, tmp_path: Path
) -> None:
    (damaged_models / "brain-tumour-mr" / "manifest.json").write_text("{}")
    code, out, _ = answer("detect", "--sample", "--json")
    assert code == 4
    document = one_document(out)
    assert document["results"] == []
    assert len(document["skipped"]) == 2
    assert all("cannot be used" in item["reason"] for item in document["skipped"])
    code, out, _ = answer("models", "list", "--json")
    assert code == 4
    assert one_document(out)["models"][0]["ok"] is False
    shutil.rmtree(damaged_models / "brain-tumour-mr")
    assert answer("models", "list")[0] == 4
    assert answer("models", "verify")[0] == 4


def test_models_are_listed_and_verified(answer: Answer) -> None:
    for action in ("list", "verify"):
        code, out, _ = answer("models", action, "--json")
        assert code == 0
        document = one_document(out)
        assert set(document) == {"models"}
        row = next(row for row in document["models"] if row["id"] == "brain-tumour-mr")
        assert set(row) == MODEL_ROW
        assert row["modality"] == ["MR"]
        assert row["labels"] == ["enhancing mass"]
        assert (row["task"], row["ok"], row["reason"]) == ("detection", True, None)
        assert 0 < row["threshold"] < 1
        assert len(row["weights_sha256"]) == 64
    code, out, _ = answer("models", "list")
    assert out == "brain-tumour-mr 1.0.0: ok\n"


def test_doctor_answers_for_every_part(tmp_path: Path) -> None:
    done = medai(tmp_path / "home", "doctor", "--json")
    assert done.returncode == 0, done.stderr
    checks = one_document(done.stdout)["checks"]
    assert all(set(check) == {"name", "ok", "message"} for check in checks)
    assert {"library", "place", "decoders", "models", "devices"} <= {c["name"] for c in checks}
    assert all(check["ok"] for check in checks), checks
    assert any("cpu" in check["message"] for check in checks if check["name"] == "devices")


def test_doctor_tells_what_is_wrong(damaged_models: Path, answer: Answer) -> None:
    code, out, _ = answer("doctor")
    assert code == 4
    assert any(
        line.startswith("-- ") and "not those of its manifest" in line for line in out.splitlines()
    )


@pytest.mark.parametrize(("library", "code"), [("vtk", 0), ("pydicom", 3), ("torch", 4)])
def test_doctor_ends_as_what_still_works(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, library: str, code: int
) -> None:
    version = metadata.version

    def without(name: str) -> str:
        if name == library:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without)
    monkeypatch.setattr(doctor_command, "_checks", lambda _: (doctor_command._libraries,))
    monkeypatch.setattr(sys, "_MEIPASS", "/frozen", raising=False)
    ended, out, _ = answer("doctor", "--json")
    assert ended == code
    missing = [check for check in one_document(out)["checks"] if not check["ok"]]
    assert [library in check["message"] for check in missing] == [True]


# -- places --------------------------------------------------------------------------------------


def test_out_that_cannot_be_written_is_said_before_the_work(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    started = time.monotonic()
    code, out, said = answer("detect", "--sample", "--out", tmp_path / "file" / "x", "--json")
    assert code == 2
    assert str(tmp_path / "file" / "x") in one_document(out)["error"]
    assert "cannot be written" in said
    assert time.monotonic() - started < 10, "no model was run first"


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_a_full_disk_leaves_the_old_file_and_still_answers(tmp_path: Path) -> None:
    volumes.axial(tmp_path / "in")
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = f"mount -t tmpfs -o size=64k tmpfs '{disk}' && printf old > '{disk}/findings.json'"
    fill += f" && {{ dd if=/dev/zero of='{disk}/ballast' bs=1k 2>/dev/null; true; }}"
    keep = f"rc=$?; cat '{disk}/findings.json' >&2; exit $rc"
    program = [sys.executable, "-m", "medai_desktop", "detect", str(tmp_path / "in"), "--json"]

    def inside(*command: str) -> subprocess.CompletedProcess[str]:
        script = f'{fill} && "$@"; {keep}'
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c", script, "sh", *command],
            capture_output=True,
            text=True,
            env=environment(tmp_path / "home"),
            check=False,
        )

    if inside("true").returncode != 0:
        pytest.skip("no file system can be mounted here")
    done = inside(*program, "--out", str(disk))
    assert done.returncode == 2, done.stderr
    document = one_document(done.stdout)
    assert len(document["skipped"]) == 1, "what was worked out is not lost"
    assert "No space left on device" in document["error"]
    assert done.stderr.endswith("old")


def test_a_home_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = medai(tmp_path / "file" / "home", "models", "list", "--json")
    assert done.returncode == 0, done.stderr
    assert one_document(done.stdout)["models"]


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    program = f"'{sys.executable}' -m medai_desktop models list --json | head -c 1 >/dev/null; "
    done = subprocess.run(
        ["bash", "-c", program + "echo ${PIPESTATUS[0]}"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=False,
    )
    assert done.stdout.strip() in ("0", "141")
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_fault_of_the_program_is_one_sentence_and_a_log(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, medai_home: Path
) -> None:
    def broken(*arguments: object) -> int:
        raise ZeroDivisionError("made up")

    monkeypatch.setattr("medai_desktop.app.models_command.models", broken)
    code, out, said = answer("models", "list", "--json")
    assert code == 1
    assert one_document(out)["models"] == []
    assert "ZeroDivisionError" in said
    assert str(medai_home / "log") in said
    assert "Traceback" not in said
    assert "Traceback" in (medai_home / "log" / "medai.log").read_text()


# -- the sample ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """``detect --sample --out`` in Chinese: what ended, and where it wrote."""
    folder = tmp_path_factory.mktemp("sample")
    out = folder / "out with blanks 结果"
    done = medai(folder / "home", "detect", "--sample", "--out", out, "--json", LANG="zh_CN.UTF-8")
    return done, out


def test_sample_is_detected_with_one_document_on_stdout(sample: tuple[Any, Path]) -> None:
    done, out = sample
    assert done.returncode == 0, done.stderr
    document = one_document(done.stdout)
    assert one_document((out / "findings.json").read_text(encoding="utf-8")) == document
    (result,) = document["results"]
    assert result["state"] == "done"
    threshold = result["model"]["threshold"]
    assert any(f["score"] >= threshold for f in result["findings"])
    assert len(document["skipped"]) == 1
    assert "不得用于诊断或治疗" in document["research_use"]


def test_seconds_are_measured_and_add_up(sample: tuple[Any, Path]) -> None:
    seconds = one_document(sample[0].stdout)["results"][0]["seconds"]
    parts = [seconds[name] for name in ("load", "preprocess", "inference", "postprocess")]
    assert all(part > 0 for part in parts), seconds
    assert sum(parts) <= seconds["total"] + 1e-3


def test_standard_error_is_calm(sample: tuple[Any, Path]) -> None:
    said = sample[0].stderr
    assert "Warning" not in said
    assert "Traceback" not in said
    assert "已写入" in said


def test_report_of_the_sample_is_valid_and_english(sample: tuple[Any, Path]) -> None:
    path = sample[1] / "report.dcm"
    report = pydicom.dcmread(path)
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    text = report.to_json()
    assert "was not run on series" in text
    assert "places marked at or above its threshold" in text
    assert "Research use only, not for use in diagnosis or treatment." in text
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian package dicom3tools) is not here")
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    assert "Error" not in done.stdout + done.stderr
    assert done.returncode == 0


def test_interrupted_detection_is_130_within_seconds_and_says_what_did_not_run(
    tmp_path: Path,
) -> None:
    with running(tmp_path / "home", "detect", "--sample", "--out", tmp_path / "o", "--json") as run:
        assert run.stderr is not None
        for line in run.stderr:
            if line.startswith("Brain mass MR: starting"):
                break
        run.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, said = run.communicate(timeout=60)
        took = time.monotonic() - started
    assert run.returncode == 130, said
    assert took < 20, "a second on a quiet machine"
    document = one_document(out)
    assert [r["state"] for r in document["results"]] == ["not_run"]
    assert document["results"][0]["warnings"] == ["cancelled by the reader"]
    assert "Cancelled." in said
    assert list((tmp_path / "o").iterdir()) == []


def test_workers_end_with_the_command(sample: tuple[Any, Path]) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("no /proc")
    home = str(sample[1].parent / "home")
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes()
        except OSError:
            continue
        if home.encode() in variables and int(process.name) != os.getpid():
            left.append(process.name)
    assert left == []
