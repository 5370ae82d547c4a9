"""The one clock of the service, and its ids."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


def utc_now() -> datetime:
    """Return the present; the one clock of the service."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Return a time-ordered UUID (version 7)."""
    return uuid_utils.compat.uuid7()
