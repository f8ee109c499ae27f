"""The rotating log: for the reader's technician, without patient data."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
from pathlib import Path

MAX_BYTES = 1_000_000


def set_up_logging(folder: Path | None) -> None:
    """Sends warnings and worse into a rotating file; nowhere when there is no folder."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if folder is None:
        root.addHandler(logging.NullHandler())
        return
    with contextlib.suppress(OSError):
        path = folder / "medai.log"
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=3, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
        os.umask(0o077)
