"""The built-in sample study: made by our generator, believable, and marked by the detector."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK
from numpy.typing import NDArray

from tests.phantoms.head_canvas import SEQUENCES
from tests.phantoms.sample_head import GEOMETRY, SHAPE, SampleHead, render, write_sample

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "resources" / "sample"
MOST_BYTES = 3_000_000
PREFIX = {"T1": "2-", "T1+C": "4-"}

MOST_DIFFERENT = 1e-4
"""Part of the pixels that may differ by more than one between processors.

Which voxel lies inside a surface is decided in floating point; processors that fuse multiplication
and addition may decide otherwise at a few places in a million.
"""

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def head() -> SampleHead:
    """The sample, generated anew (about half a minute)."""
    return render()


def files(folder: Path, sequence: str) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX[sequence]}*.dcm"))


def pixels(folder: Path, sequence: str) -> Array:
    """Decoded by GDCM in SimpleITK: not the library that wrote them."""
    return np.stack(
        [
            SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))[0]
            for path in files(folder, sequence)
        ]
    ).astype(np.float64)


def same_picture(first: Array, second: Array) -> bool:
    return bool(np.mean(np.abs(first - second) > 1) <= MOST_DIFFERENT)


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_generator_makes_the_shipped_pixels(head: SampleHead, sequence: str) -> None:
    shipped, made = pixels(SHIPPED, sequence), head.images[sequence].astype(np.float64)
    assert shipped.shape == SHAPE
    assert same_picture(shipped, made)
    assert not same_picture(shipped, np.roll(made, 1, axis=2))
    other = next(name for name in SEQUENCES if name != sequence)
    assert not same_picture(shipped, head.images[other].astype(np.float64))


def test_generator_makes_the_shipped_headers(head: SampleHead, tmp_path: Path) -> None:
    write_sample(tmp_path, head)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in SHIPPED.iterdir())
    for name in made[::9]:
        one, other = (pydicom.dcmread(folder / name) for folder in (tmp_path, SHIPPED))
        del one.PixelData, other.PixelData
        assert one == other
        assert one.file_meta.TransferSyntaxUID == other.file_meta.TransferSyntaxUID
        other.SeriesDescription += "x"
        assert one != other


def test_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= MOST_BYTES


def test_every_file_says_that_it_is_synthetic() -> None:
    frames = set()
    for sequence in SEQUENCES:
        for path in files(SHIPPED, sequence):
            header = pydicom.dcmread(path, stop_before_pixels=True)
            assert str(header.PatientName) == "SYNTHETIC^SAMPLE"
            assert "ynthetic" in header.ImageComments
            assert "synthetic" in header.SeriesDescription
            assert header.BurnedInAnnotation == "NO"
            assert header.BodyPartExamined == "HEAD"
            assert bool(header.get("ContrastBolusAgent")) is (sequence == "T1+C")
            frames.add(header.FrameOfReferenceUID)
    assert len(frames) == 1


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("name", ["2-00001.dcm", "2-00046.dcm", "4-00023.dcm"])
def test_header_is_valid(name: str, tmp_path: Path) -> None:
    def complaints(path: Path) -> list[str]:
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).splitlines()
        return [line for line in said if "Error" in line or "Warning" in line]

    assert complaints(SHIPPED / name) == []
    broken = pydicom.dcmread(SHIPPED / name)
    del broken.SliceThickness
    broken.save_as(tmp_path / "broken.dcm")
    assert complaints(tmp_path / "broken.dcm") != []


def inside(low: tuple[float, ...], high: tuple[float, ...]) -> NDArray[np.bool_]:
    """Voxels between two corners, LPS millimetres."""
    places = GEOMETRY.grid_lps_mm(SHAPE)
    return np.asarray(np.all((places >= low) & (places <= high), axis=-1))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        pytest.param((-45, -72, 8), (45, -45, 45), id="frontal"),
        pytest.param((-50, 20, 30), (50, 60, 55), id="parietal"),
        pytest.param((-40, 55, 0), (40, 82, 25), id="occipital"),
        pytest.param((-60, -25, -28), (-30, 10, -15), id="right temporal"),
        pytest.param((30, -25, -28), (60, 10, -15), id="left temporal"),
    ],
)
def test_every_lobe_has_grey_and_white_matter_and_furrows(
    low: tuple[float, ...], high: tuple[float, ...]
) -> None:
    values = pixels(SHIPPED, "T1")[inside(low, high)]
    grey, white, fluid = ((125, 172), (176, 230), (0, 100))
    for share, (least, most) in ((0.25, grey), (0.15, white), (0.05, fluid)):
        assert np.mean((values > least) & (values < most)) > share
    assert np.mean(values < 100) < 0.3, "fluid where a lobe should be"


def test_fat_is_brighter_than_white_matter_but_not_much() -> None:
    plain = pixels(SHIPPED, "T1")
    white = np.median(plain[inside((-30, -10, 28), (-20, 20, 36))])
    scalp = np.percentile(plain[10:40][plain[10:40] > 60], 98)
    assert 1.4 * white < scalp < 1.8 * white


def test_mass_enhances_and_its_mirror_image_does_not(head: SampleHead) -> None:
    plain, contrast = (pixels(SHIPPED, name) for name in ("T1", "T1+C"))
    mass = head.mass > 0.95
    white = np.median(plain[inside((-30, -10, 28), (-20, 20, 36))])
    assert plain[mass].mean() < 0.85 * white, "plain: no brighter than grey matter"
    assert contrast[mass].mean() > 1.25 * white
    assert contrast[mass].mean() > 1.8 * plain[mass].mean()
    other = mass[:, :, ::-1]
    assert contrast[other].mean() < 1.1 * plain[other].mean()
    low, high = head.mass_corners_lps_mm()
    assert np.all((high - low > 25) & (high - low < 40))


def detected(source: list[str]) -> dict[str, Any]:
    """What the shipped detector says, in a program of its own."""
    command = [sys.executable, "-m", "medai_desktop", "detect", *source, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    results = [r for r in json.loads(done.stdout)["results"] if r["state"] == "done"]
    assert len(results) == 1, "the series with contrast alone is looked at"
    assert results[0]["model"]["id"] == "brain-tumour-mr"
    result: dict[str, Any] = results[0]
    return result


def overlap(finding: dict[str, Any], low: Array, high: Array) -> float:
    """Intersection over union with a box along the patient's axes."""
    assert np.allclose(np.reshape(finding["axes_lps"], (3, 3)), np.eye(3))
    centre, half = np.array(finding["center_lps_mm"]), np.array(finding["box_size_mm"]) / 2
    shared = np.minimum(centre + half, high) - np.maximum(centre - half, low)
    common = float(np.prod(np.maximum(shared, 0.0)))
    return common / float(np.prod(2 * half) + np.prod(high - low) - common)


def threshold_solid() -> float:
    manifest = ROOT / "models" / "brain-tumour-mr" / "manifest.json"
    return float(json.loads(manifest.read_text(encoding="utf-8"))["threshold_solid"])


def test_shipped_detector_marks_the_mass_and_next_to_nothing_else(head: SampleHead) -> None:
    result = detected(["--sample"])
    low, high = head.mass_corners_lps_mm()
    marks = [f for f in result["findings"] if f["score"] >= result["model"]["threshold"]]
    first, *others = sorted(marks, key=lambda finding: -finding["score"])
    assert first["score"] >= threshold_solid()
    assert overlap(first, low, high) >= 0.4
    assert np.linalg.norm(np.array(first["center_lps_mm"]) - (low + high) / 2) <= 8.0
    assert len(others) <= 1
    assert all(other["score"] < threshold_solid() for other in others)


def test_the_mass_is_not_marked_where_it_does_not_enhance(head: SampleHead, tmp_path: Path) -> None:
    plain = SampleHead(dict.fromkeys(SEQUENCES, head.images["T1"]), head.mass)
    write_sample(tmp_path / "plain", plain)
    low, high = head.mass_corners_lps_mm()
    findings = detected([str(tmp_path / "plain")])["findings"]
    hits = [f["score"] for f in findings if overlap(f, low, high) >= 0.4]
    assert all(score < threshold_solid() for score in hits)
