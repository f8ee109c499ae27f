"""Input that is broken, hostile or beside the point; each function makes one kind.

Every function takes the folder to write into and returns the path of what it made.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from pydicom import dcmread, dcmwrite
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian

from tests.phantoms.dicom_writer import FileNames, SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.pixels import CT_12BIT
from tests.phantoms.series_geometry import SeriesGeometry

UNKNOWN_SYNTAX = "1.2.840.10008.1.2.9"
PRIVATE_SYNTAX = "1.3.6.1.4.1.99999.1"


def good_file(
    folder: Path,
    name: str = "good",
    transfer_syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE,
) -> Path:
    """One sound CT image, to show that the rest still opens."""
    values = np.add.outer(np.arange(32.0), np.arange(48.0))[np.newaxis] * 10 - 500
    (path,) = write_series(
        folder,
        values,
        SeriesGeometry.straight((2.0, 1.0, 1.0)),
        tags=SeriesTags(key=name, study_key="bad_files"),
        pixels=CT_12BIT,
        transfer_syntax=transfer_syntax,
        names=FileNames(prefix=name),
    )
    return path


def not_dicom(folder: Path) -> Path:
    """A text file with a name like an image's."""
    return _bytes(folder / "IM00001.dcm", b"These are the minutes of a meeting.\n" * 40)


def picture(folder: Path) -> Path:
    """The first bytes of a PNG."""
    return _bytes(folder / "photo.png", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(200))


def empty(folder: Path) -> Path:
    """A file of zero bytes."""
    return _bytes(folder / "empty.dcm", b"")


def zeros(folder: Path) -> Path:
    """A file that is as long as an image and holds only zeros, as after a failed copy."""
    return _bytes(folder / "zeros.dcm", bytes(4096))


def preamble_only(folder: Path) -> Path:
    """128 bytes and DICM, and nothing more."""
    return _bytes(folder / "preamble.dcm", bytes(128) + b"DICM")


def random_after_magic(folder: Path) -> Path:
    """128 bytes, DICM, and then noise."""
    noise = random.Random(5).randbytes(20000)
    return _bytes(folder / "noise.dcm", bytes(128) + b"DICM" + noise)


def random_after_meta(folder: Path) -> Path:
    """A sound meta header, and then noise for a data set."""
    raw = good_file(folder, "random_after_meta").read_bytes()
    start = raw.index(b"\x08\x00\x05\x00CS")
    noise = random.Random(6).randbytes(len(raw) - start)
    return _bytes(folder / "random_after_meta00001.dcm", raw[:start] + noise)


def truncated_header(folder: Path) -> Path:
    """Ends in the middle of the header, before Rows."""
    path = good_file(folder, "truncated_header")
    raw = path.read_bytes()
    return _bytes(path, raw[: raw.index(b"\x28\x00\x10\x00US") - 7])


def truncated_pixels(folder: Path) -> Path:
    """Ends after half of the pixel data."""
    path = good_file(folder, "truncated_pixels")
    raw = path.read_bytes()
    return _bytes(path, raw[: len(raw) - 32 * 48])


def truncated_compressed(folder: Path) -> Path:
    """JPEG-LS that ends after half of its only fragment."""
    path = good_file(folder, "truncated_compressed", TransferSyntax.JPEG_LS)
    raw = path.read_bytes()
    start = raw.index(b"\xe0\x7f\x10\x00OB")
    return _bytes(path, raw[: start + (len(raw) - start) // 2])


def corrupt_compressed(folder: Path) -> Path:
    """JPEG 2000 of the right length whose code stream is noise after its first bytes."""
    path = good_file(folder, "corrupt_compressed", TransferSyntax.JPEG_2000_LOSSLESS)
    raw = bytearray(path.read_bytes())
    start = raw.index(b"\xff\x4f\xff\x51") + 60
    raw[start:-8] = random.Random(7).randbytes(len(raw) - 8 - start)
    return _bytes(path, bytes(raw))


def no_pixel_data(folder: Path) -> Path:
    """An image with everything but Pixel Data."""
    path = good_file(folder, "no_pixel_data")

    def change(dataset: FileDataset) -> None:
        del dataset.PixelData

    return _changed(path, change)


def unknown_transfer_syntax(folder: Path) -> Path:
    """A transfer syntax of the standard's root that nobody has defined."""
    return _with_syntax(folder, "unknown_transfer_syntax", UNKNOWN_SYNTAX)


def private_transfer_syntax(folder: Path) -> Path:
    """A private transfer syntax."""
    return _with_syntax(folder, "private_transfer_syntax", PRIVATE_SYNTAX)


def huge_dimensions(folder: Path) -> Path:
    """Rows and Columns of 65535 over a few kilobytes of pixels."""
    path = good_file(folder, "huge_dimensions")

    def change(dataset: FileDataset) -> None:
        dataset.Rows = dataset.Columns = 65535

    return _changed(path, change)


def huge_frame_count(folder: Path) -> Path:
    """Two thousand million frames over a few kilobytes of pixels."""
    path = good_file(folder, "huge_frame_count")

    def change(dataset: FileDataset) -> None:
        dataset.NumberOfFrames = 2_000_000_000

    return _changed(path, change)


def zero_rows(folder: Path) -> Path:
    """An image of no rows."""
    path = good_file(folder, "zero_rows")

    def change(dataset: FileDataset) -> None:
        dataset.Rows = 0

    return _changed(path, change)


def no_instance_uid(folder: Path) -> Path:
    """No SOP Instance UID in the data set."""
    path = good_file(folder, "no_instance_uid")

    def change(dataset: FileDataset) -> None:
        del dataset.SOPInstanceUID

    return _changed(path, change)


def words_for_numbers(folder: Path) -> Path:
    """Pixel Spacing and position hold words (of the length that the numbers had)."""
    path = good_file(folder, "words_for_numbers")
    raw = bytearray(path.read_bytes())
    for tag in (b"\x28\x00\x30\x00DS", b"\x20\x00\x32\x00DS"):
        start = raw.index(tag) + 8
        length = int.from_bytes(raw[start - 2 : start], "little")
        raw[start : start + length] = (b"abc\\" * length)[:length]
    return _bytes(path, bytes(raw))


def no_preamble(folder: Path) -> Path:
    """A sound data set without the 128 bytes and DICM, as old archives stored it; readable."""
    path = good_file(folder, "no_preamble", TransferSyntax.IMPLICIT_LE)
    raw = path.read_bytes()
    return _bytes(path, raw[raw.index(b"\x08\x00\x05\x00") :])


def unreadable_folder(folder: Path) -> Path:
    """A folder without rights, with one sound image in it.

    The administrator may read it all the same: ask ``permissions_bind`` first, and give the
    rights back by ``chmod(0o700)`` so that it can be removed.
    """
    closed = folder / "closed"
    good_file(closed, "behind")
    closed.chmod(0)
    return closed


def unreadable_file(folder: Path) -> Path:
    """One sound image without the right to read it; see ``unreadable_folder``."""
    path = good_file(folder, "unreadable_file")
    path.chmod(0)
    return path


def permissions_bind() -> bool:
    """Whether this user is stopped by missing rights: the administrator is not."""
    return hasattr(os, "geteuid") and os.geteuid() != 0


def looping_folder(folder: Path) -> Path:
    """A folder that holds itself through a link, and one sound image."""
    outer = folder / "loop"
    good_file(outer / "inner", "in_loop")
    (outer / "inner" / "again").symlink_to(outer, target_is_directory=True)
    return outer


def dangling_link(folder: Path) -> Path:
    """A link to a file that is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gone.dcm"
    path.symlink_to(folder / "never_was.dcm")
    return path


def pipe(folder: Path) -> Path:
    """A named pipe: reading it would wait for ever."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pipe.dcm"
    os.mkfifo(path)
    return path


BAD_FILES: Mapping[str, Callable[[Path], Path]] = MappingProxyType(
    {
        maker.__name__: maker
        for maker in (
            not_dicom,
            picture,
            empty,
            zeros,
            preamble_only,
            random_after_magic,
            random_after_meta,
            truncated_header,
            truncated_pixels,
            truncated_compressed,
            corrupt_compressed,
            no_pixel_data,
            unknown_transfer_syntax,
            private_transfer_syntax,
            huge_dimensions,
            huge_frame_count,
            zero_rows,
            no_instance_uid,
            words_for_numbers,
            dangling_link,
            pipe,
        )
    }
)
"""Each single file by the name of its kind; none depends on rights."""


def _bytes(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _changed(path: Path, change: Callable[[FileDataset], None]) -> Path:
    dataset = dcmread(path)
    change(dataset)
    # Not enforced: what is written is meant to be wrong.
    dcmwrite(path, dataset, enforce_file_format=False)
    return path


def _with_syntax(folder: Path, name: str, syntax: str) -> Path:
    path = good_file(folder, name)
    raw = path.read_bytes()
    explicit = ExplicitVRLittleEndian.encode().ljust(20, b"\0")
    return _bytes(path, raw.replace(explicit, syntax.encode().ljust(20, b"\0"), 1))
