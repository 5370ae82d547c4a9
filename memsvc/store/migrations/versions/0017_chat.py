"""How long memories are kept."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply 0017_chat.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0017_chat.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
