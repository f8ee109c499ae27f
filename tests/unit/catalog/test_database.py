"""The catalog damaged, locked, without room, of another version; who may read it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medai_desktop.catalog import database
from medai_desktop.catalog.database import Migrations, open_database
from medai_desktop.catalog.forms import document_from
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.catalog.places import file_system_of, is_local, is_remote_on_windows
from medai_desktop.errors import StorageError
from medai_desktop.findings import MadeOn
from medai_desktop.review import Decision, DecisionKind, ReviewHistory
from tests.architecture.house import PACKAGE, ROOT
from tests.unit.findings.made import finding, found

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
MANY = 60
AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite"


def filled(path: Path, count: int = MANY) -> Path:
    """A catalog with so many decisions, closed in order."""
    with closing(CatalogJournal(path)) as journal:
        history = ReviewHistory((), journal.append_decision)
        for number in range(count):
            history.append(DecisionKind.EDIT, finding(number), reader="A", display_set_id="1.2")
        journal.remember_reader("A")
    return path


def decisions(path: Path) -> int:
    with closing(CatalogJournal(path)) as journal:
        return len(journal.decisions(["1.2"]))


# -- damaged ----------------------------------------------------------------------------------


def page_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(os.urandom(4096))


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 4 // 5 // 4096 * 4096)


def overwritten(path: Path) -> None:
    path.write_bytes(b"This is no database at all." * 1000)


def header_gone(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


@pytest.mark.parametrize(
    ("damage", "least"),
    [(page_in_the_middle, MANY // 3), (cut_off, MANY // 4), (overwritten, 0), (header_gone, 0)],
)
def test_a_damaged_catalog_is_put_aside_and_said_and_what_can_be_read_is_taken_over(
    path: Path, damage: Callable[[Path], None], least: int
) -> None:
    filled(path)
    damage(path)
    damaged = path.read_bytes()
    with closing(CatalogJournal(path)) as journal:
        left = journal.decisions(["1.2"])
        said = journal.complaint
        assert said is not None
        assert said.id == "catalog.put_aside"
        kept = Path(str(said.argument("kept")))
        assert kept.parent == path.parent
        assert kept.read_bytes() == damaged
        assert least <= len(left) < MANY + 1
        assert [one.finding_id.int for one in left] == sorted(one.finding_id.int for one in left)
        ReviewHistory(left, journal.append_decision).append(
            DecisionKind.AGREE, finding(0).id, reader="A", display_set_id="1.2"
        )
    with closing(CatalogJournal(path)) as journal:
        assert len(journal.decisions(["1.2"])) == len(left) + 1
        assert journal.complaint is None
    assert not list(path.parent.glob("rescue-*"))


def test_a_sound_catalog_is_not_put_aside(path: Path) -> None:
    filled(path)
    assert decisions(path) == MANY
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_log_of_a_damaged_catalog_is_kept_with_it(path: Path) -> None:
    filled(path)
    wal = path.with_name(path.name + "-wal")
    overwritten(path)
    wal.write_bytes(b"what was committed last")
    with closing(CatalogJournal(path)) as journal:
        journal.reader()
        assert journal.complaint is not None
        kept = Path(str(journal.complaint.argument("kept")))
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"what was committed last"


def test_an_empty_file_becomes_a_catalog(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    filled(path, 2)
    assert decisions(path) == 2


def test_a_database_of_something_else_is_left_whole(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.commit()
    with closing(CatalogJournal(path)) as journal:
        journal.remember_reader("A")
        assert journal.complaint is not None
        kept = Path(str(journal.complaint.argument("kept")))
    with closing(sqlite3.connect(kept)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def test_an_entry_of_another_form_is_left_out_said_and_stays(path: Path) -> None:
    filled(path, 3)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute('UPDATE decision SET document = \'{"kind": "a later kind"}\' WHERE counter = 2')
        raw.commit()
    with closing(CatalogJournal(path)) as journal:
        assert [one.finding_id.int for one in journal.decisions(["1.2"])] == [1, 3]
        assert journal.complaint is not None
        assert journal.complaint.id == "catalog.entry_unknown"
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM decision").fetchone() == (3,)


# -- locked, no right, no room ------------------------------------------------------------------


def test_a_catalog_that_another_program_holds_is_not_taken_for_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    filled(path, 2)
    with closing(sqlite3.connect(path)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        journal = CatalogJournal(path)
        assert journal.decisions(["1.2"]) == ()
        assert journal.complaint is not None
        assert journal.complaint.id == "catalog.not_opened"
        with pytest.raises(StorageError):
            journal.remember_reader("B")
        holder.rollback()
    assert not list(path.parent.glob("*unreadable*"))
    assert len(journal.decisions(["1.2"])) == 2
    journal.close()


def test_a_place_that_cannot_be_written_is_said_at_each_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    journal = CatalogJournal(tmp_path / "file" / "catalog.sqlite")
    assert journal.reader() == ""
    assert journal.complaint is not None
    for _ in range(2):
        with pytest.raises(StorageError) as caught:
            journal.remember_reader("A")
        assert caught.value.message.id == "catalog.not_opened"
        assert str(tmp_path) in str(caught.value.message.argument("path"))


WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from medai_desktop.catalog.forms import document_from
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.errors import StorageError
from medai_desktop.findings import MadeOn
from medai_desktop.review import Decision, DecisionKind, ReviewHistory
from tests.unit.findings.made import finding

path = Path(sys.argv[1])
journal = CatalogJournal(path)
history = ReviewHistory(journal.decisions(["1.2"]), journal.append_decision)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
kept = 0
try:
    for number in range(10_000):
        history.append(DecisionKind.EDIT, finding(number), reader="A", display_set_id="1.2")
        kept += 1
except StorageError as error:
    print(kept, error.message.id, len(history.standing), len(journal.decisions(["1.2"])))
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit to set")
def test_no_room_is_said_and_what_was_kept_stays(path: Path) -> None:
    filled(path, 5)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, str(path), "250000"],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    kept, said, standing, read = done.stdout.split()
    assert said == "catalog.not_kept"
    assert 0 < int(kept) < 10_000
    assert int(standing) == int(read) == 5 + int(kept)
    assert decisions(path) == 5 + int(kept)
    filled(path, 1)
    assert decisions(path) == 6 + int(kept)


def test_a_full_disk_is_said_and_room_makes_it_work_again(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        path = disk / "catalog.sqlite"
        filled(path, 3)
        journal = CatalogJournal(path)
        history = ReviewHistory(journal.decisions(["1.2"]), journal.append_decision)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(b"x" * 4096)
        with pytest.raises(StorageError) as caught:
            for number in range(2000):
                history.append(DecisionKind.EDIT, finding(number), reader="A", display_set_id="1.2")
        assert caught.value.message.id == "catalog.not_kept"
        standing = len(history.standing)
        filler.unlink()
        history.append(DecisionKind.AGREE, finding(0).id, reader="A", display_set_id="1.2")
        journal.close()
        assert decisions(path) == standing + 1
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


# -- versions ---------------------------------------------------------------------------------


LATER = '''
"""A later version, for tests."""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("later", sa.Column("name", sa.String, primary_key=True))
    {fails}


def downgrade() -> None:
    op.drop_table("later")
'''


def later(folder: Path, fails: str = "pass") -> Migrations:
    """The migrations of this program and one more."""
    scripts = folder / "migrations"
    shutil.copytree(
        PACKAGE / "catalog" / "migrations",
        scripts,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (scripts / "versions" / "v0003_later.py").write_text(LATER.format(fails=fails))
    return Migrations("0003", str(scripts))


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_the_newest_version_is_the_one_this_program_declares(path: Path) -> None:
    filled(path, 1)
    assert version(path) == Migrations().newest
    files = (PACKAGE / "catalog" / "migrations" / "versions").glob("v*.py")
    assert max(file.stem[1:5] for file in files) == Migrations().newest


def test_a_backup_is_made_before_a_migration_with_what_lies_in_the_log(
    path: Path, tmp_path: Path
) -> None:
    filled(path, 3)
    # The last decisions lie in the write-ahead log only, as after kill -9.
    holder = CatalogJournal(path)
    history = ReviewHistory(holder.decisions(["1.2"]), holder.append_decision)
    history.append(DecisionKind.AGREE, finding(0).id, reader="A", display_set_id="1.2")
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    engine, complaint = open_database(path, later(tmp_path))
    engine.dispose()
    holder.close()
    assert complaint is None
    assert version(path) == "0003"
    assert "later" in tables(path)
    backup = path.with_name(path.name + ".before-0003")
    assert version(backup) == "0002"
    assert "later" not in tables(backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert decisions(backup) == 4


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(path: Path, tmp_path: Path) -> None:
    filled(path, 3)
    with pytest.raises(StorageError) as caught:
        open_database(path, later(tmp_path, "op.execute('SELECT * FROM nowhere')"))
    assert caught.value.message.id == "catalog.not_opened"
    assert version(path) == "0002"
    assert "later" not in tables(path)
    assert decisions(path) == 3


def test_a_first_migration_that_fails_leaves_nothing_half_made(path: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        open_database(path, later(tmp_path, "op.execute('SELECT * FROM nowhere')"))
    assert tables(path) == set()
    filled(path, 1)
    assert decisions(path) == 1


def first_version(path: Path, count: int) -> None:
    """A catalog as the first version left it, whose entries do not say on which images."""
    path.parent.mkdir(parents=True)
    engine, _ = open_database(path, Migrations("0001"))
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(count):
            one = Decision(uuid.uuid4(), DecisionKind.ADD, uuid.UUID(int=number), "A", AT, "1.2")
            told = json.loads(document_from(one))
            for name in ("made_on", "model_id", "weights_sha256"):
                del told[name]
            connection.execute(
                "INSERT INTO decision (decision_id, display_set_id, reader, at, document)"
                " VALUES (?, ?, ?, ?, ?)",
                (str(one.id), "1.2", "A", AT.isoformat(), json.dumps(told)),
            )


def test_entries_of_the_first_version_come_along_and_are_about_images_that_nobody_knows(
    path: Path,
) -> None:
    first_version(path, 3)
    assert version(path) == "0001"
    with closing(CatalogJournal(path)) as journal:
        old = journal.decisions(["1.2"])
        assert [one.finding_id.int for one in old] == [0, 1, 2]
        assert {one.made_on for one in old} == {MadeOn()}
        new = replace(old[0], id=uuid.uuid4(), made_on=MadeOn("p", "i", "d"), model_id="m")
        journal.append_decision(new)
        assert journal.decisions(["1.2"]) == (*old, new)
        assert journal.complaint is None
    with closing(sqlite3.connect(path)) as connection:
        told = connection.execute("SELECT patient_key, display_set_digest FROM decision").fetchall()
    assert told == [("", "")] * 3 + [("p", "d")]
    assert version(path.with_name(path.name + ".before-0002")) == "0001"


def test_a_damaged_catalog_of_the_first_version_is_taken_over_too(path: Path) -> None:
    first_version(path, MANY)
    page_in_the_middle(path)
    with closing(CatalogJournal(path)) as journal:
        left = journal.decisions(["1.2"])
        assert journal.complaint is not None
        assert journal.complaint.id == "catalog.put_aside"
    assert MANY // 3 <= len(left) <= MANY


def test_a_catalog_of_a_newer_program_is_left_alone_and_said(path: Path, tmp_path: Path) -> None:
    filled(path, 3)
    engine, _ = open_database(path, later(tmp_path))
    engine.dispose()
    before = path.read_bytes()
    journal = CatalogJournal(path)
    assert journal.decisions(["1.2"]) == ()
    assert journal.complaint is not None
    assert journal.complaint.id == "catalog.newer"
    with pytest.raises(StorageError) as caught:
        journal.record_run(found())
    assert caught.value.message.id == "catalog.newer"
    assert path.read_bytes() == before


# -- who may read it, and where it lies ---------------------------------------------------------


def test_only_the_reader_may_read_it(path: Path) -> None:
    before = os.umask(0o000)
    try:
        journal = CatalogJournal(path)
        journal.remember_reader("A")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert len(modes) >= 2
    assert set(modes.values()) == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    journal.close()


def test_a_catalog_that_others_could_read_is_closed_to_them(path: Path) -> None:
    filled(path, 1)
    path.chmod(0o644)
    assert decisions(path) == 1
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("local", "mode"), [(True, "wal"), (False, "delete")])
def test_the_write_ahead_log_is_for_local_disks(
    path: Path, monkeypatch: pytest.MonkeyPatch, local: bool, mode: str
) -> None:
    monkeypatch.setattr(database, "is_local", lambda _: local)
    filled(path, 2)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
    assert decisions(path) == 2


MOUNTS = """\
/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw,addr=10.0.0.1 0 0
/dev/sdb /home/local ext4 rw 0 0
//nas/data /mnt/with\\040blank cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/x.sqlite", "ext4"),
        ("/home/reader/x.sqlite", "nfs4"),
        ("/homes/x.sqlite", "ext4"),
        ("/home/local/x.sqlite", "ext4"),
        ("/mnt/with blank/x.sqlite", "cifs"),
        ("relative", ""),
    ],
)
def test_on_which_file_system_a_path_lies(path: str, kind: str) -> None:
    assert file_system_of(path, MOUNTS) == kind


def test_where_the_tests_run_is_local(tmp_path: Path) -> None:
    assert is_local(tmp_path / "catalog.sqlite")


def test_windows_paths_on_another_computer() -> None:
    assert is_remote_on_windows(r"\\server\share\catalog.sqlite")
    assert not is_remote_on_windows(r"C:\Users\reader\catalog.sqlite")
