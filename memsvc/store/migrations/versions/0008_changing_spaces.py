"""When a space retired, and which tenants have memories."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply 0008_changing_spaces.sql, as it stands."""
    text = (Path(__file__).parent.parent / "0008_changing_spaces.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
