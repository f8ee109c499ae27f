"""Opens the catalog: integrity, journal mode, a backup before each migration."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from medai_desktop.catalog.places import is_local
from medai_desktop.catalog.rescue import take_over
from medai_desktop.errors import StorageError
from medai_desktop.text import Message, message

_log = logging.getLogger(__name__)
BUSY_S = 5.0
"""So long another instance may hold the catalog."""

SIDE_FILES = ("-wal", "-journal")
_DAMAGE = {11, 26}
"""SQLITE_CORRUPT and SQLITE_NOTADB: everything else (busy, no right, no room) is no damage."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where the versions of the schema stand.

    Attributes:
        newest: version of this program.
        scripts: folder of Alembic, as a package or a path.
    """

    newest: str = "0002"
    scripts: str = "medai_desktop.catalog:migrations"


def open_database(
    path: Path | None, migrations: Migrations | None = None
) -> tuple[Engine, Message | None]:
    """Opens the catalog, makes it or brings it up to date.

    Args:
        path: the database file; None keeps everything in memory, for private windows.
        migrations: None: those of this program.

    Returns:
        The engine, and a sentence when the old database had to be put aside.

    Raises:
        StorageError: it can be neither opened nor made, or a newer program has made it.
    """
    try:
        return _open(path, migrations or Migrations())
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StorageError(message("catalog.not_opened", path=str(path), reason=reason)) from error


def _open(path: Path | None, migrations: Migrations) -> tuple[Engine, Message | None]:
    kept: Path | None = None
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = _side_files(path)
        if path.exists() and not _is_sound(path):
            kept = _put_aside(path, beside)
        _make_private(path)
    engine = _engine(path)
    try:
        _bring_up_to_date(engine, path, migrations)
        if kept is None:
            return engine, None
        entries = take_over(kept, engine)
        return engine, message("catalog.put_aside", kept=str(kept), entries=entries)
    except BaseException:
        engine.dispose()
        raise


def _make_private(path: Path) -> None:
    """Makes the file, closed to others, before SQLite does: its side files take its mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    os.chmod(path, 0o600)


def _engine(path: Path | None) -> Engine:
    if path is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_S})
    mode = "WAL" if path is None or is_local(path) else "DELETE"

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin transactions late, and none for changes of the schema.
        connection.isolation_level = None
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin)
    return engine


def _bring_up_to_date(engine: Engine, path: Path | None, migrations: Migrations) -> None:
    version = _version(engine)
    if version == migrations.newest:
        return
    if version is not None and version > migrations.newest:
        raise StorageError(message("catalog.newer", path=str(path)))
    if version is not None and path is not None:
        _back_up(path, path.with_name(f"{path.name}.before-{migrations.newest}"))
    _migrate(engine, migrations)


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        known = connection.execute(
            text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        ).first()
        if known is None:
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return None if found is None else str(found[0])


def _back_up(path: Path, kept: Path) -> None:
    """A whole copy, with what still lies in the write-ahead log."""
    _make_private(kept)
    with _plainly(path) as source, _plainly(kept) as target:
        source.backup(target)


def _migrate(engine: Engine, migrations: Migrations) -> None:
    """Up to the newest version in one transaction: whole, or not at all."""
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", migrations.scripts)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, migrations.newest)
    except CommandError as error:
        raise OSError(str(error)) from error


def _is_sound(path: Path) -> bool:
    """Whether SQLite can read all of it, and it is ours.

    Raises:
        sqlite3.Error: it cannot be looked at now, which is no damage.
    """
    if path.stat().st_size == 0:
        return True
    try:
        with _plainly(path) as connection:
            answer = connection.execute("PRAGMA quick_check").fetchone()
            version = connection.execute(
                "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE:
            return False
        raise
    return bool(answer[0] == "ok" and (version is not None or tables[0] == 0))


def _side_files(path: Path) -> dict[str, bytes]:
    """What lies beside the catalog, read before SQLite tidies it away."""
    found = {}
    for ending in SIDE_FILES:
        with contextlib.suppress(FileNotFoundError):
            found[ending] = path.with_name(path.name + ending).read_bytes()
    return found


def _put_aside(path: Path, beside: dict[str, bytes]) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    kept = path.with_name(f"{path.stem}.unreadable-{stamp}{path.suffix}")
    _log.warning("the catalog was damaged and is kept as %s", kept.name)
    path.replace(kept)
    for ending, content in beside.items():
        path.with_name(path.name + ending).unlink(missing_ok=True)
        part = kept.with_name(kept.name + ending)
        _make_private(part)
        part.write_bytes(content)
    return kept


@contextlib.contextmanager
def _plainly(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=BUSY_S)
    try:
        yield connection
    finally:
        connection.close()
