"""The queue's tables, as the library of the version that is pinned makes them."""

from importlib import resources
from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the library's schema and 0006_tickets.sql, as they stand."""
    driver = op.get_bind().connection.driver_connection
    driver.execute(
        resources.files("procrastinate.sql").joinpath("schema.sql").read_text(encoding="utf-8")
    )
    text = (Path(__file__).parent.parent / "0006_tickets.sql").read_text(encoding="utf-8")
    driver.execute(text)
