"""Many images in one file: enhanced objects, cine clips, and numbers of frames that lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import uid

from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import Flag, SplitBy, Verdict
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.pixels import MR_12BIT
from tests.phantoms.series_geometry import SeriesGeometry, rotation
from tests.unit.series.enhanced import EnhancedFrame, EnhancedObject, write_enhanced
from tests.unit.series.opened import by_simpleitk, only, opened, say, sets_of, volume_of

OBLIQUE = SeriesGeometry.turned(rotation((1, 2, 0.5), 30.0), (3.0, 0.8, 1.4), (10, 20, -30))


def samples(count: int) -> NDArray[np.uint16]:
    """(count, 12, 16), frame n begins with n * 100."""
    y, x = np.mgrid[:12, :16]
    return np.stack([(n * 100 + y * 3 + x) for n in range(count)]).astype(np.uint16)


def steps(order: list[float]) -> list[EnhancedFrame]:
    return [EnhancedFrame(step) for step in order]


@pytest.mark.parametrize(
    "syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEGLSLossless]
)
def test_frames_are_put_in_place_by_their_groups(
    syntax: uid.UID, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    order = [4.0, 0.0, 2.0, 1.0, 3.0]
    content = EnhancedObject(OBLIQUE, steps(order), syntax=syntax)
    path = write_enhanced(tmp_path / "a.dcm", samples(5), content)
    shown = only([path])
    assert shown.verdict is Verdict.UNIFORM
    assert [frame.frame for frame in shown.frames] == [2, 4, 3, 5, 1]
    assert shown.geometry is not None
    assert shown.geometry.affine == pytest.approx(OBLIQUE.affine, abs=1e-4)
    volume = volume_of(shown, decoders)
    assert np.array_equal(volume.voxels, samples(5)[np.argsort(order)])
    assert [image.frame for image in volume.images] == [2, 4, 3, 5, 1]
    assert shown.technique.repetition_time_ms == 612.0


@pytest.mark.parametrize("is_compressed", [False, True])
def test_each_frame_has_its_own_transform(
    is_compressed: bool, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    scales = [(0.5 + n, -10.0 * n) for n in range(4)]
    frames = [EnhancedFrame(float(n), rescale=scale) for n, scale in enumerate(scales)]
    syntax = uid.RLELossless if is_compressed else uid.ExplicitVRLittleEndian
    content = EnhancedObject(OBLIQUE, frames, syntax=syntax)
    shown = only([write_enhanced(tmp_path / "a.dcm", samples(4), content)])
    expected = np.stack([f * s + i for f, (s, i) in zip(samples(4), scales, strict=True)])
    assert volume_of(shown, decoders).voxels == pytest.approx(expected, rel=1e-6)


def test_a_shared_transform_holds_for_all(tmp_path: Path, decoders: DecodeWorkers) -> None:
    content = EnhancedObject(OBLIQUE, steps([0, 1, 2]), shared_rescale=(2.0, -7.0))
    path = write_enhanced(tmp_path / "a.dcm", samples(3), content)
    found = volume_of(only([path]), decoders).voxels
    assert np.array_equal(found, samples(3).astype(int) * 2 - 7)
    assert np.array_equal(found, by_simpleitk(path))


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([EnhancedFrame(s, time=t) for t in (1, 2, 3) for s in (0, 1, 2)], SplitBy.TIME),
        ([EnhancedFrame(s, stack=t) for t in "ABC" for s in (0, 1, 2)], SplitBy.STACK),
        (
            [EnhancedFrame(s, b_value=b) for b in (0.0, 500.0, 1000.0) for s in (0, 1, 2)],
            SplitBy.B_VALUE,
        ),
        (
            [EnhancedFrame(s, echo_ms=e) for e in (10.0, 20.0, 110.0) for s in (0, 1, 2)],
            SplitBy.ECHO,
        ),
        (
            [EnhancedFrame(s, trigger_ms=e) for e in (5.0, 20.0, 110.0) for s in (0, 1, 2)],
            SplitBy.TRIGGER,
        ),
        ([EnhancedFrame(s) for _ in range(3) for s in (0, 1, 2)], SplitBy.REPEAT),
    ],
    ids=["time", "stack", "b-value", "echo", "trigger", "nothing"],
)
def test_frames_that_repeat_their_places_are_split(
    frames: list[EnhancedFrame], reason: SplitBy, tmp_path: Path
) -> None:
    content = EnhancedObject(OBLIQUE, frames)
    sets = sets_of([write_enhanced(tmp_path / "a.dcm", samples(9), content)])
    assert [[f.frame for f in shown.frames] for shown in sets] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert {shown.part.by for shown in sets if shown.part is not None} == {reason}
    assert all(shown.verdict is Verdict.UNIFORM for shown in sets)


def test_a_gap_between_frames_is_told_by_their_numbers(tmp_path: Path) -> None:
    content = EnhancedObject(OBLIQUE, steps([0, 1, 2, 4, 5]))
    shown = only([write_enhanced(tmp_path / "a.dcm", samples(5), content)])
    assert shown.verdict is Verdict.MISSING_SLICES
    assert "between image 3 and image 4" in say(shown.messages[0])


def clip(folder: Path, held: int, stated: int | None, modality: str = "US") -> Path:
    """A clip without places that holds some frames and states another number."""
    (path,) = write_series(
        folder,
        np.zeros((1, 12, 16)),
        OBLIQUE,
        tags=SeriesTags(modality="MR"),
        pixels=MR_12BIT,
    )
    dataset = pydicom.dcmread(path)
    dataset.Modality = modality
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
        delattr(dataset, keyword)
    dataset.PixelData = samples(held).tobytes()
    if stated is not None:
        dataset.NumberOfFrames = stated
    dataset.save_as(path)
    return path


def test_a_clip_keeps_the_order_of_its_frames(tmp_path: Path, decoders: DecodeWorkers) -> None:
    shown = only([clip(tmp_path, 6, 6)])
    assert shown.verdict is Verdict.NO_GEOMETRY
    assert say(shown.messages[0]).startswith("Images in the order of time")
    assert np.array_equal(volume_of(shown, decoders).voxels, samples(6))


@pytest.mark.parametrize("stated", [7, 5000, 2_000_000_000])
def test_frames_that_are_not_there_are_not_shown(
    stated: int, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    shown = only([clip(tmp_path, 6, stated)])
    assert len(shown.frames) == 6
    assert Flag.INCOMPLETE in shown.flags
    assert f"states {stated} images but holds 6" in say(shown.messages[1])
    volume = volume_of(shown, decoders)
    assert np.array_equal(volume.voxels, samples(6))
    assert volume.digest == ""  # detection cannot be done on a part


@pytest.mark.parametrize("stated", [-1, 0])
def test_a_senseless_number_of_frames_is_one(stated: int, tmp_path: Path) -> None:
    assert len(only([clip(tmp_path, 1, stated)]).frames) == 1


def test_a_clip_that_breaks_off_shows_what_is_whole(
    tmp_path: Path, decoders: DecodeWorkers
) -> None:
    path = clip(tmp_path, 6, 6)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - 12 * 16 * 2 - 10])
    shown = only([path])
    assert len(shown.frames) == 4
    assert np.array_equal(volume_of(shown, decoders).voxels, samples(4))


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless])
def test_a_compressed_clip_that_breaks_off_shows_what_is_whole(
    syntax: uid.UID, tmp_path: Path, decoders: DecodeWorkers
) -> None:
    path = clip(tmp_path, 6, 6)
    dataset = pydicom.dcmread(path)
    dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(path)
    raw = path.read_bytes()
    path.write_bytes(raw[:-60])
    shown = only([path])
    assert len(shown.frames) == 5
    assert Flag.INCOMPLETE in shown.flags
    assert np.array_equal(volume_of(shown, decoders).voxels, samples(5))


def test_groups_that_do_not_match_the_frames_give_no_places(tmp_path: Path) -> None:
    content = EnhancedObject(OBLIQUE, steps([0, 1]))
    shown = only([write_enhanced(tmp_path / "a.dcm", samples(5), content)])
    assert len(shown.frames) == 5
    assert shown.verdict is Verdict.NO_GEOMETRY


def test_two_multi_frame_files_make_one_volume(tmp_path: Path, decoders: DecodeWorkers) -> None:
    first = write_enhanced(
        tmp_path / "a.dcm", samples(6)[:3], EnhancedObject(OBLIQUE, steps([0, 2, 4]))
    )
    second = write_enhanced(
        tmp_path / "b.dcm", samples(6)[3:], EnhancedObject(OBLIQUE, steps([1, 3, 5]))
    )
    dataset = pydicom.dcmread(second)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.9"
    dataset.save_as(second)
    (study,) = opened([first, second]).studies
    (shown,) = study.display_sets
    assert shown.verdict is Verdict.UNIFORM
    found = volume_of(shown, decoders).voxels
    assert np.array_equal(found, samples(6)[[0, 3, 1, 4, 2, 5]])
