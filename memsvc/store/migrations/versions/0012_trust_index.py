"""The index of what the write guard flagged, without stopping writers."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply 0012_trust_index.sql, one statement a transaction."""
    text = (Path(__file__).parent.parent / "0012_trust_index.sql").read_text(encoding="utf-8")
    with op.get_context().autocommit_block():
        for statement in text.split(";"):
            if statement.strip():
                op.get_bind().connection.driver_connection.execute(statement)
