"""The table of attributes is the standard's; a common study is read without pydicom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR, tag_for_keyword

from medai_desktop.source.attributes import SEQUENCES, TAGS, VALUES
from medai_desktop.source.elements import ENCODINGS
from tests.phantoms import volumes
from tests.phantoms.encoding import TransferSyntax


def test_tags_and_vrs_are_those_of_the_dictionary() -> None:
    assert {name: tag_for_keyword(name) for name in TAGS} == dict(TAGS)
    assert {name: dictionary_VR(tag)[:2] for name, (tag, _) in VALUES.items()} == {
        name: vr for name, (_, vr) in VALUES.items()
    }
    assert {dictionary_VR(tag) for tag in SEQUENCES.values()} == {"SQ"}


def test_the_usual_encodings_are_those_of_pydicom() -> None:
    for term, encodings in ENCODINGS.items():
        assert tuple(convert_encodings([term])) == encodings


LOADED = """
import sys
from pathlib import Path
from medai_desktop.source.header import read_header
for path in sys.argv[1:]:
    read_header(Path(path))
print("pydicom" in sys.modules)
"""


def loads_pydicom(*paths: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip() == "True"


def test_common_files_are_read_without_loading_pydicom(tmp_path: Path) -> None:
    common = [
        volumes.axial(tmp_path / syntax.name, syntax).paths[0]
        for syntax in (
            TransferSyntax.EXPLICIT_LE,
            TransferSyntax.IMPLICIT_LE,
            TransferSyntax.JPEG_LS,
            TransferSyntax.JPEG_2000_LOSSLESS,
        )
    ]
    assert not loads_pydicom(*common)
    assert loads_pydicom(volumes.axial(tmp_path / "big", TransferSyntax.EXPLICIT_BE).paths[0])
