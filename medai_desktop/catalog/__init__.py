"""The local database: runs, findings, decisions, measurements, what was open last.

Lives here: the schema with its migrations, the journal that satisfies the session's port, the forms
in which values are kept. May import `review`, `findings`, `source` and below; uses
SQLAlchemy and Alembic. Only `app` uses it.
Terms: catalog (the database), journal (append-only, ordered by a counter, times UTC).
"""
