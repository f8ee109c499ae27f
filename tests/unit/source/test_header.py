"""What a header says, in whatever form it comes; and headers that are not what they seem."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from medai_desktop.errors import NotDicomError, SourceError
from medai_desktop.source.header import read_header
from medai_desktop.volume import VoiFunction, Window
from tests.phantoms import bad_files, volumes
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.pixels import CT_12BIT
from tests.phantoms.series_geometry import SeriesGeometry

CHARSETS = Path(pydicom.__file__).parent / "data" / "charset_files"


def changed(folder: Path, edit: Callable[[Dataset], object], name: str = "good") -> Path:
    path = bad_files.good_file(folder, name)
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, enforce_file_format=False)
    return path


@pytest.mark.parametrize(
    "syntax", ["EXPLICIT_LE", "IMPLICIT_LE", "EXPLICIT_BE", "DEFLATED", "RLE", "JPEG_LS"]
)
def test_every_form_says_the_same(syntax: str, tmp_path: Path) -> None:
    tags = SeriesTags(
        patient_name="Wang^XiaoDong=王^小东=",
        series_description="Thorax, größer",
        more={"ConvolutionKernel": "B70f", "SliceThickness": 1.25},
    )
    (path,) = write_series(
        tmp_path,
        np.zeros((1, 6, 8)),
        SeriesGeometry.straight((2.0, 0.5, 0.7), (1.5, -2.25, 3.0)),
        tags=tags,
        pixels=CT_12BIT,
        transfer_syntax=TransferSyntax[syntax],
    )
    header = read_header(path)
    assert header.transfer_syntax_uid == TransferSyntax[syntax].value
    assert header.patient.name == "王 小东 (Wang XiaoDong)"
    assert (header.patient.patient_id, header.patient.sex) == ("PHANTOM-1", "O")
    assert header.patient.birth_date == "1960-01-02"
    assert (header.study.date, header.study.time) == ("2025-01-02", "10:15")
    assert header.series.description == "Thorax, größer"
    assert (header.series.number, header.series.modality) == (1, "CT")
    assert (header.technique.kernel, header.technique.kvp) == ("B70f", 120.0)
    assert header.technique.slice_thickness_mm == 1.25
    assert header.position.position_lps_mm == (1.5, -2.25, 3.0)
    assert header.position.orientation == (1, 0, 0, 0, 1, 0)
    assert header.position.pixel_spacing_mm == (0.5, 0.7)
    pixels = header.pixels
    assert pixels is not None
    assert (pixels.rows, pixels.columns, pixels.frames) == (6, 8, 1)
    assert (pixels.bits_allocated, pixels.bits_stored, pixels.high_bit) == (16, 12, 11)
    assert (pixels.rescale_slope, pixels.rescale_intercept) == (1.0, -1024.0)
    assert pixels.rescale_type == "HU" and pixels.has_rescale
    assert pixels.windows == (Window(40.0, 400.0, VoiFunction.LINEAR),)
    assert header.problem is None and header.has_own_uids


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chrArab.dcm", "قباني لنزار"),
        ("chrFren.dcm", "Buc Jérôme"),
        ("chrGerm.dcm", "Äneas Rüdiger"),
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrH31.dcm", "山田 太郎 (Yamada Tarou)"),
        ("chrH32.dcm", "山田 太郎 (ﾔﾏﾀﾞ ﾀﾛｳ)"),
        ("chrHbrw.dcm", "שרון דבורה"),
        ("chrI2.dcm", "洪 吉洞 (Hong Gildong)"),
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrX1.dcm", "王 小東 (Wang XiaoDong)"),
        ("chrX2.dcm", "王 小东 (Wang XiaoDong)"),
        ("chrKoreanMulti.dcm", "김희중"),
        ("chrJapMulti.dcm", "やまだ たろう"),
        ("chrJapMultiExplicitIR6.dcm", "やまだ たろう"),
    ],
)
def test_names_are_right_in_every_character_set(name: str, expected: str) -> None:
    assert read_header(CHARSETS / name).patient.name == expected


def rewrite(path: Path, tag: bytes, value: bytes) -> Path:
    """Puts other bytes into an explicit element with a short length."""
    raw = path.read_bytes()
    start = raw.index(tag)
    length = int.from_bytes(raw[start + 6 : start + 8], "little")
    value += b" " * (len(value) % 2)
    head = raw[: start + 6] + len(value).to_bytes(2, "little")
    path.write_bytes(head + value + raw[start + 8 + length :])
    return path


NAME, CHARSET = b"\x10\x00\x10\x00PN", b"\x08\x00\x05\x00CS"


@pytest.mark.parametrize(
    ("charset", "name", "expected"),
    [
        (b"", "Müller^Jörg".encode(), "Müller Jörg"),
        (b"", "王^小东".encode(), "王 小东"),
        (b"", "Müller^Jörg".encode("latin-1"), "Müller Jörg"),
        (b"ISO_IR 999", b"Plain^Name", "Plain Name"),
        (b"ISO_IR 192", b"Bro\xff\xfeken", None),
        (b"GB18030", "张^三\\".encode("gb18030"), "张 三"),
    ],
)
def test_wrong_or_missing_character_sets_lose_nobody(
    charset: bytes, name: bytes, expected: str | None, tmp_path: Path
) -> None:
    path = bad_files.good_file(tmp_path)
    rewrite(rewrite(path, NAME, name), CHARSET, charset)
    found = read_header(path).patient.name
    assert found == expected if expected is not None else found.startswith("Bro")


def test_control_characters_and_endless_texts_are_tamed(tmp_path: Path) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.PatientName = "Evil\x1b[2J\x07^Name\r\nNext"
        dataset.SeriesDescription = "x" * 60000

    header = read_header(changed(tmp_path, edit))
    assert header.patient.name.isprintable()
    assert header.patient.name.startswith("Evil")
    assert len(header.series.description) <= 1024


def test_image_types_keep_their_places(tmp_path: Path) -> None:
    edit = lambda dataset: setattr(dataset, "ImageType", ["DERIVED", "", "AXIAL", ""])  # noqa: E731
    assert read_header(changed(tmp_path, edit)).technique.image_type == ("DERIVED", "", "AXIAL")


def test_old_files_without_a_preamble_are_read(tmp_path: Path) -> None:
    header = read_header(bad_files.no_preamble(tmp_path))
    assert header.pixels is not None and header.pixels.rows == 32
    assert header.transfer_syntax_uid == "1.2.840.10008.1.2"
    assert header.pixels.pixel_offset is not None


def test_a_transfer_syntax_that_lies_is_seen_through(tmp_path: Path) -> None:
    """Stated implicit, written explicit: common in the wild."""
    path = bad_files.good_file(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0", 1))
    header = read_header(path)
    assert header.pixels is not None and header.pixels.frames == 1
    assert header.patient.patient_id == "PHANTOM-1"


def test_a_missing_transfer_syntax_is_worked_out(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda dataset: delattr(dataset.file_meta, "TransferSyntaxUID"))
    assert read_header(path).transfer_syntax_uid == "1.2.840.10008.1.2.1"


def test_large_private_elements_are_stepped_over(tmp_path: Path) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.add_new(0x00291010, "OB", bytes(300_000))
        dataset.add_new(0x00290010, "LO", "SIEMENS CSA HEADER")

    header = read_header(changed(tmp_path, edit))
    assert header.pixels is not None
    assert header.pixels.pixel_offset is not None and header.pixels.pixel_offset > 300_000


def test_sequences_before_the_pixels_are_stepped_over(tmp_path: Path) -> None:
    def edit(dataset: Dataset) -> None:
        inner, outer = Dataset(), Dataset()
        inner.CodeValue, inner.CodeMeaning = "1", "inner"
        outer.ProcedureCodeSequence = DicomSequence([inner, inner])
        outer.PatientID = "NOT-THIS-ONE"
        dataset.RequestAttributesSequence = DicomSequence([outer])
        for keyword in ("RequestAttributesSequence",):
            dataset[keyword].is_undefined_length = True
            dataset[keyword].value[0].is_undefined_length_sequence_item = True

    header = read_header(changed(tmp_path, edit))
    assert header.patient.patient_id == "PHANTOM-1"
    assert header.pixels is not None and header.pixels.rows == 32


# -- damaged and hostile -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "error", "sentence"),
    [
        ("not_dicom", NotDicomError, "source.not_dicom"),
        ("picture", NotDicomError, "source.not_dicom"),
        ("zeros", NotDicomError, "source.not_dicom"),
        ("empty", SourceError, "source.empty"),
        ("preamble_only", SourceError, "source.not_dicom"),
        ("truncated_header", SourceError, "source.damaged_header"),
        ("huge_dimensions", SourceError, "source.impossible_size"),
        ("zero_rows", SourceError, "source.impossible_size"),
    ],
)
def test_bad_files_are_refused_with_one_sentence(
    kind: str, error: type[SourceError], sentence: str, tmp_path: Path
) -> None:
    path = bad_files.BAD_FILES[kind](tmp_path)
    with pytest.raises(error) as refused:
        read_header(path)
    assert refused.value.message.id == sentence
    assert refused.value.message.argument("file") == path.name


@pytest.mark.parametrize("kind", ["random_after_magic", "random_after_meta"])
def test_noise_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read_header(bad_files.BAD_FILES[kind](tmp_path))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("truncated_pixels", "source.truncated"),
        ("truncated_compressed", "source.truncated"),
        ("no_pixel_data", "source.no_pixel_data"),
    ],
)
def test_a_header_without_its_pixels_says_what_is_wrong(
    kind: str, sentence: str, tmp_path: Path
) -> None:
    header = read_header(bad_files.BAD_FILES[kind](tmp_path))
    assert header.problem is not None and header.problem.id == sentence
    assert header.pixels is not None and header.pixels.frames == 0


@pytest.mark.parametrize(
    "bits", [(7, 7, 6), (16, 20, 15), (16, 12, 40), (12, 12, 11)], ids=lambda bits: str(bits)
)
def test_bits_that_cannot_be_are_refused(bits: tuple[int, int, int], tmp_path: Path) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits

    with pytest.raises(SourceError, match="impossible_size"):
        read_header(changed(tmp_path, edit))


def test_rows_of_more_than_16_bits_are_refused(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    raw = path.read_bytes()
    start = raw.index(b"\x28\x00\x10\x00US")
    wide = b"\x28\x00\x10\x00UL" + struct.pack("<HI", 4, 0x10001)
    path.write_bytes(raw[:start] + wide + raw[start + 10 :])
    with pytest.raises(SourceError, match="impossible_size"):
        read_header(path)


@pytest.mark.parametrize("length", [0xFFFFFFF0, 0x7FFFFFF0, 5_000_000])
@pytest.mark.parametrize("tag", [b"\x09\x00\x10\x10", b"\x02\x00\x02\x01"], ids=["body", "meta"])
def test_a_length_that_lies_is_a_damaged_header(length: int, tag: bytes, tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    raw = path.read_bytes()
    mark = b"\x10\x00\x10\x00PN" if tag[0] == 9 else b"\x08\x00\x05\x00CS"
    start = raw.index(mark)
    element = tag + b"OB\0\0" + struct.pack("<I", length)
    path.write_bytes(raw[:start] + element + raw[start:])
    with pytest.raises(SourceError) as refused:
        read_header(path)
    assert refused.value.message.id in ("source.damaged_header", "source.not_dicom")


def nested(depth: int) -> bytes:
    """Sequences of undefined length within each other."""
    start = b"\x09\x00\x10\x10SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return start * depth + end * depth


@pytest.mark.parametrize("depth", [3, 20_000])
def test_deep_nesting_ends_in_a_sentence(depth: int, tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    raw = path.read_bytes()
    start = raw.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(raw[:start] + nested(depth) + raw[start:])
    if depth == 3:
        assert read_header(path).patient.patient_id == "PHANTOM-1"
    else:
        began = time.monotonic()
        with pytest.raises(SourceError, match="damaged_header"):
            read_header(path)
        assert time.monotonic() - began < 10


def test_a_sequence_that_never_ends_is_a_damaged_header(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    raw = path.read_bytes()
    start = raw.index(b"\x10\x00\x10\x00PN")
    open_end = b"\x09\x00\x10\x10SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path.write_bytes(raw[:start] + open_end + raw[start:])
    with pytest.raises(SourceError):
        read_header(path)


LIMITED = """
import resource, sys
from pathlib import Path
from medai_desktop.errors import MedaiError
from medai_desktop.source.header import read_header
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(read_header(Path(sys.argv[1])).problem)
except MedaiError as error:
    print(error.message.id)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, file=sys.stderr)
"""


@pytest.mark.parametrize("kind", ["deflate_bomb", "huge_length"])
def test_a_small_file_takes_no_gigabytes(kind: str, tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path, "a", TransferSyntax.DEFLATED)
    raw = path.read_bytes()
    meta_end = 132 + 12 + int.from_bytes(raw[140:144], "little")
    if kind == "deflate_bomb":
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = packer.compress(b"\x09\x00\x10\x10OB\0\0" + struct.pack("<I", 250_000_000))
        for _ in range(250):
            body += packer.compress(bytes(1_000_000))
        path.write_bytes(raw[:meta_end] + body + packer.flush())
        assert path.stat().st_size < 1_000_000
    else:
        good = bad_files.good_file(tmp_path, "b").read_bytes()
        start = good.index(b"\x10\x00\x10\x00PN")
        element = b"\x09\x00\x10\x10OB\0\0" + struct.pack("<I", 0xFFFFFFF0)
        path.write_bytes(good[:start] + element + good[start:])
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "source.damaged_header", done.stderr
    assert int(done.stderr.split()[-1]) < 200_000  # kilobytes


def test_the_reader_never_raises_anything_else(tmp_path: Path) -> None:
    """Seeded noise in headers of real form: a header or a sentence, never another error."""
    good = volumes.axial(tmp_path / "good").paths[0].read_bytes()
    compressed = volumes.axial(tmp_path / "rle", TransferSyntax.RLE).paths[0].read_bytes()
    random = np.random.default_rng(7)
    outcomes = set()
    for number in range(150):
        raw = bytearray(good if number % 2 else compressed)
        for _ in range(int(random.integers(1, 12))):
            raw[int(random.integers(132, 1200))] = int(random.integers(0, 256))
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(bytes(raw))
        try:
            read_header(path)
            outcomes.add("header")
        except SourceError as error:
            outcomes.add(error.message.id)
    assert "header" in outcomes and len(outcomes) > 2


def test_reading_leaves_no_file_open(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        read_header(path)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


@pytest.mark.parametrize(
    ("written", "current", "duration", "wanted"),
    [
        (4684, 400, 570, 228.0),  # a sum over projections
        (253, 615, 330, 253.0),  # effective, by the pitch
        (3, 400, 570, 228.0),
        (120, 400, 570, 120.0),
        (None, 400, 570, 228.0),
        (None, 10, 25, 0.2),
        (2, None, None, 2.0),
        (2, 400, None, 2.0),
        (2, 0, 570, 2.0),
        (None, None, None, None),
    ],
)
def test_the_exposure_agrees_with_current_and_time(
    written: int | None,
    current: int | None,
    duration: int | None,
    wanted: float | None,
    tmp_path: Path,
) -> None:
    def edit(dataset: Dataset) -> None:
        values = (("Exposure", written), ("XRayTubeCurrent", current), ("ExposureTime", duration))
        for keyword, value in values:
            if value is not None:
                setattr(dataset, keyword, value)
            elif keyword in dataset:
                delattr(dataset, keyword)

    assert read_header(changed(tmp_path, edit)).technique.exposure_mas == wanted
