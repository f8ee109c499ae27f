"""``medai train`` and ``medai evaluate``."""

from __future__ import annotations

import argparse
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.jobs import Progress
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Message, message


def train(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Trains a model from its recipe; stops cleanly and goes on with ``--resume``."""
    from medai_desktop.training import run_training

    def told(done: int, total: int, stage: Message) -> None:
        console.progress(Progress(done, total, stage))

    folder = run_training(
        parsed.model,
        Path(parsed.data),
        Path(parsed.out),
        resume=parsed.resume,
        progress=told,
    )
    console.say(message("app.trained", folder=str(folder)))
    return ExitCode.USABLE


def evaluate(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Measures a shipped model on the data kept apart."""
    from medai_desktop.training import run_evaluation

    def told(done: int, total: int, stage: Message) -> None:
        console.progress(Progress(done, total, stage))

    report = run_evaluation(
        parsed.model,
        locations.models / parsed.model,
        Path(parsed.data),
        Path(parsed.out),
        progress=told,
    )
    if parsed.json:
        console.document(report.document())
    else:
        for line in report.lines():
            console.answer(line)
    return ExitCode.USABLE
