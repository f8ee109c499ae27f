"""Starts Qt, shows the window, takes its screenshot when asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from medai_desktop.gui import theme
from medai_desktop.gui.faults import quieten_qt, watch_faults
from medai_desktop.gui.main_window import MainWindow, PictureSource
from medai_desktop.session.desk import ReadingDesk


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
        is_loaded: whether everything asked for is there.
        has_failed: whether nothing can be loaded.
        screenshot: where to write the window once loaded; None for none.
        quits_when_loaded: ends by itself.
        since_start: seconds since the process was created.
    """

    size_px: tuple[int, int]
    begin: Callable[[], None]
    is_loaded: Callable[[], bool]
    has_failed: Callable[[], bool]
    screenshot: Path | None
    quits_when_loaded: bool
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
    theme.apply(application)
    return application


def run_window(
    application: QApplication, desk: ReadingDesk, pictures: PictureSource, run: WindowRun
) -> tuple[bool, Moments]:
    """Shows the window until it is closed.

    Returns:
        Whether anything was loaded, and the moments.
    """
    moments = Moments()
    end_watch = watch_faults(desk)
    window = MainWindow(desk, pictures)
    window.resize(*run.size_px)
    window.show()
    application.processEvents()
    moments.window_shown = run.since_start()
    QTimer.singleShot(0, run.begin)
    watch = QTimer()
    settled: list[float] = []

    def look() -> None:
        if window.has_picture and moments.first_image is None:
            moments.first_image = run.since_start()
        if run.has_failed():
            if run.quits_when_loaded or run.screenshot is not None:
                _end(window, application, run, None)
            return
        if not run.is_loaded() or not window.has_picture:
            return
        if moments.volume_complete is None:
            moments.volume_complete = run.since_start()
        settled.append(time.monotonic())
        wants_end = run.quits_when_loaded or run.screenshot is not None
        if wants_end and settled[-1] - settled[0] > 0.6:
            _end(window, application, run, run.screenshot)

    watch.timeout.connect(look)
    watch.start(20)
    application.exec()
    watch.stop()
    end_watch()
    return window.has_picture, moments


def _end(
    window: MainWindow, application: QApplication, run: WindowRun, screenshot: Path | None
) -> None:
    if screenshot is not None:
        screenshot.parent.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(screenshot), "PNG")
    window.close()
    application.quit()
