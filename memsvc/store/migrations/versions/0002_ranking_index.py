"""Places, terms and bits, which ranking reads, kept by triggers."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply 0002_ranking_index.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0002_ranking_index.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
