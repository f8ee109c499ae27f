"""The models on this computer."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.detection.manifest import Manifest, read_manifest
from medai_desktop.errors import ModelError
from medai_desktop.text import Message, message

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One folder of models: usable, or why not."""

    id: str
    manifest: Manifest | None
    reason: Message | None


class ModelRegistry:
    """The models below one folder, in order of their ids; manifests are read once.

    Args:
        folder: holds a folder for each model.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: tuple[ModelEntry, ...] | None = None

    def entries(self) -> tuple[ModelEntry, ...]:
        """Every model; weights are looked for, not read."""
        if self._entries is None:
            self._entries = tuple(_entry(folder) for folder in _model_folders(self._folder))
        return self._entries

    def verified(self) -> tuple[ModelEntry, ...]:
        """Every model, its weights read and compared with the manifest's hash."""
        return tuple(_verified(entry) for entry in self.entries())

    def usable(self) -> tuple[Manifest, ...]:
        """The manifests of the models that can run."""
        return tuple(e.manifest for e in self.entries() if e.manifest and e.reason is None)

    def get(self, model_id: str) -> Manifest:
        """The manifest of a usable model.

        Raises:
            ModelError: there is none of this id, or why it is not usable.
        """
        for entry in self.entries():
            if entry.id == model_id:
                if entry.reason is not None:
                    raise ModelError(entry.reason)
                if entry.manifest is not None:
                    return entry.manifest
        raise ModelError(message("detection.unknown_model", model=model_id))


def check_weights(manifest: Manifest) -> bytes:
    """Compares the weights with the manifest's hash.

    Returns:
        The bytes that were compared: whoever loads weights loads these, and not a file that may
        have been changed since.

    Raises:
        ModelError: they are missing or others.
    """
    try:
        weights = manifest.weights.read_bytes()
    except OSError as error:
        raise ModelError(message("detection.no_weights", model=manifest.id)) from error
    if hashlib.sha256(weights).hexdigest() != manifest.weights_sha256:
        raise ModelError(message("detection.wrong_hash", model=manifest.id))
    return weights


def _model_folders(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
        return [path for path in found if path.is_dir() and path.name[0] not in "._"]
    except FileNotFoundError:
        return []
    except OSError:
        _log.warning("the folder of models cannot be read", exc_info=True)
        return []


def _entry(folder: Path) -> ModelEntry:
    try:
        manifest = read_manifest(folder)
    except ModelError as error:
        return ModelEntry(folder.name, None, error.message)
    if not manifest.weights.is_file():
        return ModelEntry(folder.name, manifest, message("detection.no_weights", model=manifest.id))
    return ModelEntry(folder.name, manifest, None)


def _verified(entry: ModelEntry) -> ModelEntry:
    if entry.manifest is None or entry.reason is not None:
        return entry
    try:
        check_weights(entry.manifest)
    except ModelError as error:
        return ModelEntry(entry.id, entry.manifest, error.message)
    return entry
