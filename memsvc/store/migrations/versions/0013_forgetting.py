"""Forgetting a user, and how much a tenant keeps."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply 0013_forgetting.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0013_forgetting.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
