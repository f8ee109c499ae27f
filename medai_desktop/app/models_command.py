"""``medai models``: which models are here, and whether their weights are what they should be."""

from __future__ import annotations

import argparse

from medai_desktop.app.console import Console
from medai_desktop.app.exit_codes import ExitCode
from medai_desktop.app.locations import Locations
from medai_desktop.detection.registry import ModelEntry, ModelRegistry
from medai_desktop.settings import SettingsStore
from medai_desktop.text import message


def models(
    parsed: argparse.Namespace, locations: Locations, settings: SettingsStore, console: Console
) -> int:
    """Lists or verifies the models; either reads every weight file.

    Returns:
        0 when any model is usable, when verifying only if every one is; else 4.
    """
    rows = [_row(entry, console) for entry in ModelRegistry(locations.models).verified()]
    if parsed.json:
        console.document({"models": rows})
    else:
        for row in rows:
            state = "ok" if row["ok"] else row["reason"]
            console.answer(f"{row['id']} {row['version']}: {state}")
    are_ok = [bool(row["ok"]) for row in rows]
    enough = all(are_ok) if parsed.action == "verify" else any(are_ok)
    if not rows:
        console.say(message("session.no_models"))
    return ExitCode.USABLE if rows and enough else ExitCode.NOTHING_DETECTED


def _row(entry: ModelEntry, console: Console) -> dict[str, object]:
    manifest = entry.manifest
    reason = None if entry.reason is None else console.render(entry.reason)
    if manifest is None:
        return {
            "id": entry.id,
            "version": None,
            "task": None,
            "modality": [],
            "labels": [],
            "threshold": None,
            "weights_sha256": None,
            "ok": False,
            "reason": reason,
        }
    return {
        "id": manifest.id,
        "version": manifest.version,
        "task": manifest.task,
        "modality": list(manifest.modality),
        "labels": [label.name for label in manifest.labels],
        "threshold": manifest.threshold,
        "weights_sha256": manifest.weights_sha256,
        "ok": reason is None,
        "reason": reason,
    }
