"""Writes enhanced multi-frame objects: many images, each with functional groups of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.pixels import MR_12BIT
from tests.phantoms.series_geometry import SeriesGeometry


@dataclass(frozen=True)
class EnhancedFrame:
    """One frame: its place in units of k, and what else its groups say."""

    step: float
    rescale: tuple[float, float] | None = None
    time: int | None = None
    stack: str | None = None
    b_value: float | None = None
    echo_ms: float | None = None
    trigger_ms: float | None = None


@dataclass(frozen=True)
class EnhancedObject:
    """What a file holds beside its frames."""

    geometry: SeriesGeometry
    frames: Sequence[EnhancedFrame]
    shared_rescale: tuple[float, float] | None = None
    stated_frames: int | None = None
    syntax: uid.UID = field(default=uid.ExplicitVRLittleEndian)


def write_enhanced(path: Path, stored: NDArray[np.uint16], content: EnhancedObject) -> Path:
    """An Enhanced MR object of (frames, rows, columns) samples."""
    (plain,) = write_series(
        path.parent / "plain",
        np.zeros((1, *stored.shape[1:])),
        content.geometry,
        tags=SeriesTags(modality="MR"),
        pixels=MR_12BIT,
    )
    dataset = pydicom.dcmread(plain)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = uid.EnhancedMRImageStorage
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(dataset, keyword)
    dataset.NumberOfFrames = content.stated_frames or len(stored)
    dataset.PixelData = stored.astype("<u2").tobytes()
    dataset.SharedFunctionalGroupsSequence = DicomSequence([_shared(content)])
    dataset.PerFrameFunctionalGroupsSequence = DicomSequence(
        [_group(content.geometry, frame) for frame in content.frames]
    )
    if content.syntax.is_encapsulated:
        dataset.compress(content.syntax, generate_instance_uid=False)
    dataset.save_as(path)
    return path


def _item(**values: object) -> DicomSequence:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return DicomSequence([item])


def _shared(content: EnhancedObject) -> Dataset:
    shared = Dataset()
    rows_mm, columns_mm = content.geometry.pixel_spacing_mm
    shared.PixelMeasuresSequence = _item(PixelSpacing=[rows_mm, columns_mm], SliceThickness=9.0)
    axes = (*content.geometry.row_direction, *content.geometry.column_direction)
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[round(v, 9) for v in axes])
    shared.MRTimingAndRelatedParametersSequence = _item(RepetitionTime=612.0)
    if content.shared_rescale is not None:
        shared.PixelValueTransformationSequence = _rescale(content.shared_rescale)
    return shared


def _rescale(pair: tuple[float, float]) -> DicomSequence:
    return _item(RescaleSlope=pair[0], RescaleIntercept=pair[1], RescaleType="US")


def _group(geometry: SeriesGeometry, frame: EnhancedFrame) -> Dataset:
    group = Dataset()
    place = [round(float(v), 6) for v in geometry.position_lps_mm(frame.step)]
    group.PlanePositionSequence = _item(ImagePositionPatient=place)
    content = {"StackID": frame.stack or "1", "InStackPositionNumber": 1}
    if frame.time is not None:
        content["TemporalPositionIndex"] = frame.time
    group.FrameContentSequence = _item(**content)
    if frame.rescale is not None:
        group.PixelValueTransformationSequence = _rescale(frame.rescale)
    if frame.b_value is not None:
        group.MRDiffusionSequence = _item(DiffusionBValue=frame.b_value)
    if frame.echo_ms is not None:
        group.MREchoSequence = _item(EffectiveEchoTime=frame.echo_ms)
    if frame.trigger_ms is not None:
        group.CardiacSynchronizationSequence = _item(
            NominalCardiacTriggerDelayTime=frame.trigger_ms
        )
    return group
