"""Preferences of users: one typed function a statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from memsvc.core.preferences import Preferences, ResponseLength
from memsvc.store.database import Transaction


async def get(tx: Transaction, user_id: str) -> Preferences:
    """Return a user's preferences, empty ones if nothing was said."""
    rows = await tx.mapped("get_preferences", _preferences, user_id=user_id)
    return rows[0] if rows else Preferences()


async def put(
    tx: Transaction, user_id: str, preferences: Preferences, *, now: datetime
) -> Preferences | None:
    """Store what became of the version that was read, and return it; None if there is another by now."""
    rows = await tx.mapped(
        "put_preferences",
        _preferences,
        user_id=user_id,
        response_style=preferences.response_style,
        nickname=preferences.nickname,
        occupation=preferences.occupation,
        custom_instructions=preferences.custom_instructions,
        language=preferences.language,
        tone=preferences.tone,
        response_length=int(preferences.response_length),
        topics_of_interest=list(preferences.topics_of_interest),
        version=preferences.version,
        now=now,
    )
    return rows[0] if rows else None


def _preferences(values: dict[str, Any]) -> Preferences:
    values["response_length"] = ResponseLength(values["response_length"])
    values["topics_of_interest"] = tuple(values["topics_of_interest"])
    return Preferences(**values)
