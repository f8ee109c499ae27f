"""Takes over from a damaged catalog what can still be read."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path

from sqlalchemy import Engine, Table
from sqlalchemy.dialects import sqlite

from medai_desktop.catalog import schema

_log = logging.getLogger(__name__)
MOST_BYTES = 1 << 32
Row = dict[str, object]


def take_over(kept: Path, engine: Engine) -> int:
    """Copies every entry that can still be read into a new catalog.

    Args:
        kept: the damaged file; it is not touched, a copy is read.
        engine: of the new catalog.

    Returns:
        How many entries there are now.
    """
    taken = 0
    for table in schema.metadata.sorted_tables:
        rows = _readable_rows(kept, table)
        if rows:
            with engine.begin() as connection:
                connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)
            taken += len(rows)
    return taken


def _readable_rows(kept: Path, table: Table) -> list[Row]:
    """Read from both ends: a damaged page in the middle costs what lies on it."""
    key = table.primary_key.columns[0].name
    with tempfile.TemporaryDirectory(prefix="rescue-", dir=kept.parent) as name:
        copy = Path(name) / "copy.sqlite"
        for ending in ("", "-wal"):
            part = kept.with_name(kept.name + ending)
            if part.exists():
                shutil.copyfile(part, copy.with_name(copy.name + ending))
        _fill_up(copy)
        found = {row[key]: row for way in ("DESC", "ASC") for row in _rows(copy, table, way)}
    return [found[key] for key in sorted(found, key=lambda k: (isinstance(k, str), k))]


def _fill_up(copy: Path) -> None:
    """A file that was cut is filled with nothing: SQLite reads no page of one that is too short.

    References:
        SQLite file format 1.3: page size at byte 16, number of pages at byte 28.
    """
    with copy.open("r+b") as file:
        header = file.read(32)
        if len(header) == 32:
            size, pages = struct.unpack_from(">H10xI", header, 16)
            wanted = (65536 if size == 1 else size) * pages
            if 0 < wanted <= MOST_BYTES and wanted > copy.stat().st_size:
                file.truncate(wanted)


def _rows(path: Path, table: Table, direction: str) -> list[Row]:
    key = table.primary_key.columns[0].name
    rows: list[Row] = []
    connection = sqlite3.connect(path)
    try:
        # An older version has fewer columns; the new catalog fills them with what is usual.
        there = {row[1] for row in connection.execute(f'PRAGMA table_info("{table.name}")')}
        names = [column.name for column in table.columns if column.name in there]
        wanted = ", ".join(names)
        query = f'SELECT {wanted} FROM "{table.name}" ORDER BY {key} {direction}'  # noqa: S608 - our names
        cursor = connection.execute(query)
        while (row := cursor.fetchone()) is not None:
            if all(isinstance(value, str | int) for value in row):
                rows.append(dict(zip(names, row, strict=True)))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        _log.warning("table %s ends here (%s): %s", table.name, direction, error)
    finally:
        connection.close()
    return rows
