"""Shown windows on real desks, with a real journal and real files."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medai_desktop.app.locations import Locations, find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.detection.registry import ModelRegistry
from medai_desktop.findings import FindingSet
from medai_desktop.gui import theme
from medai_desktop.gui.dress import dress
from medai_desktop.gui.main_window import MainWindow
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language
from tests.gui.windows import Looked, MakeWindow, drain_until, head_study, made_up_marks, open_in


@pytest.fixture
def expects_faults() -> None:
    """For tests that make a handler fail on purpose."""


@pytest.fixture(autouse=True)
def no_swallowed_fault(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """A handler that fails is logged, not raised; here it fails its test."""
    yield
    if "expects_faults" in request.fixturenames:
        return
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    faults = [r.getMessage() for r in records if hasattr(r, "fault_where")]
    assert faults == [], [r.exc_text for r in records if r.levelno >= logging.ERROR]


@pytest.fixture
def locations() -> Locations:
    """Where this test's reader keeps things."""
    found = find_locations()
    found.make_user_folders()
    return found


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> None:
    """The program's fonts and colours."""
    theme.load_fonts(find_locations().fonts)
    dress(qapp)


@pytest.fixture
def make_window(qtbot: QtBot, locations: Locations, dressed: None) -> Iterator[MakeWindow]:
    """Windows that end with the test."""
    windows: list[MainWindow] = []

    def make(
        paths: Sequence[Path] | None = None,
        *,
        language: Language = Language.ENGLISH,
        size: tuple[int, int] = (1400, 900),
        is_private: bool = True,
    ) -> MainWindow:
        choices = WindowChoices(is_private, language, language)
        desk = build_desk(locations, SettingsStore(None), choices)
        window = MainWindow(desk, lambda bridge: RenderThread(bridge.deliver, bridge.fail))
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        if paths is None:
            desk.restoring.begin_if_idle()
        if paths is not None:
            open_in(qtbot, window, paths)
        return window

    yield make
    for window in windows:
        window.close()


@pytest.fixture(scope="session")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """A small head study, and the series of it that the shipped model looks at."""
    folder = head_study(tmp_path_factory.mktemp("head"))
    places = find_locations()
    choices = WindowChoices(True, Language.ENGLISH, Language.ENGLISH)
    desk = build_desk(places, SettingsStore(None), choices)
    try:
        desk.opening.open_paths([folder])
        drain_until(desk, lambda: desk.opening.current_study is not None)
        (planned,) = (
            s for s in desk.detection.statuses() if s.reason and s.reason.id == "session.not_asked"
        )
        identity = planned.display_set_id
        desk.opening.ensure_loaded(identity, 0)
        drain_until(desk, lambda: desk.opening.loading(identity).is_complete and not desk.jobs)
        shown, volume = desk.opening.display_set(identity), desk.opening.volume(identity)
        assert shown is not None
        assert volume is not None
        manifest = ModelRegistry(places.models).get(planned.model_id)
        return Looked(folder, shown, volume.digest, manifest)
    finally:
        desk.close()


@pytest.fixture
def marks(looked: Looked, locations: Locations) -> FindingSet:
    """Marks in this reader's journal, there again when the head study is opened."""
    found = made_up_marks(looked)
    journal = CatalogJournal(locations.catalog)
    journal.record_run(found)
    journal.close()
    return found


@pytest.fixture
def window(make_window: MakeWindow, marks: FindingSet, looked: Looked) -> MainWindow:
    """A head study with marks of an earlier run."""
    return make_window([looked.folder], is_private=False)
