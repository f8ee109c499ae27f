"""A folder as it comes from a hospital: junk, links, pipes, depth, odd names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from medai_desktop.errors import CancelledError
from medai_desktop.jobs import Cancellation, Progress
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from tests.phantoms import bad_files, volumes
from tests.unit.series.opened import say, scanned


def names(*paths: Path) -> list[str]:
    """What a scan yields, in order: file names, skipped ones in brackets."""
    found = scan(paths, progress=lambda _: None, cancellation=Cancellation())
    return [f"[{i.path.name}]" if isinstance(i, SkippedFile) else i.path.name for i in found]


def test_every_file_below_in_the_order_of_names(tmp_path: Path) -> None:
    for folder, name in (("b", "2"), ("a/deep", "1"), (".", "3")):
        bad_files.good_file(tmp_path / folder, name)
    assert names(tmp_path) == ["300001.dcm", "100001.dcm", "200001.dcm"]


def test_files_that_were_named_alone(tmp_path: Path) -> None:
    one, two = bad_files.good_file(tmp_path, "1"), bad_files.good_file(tmp_path, "2")
    assert names(two) == [two.name]
    assert names(two, one) == [two.name, one.name]


def test_nothing_is_read_twice(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path / "in", "1")
    assert names(path, tmp_path, tmp_path / "in", path) == [path.name]


def test_leftovers_of_systems_are_not_mentioned(tmp_path: Path) -> None:
    bad_files.good_file(tmp_path, "good")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._good00001.dcm", "~$report.doc"):
        (tmp_path / name).write_bytes(b"x")
    for folder in ("$RECYCLE.BIN", "System Volume Information", "__MACOSX", ".Trash-1000"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.dcm").write_bytes(b"x")
    assert names(tmp_path) == ["good00001.dcm"]


def test_what_a_person_put_there_is_mentioned(tmp_path: Path) -> None:
    bad_files.good_file(tmp_path, "good")
    (tmp_path / "notes.txt").write_text("hello")
    assert names(tmp_path) == ["good00001.dcm", "[notes.txt]"]


def test_links_pipes_sockets_and_devices_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    path = bad_files.good_file(folder, "good")
    bad_files.pipe(folder)
    bad_files.dangling_link(folder)
    bad_files.looping_folder(folder)
    (folder / "again.dcm").symlink_to(path)
    (folder / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    (folder / "x.dcm").mkdir()
    assert names(folder) == ["good00001.dcm", "in_loop00001.dcm"]


def test_a_link_that_was_named_is_followed(tmp_path: Path) -> None:
    bad_files.good_file(tmp_path / "real", "good")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(link) == ["good00001.dcm"]


@pytest.mark.parametrize("make", [bad_files.pipe, bad_files.dangling_link])
def test_what_was_named_and_is_no_file_is_told(make: object, tmp_path: Path) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    ((), (skipped,)) = map(tuple, scanned(path))
    assert say(skipped.reason) in (
        "pipe.dcm is neither a file nor a folder.",
        "gone.dcm cannot be read: it is no longer there.",
    )


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    ((), (skipped,)) = map(tuple, scanned(tmp_path / "nowhere"))
    assert say(skipped.reason) == "nowhere cannot be read: it is no longer there."


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_opens(tmp_path: Path) -> None:
    bad_files.good_file(tmp_path / "a", "good")
    closed = tmp_path / "b"
    bad_files.good_file(closed, "behind")
    seen = []
    for item in scan([tmp_path], progress=lambda _: None, cancellation=Cancellation()):
        seen.append(item)
    assert len(seen) == 2
    if bad_files.permissions_bind():
        closed.chmod(0)
        try:
            headers, (skipped,) = scanned(tmp_path)
        finally:
            closed.chmod(0o700)
        assert say(skipped.reason) == "b cannot be read: you have no right to read it."
    else:
        # The administrator reads everything: a folder that vanishes under the scan instead.
        def vanish(progress: Progress) -> None:
            shutil.rmtree(closed, ignore_errors=True)

        found = list(scan([tmp_path], progress=vanish, cancellation=Cancellation()))
        headers = [item for item in found if isinstance(item, InstanceHeader)]
        (skipped,) = [item for item in found if isinstance(item, SkippedFile)]
        assert say(skipped.reason) == "behind00001.dcm cannot be read: it is no longer there."
    assert [header.path.name for header in headers] == ["good00001.dcm"]


def test_a_folder_that_is_gone_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "stick"
    bad_files.good_file(folder / "inner", "good")
    real = os.scandir

    def pulled_out(path: object) -> object:
        if Path(str(path)).name == "inner":
            shutil.rmtree(folder, ignore_errors=True)
        return real(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", pulled_out)
    ((), (skipped,)) = map(tuple, scanned(folder))
    assert say(skipped.reason) == "inner cannot be read: it is no longer there."


def test_however_deep_it_lies(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    depth = 1500
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    good = bad_files.good_file(tmp_path, "top").read_bytes()
    file = os.open("deep.dcm", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, good)
    os.close(file)
    os.close(here)
    try:
        assert names(tmp_path) == ["deep.dcm", "top00001.dcm"]
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # shutil's recurses


@pytest.mark.parametrize(
    "name",
    [
        b"with blank.dcm",
        b"-rf",
        b'it\'s "quoted".dcm',
        "脑 MR.dcm".encode(),
        b"\xff\xfe.dcm",
        b"a\nb",
    ],
)
def test_odd_names(name: bytes, tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    odd = tmp_path / os.fsdecode(name)
    path.rename(odd)
    (header,), skipped = scanned(tmp_path)
    assert header.path == odd
    assert skipped == []


def test_a_long_name(tmp_path: Path) -> None:
    path = bad_files.good_file(tmp_path)
    path.rename(tmp_path / ("n" * 250))
    assert len(scanned(tmp_path)[0]) == 1


@pytest.mark.parametrize("case", ["DICOMDIR", "dicomdir"])
def test_a_dicomdir_stands_for_its_folder(case: str, tmp_path: Path) -> None:
    from pydicom.data import get_testdata_file

    source = get_testdata_file("DICOMDIR")
    assert isinstance(source, str)
    shutil.copy(source, tmp_path / case)
    bad_files.good_file(tmp_path / "DISC" / "A", "IM")
    headers, skipped = scanned(tmp_path / case)
    assert [header.path.name for header in headers] == ["IM00001.dcm"]
    assert [say(item.reason) for item in skipped] == [
        f"{case} is a list of a disc; the images themselves are read instead."
    ]


def test_progress_counts_files_and_ends(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    said: list[Progress] = []
    list(scan([tmp_path], progress=said.append, cancellation=Cancellation()))
    assert said[0].total == said[-1].total == said[-1].done == 20
    assert [p.done for p in said] == sorted(p.done for p in said)


def test_cancelling_stops_between_two_files(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    cancellation, seen = Cancellation(), 0
    with pytest.raises(CancelledError):
        for _ in scan([tmp_path], progress=lambda _: None, cancellation=cancellation):
            seen += 1
            if seen == 3:
                cancellation.cancel()
    assert seen == 3
