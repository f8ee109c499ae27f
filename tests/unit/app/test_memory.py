"""Memory of a program and what it started, from a made-up process table and from the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medai_desktop.app.memory import PROCESSES, memory_bytes


def process(table: Path, pid: int, pss_kb: int, children: tuple[int, ...] = ()) -> None:
    folder = table / str(pid)
    (folder / "task" / str(pid)).mkdir(parents=True)
    (folder / "smaps_rollup").write_text(f"Rss: {pss_kb * 3} kB\nPss:  {pss_kb} kB\n")
    (folder / "task" / str(pid) / "children").write_text(" ".join(map(str, children)))


def test_children_and_their_children_count(tmp_path: Path) -> None:
    process(tmp_path, 10, 100, (11, 12))
    process(tmp_path, 11, 20, (13,))
    process(tmp_path, 12, 30)
    process(tmp_path, 13, 5)
    process(tmp_path, 99, 1000)
    assert memory_bytes(tmp_path, 10) == 155 * 1024
    assert memory_bytes(tmp_path, 12) == 30 * 1024


def test_a_child_that_has_ended_is_left_out(tmp_path: Path) -> None:
    process(tmp_path, 10, 100, (11,))
    assert memory_bytes(tmp_path, 10) == 100 * 1024


def test_unknown_without_a_process_table(tmp_path: Path) -> None:
    assert memory_bytes(tmp_path / "none", 1) is None


@pytest.mark.skipif(not (PROCESSES / "self" / "smaps_rollup").exists(), reason="no /proc")
def test_a_real_child_is_seen() -> None:
    alone = memory_bytes()
    program = "x = bytearray(60_000_000); print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        both = memory_bytes()
        child.communicate(b"\n")
    assert alone is not None
    assert both is not None
    assert both - alone > 50_000_000
