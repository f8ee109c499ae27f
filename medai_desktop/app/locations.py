"""Where files lie; no other module knows a path."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Locations:
    """Folders of one run of the program.

    Attributes:
        bundled: holds ``resources`` and ``models``.
        user_data: catalog and settings of this reader.
        logs: the rotating log.
    """

    bundled: Path
    user_data: Path
    logs: Path

    @property
    def resources(self) -> Path:
        """Fonts, icons, translations, presets, hanging protocols, the sample study."""
        return self.bundled / "resources"

    @property
    def translations(self) -> Path:
        """Catalogues of wording."""
        return self.resources / "translations"

    @property
    def fonts(self) -> Path:
        """The program's own fonts."""
        return self.resources / "fonts"

    @property
    def presets(self) -> Path:
        """Window and 3D presets."""
        return self.resources / "presets"

    @property
    def hanging(self) -> Path:
        """Hanging protocols."""
        return self.resources / "hanging"

    @property
    def sample(self) -> Path:
        """The built-in sample study."""
        return self.resources / "sample"

    @property
    def models(self) -> Path:
        """One folder for each model that comes with the program."""
        return self.bundled / "models"

    @property
    def catalog(self) -> Path:
        """The local database."""
        return self.user_data / "catalog.sqlite"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.user_data / "settings.json"

    def make_user_folders(self) -> None:
        """Makes the folders of this reader, closed to others.

        Raises:
            OSError: they cannot be made.
        """
        for folder in (self.user_data, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def find_locations() -> Locations:
    """The folders for this process: frozen, installed, or run from a checkout."""
    home = os.environ.get("MEDAI_HOME")
    if home:
        user_data = Path(home).absolute()
        logs = user_data / "log"
    else:
        user_data, logs = _folders_of_user()
    return Locations(_bundled(), user_data, logs)


def _folders_of_user() -> tuple[Path, Path]:
    """Data and logs of this user; below the temporary folder for a user without a home."""
    import platformdirs

    try:
        user_data = Path(platformdirs.user_data_dir("medai-desktop", appauthor=False))
        logs = Path(platformdirs.user_log_dir("medai-desktop", appauthor=False))
    except RuntimeError:
        user_data = logs = Path()
    if user_data.is_absolute() and logs.is_absolute():
        return user_data, logs
    user = os.getuid() if hasattr(os, "getuid") else "user"
    homeless = Path(tempfile.gettempdir()) / f"medai-desktop-{user}"
    return homeless, homeless / "log"


def _bundled() -> Path:
    package = Path(__file__).resolve().parent.parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_bundled", package.parent]
    if frozen is not None:
        candidates = [Path(frozen) / "medai_desktop" / "_bundled", Path(frozen), *candidates]
    for candidate in candidates:
        if (candidate / "resources" / "translations").is_dir():
            return candidate
    return candidates[0]
