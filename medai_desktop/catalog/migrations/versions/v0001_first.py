"""First schema: runs, decisions, measurements, notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "run",
        sa.Column("counter", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String, nullable=False, unique=True),
        sa.Column("display_set_id", sa.String, nullable=False, index=True),
        sa.Column("model_id", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("counter", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("decision_id", sa.String, nullable=False, unique=True),
        sa.Column("display_set_id", sa.String, nullable=False, index=True),
        sa.Column("reader", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "measurement",
        sa.Column("counter", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("measurement_id", sa.String, nullable=False, unique=True),
        sa.Column("display_set_id", sa.String, nullable=False, index=True),
        sa.Column("deleted", sa.Integer, nullable=False, server_default="0"),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "note",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Takes the first tables away."""
    for name in ("run", "decision", "measurement", "note"):
        op.drop_table(name)
