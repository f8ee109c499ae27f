"""Write CT, MR and radiograph series whose geometry and content are known."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite, uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.valuerep import DSfloat

from tests.phantoms.encoding import TransferSyntax, put_pixels
from tests.phantoms.pixels import PixelFormat, Rescale, stored_from_values, with_garbage
from tests.phantoms.series_geometry import SeriesGeometry

Value = str | int | float | Sequence[str] | Sequence[int] | Sequence[float]

_NAMESPACE = uuid.UUID("5f0c7b7e-3b0a-5c1d-9a53-6f6d65646169")
_IMPLEMENTATION = "2.25.126291743270342651409617286423198241901"
_STORAGE = {
    "CT": uid.CTImageStorage,
    "MR": uid.MRImageStorage,
    "CR": uid.ComputedRadiographyImageStorage,
    "DX": uid.DigitalXRayImageStorageForPresentation,
}
_IMAGE_TYPE = {
    "CT": ("ORIGINAL", "PRIMARY", "AXIAL"),
    "MR": ("ORIGINAL", "PRIMARY", "M", "SE"),
    "CR": ("ORIGINAL", "PRIMARY"),
    "DX": ("ORIGINAL", "PRIMARY"),
}


def uid_of(*words: str | int) -> str:
    """A UID that is always the same for the same words (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(str(word) for word in words)).int}"


@dataclass(frozen=True, slots=True)
class SeriesTags:
    """What a series says about itself.

    Attributes:
        modality: CT, MR, CR or DX.
        image_type: None takes what is usual for the modality.
        key: Seed of the series and instance UIDs; differs between series of one study.
        study_key: Seed of the study UID.
        frame_key: Seed of the frame of reference; None takes the study's.
        more: Any other attribute by its DICOM keyword; None removes one.
    """

    modality: str = "CT"
    key: str = "series"
    study_key: str = "study"
    frame_key: str | None = None
    patient_name: str = "PHANTOM^TEST"
    patient_id: str = "PHANTOM-1"
    birth_date: str = "19600102"
    sex: str = "O"
    age: str = "065Y"
    character_set: str | Sequence[str] = "ISO_IR 192"
    date: str = "20250102"
    time: str = "101500"
    study_description: str = "Phantom"
    series_description: str = "Phantom"
    series_number: int = 1
    body_part: str = "CHEST"
    image_type: Sequence[str] | None = None
    more: Mapping[str, Value | None] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def study_uid(self) -> str:
        """Study Instance UID."""
        return uid_of("study", self.study_key)

    @property
    def series_uid(self) -> str:
        """Series Instance UID."""
        return uid_of("series", self.study_key, self.key)

    @property
    def frame_of_reference_uid(self) -> str:
        """Frame of Reference UID."""
        return uid_of("frame", self.frame_key or self.study_key)

    def instance_uid(self, index: int) -> str:
        """SOP Instance UID of a slice, counted from 0."""
        return uid_of("instance", self.study_key, self.key, index)


@dataclass(frozen=True, slots=True)
class FileNames:
    """How the files of a series are called.

    Attributes:
        prefix: What every name begins with.
        extension: Empty for names as on a hospital CD.
        shuffle_seed: None keeps names in slice order; else they are dealt at random.
        reversed_numbers: Instance numbers run against the stored order.
    """

    prefix: str = "IM"
    extension: str = ".dcm"
    shuffle_seed: int | None = None
    reversed_numbers: bool = False

    def of(self, count: int) -> list[str]:
        """The name of each slice."""
        numbers = list(range(1, count + 1))
        if self.shuffle_seed is not None:
            random.Random(self.shuffle_seed).shuffle(numbers)
        return [f"{self.prefix}{number:05d}{self.extension}" for number in numbers]


def write_series(
    folder: Path,
    voxels: NDArray[np.generic],
    geometry: SeriesGeometry,
    *,
    tags: SeriesTags | None = None,
    pixels: PixelFormat | None = None,
    transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE,
    names: FileNames | None = None,
) -> list[Path]:
    """Write one file per slice.

    Args:
        folder: Made when missing; other series may already lie there under other names.
        voxels: (slices, rows, columns) in modality units (HU for CT).
        geometry: Where the slices lie.
        tags: Who, what and when.
        pixels: How values stand in the file; default unsigned 16 bit without rescale.
        transfer_syntax: Any of ``TransferSyntax``.
        names: What the files are called.

    Returns:
        The path of each slice, in the order of ``voxels``.

    Raises:
        ValueError: A value does not fit into the bits, or a syntax cannot hold them.
    """
    tags, pixels, names = tags or SeriesTags(), pixels or PixelFormat(), names or FileNames()
    if pixels.bits_stored not in transfer_syntax.bits and transfer_syntax.lossy:
        raise ValueError(f"{transfer_syntax.name} holds {transfer_syntax.bits} bits")
    folder.mkdir(parents=True, exist_ok=True)
    count = len(voxels)
    paths = []
    for index, name in enumerate(names.of(count)):
        number = count - index if names.reversed_numbers else index + 1
        dataset = _dataset(tags, index, number)
        _put_place(dataset, tags, geometry, geometry.steps(count)[index])
        _put_format(dataset, pixels, index, voxels[index].shape)
        stored = stored_from_values(voxels[index], pixels, index)
        if pixels.garbage_high_bits:
            stored = with_garbage(stored, pixels, index)
        put_pixels(dataset, stored, transfer_syntax)
        _put_more(dataset, tags.more)
        # save_as refuses what was not read in big endian; the pixels are swapped already.
        dcmwrite(folder / name, dataset, enforce_file_format=True)
        paths.append(folder / name)
    return paths


def _dataset(tags: SeriesTags, index: int, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = _STORAGE[tags.modality]
    meta.MediaStorageSOPInstanceUID = uid.UID(tags.instance_uid(index))
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    meta.ImplementationClassUID = uid.UID(_IMPLEMENTATION)
    meta.ImplementationVersionName = "MEDAI_PHANTOM"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = (
        tags.character_set if isinstance(tags.character_set, str) else list(tags.character_set)
    )
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = uid.UID(tags.study_uid)
    dataset.SeriesInstanceUID = uid.UID(tags.series_uid)
    dataset.ImageType = list(tags.image_type or _IMAGE_TYPE[tags.modality])
    for moment in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{moment}Date", tags.date)
        setattr(dataset, f"{moment}Time", tags.time)
    dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.Modality = tags.modality
    dataset.Manufacturer = "MedAI phantom"
    dataset.StudyDescription = tags.study_description
    dataset.SeriesDescription = tags.series_description
    dataset.PatientName, dataset.PatientID = tags.patient_name, tags.patient_id
    dataset.PatientBirthDate, dataset.PatientSex = tags.birth_date, tags.sex
    dataset.PatientAge = tags.age
    dataset.BodyPartExamined = tags.body_part
    dataset.StudyID = "1"
    dataset.SeriesNumber, dataset.InstanceNumber = tags.series_number, number
    dataset.AcquisitionNumber = 1
    _put_modality(dataset, tags.modality)
    return dataset


def _put_modality(dataset: FileDataset, modality: str) -> None:
    if modality == "CT":
        dataset.KVP, dataset.PatientPosition = "120", "HFS"
    elif modality == "MR":
        dataset.PatientPosition = "HFS"
        dataset.ScanningSequence, dataset.SequenceVariant = "SE", "NONE"
        dataset.ScanOptions, dataset.MRAcquisitionType = "", "2D"
        dataset.RepetitionTime, dataset.EchoTime, dataset.EchoTrainLength = "500", "10", 1
        dataset.MagneticFieldStrength = "1.5"
    else:
        dataset.PatientOrientation = ["L", "F"]
        dataset.ViewPosition = "PA"
    if modality == "DX":
        _put_detector(dataset)


def _put_detector(dataset: FileDataset) -> None:
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", -1
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = "1", "0", "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.ImageLaterality = "U"
    dataset.DetectorType, dataset.PositionerType = "DIRECT", "NONE"
    dataset.AnatomicRegionSequence = [_code("51185008", "SCT", "Chest")]
    dataset.ViewCodeSequence = [_code("399348003", "SCT", "postero-anterior")]
    dataset.AcquisitionContextSequence = []


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _put_place(
    dataset: FileDataset, tags: SeriesTags, geometry: SeriesGeometry, step: float
) -> None:
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    if tags.modality in ("CR", "DX"):
        if geometry.has_spacing:
            dataset.ImagerPixelSpacing = [_ds(rows_mm), _ds(columns_mm)]
        return
    if geometry.has_spacing:
        dataset.PixelSpacing = [_ds(rows_mm), _ds(columns_mm)]
        thickness = geometry.slice_thickness_mm or abs(geometry.step_along_normal_mm)
        dataset.SliceThickness = _ds(thickness)
        if geometry.declared_spacing_mm is not None:
            dataset.SpacingBetweenSlices = _ds(geometry.declared_spacing_mm)
    if geometry.has_position:
        dataset.FrameOfReferenceUID = tags.frame_of_reference_uid
        dataset.PositionReferenceIndicator = ""
        place = geometry.position_lps_mm(step)
        dataset.ImagePositionPatient = [_ds(value) for value in place]
        dataset.ImageOrientationPatient = [
            _ds(value) for value in (*geometry.row_direction, *geometry.column_direction)
        ]
        dataset.SliceLocation = _ds(float(place @ geometry.normal))


def _put_format(
    dataset: FileDataset, pixels: PixelFormat, index: int, shape: tuple[int, ...]
) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if pixels.monochrome1 else "MONOCHROME2"
    if pixels.monochrome1 and "PresentationLUTShape" in dataset:
        dataset.PresentationLUTShape = "INVERSE"
    dataset.Rows, dataset.Columns = shape
    dataset.BitsAllocated, dataset.BitsStored = pixels.bits_allocated, pixels.bits_stored
    dataset.HighBit = pixels.bits_stored - 1
    dataset.PixelRepresentation = int(pixels.signed)
    rescale: Rescale | None = pixels.rescale_of(index)
    if rescale is not None:
        dataset.RescaleSlope = _ds(rescale.slope)
        dataset.RescaleIntercept = _ds(rescale.intercept)
        if rescale.kind is not None:
            dataset.RescaleType = rescale.kind
    if pixels.padding_value is not None:
        dataset.add_new(0x00280120, "SS" if pixels.signed else "US", pixels.padding_value)
    if pixels.window is not None:
        dataset.WindowCenter, dataset.WindowWidth = _ds(pixels.window[0]), _ds(pixels.window[1])


def _put_more(dataset: FileDataset, more: Mapping[str, Value | None]) -> None:
    for keyword, value in more.items():
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            given = value if isinstance(value, str | int | float) else list(value)
            setattr(dataset, keyword, given)


def _ds(value: float) -> DSfloat:
    """A decimal string of at most 16 characters (PS3.5 6.2)."""
    rounded = 0.0 if abs(value) < 1e-12 else float(value)
    return DSfloat(rounded, auto_format=True)
