"""Tables for memories, conversations, vectors and idempotent replies."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply 0001_initial.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0001_initial.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
