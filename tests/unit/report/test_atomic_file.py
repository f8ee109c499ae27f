"""A file is there whole or not at all, whatever the disk says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from medai_desktop.errors import StorageError
from medai_desktop.report.atomic_file import check_writable, write_atomically, write_together
from tests.phantoms.bad_files import permissions_bind
from tests.unit.report.contents import chinese, english

WRITE = """
import sys
from pathlib import Path
from medai_desktop.errors import StorageError
from medai_desktop.report.atomic_file import write_together
from tests.unit.report.contents import english

folder, size = Path(sys.argv[1]), int(sys.argv[2])
try:
    write_together({folder / "a.json": b"new" * 10, folder / "b.dcm": bytes(size)})
except StorageError as error:
    print(english(error.message))
    sys.exit(7)
"""
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n" + WRITE


def run_python(program: str, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    if before:
        command = ["unshare", "-rm", "sh", "-c", f'{before} && exec "$@"', "sh", *command]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_name_that_is_a_folder_leaves_both_old_versions(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.dcm"
    first.write_bytes(b"old")
    (tmp_path / ".b.dcm.part").mkdir()
    with pytest.raises(StorageError) as raised:
        write_together({first: b"new", second: b"new"})
    assert first.read_bytes() == b"old"
    assert not second.exists()
    assert raised.value.message.argument("path") == str(second)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.dcm.part", "a.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_file_that_may_not_grow_leaves_the_old_versions(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"old")
    done = run_python(LIMITED, str(tmp_path), "100000")
    assert done.returncode == 7, done.stderr
    assert "could not be written: File too large" in done.stdout
    assert (tmp_path / "a.json").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert run_python(LIMITED, str(tmp_path), "1000").returncode == 0
    assert (tmp_path / "a.json").read_bytes() == b"new" * 10


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_a_full_disk_is_one_sentence_and_leaves_the_old_versions(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=64k tmpfs '{disk}' && printf old > '{disk}/a.json'"
    after = f"\nprint(Path('{disk}/a.json').read_bytes(), sorted(p.name for p in folder.iterdir()))"
    program = WRITE.replace("    sys.exit(7)", "") + after
    if run_python("", before=mount).returncode != 0:
        pytest.skip("no file system can be mounted here")
    done = run_python(program, str(disk), "1000000", before=mount)
    assert done.returncode == 0, done.stderr
    sentence, kept = done.stdout.splitlines()
    assert "b.dcm could not be written: No space left on device." in sentence
    assert kept == "b'old' ['a.json']"
    fits = run_python(program, str(disk), "1000", before=mount)
    assert fits.stdout.splitlines() == [f"{b'new' * 10!r} ['a.json', 'b.dcm']"]


@pytest.mark.skipif(not permissions_bind(), reason="the administrator may write anywhere")
def test_a_folder_without_rights_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    for act in (
        lambda: write_atomically(closed / "a.json", b"x"),
        lambda: check_writable(closed),
    ):
        with pytest.raises(StorageError) as raised:
            act()
        assert "Permission denied" in english(raised.value.message)


def test_a_file_in_the_way_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as raised:
        check_writable(tmp_path / "file")
    assert str(tmp_path / "file") in english(raised.value.message)
    assert str(tmp_path / "file") in chinese(raised.value.message)
    check_writable(tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o ro tmpfs '{disk}'"
    if sys.platform != "linux" or run_python("", before=mount).returncode != 0:
        pytest.skip("no file system can be mounted here")
    done = run_python(WRITE, str(disk), "10", before=mount)
    assert done.returncode == 7
    assert "Read-only file system" in done.stdout
