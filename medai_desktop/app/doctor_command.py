"""``medai doctor``: what works on this computer, and what to do about what does not."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.detection.registry import ModelRegistry
from medai_desktop.errors import MedaiError
from medai_desktop.runtimes.devices import available_devices
from medai_desktop.series.decoders import DecodeWorkers
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Message, listed, message

MIN_FREE_BYTES = 200_000_000
LIBRARIES = ("PySide6-Essentials", "vtk", "pydicom", "SimpleITK", "highdicom", "torch", "numpy")
TO_READ = frozenset({"pydicom", "numpy"})
"""Without these nothing can be read."""

TO_DETECT = frozenset({"torch"})
"""Without these no model runs."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that works or does not.

    Attributes:
        name: what kind of thing.
        is_ok: whether it works.
        said: a sentence on it.
        fails_with: how `doctor` ends when it does not work.
    """

    name: str
    is_ok: bool
    said: Message
    fails_with: ExitCode = ExitCode.USABLE


def doctor(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Checks libraries, places, decoders, models and devices.

    Returns:
        0 when studies can be read and a model can run, whatever else does not work; 3 when nothing
        can be read, 4 when no model can run.
    """
    checks = [check for make in _checks(locations) for check in make()]
    if parsed.json:
        console.document(
            {
                "checks": [
                    {"name": c.name, "ok": c.is_ok, "message": console.render(c.said)}
                    for c in checks
                ]
            }
        )
    else:
        for check in checks:
            mark = "ok " if check.is_ok else "-- "
            console.answer(mark + console.render(check.said))
    codes = {check.fails_with for check in checks if not check.is_ok} - {ExitCode.USABLE}
    return min(codes, default=ExitCode.USABLE)


def _checks(locations: Locations) -> tuple[Callable[[], list[Check]], ...]:
    return (
        _libraries,
        lambda: [_place(locations.user_data)],
        _display,
        _decoders,
        lambda: _models(locations),
        _devices,
    )


def _libraries() -> list[Check]:
    checks = []
    for name in LIBRARIES:
        try:
            version = metadata.version(name)
            checks.append(
                Check("library", True, message("app.library", name=name, version=version))
            )
        except metadata.PackageNotFoundError:
            said = message("app.library_missing", name=name)
            checks.append(Check("library", False, said, _code_without(name)))
    return checks


def _code_without(library: str) -> ExitCode:
    if library in TO_READ:
        return ExitCode.NOTHING_READABLE
    return ExitCode.NOTHING_DETECTED if library in TO_DETECT else ExitCode.USABLE


def _place(folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Check("place", False, message("app.place_bad", folder=str(folder), reason=reason))
    if not os.access(folder, os.W_OK):
        return Check("place", False, message("app.place_read_only", folder=str(folder)))
    if free < MIN_FREE_BYTES:
        said = message("app.place_full", folder=str(folder), free=free // 1_000_000)
        return Check("place", False, said)
    said = message("app.place_ok", folder=str(folder), free=f"{free / 1e9:.1f}")
    return Check("place", True, said)


def _display() -> list[Check]:
    if sys.platform != "linux":
        return []
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    said = message("app.screen") if has_screen else message("app.no_screen")
    return [Check("display", True, said)]


def _decoders() -> list[Check]:
    try:
        with DecodeWorkers() as decoders:
            decoders.check()
    except MedaiError as error:
        return [Check("decoders", False, error.message, ExitCode.NOTHING_READABLE)]
    return [Check("decoders", True, message("app.decoders_ok"))]


def _models(locations: Locations) -> list[Check]:
    entries = ModelRegistry(locations.models).verified()
    if not entries:
        said = message("session.no_models")
        return [Check("models", False, said, ExitCode.NOTHING_DETECTED)]
    is_any_ok = any(entry.reason is None for entry in entries)
    code = ExitCode.USABLE if is_any_ok else ExitCode.NOTHING_DETECTED
    checks = []
    for entry in entries:
        said = entry.reason or message("app.model_ok", model=entry.id)
        checks.append(Check("models", entry.reason is None, said, code))
    return checks


def _devices() -> list[Check]:
    try:
        names = listed([device.name for device in available_devices()])
    except MedaiError as error:
        return [Check("devices", False, error.message, ExitCode.NOTHING_DETECTED)]
    said = message("app.devices", names=names)
    return [Check("devices", bool(names), said, ExitCode.NOTHING_DETECTED)]
