"""The quick header reader and pydicom say the same about every file there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest

from medai_desktop.errors import MedaiError
from medai_desktop.source import header
from medai_desktop.source.dicom_reader import read_any
from medai_desktop.source.instance import FileStamp, InstanceHeader
from medai_desktop.source.plain_reader import read_plain
from tests.phantoms import volumes
from tests.phantoms.encoding import TransferSyntax

PYDICOM_DATA = Path(pydicom.__file__).parent / "data"
FILES = sorted(path for path in PYDICOM_DATA.rglob("*") if path.is_file() and path.suffix != ".py")


def both(path: Path) -> tuple[InstanceHeader | None, InstanceHeader | None]:
    """A header as the quick reader and as pydicom read it; None when a reader will not."""
    size = path.stat().st_size
    with path.open("rb") as file:
        plain = read_plain(file, size)
    if plain is None:
        return None, None
    try:
        quick = header.read_header(path)
        with path.open("rb") as file:
            found = read_any(file, size)
        assert found is not None
        return quick, header._header(path, FileStamp.of(path.stat()), found)
    except MedaiError:
        return None, None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_pydicoms_own_files(path: Path) -> None:
    quick, slow = both(path)
    assert quick == slow


def test_most_of_them_are_read_by_the_quick_one() -> None:
    read = [path for path in FILES if both(path)[0] is not None]
    assert len(read) > 80
    assert any(header.read_header(path).transfer_syntax_uid.endswith(".1.2") for path in read)


@pytest.mark.parametrize("syntax", TransferSyntax, ids=lambda syntax: syntax.name)
def test_phantoms_of_every_syntax(syntax: TransferSyntax, tmp_path: Path) -> None:
    if not syntax.writable or 8 in syntax.bits and len(syntax.bits) == 1:
        pytest.skip("axial holds 12 or 16 bits")
    for path in volumes.axial(tmp_path, syntax).paths[:2]:
        quick, slow = both(path)
        assert quick == slow
        is_read = syntax not in (TransferSyntax.EXPLICIT_BE, TransferSyntax.DEFLATED)
        assert (quick is not None) == is_read


def test_names_in_every_character_set(tmp_path: Path) -> None:
    for name in ("GB18030", "ISO_IR 192", "ISO 2022 IR 87"):
        path = volumes.chinese_name(tmp_path / name, name).paths[0]
        quick, slow = both(path)
        assert quick is not None
        assert quick == slow


@pytest.mark.corpus
@pytest.mark.parametrize(
    "archive",
    [
        "chest-ct-rider",
        "chest-ct-lidc-0001",
        "head-mr-sagittal",
        "highdicom",
        "dcmqi",
        "rt-utils",
        "dicompyler",
        "pydicom-data",
    ],
)
def test_real_files(archive: str, corpus: Callable[[str], Path]) -> None:
    paths = [path for path in corpus(archive).rglob("*") if path.is_file()]
    read = 0
    for path in paths:
        quick, slow = both(path)
        assert quick == slow, path
        read += quick is not None
    assert read


def test_another_header_is_not_the_same(tmp_path: Path) -> None:
    first, second = volumes.axial(tmp_path).paths[:2]
    assert both(first)[0] != both(second)[0]
