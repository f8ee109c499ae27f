"""The journal: what was seen and decided, kept as it happens."""

from __future__ import annotations

import itertools
import logging
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Engine,
    Executable,
    Select,
    Table,
    delete,
    false,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from medai_desktop.catalog import schema
from medai_desktop.catalog.database import open_database
from medai_desktop.catalog.forms import document_from, value_from
from medai_desktop.errors import StorageError
from medai_desktop.findings import (
    FindingSet,
    LengthMeasurement,
    MadeOn,
    is_same_run,
    with_run_id,
)
from medai_desktop.review import Decision
from medai_desktop.series.identity import series_of
from medai_desktop.source.recent import RecentStudy
from medai_desktop.text import Message, message

_log = logging.getLogger(__name__)
T = TypeVar("T")
MAX_RECENT = 10


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


@dataclass(frozen=True, slots=True)
class _Recent:
    studies: tuple[RecentStudy, ...]


class CatalogJournal:
    """The session's `Journal` on the catalog; opened on first use, so that the window is not held.

    What is read and cannot be had counts as not there, and is complained of.

    Args:
        path: the database file; None: in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._opened: Engine | None = None
        self._complaint: Message | None = None

    @property
    def complaint(self) -> Message | None:
        """Why something that was kept is not there; None when all is well."""
        return self._complaint

    @property
    def is_ready(self) -> bool:
        """Always: whoever asks first opens it, and waits for that."""
        return True

    def make_ready(self) -> None:
        """Opens the database; what cannot be had is complained of."""
        self.reader()

    def record_run(self, found: FindingSet) -> FindingSet:
        """Keeps a run as the newest; returns it as it is kept.

        Decisions refer to findings by ids that a run with the same input gives again. So the
        findings of a run are those recorded first, whatever the last bits of another device say;
        what is said of them (operating points, warnings, seconds) is the new run's. Findings at
        other places are other findings: they get ids of their own, and no decision on the
        earlier ones becomes one on them.
        """
        table = schema.runs
        with self._lock:
            kept = self._as_known(found)
            self._write(
                delete(table).where(table.c.run_id == str(kept.run)),
                insert(table).values(
                    run_id=str(kept.run),
                    display_set_id=kept.display_set_id,
                    model_id=kept.provenance.model_id,
                    document=document_from(kept),
                ),
            )
        return kept

    def _as_known(self, found: FindingSet) -> FindingSet:
        """With the findings that were recorded first, if they are the same; else with new ids."""
        table, wanted = schema.runs, found
        for number in itertools.count(1):
            query = select(table.c.document).where(table.c.run_id == str(wanted.run))
            before = self._read(FindingSet, query)
            if not before:
                break
            if is_same_run(before[0], wanted):
                return replace(wanted, findings=before[0].findings)
            wanted = with_run_id(found, uuid.uuid5(found.run, f"again {number}"))
        return wanted

    def runs(self, display_set_id: str) -> Sequence[FindingSet]:
        """All runs on a display set and on other parts of its series, newest first."""
        table = schema.runs
        query = (
            select(table.c.document)
            .where(_of_series(table, display_set_id))
            .order_by(table.c.counter.desc())
        )
        return self._read(FindingSet, query)

    def append_decision(self, decision: Decision) -> None:
        """Keeps a decision."""
        self._write(
            insert(schema.decisions).values(
                decision_id=str(decision.id),
                display_set_id=decision.display_set_id,
                reader=decision.reader,
                at=decision.at.isoformat(),
                document=document_from(decision),
                **_columns(decision.made_on),
            )
        )

    def decisions(self, display_set_ids: Sequence[str]) -> Sequence[Decision]:
        """All decisions on the series of these display sets in the order they were made."""
        table = schema.decisions
        series = sorted({series_of(identity) for identity in display_set_ids})
        query = (
            select(table.c.document)
            .where(or_(false(), *(_of_series(table, identity) for identity in series)))
            .order_by(table.c.counter)
        )
        return self._read(Decision, query)

    def keep_measurement(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement; one with the same id is replaced, a dropped one comes back."""
        kept = sqlite.insert(schema.measurements).values(
            measurement_id=str(measurement.id),
            display_set_id=measurement.display_set_id,
            deleted=0,
            document=document_from(measurement),
            **_columns(measurement.made_on),
        )
        names = ("document", "patient_key", "display_set_digest")
        again = {"deleted": 0, **{name: kept.excluded[name] for name in names}}
        self._write(kept.on_conflict_do_update(["measurement_id"], set_=again))

    def drop_measurement(self, identity: uuid.UUID) -> None:
        """Marks a measurement as deleted."""
        table = schema.measurements
        self._write(update(table).where(table.c.measurement_id == str(identity)).values(deleted=1))

    def measurements(self, display_set_id: str) -> Sequence[LengthMeasurement]:
        """The measurements on the series of a display set, oldest first."""
        table = schema.measurements
        query = (
            select(table.c.document)
            .where(_of_series(table, display_set_id), table.c.deleted == 0)
            .order_by(table.c.counter)
        )
        return self._read(LengthMeasurement, query)

    def reader(self) -> str:
        """Name of the last reader; empty before the first."""
        found = self._notes("reader", _Named)
        return found.name if found is not None else ""

    def remember_reader(self, name: str) -> None:
        """Keeps the name of the reader."""
        self._keep_note("reader", _Named(name))

    def recent_studies(self) -> Sequence[RecentStudy]:
        """What was open last, newest first."""
        found = self._notes("recent", _Recent)
        return found.studies if found is not None else ()

    def remember_study(self, recent: RecentStudy) -> None:
        """Puts a study first among the recent ones."""
        others = [
            known
            for known in self.recent_studies()
            if known.study_instance_uid != recent.study_instance_uid
        ]
        self._keep_note("recent", _Recent((recent, *others)[:MAX_RECENT]))

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()
                self._opened = None

    def _engine(self) -> Engine:
        with self._lock:
            if self._opened is None:
                self._opened, complaint = open_database(self._path)
                self._complaint = complaint or self._complaint
            return self._opened

    def _write(self, *statements: Executable) -> None:
        try:
            with self._lock, self._engine().begin() as connection:
                for statement in statements:
                    connection.execute(statement)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or type(error).__name__)
            raise StorageError(
                message("catalog.not_kept", path=str(self._path or ""), reason=reason)
            ) from error

    def _read(self, kind: type[T], query: Select[tuple[str]]) -> tuple[T, ...]:
        try:
            with self._lock, self._engine().connect() as connection:
                documents = [str(row[0]) for row in connection.execute(query)]
        except StorageError as error:
            self._complaint = error.message
            return ()
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or type(error).__name__)
            self._complaint = message("catalog.not_read", path=str(self._path), reason=reason)
            return ()
        values = []
        for document in documents:
            try:
                values.append(value_from(kind, document))
            except ValueError:
                _log.exception("an entry of the catalog is no %s", kind.__name__)
                self._complaint = message("catalog.entry_unknown", path=str(self._path))
        return tuple(values)

    def _notes(self, name: str, kind: type[T]) -> T | None:
        query = select(schema.notes.c.document).where(schema.notes.c.name == name)
        found = self._read(kind, query)
        return found[0] if found else None

    def _keep_note(self, name: str, value: object) -> None:
        self._write(
            delete(schema.notes).where(schema.notes.c.name == name),
            insert(schema.notes).values(name=name, document=document_from(value)),
        )


def _columns(made_on: MadeOn) -> dict[str, str]:
    return {"patient_key": made_on.patient, "display_set_digest": made_on.display_set_digest}


def _of_series(table: Table, display_set_id: str) -> ColumnElement[bool]:
    """Entries on ``UID`` and on every ``UID#k``: a series may be split another day."""
    column, uid = table.c.display_set_id, series_of(display_set_id)
    part = column.between(f"{uid}#", f"{uid}#:")
    return or_(column == uid, part)
