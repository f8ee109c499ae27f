"""Pixel data in each transfer syntax, by pydicom's plug-ins and, for JPEG, by GDCM or dcmtk.

GDCM writes a 16-bit frame when asked for 12-bit extended JPEG, so that one is left to dcmtk.
"""

from __future__ import annotations

import copy
import shutil
import subprocess
import tempfile
from enum import Enum
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.dataset import FileDataset


class TransferSyntax(Enum):
    """Each way of storing pixels that the phantoms can be written in."""

    IMPLICIT_LE = uid.ImplicitVRLittleEndian
    EXPLICIT_LE = uid.ExplicitVRLittleEndian
    EXPLICIT_BE = uid.ExplicitVRBigEndian
    DEFLATED = uid.DeflatedExplicitVRLittleEndian
    RLE = uid.RLELossless
    JPEG_BASELINE_8BIT = uid.JPEGBaseline8Bit
    JPEG_EXTENDED_12BIT = uid.JPEGExtended12Bit
    JPEG_LOSSLESS = uid.JPEGLossless
    JPEG_LOSSLESS_SV1 = uid.JPEGLosslessSV1
    JPEG_LS = uid.JPEGLSLossless
    JPEG_LS_NEAR = uid.JPEGLSNearLossless
    JPEG_2000_LOSSLESS = uid.JPEG2000Lossless
    JPEG_2000 = uid.JPEG2000

    @property
    def compressed(self) -> bool:
        """Whether the pixel data is encapsulated."""
        return bool(self.value.is_encapsulated)

    @property
    def lossy(self) -> bool:
        """Whether what comes back may differ from what went in."""
        return self in _LOSSY

    @property
    def writable(self) -> bool:
        """Whether the encoder is there: 12-bit extended JPEG needs dcmtk's dcmcjpeg."""
        return self is not TransferSyntax.JPEG_EXTENDED_12BIT or bool(shutil.which("dcmcjpeg"))

    @property
    def bits(self) -> tuple[int, ...]:
        """The values of Bits Stored that the writer can produce in it."""
        if self is TransferSyntax.JPEG_BASELINE_8BIT:
            return (8,)
        if self is TransferSyntax.JPEG_EXTENDED_12BIT:
            return (12,)
        return (8, 12, 16)


_LOSSY = frozenset(
    {
        TransferSyntax.JPEG_BASELINE_8BIT,
        TransferSyntax.JPEG_EXTENDED_12BIT,
        TransferSyntax.JPEG_LS_NEAR,
        TransferSyntax.JPEG_2000,
    }
)
_GDCM = {
    TransferSyntax.JPEG_BASELINE_8BIT: gdcm.TransferSyntax.JPEGBaselineProcess1,
    TransferSyntax.JPEG_LOSSLESS: gdcm.TransferSyntax.JPEGLosslessProcess14,
    TransferSyntax.JPEG_LOSSLESS_SV1: gdcm.TransferSyntax.JPEGLosslessProcess14_1,
}
_METHOD = {
    TransferSyntax.JPEG_BASELINE_8BIT: "ISO_10918_1",
    TransferSyntax.JPEG_EXTENDED_12BIT: "ISO_10918_1",
    TransferSyntax.JPEG_LS_NEAR: "ISO_14495_1",
    TransferSyntax.JPEG_2000: "ISO_15444_1",
}
NEAR_LOSSLESS_ERROR = 3
"""Largest difference of a sample that the near-lossless syntax is allowed."""
JPEG_2000_RATIO = 8


def put_pixels(dataset: FileDataset, stored: NDArray[np.generic], syntax: TransferSyntax) -> None:
    """Set Pixel Data and the transfer syntax.

    Args:
        dataset: Complete but for Pixel Data; its file meta information is changed too.
        stored: (rows, columns), or (frames, rows, columns) with Number of Frames set;
            little-endian.
        syntax: How to write them.

    Raises:
        RuntimeError: GDCM refused to encode.
        FileNotFoundError: The syntax is not ``writable`` here.
    """
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    _set_native(dataset, stored)
    if syntax in _GDCM or syntax is TransferSyntax.JPEG_EXTENDED_12BIT:
        _put_jpeg(dataset, syntax)
    elif syntax.compressed:
        _compress(dataset, stored, syntax)
    else:
        if syntax is TransferSyntax.EXPLICIT_BE:
            _set_native(dataset, stored.astype(stored.dtype.newbyteorder(">")))
        dataset.file_meta.TransferSyntaxUID = syntax.value
    if syntax.lossy:
        dataset.LossyImageCompression = "01"
        ratio = stored.nbytes / len(dataset.PixelData)
        dataset.LossyImageCompressionRatio = f"{ratio:.3f}"
        dataset.LossyImageCompressionMethod = _METHOD[syntax]


def _set_native(dataset: FileDataset, stored: NDArray[np.generic]) -> None:
    raw = stored.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OB" if stored.itemsize == 1 else "OW"


def _compress(dataset: FileDataset, stored: NDArray[np.generic], syntax: TransferSyntax) -> None:
    options: dict[str, Any] = {}
    if syntax is TransferSyntax.JPEG_LS_NEAR:
        options["jls_error"] = NEAR_LOSSLESS_ERROR
    if syntax is TransferSyntax.JPEG_2000:
        options["j2k_cr"] = [JPEG_2000_RATIO]
    instance = dataset.SOPInstanceUID
    dataset.compress(syntax.value, stored, generate_instance_uid=False, **options)
    dataset.SOPInstanceUID = instance


def _put_jpeg(dataset: FileDataset, syntax: TransferSyntax) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, coded = Path(folder) / "plain.dcm", Path(folder) / "coded.dcm"
        _bare(dataset).save_as(plain, enforce_file_format=True)
        if syntax in _GDCM:
            _encode_with_gdcm(plain, coded, syntax)
        else:
            window = ["+Ww", "2048", "4096"]  # else dcmtk stretches each slice to its own range
            subprocess.run(["dcmcjpeg", "+ee", *window, str(plain), str(coded)], check=True)
        element = dcmread(coded)["PixelData"]
    dataset.PixelData = element.value
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax.value


def _bare(dataset: FileDataset) -> FileDataset:
    """The pixels without what makes an encoder change them."""
    bare = copy.deepcopy(dataset)
    for keyword in ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"):
        if keyword in bare:
            delattr(bare, keyword)
    bare.PhotometricInterpretation = "MONOCHROME2"
    return bare


def _encode_with_gdcm(plain: Path, coded: Path, syntax: TransferSyntax) -> None:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    if not reader.Read():
        raise RuntimeError("GDCM cannot read what pydicom wrote")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(_GDCM[syntax]))
    change.SetForce(True)
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise RuntimeError(f"GDCM cannot encode {syntax.name}")
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(coded))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise RuntimeError(f"GDCM cannot write {syntax.name}")
