"""The same for the memories that were there before."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply 0003_fill_ranking_index.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0003_fill_ranking_index.sql").read_text(
        encoding="utf-8"
    )
    op.get_bind().connection.driver_connection.execute(text)
