"""``medai``: parses the arguments, runs one command, ends with its exit code."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Sequence
from multiprocessing import freeze_support
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from medai_desktop.app.console import Console
    from medai_desktop.app.locations import Locations
    from medai_desktop.text import Message

WORKER_PROGRAMS = {
    "medai_desktop.runtimes.worker",
    "medai_desktop.series.decode_worker",
}
"""Programs that the frozen executable runs instead of a command, when started with ``--worker``."""

EMPTY_DOCUMENTS: dict[str, dict[str, object]] = {
    "info": {"studies": [], "skipped": []},
    "detect": {"results": [], "skipped": []},
    "models": {"models": []},
    "doctor": {"checks": []},
    "evaluate": {"model": None},
}
"""What ``--json`` prints beside ``error`` when a command came to nothing."""

_log = logging.getLogger(__name__)


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
    from medai_desktop.app.arguments import WrongArgumentsError, parse_arguments
    from medai_desktop.app.exit_codes import ExitCode
    from medai_desktop.app.interrupts import raise_on_interrupt

    raise_on_interrupt()
    try:
        parsed = parse_arguments(given)
    except WrongArgumentsError as error:
        sys.stderr.write(f"{error.usage}medai: {error.said}\n")
        if "--json" in given:
            document = {**EMPTY_DOCUMENTS.get(given[0], {}), "error": error.said}
            sys.stdout.write(json.dumps(document, indent=1) + "\n")
        return ExitCode.WRONG_USE
    try:
        return _run(parsed)
    except BrokenPipeError:
        return ExitCode.USABLE


def _run(parsed: argparse.Namespace) -> int:
    from medai_desktop.app.console import Console, claim_stdout, console_language
    from medai_desktop.app.exit_codes import ExitCode
    from medai_desktop.app.locations import find_locations
    from medai_desktop.errors import (
        CancelledError,
        MedaiError,
        ModelError,
        StorageError,
        UsageError,
    )
    from medai_desktop.settings import SettingsStore
    from medai_desktop.text import Catalogues, message

    locations = find_locations()
    _prepare(parsed, locations)
    settings = SettingsStore(locations.settings)
    language = console_language(settings.text("language"))
    console = Console(Catalogues(locations.translations), language, claim_stdout())
    if settings.complaint is not None and parsed.command != "view":
        console.say(settings.complaint)
    try:
        return _command(parsed.command)(parsed, locations, settings, console)
    except (UsageError, StorageError) as error:
        return _failed(parsed, console, error.message, ExitCode.WRONG_USE)
    except CancelledError as error:
        return _failed(parsed, console, error.message, ExitCode.CANCELLED)
    except KeyboardInterrupt:
        return _failed(parsed, console, message("jobs.cancelled"), ExitCode.CANCELLED)
    except ModelError as error:
        return _failed(parsed, console, error.message, ExitCode.NOTHING_DETECTED)
    except MedaiError as error:
        return _failed(parsed, console, error.message, ExitCode.NOTHING_READABLE)
    except BrokenPipeError:
        raise
    except Exception as error:
        _log.exception("%s failed", parsed.command)
        said = message("app.unforeseen", kind=type(error).__name__, folder=str(locations.logs))
        return _failed(parsed, console, said, ExitCode.UNFORESEEN)


def _prepare(parsed: argparse.Namespace, locations: Locations) -> None:
    """Folders and log of this reader; a private window stores nothing."""
    from medai_desktop.app.logging_setup import set_up_logging

    is_private = parsed.command == "view" and bool(
        parsed.screenshot or parsed.timings or parsed.quit_when
    )
    try:
        if not is_private:
            locations.make_user_folders()
        set_up_logging(None if is_private else locations.logs)
    except OSError:
        set_up_logging(None)


def _failed(parsed: argparse.Namespace, console: Console, said: Message, code: int) -> int:
    """Says why a command came to nothing, as a document too where one was asked for."""
    console.say(said)
    if getattr(parsed, "json", False) and not console.has_answered:
        empty = EMPTY_DOCUMENTS.get(parsed.command, {})
        console.document({**empty, "error": console.render(said)})
    return code


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


def _run_worker(module: str, arguments: list[str]) -> int:
    import importlib

    program = importlib.import_module(module)
    sys.argv = [module, *arguments]
    return int(program.main() or 0)
