"""The first picture of each kind of study, against what pydicom and numpy make of the files.

A real desk opens the files, the render thread draws; layout, image, window, letters, corner text
and every pixel are those of the reading defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut

from medai_desktop.text import Language
from medai_desktop.view.viewport import Slab, SlabMode
from tests.phantoms import clinical
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.phantom import Phantom
from tests.phantoms.pixels import CT_12BIT, RADIOGRAPH_12BIT
from tests.phantoms.series_geometry import SeriesGeometry
from tests.unit.session.reading_room import Room, reading_room, texts

RESEARCH = "Research use only. Not for use in diagnosis or treatment."
PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"


def by_height(paths: Sequence[Path]) -> list[pydicom.Dataset]:
    """Datasets from the head down."""
    sets = [pydicom.dcmread(path) for path in paths]
    return sorted(sets, key=lambda d: -float(d.ImagePositionPatient[2]))


def values(dataset: pydicom.Dataset) -> NDArray[np.float64]:
    """Modality values (PS3.3 C.11.1.1.2)."""
    slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
    return np.asarray(dataset.pixel_array * float(slope) + float(intercept), dtype=np.float64)


def linear(x: NDArray[np.float64], width: float, center: float) -> NDArray[np.float64]:
    """Grey by the pseudo-code of PS3.3 C.11.2.1.2.1."""
    grey = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255
    grey = np.where(x <= center - 0.5 - (width - 1) / 2, 0, grey)
    return np.asarray(np.where(x > center - 0.5 + (width - 1) / 2, 255, grey))


def spread(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.asarray(np.clip((x - low) / (high - low), 0, 1) * 255)


def best_threshold(x: NDArray[np.float64]) -> float:
    """Otsu by trying every one of 256 thresholds."""
    counts, edges = np.histogram(x, 256)
    centers = (edges[1:] + edges[:-1]) / 2
    best, found = -1.0, 0.0
    for n in range(255):
        below, above = counts[: n + 1], counts[n + 1 :]
        if below.sum() == 0 or above.sum() == 0:
            continue
        distance = np.average(centers[n + 1 :], weights=above) - np.average(
            centers[: n + 1], weights=below
        )
        between = float(below.sum()) * float(above.sum()) * distance**2
        if between > best * (1 + 1e-12):
            best, found = between, float(centers[n])
    return found


def assert_picture(room: Room, index: int, wanted: NDArray[np.float64], wrong: NDArray[np.float64]
) -> None:  # fmt: skip
    """The picture is the wanted one, to a grey; the twin is not."""
    pixels = room.pixels(index).astype(float)
    assert pixels.shape == wanted.shape
    assert np.abs(pixels - wanted).max() <= 0.51
    assert np.abs(pixels - wrong).max() > 20


def grid(room: Room) -> tuple[int, int, int]:
    layout = room.desk.viewing.layout
    return layout.rows, layout.columns, len(layout.viewports)


def test_chest_ct(tmp_path: Path) -> None:
    phantom = clinical.chest_ct(tmp_path)
    top, second, *_ = by_height(phantom.paths)
    with reading_room(tmp_path) as room:
        assert grid(room) == (1, 2, 2)
        for index, (preset, width, level) in enumerate(
            [("lung", 1500, -600), ("mediastinum", 350, 50)]
        ):
            state = room.state(index)
            assert (state.preset, state.slice_index) == (preset, 23)
            wanted = linear(values(top), width, level)
            assert_picture(room, index, wanted, linear(values(top), 400, 40))
            assert room.projection(index).letters == ("R", "A", "L", "P")
        said = texts(room.overlay(0))
        for line in (
            "PHANTOM TEST",
            "PHANTOM-1 · O, 1960-01-02 (65 y)",
            "2025-01-02 10:15",
            "CT Chest",
            "Se 1 Im 24 (1/24)",
            "Chest 5.0 B31f",
            "10.00 mm / 10.00 · z 115.0",
            "120 kVp · B31f",
            "Lung W 1500 L -600",
            RESEARCH,
        ):
            assert line in said
        assert "Mediastinum W 350 L 50" in texts(room.overlay(1))
        assert room.desk.viewing.scroll(0, 1) is False
        assert_picture(room, 0, linear(values(second), 1500, -600), linear(values(second), 350, 50))


def thin_ct(folder: Path, part: str, kernel: str) -> Phantom:
    """Noise in 1 mm slices, so that a mean of some differs from each."""
    geometry = SeriesGeometry.straight((1.0, 2.0, 2.0), (-40.0, -40.0, -15.0))
    voxels = np.random.default_rng(8).integers(-80, 160, (30, 40, 40)).astype(float)
    tags = SeriesTags(
        key=part,
        study_key=part,
        body_part=part,
        study_description="CT",
        series_description="Thin",
        more={"ConvolutionKernel": kernel},
    )
    paths = write_series(folder, voxels, geometry, tags=tags, pixels=CT_12BIT)
    return Phantom(part, folder, tuple(paths), voxels, geometry, tags, "uniform")


@pytest.mark.parametrize(
    ("part", "index", "window", "mm", "position", "weights"),
    [
        ("CHEST", 1, (350, 50), 3.0, 0, {0: 1, 1: 1}),
        ("HEAD", 0, (80, 40), 4.0, 14, {12: 0.5, 13: 1, 14: 1, 15: 1, 16: 0.5}),
    ],
)
def test_thin_ct_opens_as_a_mean_and_says_so(
    part: str,
    index: int,
    window: tuple[float, float],
    mm: float,
    position: int,
    weights: dict[int, float],
    tmp_path: Path,
) -> None:
    phantom = thin_ct(tmp_path, part, "STANDARD")
    slices = np.stack([values(dataset) for dataset in by_height(phantom.paths)])
    with reading_room(tmp_path) as room:
        assert room.state(index).slab == Slab(SlabMode.MEAN, mm)
        mean = sum(slices[n] * w for n, w in weights.items()) / sum(weights.values())
        wanted = linear(np.asarray(mean), *window)
        assert_picture(room, index, wanted, linear(slices[position], *window))
        assert any(f"mean {mm:.0f} mm" in line for line in texts(room.overlay(index)))
        assert room.state(1 - index).slab == Slab(), "lung and bone are native"
        assert_picture(
            room,
            1 - index,
            linear(slices[position], *((1500, -600) if index else (2000, 400))),
            linear(np.asarray(mean), *window),
        )
        room.desk.viewing.activate(index)
        room.desk.viewing.scroll(index, 1)
        assert f"({position + 1 + 2}/30)" in " ".join(texts(room.overlay(index)))


def test_head_ct(tmp_path: Path) -> None:
    phantom = clinical.head_ct(tmp_path)
    middle = by_height(phantom.paths)[10]
    with reading_room(tmp_path) as room:
        assert grid(room) == (1, 2, 2)
        for index, (preset, width, level) in enumerate([("brain", 80, 40), ("bone", 2000, 400)]):
            assert room.state(index).preset == preset
            wanted = linear(values(middle), width, level)
            assert_picture(room, index, wanted, linear(values(middle), 400, 40))
        said = texts(room.overlay(0))
        assert {"Se 1 Im 12 (11/22)", "Brain W 80 L 40", "R", "A", "L", "P"} <= set(said)
        assert "Bone W 2000 L 400" in texts(room.overlay(1))


def test_brain_mr(tmp_path: Path) -> None:
    study = clinical.brain_mr(tmp_path)
    with reading_room(tmp_path) as room:
        assert grid(room) == (2, 2, 4)
        tops = {"T1": 99.5, "T1+C": 99.5, "FLAIR": 99.7, "DWI": 99.8}
        for index, name in enumerate(["T1", "T1+C", "FLAIR", "DWI"]):
            slices = [values(d) for d in by_height(study.series[name].paths)]
            middle = np.stack(slices[4:14]).ravel()
            threshold = best_threshold(middle)
            if np.mean(middle > threshold) < 0.2:
                threshold = best_threshold(middle[middle <= threshold])
            tissue = middle[middle > threshold]
            low, high = np.percentile(tissue, (5 if name == "DWI" else 1, tops[name]))
            state = room.state(index)
            assert room.shown(index).series.description.startswith(f"Ax {name[:2]}")
            assert (state.preset, state.slice_index) == ("auto", 9)
            assert state.window is not None
            assert (state.window.low, state.window.high) == pytest.approx((low, high))
            assert_picture(room, index, spread(slices[8], low, high), spread(slices[9], low, high))
            said = set(texts(room.overlay(index)))
            assert f"Auto W {high - low:.0f} L {(high + low) / 2:.0f}" in said
            assert {"R", "A", "L", "P", f"Se {index + 1} Im 10 (9/18)"} <= said
        assert "T1+C · TR 500 TE 10" in texts(room.overlay(1))
        assert "Gadolinium" in texts(room.overlay(1))
        assert "DWI · TR 5000 TE 90 · b 1000" in texts(room.overlay(3))


def test_chest_radiograph_with_the_window_of_its_file(tmp_path: Path) -> None:
    phantom = clinical.chest_radiograph(tmp_path)
    dataset = pydicom.dcmread(phantom.paths[0])
    with reading_room(tmp_path) as room:
        assert grid(room) == (1, 1, 1)
        assert room.state().preset == "file"
        wanted = linear(values(dataset), 4096, 2048)
        assert_picture(room, 0, wanted, 255 - wanted)
        said = texts(room.overlay())
        assert {"PA", "mm at detector", "File W 4096 L 2048", "R", "H", "L", "F"} <= set(said)
        assert not any("HU" in line for line in said)
        room.desk.viewing.change_stage(1)
        assert_picture(room, 0, 255 - wanted, wanted)


def test_radiograph_without_window_opens_on_its_exposed_field(tmp_path: Path) -> None:
    values_ = np.full((1, 240, 200), 90.0)
    field = np.random.default_rng(6).integers(700, 3300, (180, 120)).astype(float)
    values_[0, 30:210, 40:160] = field
    values_[0, 5:15, 5:40] = 4095  # a burnt-in letter
    geometry = replace(SeriesGeometry.straight((1.0, 0.5, 0.5)), has_position=False)
    tags = SeriesTags(
        modality="DX",
        key="wrist",
        study_key="wrist",
        body_part="WRIST",
        study_description="Wrist",
        series_description="Wrist LAT right",
        more={"ViewPosition": "LL", "ImageLaterality": "R", "PatientOrientation": ["A", "F"]},
    )
    pixels = replace(RADIOGRAPH_12BIT, window=None)
    write_series(tmp_path, values_, geometry, tags=tags, pixels=pixels)
    low, high = np.percentile(field, (0.5, 99.5))
    with reading_room(tmp_path) as room:
        assert room.state().preset == "auto"
        wanted = spread(values_[0], float(low), float(high))
        whole = np.percentile(values_, (0.5, 99.5))
        assert_picture(room, 0, wanted, spread(values_[0], *whole))
        assert room.state().fit_px == (40, 30, 160, 210)
        projection = room.projection()
        assert projection.screen_from_pixel(40, 30)[1] == pytest.approx(0)
        assert projection.screen_from_pixel(160, 210)[1] == pytest.approx(400)
        assert projection.letters == ("P", "H", "A", "F")
        assert {"LL", "R", "P", "A"} <= set(texts(room.overlay()))


def test_an_inverted_hand_looks_like_its_twin(tmp_path: Path) -> None:
    """MONOCHROME1, wrist and hand: bone bright, the same letters, the same text."""
    clinical.hand_radiograph(tmp_path / "straight")
    inverted = clinical.monochrome1_radiograph(tmp_path / "inverted")
    pictures = {}
    for name in ("straight", "inverted"):
        with reading_room(tmp_path / name) as room:
            assert grid(room) == (1, 1, 1)
            pictures[name] = room.pixels().astype(int)
            for key in (2, 3, 4, 5):
                room.desk.viewing.press_number_key(key)
                pictures[f"{name}{key}"] = room.pixels().astype(int)
            assert room.projection().letters == ("L", "H", "R", "F")
            assert {"PA", "L"} <= {t.text for t in room.overlay().texts if t.is_large}
    for key in ("", "2", "3", "4", "5"):
        assert np.abs(pictures[f"straight{key}"] - pictures[f"inverted{key}"]).max() <= 1
    stored = values(pydicom.dcmread(inverted.paths[0]))
    wanted = 255 - linear(stored, 4096, 2048)
    assert np.abs(pictures["inverted"] - wanted).max() <= 1
    assert np.abs(pictures["inverted"] - (255 - wanted)).max() > 100
    bone, air = pictures["inverted"][150, 120], pictures["inverted"][5, 5]
    assert bone > air + 100


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_everything_else_hangs_in_a_grid(count: int, tmp_path: Path) -> None:
    phantoms = []
    for number in range(1, count + 1):
        tags = SeriesTags(
            key=f"s{number}",
            study_key="else",
            body_part="",
            study_description="Specimen",
            series_description=f"Specimen {number}",
            series_number=number,
        )
        geometry = SeriesGeometry.straight((2.0, 1.0, 1.0), (0.0, 0.0, 100.0 * number))
        voxels = np.random.default_rng(number).integers(-500, 900, (5, 20, 20)).astype(float)
        paths = write_series(tmp_path / str(number), voxels, geometry, tags=tags, pixels=CT_12BIT)
        phantoms.append(paths)
    wanted = {1: (1, 1, 1), 2: (1, 2, 2), 3: (2, 2, 4), 4: (2, 2, 4)}[count]
    with reading_room(tmp_path) as room:
        assert grid(room) == wanted
        for index in range(count):
            top, *_, bottom = by_height(phantoms[index])
            assert room.state(index).preset == "file"
            assert_picture(
                room, index, linear(values(top), 400, 40), linear(values(bottom), 400, 40)
            )


def test_each_slice_may_bring_its_own_window(tmp_path: Path) -> None:
    geometry = SeriesGeometry.straight((2.0, 1.0, 1.0))
    voxels = np.random.default_rng(3).integers(-500, 900, (4, 20, 20)).astype(float)
    tags = SeriesTags(
        body_part="", series_description="x", study_description="x", key="w", study_key="w"
    )
    paths = write_series(tmp_path, voxels, geometry, tags=tags, pixels=CT_12BIT)
    for number, path in enumerate(paths):
        dataset = pydicom.dcmread(path)
        dataset.WindowCenter, dataset.WindowWidth = str(10 * number), str(200 + 100 * number)
        dataset.save_as(path)
    with reading_room(tmp_path) as room:
        for n, dataset in enumerate(by_height(paths)):
            width, center = float(dataset.WindowWidth), float(dataset.WindowCenter)
            window = room.state().window
            assert window is not None and (window.width, window.center) == (width, center)
            wanted = linear(values(dataset), width, center)
            assert_picture(room, 0, wanted, linear(values(dataset), width + 300, center))
            assert f"File W {width:.0f} L {center:.0f}" in texts(room.overlay())
            if n == 1:
                room.desk.viewing.press_number_key(3)
                assert room.state().preset == "bone"
                room.desk.viewing.scroll(0, 1)
                assert room.state().preset == "bone", "the reader's own stays"
                room.desk.viewing.scroll(0, -1)
                room.desk.viewing.set_preset(0, "file")
            room.desk.viewing.scroll(0, 1)


def test_colour_is_shown_as_it_is(tmp_path: Path) -> None:
    for name in ("examples_rgb_color.dcm", "examples_palette.dcm"):
        dataset = pydicom.dcmread(PYDICOM_FILES / name)
        wanted = dataset.pixel_array
        if "Palette" in str(dataset.PhotometricInterpretation) or wanted.ndim == 2:
            wide = apply_color_lut(wanted, dataset)
            wanted = (wide >> 8).astype(np.uint8) if wide.dtype == np.uint16 else wide
        if wanted.ndim == 4:
            wanted = wanted[0]
        with reading_room(PYDICOM_FILES / name) as room:
            pixels = room.pixels()
            assert pixels.shape == (*wanted.shape[:2], 3)
            assert np.abs(pixels.astype(int) - wanted.astype(int)).max() <= 1
            assert np.abs(pixels.astype(int) - wanted[..., ::-1].astype(int)).max() > 50
            said = texts(room.overlay())
            assert not any(" W " in line for line in said)
            before = room.state().window
            room.desk.viewing.press_number_key(2)
            assert room.said() == "Colour images have no window."
            assert room.state().window == before


def test_in_chinese(tmp_path: Path) -> None:
    clinical.chest_ct(tmp_path)
    with reading_room(tmp_path, language=Language.CHINESE) as room:
        said = texts(room.overlay())
        assert "肺窗 W 1500 L -600" in said
        assert "仅供研究，不得用于诊断或治疗。" in said
        assert not any("Research" in line for line in said)
