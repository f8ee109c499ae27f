"""The line under everything."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medai_desktop.detection.naming import model_name
from medai_desktop.gui.status_line import job_words
from medai_desktop.jobs import Job, JobContext, JobThreads, Progress
from medai_desktop.text import Language, message
from tests.gui.hands import click
from tests.gui.windows import WAIT_MS, MakeWindow, desk_of, two_series


def test_research_use_is_always_said(make_window: MakeWindow) -> None:
    window = make_window(size=(1024, 640))
    assert window.status.texts()[-1] == "Research use only. Not for use in diagnosis or treatment."
    desk_of(window).set_language(Language.CHINESE)
    assert window.status.texts()[-1] == "仅供研究，不得用于诊断或治疗。"


def test_line_is_28_px_and_nothing_in_it_overlaps(make_window: MakeWindow) -> None:
    window = make_window(size=(1280, 800))
    desk_of(window).viewing.say(message("session.no_model_fits"))
    QGuiApplication.processEvents()
    status = window.status
    assert status.height() == 28
    parts = [status._cursor, status._hint, status._device, status._memory, status._research]
    edges = [(part.x(), part.x() + part.width()) for part in parts if part.isVisible()]
    assert all(end <= start for (_, end), (start, _) in zip(edges, edges[1:], strict=False))


def test_cursor_does_not_move_what_stands_beside_it(make_window: MakeWindow) -> None:
    window = make_window()
    desk_of(window).viewing.say(message("session.no_model_fits"))
    QGuiApplication.processEvents()
    places = set()
    for text in ("", "-742 HU   x 88.4 y 20.1 z -103.3 mm", "7 HU"):
        window.status.show_cursor(text)
        QGuiApplication.processEvents()
        places.add((window.status._hint.x(), window.status._research.x()))
    assert len(places) == 1


def test_hint_goes_by_itself(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    desk = desk_of(window)
    window.status._forget_hint.setInterval(50)
    desk.viewing.say(message("session.no_model_fits"))
    qtbot.waitUntil(lambda: window.status._hint.text() != "")
    qtbot.waitUntil(lambda: window.status._hint.text() == "")
    assert desk.viewing.hint is None


def test_the_job_that_is_waited_for_is_shown_and_cancelled(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window()
    desk = desk_of(window)
    context, threads = desk._context, JobThreads("test", 2)
    released = threading.Event()

    def work(job: JobContext) -> None:
        job.report(Progress(84, 120, message("series.decoding")))
        while not released.is_set() and not job.cancellation.wait(0.01):
            pass

    loading = context.run(threads, message("session.loading", series="Ax"), work, lambda job: None)
    model = model_name("brain-tumour-mr", "Brain mass MR")
    detecting = context.run(
        threads, message("session.detecting", model=model), work, lambda job: None
    )
    qtbot.waitUntil(lambda: detecting.progress is not None and loading.progress is not None)
    qtbot.waitUntil(lambda: window.status._job.text().startswith("Brain mass MR: slice 84 of 120"))
    assert 600 < window.status._bar.value() <= 700
    click(window.status.cancel)
    assert detecting.cancellation.is_cancelled
    assert not loading.cancellation.is_cancelled
    qtbot.waitUntil(lambda: window.status._job.text().startswith("Loading Ax"), timeout=WAIT_MS)
    released.set()
    qtbot.waitUntil(lambda: not window.status._bar.isVisible(), timeout=WAIT_MS)
    threads.close()


def test_words_of_a_job(make_window: MakeWindow) -> None:
    desk = desk_of(make_window())

    def words(progress: Progress | None, *, is_cancelled: bool = False) -> str:
        job: Job[object] = Job(message("session.scanning"), lambda context: None)
        job.progress = progress
        if is_cancelled:
            job.cancel()
        return desk.render(job_words(job))

    stage = message("source.reading_headers")
    assert words(None) == "Reading headers"
    assert words(Progress(0, 0, stage)) == "Reading headers"
    assert words(Progress(120, 0, stage)) == "Reading headers: 120"
    assert words(Progress(3, 8, stage)).startswith("Reading headers: 3 of 8")
    assert words(Progress(3, 8, stage), is_cancelled=True) == "Reading headers: stopping"


def test_memory_is_that_of_this_program(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(two_series(tmp_path))
    found = desk_of(window).memory_bytes()
    if not Path("/proc/self/smaps_rollup").exists():
        assert found is None
        assert not window.status._memory.isVisible()
        return
    assert found is not None
    assert 50e6 < found < 50e9
    window.status._show_memory()
    assert window.status._memory.isVisible()
    said = re.fullmatch(r"(\d+\.\d) GB", window.status._memory.text())
    assert said is not None
    assert float(said[1]) * 1024**3 == pytest.approx(found, abs=0.2 * 1024**3)
