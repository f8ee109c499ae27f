"""Real series: the first picture and planes against pydicom and SimpleITK."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK

from medai_desktop.view.picture import PlaneRequest
from medai_desktop.view.viewport import SlabMode
from medai_desktop.volume import Window, apply_window
from tests.unit.session.reading_room import Room, reading_room, texts

Corpus = Callable[[str], Path]


def stored_values(room: Room, index: int, slices: list[int]) -> np.ndarray:
    """Modality values of some slices of a viewport, by pydicom."""
    shown = room.shown(index)
    found = []
    for k in slices:
        dataset = pydicom.dcmread(shown.frames[k].instance.path)
        slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
        found.append(dataset.pixel_array * float(slope) + float(intercept))
    return np.stack(found)


@pytest.mark.corpus
def test_a_thin_chest_ct(corpus: Corpus) -> None:
    with reading_room(corpus("chest-ct-rider")) as room:
        layout = room.desk.viewing.layout
        assert (layout.rows, layout.columns) == (1, 2)
        assert [state.preset for state in layout.viewports] == ["lung", "mediastinum"]
        heights = [f.position_lps_mm[2] for f in room.shown().frames if f.position_lps_mm]
        top = int(np.argmax(heights))
        assert [state.slice_index for state in layout.viewports] == [top, top]
        lung = stored_values(room, 0, [top])[0]
        assert (
            np.abs(room.pixels(0).astype(int) - apply_window(lung, Window(-600, 1500))).max() <= 1
        )
        assert room.state(1).slab.mode is SlabMode.MEAN
        step = abs(heights[1] - heights[0])
        shares = {top: 1.0, top - 1: min(1.0, 1.5 / step - 0.5), top - 2: 1.5 / step - 1.5}
        weights = {k: w for k, w in shares.items() if w > 0}
        mean = np.tensordot(
            list(weights.values()), stored_values(room, 1, list(weights)), axes=1
        ) / sum(weights.values())
        seen = room.pixels(1).astype(int)
        assert np.abs(seen - apply_window(mean, Window(50, 350))).max() <= 1
        alone = stored_values(room, 1, [top])[0]
        assert np.abs(seen - apply_window(alone, Window(50, 350))).max() > 20
        assert any("mean 3 mm" in line for line in texts(room.overlay(1)))


@pytest.mark.corpus
def test_a_sagittal_oblique_head(corpus: Corpus) -> None:
    folder = corpus("head-mr-sagittal")
    with reading_room(folder) as room:
        shown, state = room.shown(), room.state()
        assert shown.plane is not None and shown.plane.value == "sagittal"
        assert abs(state.slice_index - len(shown.frames) / 2) <= 1
        assert room.projection().letters[0][0] == "A" and room.projection().letters[1][0] == "H"
        room.desk.viewing.toggle_planes()
        reader = SimpleITK.ImageSeriesReader()
        reader.SetFileNames([str(frame.instance.path) for frame in shown.frames])
        image = SimpleITK.Cast(reader.Execute(), SimpleITK.sitkFloat32)
        for index in range(3):
            request = room.request(index)
            assert isinstance(request, PlaneRequest)
            picture, projection = room.pixels(index), room.projection(index)
            first, plane = projection.world_from_screen(0.5, 0.5), request.plane
            assert first is not None
            resample = SimpleITK.ResampleImageFilter()
            resample.SetInterpolator(SimpleITK.sitkLinear)
            resample.SetSize((*request.size_px, 1))
            resample.SetOutputSpacing((request.mm_per_px, request.mm_per_px, 1.0))
            resample.SetOutputOrigin(first.tolist())
            axes = np.stack([plane.right, plane.down, plane.normal], axis=1)
            resample.SetOutputDirection(axes.ravel().tolist())
            values = SimpleITK.GetArrayFromImage(resample.Execute(image))[0]
            wanted = apply_window(values, request.window).astype(int)
            off = np.abs(picture.astype(int) - wanted)
            assert picture.std() > 20
            assert np.percentile(off, 99) <= 2
            assert np.abs(picture.astype(int) - wanted[:, ::-1]).mean() > 5
