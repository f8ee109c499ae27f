"""Real data as it is opened: places, values and lists, against SimpleITK and dcmtk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet, Flag, Verdict
from medai_desktop.series.display_sets import StudyList, build_studies
from medai_desktop.source.header import read_header
from tests.unit.app.run_medai import medai
from tests.unit.series.opened import (
    DCMTK,
    by_dcmtk,
    by_simpleitk,
    only,
    say,
    scanned,
    volume_of,
)

pytestmark = pytest.mark.corpus
Corpus = Callable[[str], Path]


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecodeWorkers]:
    with DecodeWorkers(2) as workers:
        yield workers


def everything(folder: Path) -> tuple[StudyList, dict[str, str]]:
    """Studies of an archive, and what is said of each skipped file that is DICOM."""
    headers, skipped = scanned(folder)
    found = build_studies(headers)
    told = {item.path.name: say(item.reason) for item in (*skipped, *found.skipped)}
    return found, {name: said for name, said in told.items() if "is not DICOM" not in said}


def the_only_set(found: StudyList) -> DisplaySet:
    (study,) = found.studies
    (shown,) = study.display_sets
    return shown


def by_simpleitk_series(shown: DisplaySet) -> SimpleITK.Image:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(frame.instance.path) for frame in shown.frames])
    return reader.Execute()


@pytest.mark.parametrize(
    ("archive", "slices", "verdict", "flags"),
    [
        ("chest-ct-rider", 95, Verdict.UNIFORM, set()),
        ("chest-ct-lidc-0001", 133, Verdict.UNIFORM, {Flag.LOSSY}),
        ("head-mr-sagittal", 192, Verdict.UNIFORM, set()),
    ],
)
def test_a_real_volume_has_the_values_and_places_of_simpleitk(
    archive: str,
    slices: int,
    verdict: Verdict,
    flags: set[Flag],
    corpus: Corpus,
    decoders: DecodeWorkers,
) -> None:
    found, _ = everything(corpus(archive))
    shown = the_only_set(found)
    assert (len(shown.frames), shown.verdict, set(shown.flags)) == (slices, verdict, flags)
    image = by_simpleitk_series(shown)
    volume = volume_of(shown, decoders)
    assert np.array_equal(volume.voxels, SimpleITK.GetArrayViewFromImage(image))
    geometry = shown.geometry
    assert geometry is not None
    for index in ((0, 0, 0), (100, 37, slices - 1), (3, 200, slices // 2)):
        place = image.TransformIndexToPhysicalPoint(index)
        assert geometry.world_from_voxel(index) == pytest.approx(place, abs=0.02)
        assert geometry.world_from_voxel(index[::-1]) != pytest.approx(place, abs=0.02) or (
            index == (0, 0, 0)
        )


@pytest.mark.parametrize("archive", ["chest-ct-rider", "chest-ct-lidc-0001", "head-mr-sagittal"])
def test_info_tells_range_and_mean(archive: str, corpus: Corpus) -> None:
    answer = medai("info", "--json", "--pixels", corpus(archive))
    assert answer.code == 0
    ((series,),) = [study["series"] for study in answer.document["studies"]]
    paths = [path for path in corpus(archive).rglob("*.dcm") if "seg-sr" not in path.parts]
    low, high, total, count = np.inf, -np.inf, 0.0, 0
    for path in paths:
        values = by_simpleitk(path)
        low, high = min(low, values.min()), max(high, values.max())
        total, count = total + values.sum(dtype=np.float64), count + values.size
    intensity = series["intensity"]
    assert (intensity["min"], intensity["max"]) == (low, high)
    assert intensity["mean"] == pytest.approx(total / count, rel=1e-9)
    assert intensity["unit"] == ("" if "mr" in archive else "HU")


def test_segmentations_and_reports_of_the_readers_are_no_images(corpus: Corpus) -> None:
    _, told = everything(corpus("chest-ct-lidc-0001"))
    assert told == {
        **{
            f"seg-{n}.dcm": f"seg-{n}.dcm holds a segmentation, not an image." for n in (2, 3, 4, 5)
        },
        **{f"sr-{n}.dcm": f"sr-{n}.dcm holds a report, not an image." for n in (1, 6, 7, 8)},
    }


def test_multi_frame_and_single_frames_of_one_scan_are_the_same(
    corpus: Corpus, decoders: DecodeWorkers
) -> None:
    found, _ = everything(corpus("dcmqi"))
    sets = {
        shown.series.description: shown for study in found.studies for shown in study.display_sets
    }
    for size in ("23x38x3", "24x38x3"):
        many, one = sets[f"Image {size}"], sets[f"Multiframe image {size}"]
        assert (len(many.frames), len(one.frames)) == (3, 3)
        assert one.geometry is not None and many.geometry is not None
        assert one.geometry.affine == pytest.approx(many.geometry.affine)
        assert np.array_equal(volume_of(one, decoders).voxels, volume_of(many, decoders).voxels)


def test_slides_segmentations_and_annotations_are_called_by_their_names(corpus: Corpus) -> None:
    found, told = everything(corpus("highdicom"))
    shown = [(s.series.modality, s.shape) for study in found.studies for s in study.display_sets]
    assert sorted(shown) == [("CT", (1, 128, 128)), ("DX", (1, 169, 211))]
    assert told["sm_image.dcm"] == "sm_image.dcm holds tiles of a microscope slide, not an image."
    assert told["sm_annotations.dcm"] == "sm_annotations.dcm holds annotations, not an image."
    assert told["sr_document.dcm"] == "sr_document.dcm holds a report, not an image."
    assert sum("a segmentation" in said for said in told.values()) == 12


@pytest.mark.parametrize(
    ("archive", "objects"),
    [
        ("rt-utils", {"rt.dcm": "radiotherapy contours"}),
        (
            "dicompyler",
            {"rtplan.dcm": "a radiotherapy plan", "rtss.dcm": "radiotherapy contours"},
        ),
    ],
)
def test_objects_of_radiotherapy_are_no_images(
    archive: str, objects: dict[str, str], corpus: Corpus
) -> None:
    found, told = everything(corpus(archive))
    assert found.studies
    for name, kind in objects.items():
        assert told[name] == f"{name} holds {kind}, not an image."
    modalities = {s.series.modality for study in found.studies for s in study.display_sets}
    assert modalities == {"CT"}


# -- every image of pydicom-data, one by one -----------------------------------------------------

INVERTED = {"RG1_J2KI", "RG3_J2KI", "RG3_J2KR"}
DEEP_COLOUR = {
    *(f"SC_rgb_{form}" for form in ("16bit", "16bit_2frame", "32bit", "32bit_2frame")),
    *(f"SC_rgb_expb_{form}" for form in ("16bit", "16bit_2frame", "32bit", "32bit_2frame")),
    "gdcm-US-ALOKA-16",
    "gdcm-US-ALOKA-16_big",
}
SIMPLEITK_CANNOT = {
    "JLSL_08_07_0_1F",
    "emri_small_jpeg_2k_lossless_too_short",
    "parametric_map_double_float",
    "parametric_map_float",
}
OTHERWISE = {
    "mlut_18",  # SimpleITK leaves the modality table out
    "OBXXXX1A_expb",  # SimpleITK takes the big-endian colour table as little-endian
    "OBXXXX1A_expb_2frame",
}


def data(corpus: Corpus, name: str) -> Path:
    return corpus("pydicom-data") / "pydicom-data" / "data_store" / "data" / f"{name}.dcm"


def images(corpus: Corpus) -> list[Path]:
    headers, _ = scanned(corpus("pydicom-data"))
    return [header.path for header in headers if build_studies([header]).studies]


def expected_of(path: Path, values: NDArray[np.generic]) -> NDArray[np.generic]:
    if path.stem in INVERTED:  # SimpleITK turns MONOCHROME1 round
        pixels = read_header(path).pixels
        assert pixels is not None
        return np.asarray((1 << pixels.bits_stored) - 1 - values.astype(np.int64))
    if path.stem in DEEP_COLOUR:
        return np.asarray((values >> (values.dtype.itemsize * 8 - 8)).astype(np.uint8))
    return values


def test_every_image_of_pydicom_data_has_the_values_of_simpleitk(
    corpus: Corpus, decoders: DecodeWorkers
) -> None:
    compared, wrong = 0, []
    for path in images(corpus):
        if path.stem in SIMPLEITK_CANNOT | OTHERWISE:
            continue
        shown = only([path])
        found = volume_of(shown, decoders).voxels
        order = [frame.frame - 1 for frame in shown.frames]
        expected = expected_of(path, by_simpleitk(path))[order]
        exact = found.dtype.kind != "f"
        is_same = (
            np.array_equal(found, expected) if exact else np.allclose(found, expected, rtol=1e-6)
        )
        compared += 1
        if not is_same:
            wrong.append(path.name)
    assert wrong == []
    assert compared > 50


def test_every_image_of_pydicom_data_has_the_stored_values_of_dcmtk(
    corpus: Corpus, decoders: DecodeWorkers, tmp_path: Path
) -> None:
    compared, wrong = 0, []
    for path in images(corpus):
        header = read_header(path)
        syntax = header.transfer_syntax_uid
        is_palette = header.pixels is not None and (
            header.pixels.photometric_interpretation == "PALETTE COLOR"
        )
        if syntax not in DCMTK or is_palette or path.stem == "JLSL_08_07_0_1F":
            continue
        expected = by_dcmtk(path, syntax, tmp_path)
        if expected is None:
            pytest.skip("dcmtk is not installed")
        for image in only([path]).frames:
            compared += 1
            pixels = image.instance.pixels
            assert pixels is not None
            # dcmtk leaves the bits above Bits Stored as the codec left them.
            used = (1 << pixels.bits_stored) - 1
            here, there = decoders.decode(image), expected[image.frame - 1]
            if not np.array_equal(here.astype(np.int64) & used, there.astype(np.int64) & used):
                wrong.append(path.name)
    assert wrong == []
    assert compared > 20


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("OBXXXX1A_expb", "OBXXXX1A"),
        ("OBXXXX1A_expb_2frame", "OBXXXX1A_2frame"),
        ("emri_small_jpeg_2k_lossless_too_short", "emri_small"),
        ("HTJ2KLossless_08_RGB", "HTJ2KLossless_08_RGB"),
    ],
)
def test_two_forms_of_one_image_are_the_same(
    name: str, same_as: str, corpus: Corpus, decoders: DecodeWorkers
) -> None:
    one = volume_of(only([data(corpus, name)]), decoders).voxels
    two = volume_of(only([data(corpus, same_as)]), decoders).voxels
    assert np.array_equal(one, two)


def test_the_modality_table_of_a_real_file_is_applied(
    corpus: Corpus, decoders: DecodeWorkers
) -> None:
    import pydicom

    path = data(corpus, "mlut_18")
    dataset = pydicom.dcmread(path)
    (item,) = dataset.ModalityLUTSequence
    count, first, _ = item.LUTDescriptor
    raw = item.LUTData
    table = np.frombuffer(raw, "<u2") if isinstance(raw, bytes) else np.array(raw)
    stored = np.frombuffer(dataset.PixelData, "<u2").reshape(512, 512)
    signed = (stored.astype(np.int64) & 0xFFF) - ((stored.astype(np.int64) & 0x800) << 1)
    expected = table[np.clip(signed - first, 0, (count or 65536) - 1)]
    assert np.array_equal(volume_of(only([path]), decoders).voxels[0], expected)


@pytest.mark.parametrize("name", ["parametric_map_float", "parametric_map_double_float"])
def test_maps_of_real_numbers_come_as_they_are(
    name: str, corpus: Corpus, decoders: DecodeWorkers
) -> None:
    import pydicom

    path = data(corpus, name)
    dataset = pydicom.dcmread(path)
    raw = dataset.get("FloatPixelData") or dataset.DoubleFloatPixelData
    kind = "<f4" if "FloatPixelData" in dataset else "<f8"
    expected = np.frombuffer(raw, kind).reshape(-1, dataset.Rows, dataset.Columns)
    assert np.array_equal(volume_of(only([path]), decoders).voxels, expected)
