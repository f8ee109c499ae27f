"""The models on this computer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.detection.manifest import Manifest, read_manifest
from medai_desktop.errors import ModelError
from medai_desktop.text import Message, message


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
            folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
            self._entries = tuple(_entry(f) for f in folders if f.is_dir())
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
            ModelError: there is none of this id, or it is not usable.
        """
        for entry in self.entries():
            if entry.id == model_id and entry.manifest is not None:
                if entry.reason is not None:
                    raise ModelError(entry.reason)
                return entry.manifest
        raise ModelError(message("detection.unknown_model", model=model_id))


def check_weights(manifest: Manifest) -> None:
    """Compares the weights with the manifest's hash.

    Raises:
        ModelError: they are missing or others.
    """
    try:
        found = hashlib.sha256(manifest.weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(message("detection.no_weights", model=manifest.id)) from error
    if found != manifest.weights_sha256:
        raise ModelError(message("detection.wrong_hash", model=manifest.id))


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
