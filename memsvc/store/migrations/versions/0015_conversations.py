"""Conversations and projects."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply 0015_conversations.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0015_conversations.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
