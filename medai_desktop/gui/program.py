"""Starts Qt, shows the window, says when everything in it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from medai_desktop.gui import theme
from medai_desktop.gui.dress import dress
from medai_desktop.gui.faults import quieten_qt, watch_faults
from medai_desktop.gui.grabbing import png_of
from medai_desktop.gui.main_window import MainWindow, PictureSource
from medai_desktop.gui.picture_watch import PictureWatch
from medai_desktop.session.desk import ReadingDesk

LOOK_EVERY_MS = 20
SETTLE_S = 0.3
"""After the last picture the panels may still change; a screenshot waits so long."""

MOST_THUMBNAILS_S = 5.0
"""A screenshot waits for thumbnails no longer than this."""


@dataclass(slots=True)
class Moments:
    """Seconds since the process was created."""

    window_shown: float | None = None
    first_image: float | None = None
    volume_complete: float | None = None


@dataclass(frozen=True, slots=True)
class WindowRun:
    """How the window is run.

    Attributes:
        size_px: of the window.
        begin: called once the window is shown.
        is_volume_complete: whether every image shown has come or failed.
        is_loaded: whether everything asked for is there, pictures apart.
        has_failed: whether nothing can be loaded any more.
        wants_picture: whether to wait until a screenshot shows everything.
        when_loaded: called once with the moments and what grabs the window as PNG.
        ends_when_loaded: ends by itself then, or when nothing can be loaded.
        since_start: seconds since the process was created.
    """

    size_px: tuple[int, int]
    begin: Callable[[], None]
    is_volume_complete: Callable[[], bool]
    is_loaded: Callable[[], bool]
    has_failed: Callable[[], bool]
    wants_picture: bool
    when_loaded: Callable[[Moments, Callable[[], bytes]], None]
    ends_when_loaded: bool
    since_start: Callable[[], float]


def system_language_tags() -> list[str]:
    """Languages of the reader's system, preferred first."""
    return list(QLocale.system().uiLanguages())


def make_application(fonts: Path | None = None) -> QApplication:
    """The one Qt application, dressed.

    Args:
        fonts: folder of the program's own fonts; None: those of the system.
    """
    quieten_qt()
    application = QApplication.instance() or QApplication(["medai"])
    if not isinstance(application, QApplication):
        raise TypeError("another kind of Qt application is running")
    if fonts is not None:
        theme.load_fonts(fonts)
    dress(application)
    return application


def close_windows() -> None:
    """Closes every window, and so ends `run_window`."""
    QApplication.closeAllWindows()


def run_window(
    application: QApplication, desk: ReadingDesk, pictures: PictureSource, run: WindowRun
) -> bool:
    """Shows the window until it is closed.

    Returns:
        Whether everything asked for was loaded.
    """
    end_watch = watch_faults(desk)
    watch = PictureWatch(pictures)
    window = MainWindow(desk, watch.attach)
    window.resize(*run.size_px)
    window.show()
    application.processEvents()
    moments = Moments(window_shown=run.since_start())
    looker = _Looker(desk, window, watch, run, moments)
    QTimer.singleShot(0, lambda: _begin(desk, run))
    timer = QTimer()
    timer.timeout.connect(looker.look)
    timer.start(LOOK_EVERY_MS)
    application.exec()
    timer.stop()
    end_watch()
    return looker.has_loaded


def _begin(desk: ReadingDesk, run: WindowRun) -> None:
    """Opens what was asked for; with nothing to open, what was kept comes at once."""
    run.begin()
    desk.restoring.begin_if_idle()


class _Looker:
    """Looks at the window again and again until everything is there."""

    def __init__(
        self,
        desk: ReadingDesk,
        window: MainWindow,
        watch: PictureWatch,
        run: WindowRun,
        moments: Moments,
    ) -> None:
        self._desk, self._window, self._watch = desk, window, watch
        self._run, self._moments = run, moments
        self._complete_since: float | None = None
        self._settled_since: float | None = None
        self.has_loaded = False

    def look(self) -> None:
        """Notes moments; acts once when all is loaded, or when nothing can be."""
        if self._watch.has_picture and self._moments.first_image is None:
            self._moments.first_image = self._run.since_start()
        if self._moments.volume_complete is None and self._run.is_volume_complete():
            self._moments.volume_complete = self._run.since_start()
        if self.has_loaded:
            return
        if self._run.has_failed():
            if self._run.ends_when_loaded:
                self._window.close()
            return
        if not self._run.is_loaded() or not self._watch.is_settled:
            self._settled_since = None
            return
        if self._complete_since is None:
            self._complete_since = time.monotonic()
        if self._run.wants_picture and not self._looks_done():
            return
        self.has_loaded = True
        self._run.when_loaded(self._moments, lambda: png_of(self._window))
        if self._run.ends_when_loaded:
            self._window.close()

    def _looks_done(self) -> bool:
        now = time.monotonic()
        study, complete_since = self._desk.opening.current_study, self._complete_since or now
        if study is not None and now - complete_since < MOST_THUMBNAILS_S:
            opening = self._desk.opening
            if any(opening.thumbnail(shown.id) is None for shown in study.display_sets):
                return False
        if self._settled_since is None:
            self._settled_since = now
        return now - self._settled_since > SETTLE_S
