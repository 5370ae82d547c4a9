"""Personas, preferences, and answers that are kept."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply 0016_personas.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0016_personas.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
