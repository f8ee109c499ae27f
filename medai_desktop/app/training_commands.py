"""``medai train`` and ``medai evaluate``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.interrupts import on_interrupt
from medai_desktop.app.locations import Locations
from medai_desktop.jobs import Cancellation, Progress
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Message, message


def train(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Trains a model from its recipe; stops cleanly and goes on with ``--resume``.

    Raises:
        CancelledError: it was interrupted, after a checkpoint.
    """
    from medai_desktop.training import run_training

    cancellation = Cancellation()
    with on_interrupt(cancellation.cancel):
        folder = run_training(
            parsed.model,
            Path(parsed.data),
            Path(parsed.out),
            resume=parsed.resume,
            progress=_told(console),
            cancellation=cancellation,
        )
    console.say(message("app.trained", folder=str(folder)))
    return ExitCode.USABLE


def evaluate(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Measures a shipped model on the data kept apart."""
    from medai_desktop.training import evaluation_document, run_evaluation

    folder = locations.models / parsed.model
    report = run_evaluation(
        parsed.model,
        folder,
        Path(parsed.data),
        Path(parsed.out),
        progress=_told(console),
        render=console.render,
    )
    document = evaluation_document(report, folder, console.render)
    if parsed.json:
        console.document(document)
    else:
        for line in report.lines():
            console.answer(console.render(line))
        console.tell(str(document["research_use"]))
    return ExitCode.USABLE


def _told(console: Console) -> Callable[[int, int, Message], None]:
    def told(done: int, total: int, stage: Message) -> None:
        console.progress(Progress(done, total, stage))

    return told
