"""Indexes of facts and of the conscious memory, without stopping writers."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply 0007_fact_indexes.sql, one statement a transaction."""
    text = (Path(__file__).parent.parent / "0007_fact_indexes.sql").read_text(encoding="utf-8")
    with op.get_context().autocommit_block():
        for statement in text.split(";"):
            if statement.strip():
                op.get_bind().connection.driver_connection.execute(statement)
