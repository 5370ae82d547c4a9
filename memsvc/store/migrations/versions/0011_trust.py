"""Provenance, flags, and what is put aside."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply 0011_trust.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0011_trust.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
