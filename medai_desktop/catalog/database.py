"""Opens the catalog: integrity, journal mode, backup before a migration."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import StaticPool

from medai_desktop.errors import StorageError
from medai_desktop.text import Message, message

_log = logging.getLogger(__name__)
NEWEST = "0001"
"""The schema version of this program."""


def open_database(path: Path | None) -> tuple[Engine, Message | None]:
    """Opens the catalog, makes it or brings it up to date.

    Args:
        path: the database file; None keeps everything in memory, for private windows.

    Returns:
        The engine, and a sentence when the old database had to be put aside.

    Raises:
        StorageError: it can be neither opened nor made.
    """
    complaint: Message | None = None
    if path is not None and path.exists() and not _is_sound(path):
        complaint = message("catalog.put_aside", kept=str(_put_aside(path)))
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = _engine(path)
        version = _version(engine)
        if version != NEWEST:
            if path is not None and version is not None:
                shutil.copy2(path, path.with_name(f"{path.name}.before-{NEWEST}"))
            _migrate(engine)
        if path is not None:
            os.chmod(path, 0o600)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            message("catalog.not_opened", path=str(path), reason=str(error))
        ) from error
    return engine, complaint


def _engine(path: Path | None) -> Engine:
    if path is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    event.listen(engine, "connect", configure)
    return engine


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        known = connection.execute(
            text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        ).first()
        if known is None:
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return None if found is None else str(found[0])


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "medai_desktop.catalog:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_sound(path: Path) -> bool:
    try:
        connection = sqlite3.connect(path)
        try:
            answer = connection.execute("PRAGMA quick_check").fetchone()
            version = connection.execute(
                "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return False
    return answer is not None and answer[0] == "ok" and (version is not None or _is_empty(path))


def _is_empty(path: Path) -> bool:
    return path.stat().st_size == 0


def _put_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = path.with_name(f"{path.stem}.unreadable-{stamp}{path.suffix}")
    _log.warning("the catalog was damaged and is kept as %s", kept.name)
    path.replace(kept)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return kept
