"""Two indexes on tables that may be large, without stopping writers."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply 0004_index_concurrently.sql, one statement a transaction."""
    text = (Path(__file__).parent.parent / "0004_index_concurrently.sql").read_text(
        encoding="utf-8"
    )
    with op.get_context().autocommit_block():
        for statement in text.split(";"):
            if statement.strip():
                op.get_bind().connection.driver_connection.execute(statement)
