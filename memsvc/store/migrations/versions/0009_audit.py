"""The audit log."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply 0009_audit.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0009_audit.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
