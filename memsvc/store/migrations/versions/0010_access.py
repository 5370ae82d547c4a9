"""API keys, accounts, and transactions bound to a user."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply 0010_access.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0010_access.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
