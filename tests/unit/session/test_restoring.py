"""What was kept comes back once the first picture shows, and nothing waits for it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from medai_desktop.findings import LengthMeasurement
from medai_desktop.series.display_set import Study
from tests.doubles.desks import Workplace, make_workplace
from tests.doubles.heads import write_head


def ruler(place: Workplace, length_mm: float) -> LengthMeasurement:
    shown = place.desk.viewing.display_set_in(0)
    assert shown is not None
    return LengthMeasurement(
        uuid.uuid4(), shown.id, 8, (1, 1), (5, 9), (0, 0, 0), (1, 2, 3), length_mm, False, "R"
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Holds a ruler of 12.5 mm on a head."""
    write_head(tmp_path / "head")
    place = make_workplace(tmp_path / "catalog.sqlite")
    place.open(tmp_path / "head")
    place.desk.measuring.add(ruler(place, 12.5))
    place.close()
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def late(catalog: Path) -> Iterator[Workplace]:
    place = make_workplace(catalog, reader="", is_late=True)
    place.open(catalog.parent / "head")
    yield place
    place.close()


def lengths(place: Workplace) -> list[float]:
    return [measured.length_mm for measured in place.desk.measuring.measurements()]


def test_what_was_kept_comes_with_the_first_picture(late: Workplace) -> None:
    assert lengths(late) == [], "images are there, the journal is not open yet"
    late.begin()
    assert lengths(late) == [12.5]
    late.begin()
    assert lengths(late) == [12.5]


def test_what_is_drawn_before_that_stays(late: Workplace) -> None:
    late.desk.measuring.add(ruler(late, 3.0))
    assert lengths(late) == [3.0]
    late.begin()
    assert lengths(late) == [12.5, 3.0]


def test_the_last_reader_is_known_to_a_late_journal_too(catalog: Path) -> None:
    first = make_workplace(catalog, reader="Dr Li")
    first.close()
    place = make_workplace(catalog, reader="", is_late=True)
    assert place.desk.reviewing.reader == "Dr Li"
    place.close()


def test_a_study_without_a_single_readable_image_gets_its_journal_all_the_same(
    catalog: Path,
) -> None:
    folder = catalog.parent / "head"
    place = make_workplace(catalog, is_late=True, reader="")
    hang = place.desk.opening.when_study_selected

    def lost(study: Study) -> None:
        for path in folder.iterdir():
            path.unlink()
        hang(study)

    place.desk.opening.when_study_selected = lost
    place.desk.opening.open_paths([folder])
    place.settle(lambda: lengths(place) == [12.5])
    place.close()


def test_a_folder_with_nothing_in_it_opens_the_journal(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    place = make_workplace(catalog, is_late=True, reader="")
    place.desk.restoring.begin_if_idle()
    assert place.desk.restoring.has_begun, "nothing is being opened"
    place.settle(lambda: place.desk.restoring.is_over)
    place.close()
    other = make_workplace(catalog, is_late=True, reader="")
    other.desk.opening.open_paths([tmp_path / "empty"])
    other.desk.restoring.begin_if_idle()
    assert not other.desk.restoring.has_begun, "the scan goes first"
    other.settle(lambda: other.desk.restoring.is_over)
    other.close()


def test_nothing_of_the_database_is_loaded_for_a_window() -> None:
    code = (
        "import sys\n"
        "import medai_desktop.app.view_command, medai_desktop.app.wiring\n"
        "import medai_desktop.gui.program\n"
        "late = {'sqlalchemy', 'alembic', 'qtpy', 'pydicom', 'torch', 'highdicom', 'scipy'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
