"""``medai``: parses the arguments, runs one command, ends with its exit code."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing import freeze_support
from types import FrameType

WORKER_PROGRAMS = {
    "medai_desktop.runtimes.worker",
    "medai_desktop.series.decode_worker",
}
"""Programs that the frozen executable runs instead of a command, when started with ``--worker``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: without the program's name; None: those of the process.

    Returns:
        The exit status (DESIGN section 5).
    """
    freeze_support()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) >= 2 and given[0] == "--worker" and given[1] in WORKER_PROGRAMS:
        return _run_worker(given[1], given[2:])
    from medai_desktop.app.arguments import argument_parser

    parsed = argument_parser().parse_args(given)
    return _run(parsed)


def _run(parsed: argparse.Namespace) -> int:
    from medai_desktop.app.console import Console, console_language
    from medai_desktop.app.exit_codes import ExitCode
    from medai_desktop.app.locations import find_locations
    from medai_desktop.app.logging_setup import set_up_logging
    from medai_desktop.errors import CancelledError, MedaiError, UsageError
    from medai_desktop.settings import SettingsStore
    from medai_desktop.text import Catalogues, message

    locations = find_locations()
    is_private = parsed.command == "view" and bool(
        parsed.screenshot or parsed.timings or parsed.quit_when
    )
    try:
        if not is_private:
            locations.make_user_folders()
        set_up_logging(None if is_private else locations.logs)
    except OSError:
        set_up_logging(None)
    settings = SettingsStore(locations.settings)
    console = Console(
        Catalogues(locations.translations), console_language(settings.text("language"))
    )
    if settings.complaint is not None and parsed.command != "view":
        console.say(settings.complaint)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _command(parsed.command)(parsed, locations, settings, console)
    except UsageError as error:
        console.say(error.message)
        return ExitCode.WRONG_USE
    except (CancelledError, KeyboardInterrupt):
        console.say(message("app.cancelled"))
        return ExitCode.CANCELLED
    except MedaiError as error:
        console.say(error.message)
        return ExitCode.NOTHING_READABLE
    except BrokenPipeError:
        return ExitCode.USABLE


def _command(name: str) -> Callable[..., int]:
    """The function behind a command; only its own room is loaded."""
    import importlib

    modules = {
        "view": "view_command",
        "info": "info_command",
        "detect": "detect_command",
        "models": "models_command",
        "train": "training_commands",
        "evaluate": "training_commands",
        "doctor": "doctor_command",
    }
    module = importlib.import_module(f"medai_desktop.app.{modules[name]}")
    found: Callable[..., int] = getattr(module, name)
    return found


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run_worker(module: str, arguments: list[str]) -> int:
    import importlib

    program = importlib.import_module(module)
    sys.argv = [module, *arguments]
    return int(program.main() or 0)
