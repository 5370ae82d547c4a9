"""How long memories are kept."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply 0014_retention.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0014_retention.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
