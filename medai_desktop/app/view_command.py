"""``medai view``: the window."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.errors import UsageError
from medai_desktop.gui.bridges import PictureBridge, PicturePort
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language, language_from_tags, message


def view(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Opens the window.

    Returns:
        0, or 3 when it was to quit once loaded and nothing could be loaded.
    """
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from medai_desktop.app.wiring import WindowChoices, build_desk
    from medai_desktop.gui.program import (
        WindowRun,
        make_application,
        run_window,
        system_language_tags,
    )

    size = _size(parsed.size)
    application = make_application(locations.fonts)
    is_private = bool(parsed.screenshot or parsed.timings or parsed.quit_when)
    choices = WindowChoices(
        is_private,
        Language(parsed.language) if parsed.language else None,
        language_from_tags(system_language_tags()),
    )
    desk = build_desk(locations, settings, choices)
    paths = [Path(path) for path in parsed.paths]
    watch = _Watch(desk, bool(paths or parsed.sample), parsed.detect, parsed.layout)

    def begin() -> None:
        if parsed.sample:
            desk.opening.open_sample()
        elif paths:
            desk.opening.open_paths(paths)

    run = WindowRun(
        size,
        begin,
        watch.is_loaded,
        watch.has_failed,
        Path(parsed.screenshot) if parsed.screenshot else None,
        parsed.quit_when == "loaded",
        _since_start,
    )
    has_shown, moments = run_window(application, desk, _renderer, run)
    if parsed.timings:
        document = {
            "window_shown": moments.window_shown,
            "first_image": moments.first_image,
            "volume_complete": moments.volume_complete,
            "peak_memory_bytes": _peak_memory_bytes(),
        }
        Path(parsed.timings).write_text(json.dumps(document), encoding="utf-8")
    if is_private and not has_shown:
        for notice in desk.notices:
            console.say(notice.message)
        return ExitCode.NOTHING_READABLE
    return ExitCode.USABLE


class _Watch:
    """Whether everything asked for on the command line is there."""

    def __init__(
        self, desk: ReadingDesk, is_opening: bool, wants_detection: bool, layout: str | None
    ) -> None:
        self._desk, self._is_opening, self._layout = desk, is_opening, layout
        self._wants_detection = wants_detection
        self._has_begun_detection = False

    def is_loaded(self) -> bool:
        desk = self._desk
        if desk.opening.current_study is None:
            return False
        self._apply_layout()
        for state in desk.viewing.layout.viewports:
            if state.display_set_id and not desk.opening.loading(state.display_set_id).is_complete:
                return False
        if self._wants_detection and not self._has_begun_detection:
            self._has_begun_detection = True
            desk.detection.start()
        return not desk.detection.is_running

    def has_failed(self) -> bool:
        desk = self._desk
        if not self._is_opening:
            return False
        is_over = desk.opening.found is not None or desk.opening.last_scan_failed
        return is_over and not desk.opening.studies

    def _apply_layout(self) -> None:
        wanted, self._layout = self._layout, None
        if wanted == "planes":
            self._desk.viewing.toggle_planes()
        elif wanted == "volume":
            self._desk.viewing.toggle_volume()
        elif wanted is not None:
            grid = re.fullmatch(r"(\d)x(\d)", wanted)
            if grid is None:
                raise UsageError(message("app.bad_layout", name=wanted))
            self._desk.viewing.set_layout(int(grid.group(1)), int(grid.group(2)))


def _renderer(bridge: PictureBridge) -> PicturePort:
    from medai_desktop.rendering.render_thread import RenderThread

    return RenderThread(bridge.deliver, bridge.fail)


def _size(written: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})x(\d{3,5})", written)
    if found is None:
        raise UsageError(message("app.bad_size"))
    return int(found.group(1)), int(found.group(2))


def _since_start() -> float:
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        created = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - created
    except (OSError, ValueError, AttributeError, IndexError):
        return time.process_time()


def _peak_memory_bytes() -> int | None:
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    return None if found is None else int(found.group(1)) * 1024
