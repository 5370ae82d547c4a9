"""Callers that are bound to one user, where the bounds are the tenant's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from memsvc.core.errors import QuotaExceeded
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller
from memsvc.store import memories
from memsvc.store.database import Database
from memsvc.store.memories import NewNote
from memsvc.usecases.quotas import QuotaLimits, Quotas
from tests.access.conftest import Door


async def note(database: Database, caller: Caller, user_id: str) -> None:
    """Store a memory of a user."""
    new = NewNote(
        memory_id=uuid4(),
        user_id=user_id,
        content="tea",
        category="",
        slot="",
        confidence=1.0,
        importance=0.5,
        pinned=False,
        tags=[],
        metadata={},
        conversation_id=None,
        project_id="",
        agent_id="",
        expire_time=None,
    )
    async with database.transaction(caller) as tx:
        await memories.insert_note(tx, new, lexical_vectors("tea"), now=datetime.now(UTC))


async def test_a_quota_counts_the_whole_tenant_for_a_bound_caller_too(
    door: Door, admin: Caller, database: Database
) -> None:
    """What others keep takes room as well, and is not forgotten because somebody bound asked last."""
    for user_id in ("bob", "eve", "ana"):
        await note(database, admin, user_id)
    limits = QuotaLimits(memories=3, memory_bytes=0, model_tokens_per_day=0)
    quotas = Quotas(door.context, lambda _: limits)
    ana = replace(admin, user_id="ana")

    assert (await quotas.show(ana))[0].used == 3
    for caller in (ana, admin):
        with pytest.raises(QuotaExceeded):
            await quotas.make_room(caller, 1, 3)
