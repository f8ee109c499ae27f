"""Puts ``resources/`` and ``models/`` into the wheel, as ``medai_desktop/_bundled``.

An editable install reads them where they stand, so nothing is copied for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA_FOLDERS = ("resources", "models")


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling (``tool.hatch.build.targets.wheel.hooks.custom``)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data folders that are there.

        Args:
            version: ``standard``, or ``editable`` for an install that stays in the checkout.
            build_data: hatchling's own table, changed in place.
        """
        if version != "standard":
            return
        for name in DATA_FOLDERS:
            folder = Path(self.root) / name
            if folder.is_dir():
                build_data["force_include"][str(folder)] = f"medai_desktop/_bundled/{name}"
