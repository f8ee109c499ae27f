"""Decisions and measurements say on which images of whom they were made.

Entries of before stay as they are: empty columns, images that nobody knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("decision", "measurement")
COLUMNS = ("patient_key", "display_set_digest")


def upgrade() -> None:
    """Adds the columns, empty."""
    for table in TABLES:
        for column in COLUMNS:
            made = sa.Column(column, sa.String, nullable=False, server_default="")
            op.add_column(table, made)


def downgrade() -> None:
    """Takes the columns away."""
    for table in TABLES:
        for column in COLUMNS:
            op.drop_column(table, column)
