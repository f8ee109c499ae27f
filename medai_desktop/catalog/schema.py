"""Tables of the catalog; order is by counter, never by clock."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

runs = Table(
    "run",
    metadata,
    Column("counter", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String, nullable=False, unique=True),
    Column("display_set_id", String, nullable=False, index=True),
    Column("model_id", String, nullable=False),
    Column("document", Text, nullable=False),
)

decisions = Table(
    "decision",
    metadata,
    Column("counter", Integer, primary_key=True, autoincrement=True),
    Column("decision_id", String, nullable=False, unique=True),
    Column("display_set_id", String, nullable=False, index=True),
    Column("reader", String, nullable=False),
    Column("at", String, nullable=False),
    Column("document", Text, nullable=False),
    Column("patient_key", String, nullable=False, server_default=""),
    Column("display_set_digest", String, nullable=False, server_default=""),
)

measurements = Table(
    "measurement",
    metadata,
    Column("counter", Integer, primary_key=True, autoincrement=True),
    Column("measurement_id", String, nullable=False, unique=True),
    Column("display_set_id", String, nullable=False, index=True),
    Column("deleted", Integer, nullable=False, default=0),
    Column("document", Text, nullable=False),
    Column("patient_key", String, nullable=False, server_default=""),
    Column("display_set_digest", String, nullable=False, server_default=""),
)

notes = Table(
    "note",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
)
