"""Opens files the way the program does, and what others make of them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK
from numpy.typing import NDArray

from medai_desktop.jobs import Cancellation
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.series.display_sets import StudyList, build_studies
from medai_desktop.series.loading import SeriesLoader
from medai_desktop.source.folder import scan
from medai_desktop.source.header import read_header
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.volume import Volume

ROOT = Path(__file__).resolve().parents[3]
PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
CATALOGUES = Catalogues(ROOT / "resources" / "translations")
DCMTK = {
    "1.2.840.10008.1.2.1.99": ("dcmconv", "+te"),
    "1.2.840.10008.1.2.4.50": ("dcmdjpeg",),
    "1.2.840.10008.1.2.4.51": ("dcmdjpeg",),
    "1.2.840.10008.1.2.4.57": ("dcmdjpeg",),
    "1.2.840.10008.1.2.4.70": ("dcmdjpeg",),
    "1.2.840.10008.1.2.4.80": ("dcmdjpls",),
    "1.2.840.10008.1.2.4.81": ("dcmdjpls",),
    "1.2.840.10008.1.2.5": ("dcmdrle",),
}
"""Which of dcmtk's programs decodes a transfer syntax."""


def say(said: Message, language: Language = Language.ENGLISH) -> str:
    """The sentence behind a message."""
    return CATALOGUES.render(said, language)


def opened(paths: Iterable[Path]) -> StudyList:
    """Studies of some files."""
    return build_studies([read_header(path) for path in paths])


def only(paths: Iterable[Path]) -> DisplaySet:
    """The one display set of some files."""
    (study,) = opened(paths).studies
    (shown,) = study.display_sets
    return shown


def sets_of(paths: Iterable[Path]) -> list[DisplaySet]:
    """Every display set of some files."""
    return [shown for study in opened(paths).studies for shown in study.display_sets]


def scanned(*paths: Path) -> tuple[list[InstanceHeader], list[SkippedFile]]:
    """What a scan brings: headers and skipped files."""
    found = list(scan(paths, progress=lambda _: None, cancellation=Cancellation()))
    headers = [item for item in found if isinstance(item, InstanceHeader)]
    return headers, [item for item in found if isinstance(item, SkippedFile)]


def loader_of(shown: DisplaySet, decoders: DecodeWorkers) -> SeriesLoader:
    """A loader that has loaded everything."""
    loader = SeriesLoader(shown, decoders)
    loader.load(lambda _: None, Cancellation(), first_slice=0, on_slice=lambda _: None)
    return loader


def volume_of(shown: DisplaySet, decoders: DecodeWorkers) -> Volume:
    """The pixels of a display set; fails when one image cannot be decoded."""
    loader = loader_of(shown, decoders)
    assert loader.failures == {}
    return loader.volume


def by_simpleitk(path: Path) -> NDArray[np.generic]:
    """Modality values of one file, (frames, rows, columns) or with 3 colours behind."""
    image = SimpleITK.ReadImage(str(path))
    values = SimpleITK.GetArrayFromImage(image)
    colours = 1 if image.GetNumberOfComponentsPerPixel() == 3 else 0
    while values.ndim < 3 + colours:
        values = values[np.newaxis]
    return np.asarray(values)


def by_dcmtk(path: Path, syntax: str, folder: Path) -> NDArray[np.generic] | None:
    """Stored values of one file decoded by dcmtk, (frames, rows, columns[, 3]); None without."""
    program, *options = DCMTK[syntax]
    if shutil.which(program) is None:
        return None
    plain = folder / "plain.dcm"
    plain.unlink(missing_ok=True)
    subprocess.run(
        [program, *options, str(path), str(plain)], check=True, capture_output=True, timeout=60
    )
    return uncompressed(plain)


def uncompressed(path: Path) -> NDArray[np.generic]:
    """Samples of an uncompressed little-endian file as they lie there, by numpy alone."""
    dataset = pydicom.dcmread(path)
    letter = "i" if dataset.PixelRepresentation else "u"
    kind = np.dtype(f"<{letter}{dataset.BitsAllocated // 8}")
    frames, samples = int(dataset.get("NumberOfFrames", 1)), int(dataset.SamplesPerPixel)
    size = (frames, dataset.Rows, dataset.Columns)
    count = int(np.prod(size)) * samples
    values = np.frombuffer(dataset.PixelData, kind, count)
    if samples == 1:
        return values.reshape(size)
    if dataset.PlanarConfiguration == 1:
        return values.reshape(frames, 3, *size[1:]).transpose(0, 2, 3, 1)
    return values.reshape(*size, 3)
