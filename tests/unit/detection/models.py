"""Model folders for tests: copies of the shipped one, with something changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.architecture.house import ROOT

SHIPPED = ROOT / "models" / "brain-tumour-mr"


def plain_manifest() -> dict[str, Any]:
    """The shipped manifest as JSON values."""
    found: dict[str, Any] = json.loads((SHIPPED / "manifest.json").read_text())
    return found


def changed(plain: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same with other members; a dotted name reaches into one, DROP takes it away."""
    made: dict[str, Any] = json.loads(json.dumps(plain))
    for name, value in changes.items():
        *path, last = name.split(".")
        place = made
        for part in path:
            place = place.setdefault(part, {})
        if value is DROP:
            del place[last]
        else:
            place[last] = value
    return made


DROP = object()


def write_model(folder: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """A model folder with small weights that are no network, and their right hash."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = b"weights of " + folder.name.encode()
    (folder / "weights.safetensors").write_bytes(weights)
    own = {"id": folder.name, "weights.sha256": hashlib.sha256(weights).hexdigest()}
    plain = changed(plain_manifest(), {**own, **(changes or {})})
    (folder / "manifest.json").write_text(json.dumps(plain))
    return folder


def copy_shipped(parent: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """The shipped model under its own name, so that it runs, with members changed."""
    folder = parent / SHIPPED.name
    shutil.copytree(SHIPPED, folder)
    (folder / "manifest.json").write_text(json.dumps(changed(plain_manifest(), changes or {})))
    return folder
