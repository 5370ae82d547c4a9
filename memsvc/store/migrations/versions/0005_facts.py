"""Facts in slots, jobs and profiles."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply 0005_facts.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0005_facts.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
