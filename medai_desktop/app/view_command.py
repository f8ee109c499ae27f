"""``medai view``: the window."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.interrupts import on_interrupt
from medai_desktop.app.locations import Locations
from medai_desktop.app.process_clock import MemoryWatch, seconds_since_start
from medai_desktop.errors import StorageError, UsageError
from medai_desktop.gui.bridges import PictureBridge, PicturePort
from medai_desktop.gui.program import Moments, WindowRun
from medai_desktop.report.atomic_file import check_writable, write_atomically
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language, language_from_tags, message

NAMED_LAYOUTS = ("planes", "volume")
MOST_TILES = 6
MOST_REASONS = 20
"""So many details of a notice are said."""


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """The checked arguments of ``medai view``.

    Attributes:
        paths: what to open.
        is_sample: the built-in sample study.
        layout: planes, volume, or (rows, columns); None: as the study hangs.
        detects: runs the models that fit.
        size_px: of the window.
        screenshot: where to; None for none.
        timings: where to; None for none.
        ends_when_loaded: ends by itself.
        language: for this window only; None: the reader's.
    """

    paths: tuple[Path, ...]
    is_sample: bool
    layout: str | tuple[int, int] | None
    detects: bool
    size_px: tuple[int, int]
    screenshot: Path | None
    timings: Path | None
    ends_when_loaded: bool
    language: Language | None

    @property
    def is_private(self) -> bool:
        """Nothing is stored, restored or asked."""
        return bool(self.screenshot or self.timings or self.ends_when_loaded)

    @property
    def opens_something(self) -> bool:
        """Whether the window begins with a study."""
        return self.is_sample or bool(self.paths)


def view(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Opens the window.

    Returns:
        0; 3 when it was to end once loaded and nothing could be loaded; 130 when interrupted.
    """
    options = view_options(parsed)
    _choose_screen(options)
    for path in (options.screenshot, options.timings):
        if path is not None:
            check_writable(path.parent)
    from medai_desktop.app.wiring import WindowChoices, build_desk
    from medai_desktop.gui.program import make_application, run_window, system_language_tags

    application = make_application(locations.fonts)
    system_language = language_from_tags(system_language_tags())
    choices = WindowChoices(options.is_private, options.language, system_language)
    session = _ViewSession(build_desk(locations, settings, choices), options, console)
    with on_interrupt(session.interrupt):
        has_loaded = run_window(application, session.desk, _renderer, session.run())
    return session.end(has_loaded)


def view_options(parsed: argparse.Namespace) -> ViewOptions:
    """Checks the arguments before any window is opened.

    Raises:
        UsageError: the size or the layout is none.
    """
    return ViewOptions(
        tuple(Path(path) for path in parsed.paths),
        parsed.sample,
        _layout(parsed.layout),
        parsed.detect,
        _size(parsed.size),
        Path(parsed.screenshot) if parsed.screenshot else None,
        Path(parsed.timings) if parsed.timings else None,
        parsed.quit_when == "loaded" or bool(parsed.screenshot),
        Language(parsed.language) if parsed.language else None,
    )


class _ViewSession:
    """One window of the command line, from its first look to its exit code."""

    def __init__(self, desk: ReadingDesk, options: ViewOptions, console: Console) -> None:
        self.desk = desk
        self._options, self._console = options, console
        self._layout = options.layout
        self._has_begun_detection = False
        self._is_interrupted = False
        self._unwritten: StorageError | None = None
        self._memory = MemoryWatch(self._pids) if options.timings is not None else None

    def run(self) -> WindowRun:
        """What the window is to do."""
        options = self._options
        return WindowRun(
            options.size_px,
            self._begin,
            self._is_volume_complete,
            self._is_loaded,
            self._has_failed,
            options.screenshot is not None,
            self._write,
            options.ends_when_loaded,
            seconds_since_start,
        )

    def interrupt(self) -> None:
        """Closes the window."""
        from medai_desktop.gui.program import close_windows

        self._is_interrupted = True
        close_windows()

    def end(self, has_loaded: bool) -> int:
        """The exit code, with a sentence where it is not 0."""
        if self._memory is not None:
            self._memory.close()
        if self._unwritten is not None:
            raise self._unwritten
        if self._is_interrupted:
            self._console.say(message("jobs.cancelled"))
            return ExitCode.CANCELLED
        if self._options.is_private:
            for notice in self.desk.notices:
                if notice.is_warning:
                    self._console.say(notice.message)
                    for reason in notice.details[:MOST_REASONS]:
                        self._console.say(reason)
        if self._options.ends_when_loaded and not has_loaded:
            return ExitCode.NOTHING_READABLE
        return ExitCode.USABLE

    def _begin(self) -> None:
        if self._options.is_sample:
            self.desk.opening.open_sample()
        if self._options.paths:
            self.desk.opening.open_paths(self._options.paths)

    def _is_volume_complete(self) -> bool:
        opening = self.desk.opening
        if opening.current_study is None or opening.found is None:
            return False
        if not self._options.detects:
            self._apply_layout()
        states = [opening.loading(identity) for identity in self._shown()]
        is_idle = not self.desk.jobs
        is_over = all(state.is_complete or is_idle for state in states)
        return is_over and any(state.loaded for state in states)

    def _is_loaded(self) -> bool:
        if not self._options.opens_something:
            return True
        if not self._is_volume_complete():
            return False
        return not self._options.detects or self._has_detected()

    def _has_detected(self) -> bool:
        detection = self.desk.detection
        if not self._has_begun_detection:
            self._has_begun_detection = True
            why_not = detection.start()
            if why_not is not None:
                self._console.say(why_not)
        if detection.is_running:
            return False
        self._apply_layout()
        if not self.desk.reviewing.marks_are_shown:
            self.desk.reviewing.toggle_marks()
        return True

    def _has_failed(self) -> bool:
        """Whether the scan is over, nothing is on its way, and not one image is there."""
        if not self._options.opens_something:
            return False
        opening = self.desk.opening
        if opening.found is None and not opening.last_scan_failed:
            return False
        if not opening.studies:
            return True
        shown = self._shown()
        has_any = any(opening.loading(identity).loaded for identity in shown)
        return bool(shown) and not has_any and not self.desk.jobs

    def _shown(self) -> list[str]:
        viewports = self.desk.viewing.layout.viewports
        return [state.display_set_id for state in viewports if state.display_set_id]

    def _apply_layout(self) -> None:
        wanted, self._layout = self._layout, None
        if wanted == "planes":
            self.desk.viewing.toggle_planes()
        elif wanted == "volume":
            self.desk.viewing.toggle_volume()
        elif isinstance(wanted, tuple):
            self.desk.viewing.set_layout(*wanted)

    def _write(self, moments: Moments, picture: Callable[[], bytes]) -> None:
        try:
            if self._options.screenshot is not None:
                write_atomically(self._options.screenshot, picture())
            if self._options.timings is not None:
                write_atomically(self._options.timings, self._timings(moments))
        except StorageError as error:
            self._unwritten = error

    def _timings(self, moments: Moments) -> bytes:
        document = {
            "window_shown": moments.window_shown,
            "first_image": moments.first_image,
            "volume_complete": moments.volume_complete,
            "peak_memory_bytes": None if self._memory is None else self._memory.peak_bytes(),
        }
        return json.dumps(document).encode() + b"\n"

    def _pids(self) -> tuple[int, ...]:
        """The window and its decoders; the worker that runs models is apart."""
        return (os.getpid(), *self.desk.opening.decoders().pids())


def _choose_screen(options: ViewOptions) -> None:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    if not options.is_private:
        raise UsageError(message("app.no_screen_no_window"))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _renderer(bridge: PictureBridge) -> PicturePort:
    from medai_desktop.rendering.render_thread import RenderThread

    return RenderThread(bridge.deliver, bridge.fail)


def _size(written: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})x(\d{3,5})", written)
    if found is None:
        raise UsageError(message("app.bad_size"))
    return int(found.group(1)), int(found.group(2))


def _layout(written: str | None) -> str | tuple[int, int] | None:
    if written is None or written in NAMED_LAYOUTS:
        return written
    grid = re.fullmatch(r"(\d)x(\d)", written)
    if grid is None or not all(1 <= int(n) <= MOST_TILES for n in grid.groups()):
        raise UsageError(message("app.bad_layout", name=written))
    return int(grid.group(1)), int(grid.group(2))
