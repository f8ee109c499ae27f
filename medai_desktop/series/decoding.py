"""Decodes one frame of one file to stored values; runs in the decode worker."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
MAX_FRAME_BYTES = 1_500_000_000
Values = npt.NDArray[np.generic]


def decode_frame(path: str, frame: int) -> Values:
    """Stored values of one frame.

    Args:
        path: the file.
        frame: counts from 1.

    Returns:
        (rows, columns), bits above Bits Stored cleared or sign-extended; or (rows, columns, 3)
        uint8 RGB for colour.

    Raises:
        ValueError: no pixel data, lying sizes, truncated.
    """
    import pydicom
    from pydicom.pixels.utils import pixel_array

    warnings.simplefilter("ignore")
    dataset = pydicom.dcmread(path, force=True)
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise ValueError("no pixel data")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    samples = int(dataset.get("SamplesPerPixel", 1))
    allocated = int(dataset.get("BitsAllocated", 16))
    if rows * columns * samples * max(1, allocated // 8) > MAX_FRAME_BYTES:
        raise ValueError("size")
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2"))
    stored = int(dataset.get("BitsStored", allocated))
    if syntax == JPEG_EXTENDED and stored > 8:
        return _decode_by_gdcm(Path(path), frame)
    _check_length(dataset, syntax, rows * columns * samples * allocated // 8)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    values = pixel_array(dataset, index=frame - 1, raw=samples == 1)
    if samples == 1 and dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        values = apply_color_lut(values, dataset)
    if values.ndim == 3:
        return _eight_bit(values, stored)
    return _used_bits(values, stored, int(dataset.get("PixelRepresentation", 0)) == 1)


def _check_length(dataset: object, syntax: str, frame_bytes: int) -> None:
    from pydicom.uid import UID

    frames = max(1, int(getattr(dataset, "NumberOfFrames", 1) or 1))
    data = getattr(dataset, "PixelData", None)
    if data is not None and not UID(syntax).is_encapsulated and len(data) < frame_bytes * frames:
        raise ValueError("truncated")


def _decode_by_gdcm(path: Path, frame: int) -> Values:
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        raise ValueError("damaged")
    image = reader.GetImage()
    kind = {
        gdcm.PixelFormat.UINT8: np.uint8,
        gdcm.PixelFormat.UINT12: np.uint16,
        gdcm.PixelFormat.UINT16: np.uint16,
        gdcm.PixelFormat.INT12: np.int16,
        gdcm.PixelFormat.INT16: np.int16,
    }[image.GetPixelFormat().GetScalarType()]
    raw = image.GetBuffer().encode("utf-8", errors="surrogateescape")
    values = np.frombuffer(raw, kind).reshape(-1, image.GetDimension(1), image.GetDimension(0))
    return np.array(values[frame - 1])


def _used_bits(values: Values, stored: int, is_signed: bool) -> Values:
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    bits = values.dtype.itemsize * 8
    native: npt.NDArray[np.integer] = values.astype(values.dtype.newbyteorder("="))
    if stored >= bits:
        return native
    if is_signed:
        shift = bits - stored
        signed: npt.NDArray[np.signedinteger] = native.astype(np.dtype(f"i{bits // 8}"))
        return np.asarray(np.right_shift(np.left_shift(signed, shift), shift))
    return np.asarray(native & np.array((1 << stored) - 1, native.dtype))


def _eight_bit(values: Values, stored: int) -> Values:
    if values.dtype == np.uint8:
        return values
    whole: npt.NDArray[np.int64] = values.astype(np.int64)
    if values.dtype == np.uint16:
        bits = 16 if int(whole.max(initial=0)) >= 1 << stored else stored
        whole = whole >> max(0, bits - 8)
    return np.clip(whole, 0, 255).astype(np.uint8)
