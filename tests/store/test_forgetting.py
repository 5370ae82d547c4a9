"""Erasing a user with more rows than one transaction removes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from memsvc.core.errors import ErasureUnderWay, UserErased
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, MemoryFilter, RankingWeights
from memsvc.store import embedded, memories, replies
from memsvc.store.database import Database
from memsvc.store.memories import NewNote
from memsvc.usecases.context import Context
from memsvc.usecases.users.erasing import Erasing
from tests.support.waiting import until

NOW = datetime(2025, 5, 1, tzinfo=UTC)


@pytest.fixture
async def context(database: Database) -> Context:
    """What the use case is given, in an installation that has its secret."""
    async with database.overview() as tx:
        await replies.secret_key(tx, now=NOW)
    new_id: Callable[[], UUID] = uuid4
    return Context(database, lambda: NOW, new_id, b"k" * 32, lambda _: RankingWeights(), 5000)


async def note(database: Database, caller: Caller, user_id: str, text: str) -> None:
    """Store a note."""
    new = NewNote(
        memory_id=uuid4(),
        user_id=user_id,
        content=text,
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
        await memories.insert_note(tx, new, lexical_vectors(text), now=NOW)


async def count(database: Database, caller: Caller, user_id: str) -> int:
    """Return how many memories the user is seen to have."""
    async with database.transaction(caller) as tx:
        return len(await memories.newest(tx, user_id, MemoryFilter(), now=NOW, limit=500))


async def test_while_rows_are_removed_none_is_seen(
    database: Database, caller: Caller, context: Context
) -> None:
    """From the first batch on nothing is seen or written; the worker removes what a call left."""
    for number in range(12):
        await note(database, caller, "u", f"note {number}")
        await note(database, caller, "v", f"note {number}")
    erasing = Erasing(context, batch_rows=5)
    hurried = Caller(caller.tenant_id, asyncio.get_running_loop().time() + 0.9)

    begun = await erasing.erase(hurried, "u")

    assert begun.purge_time is None
    assert await count(database, caller, "u") == 0
    assert await count(database, caller, "v") == 12
    with pytest.raises(UserErased):
        await note(database, caller, "u", "back")
    with pytest.raises(ErasureUnderWay):
        await erasing.reopen(caller, "u")

    while await erasing.finish():
        assert await count(database, caller, "u") == 0
    ended = await erasing.erase(caller, "u")

    assert ended.purge_time == NOW
    assert ended.removed["memory"] == 12
    assert ended.removed["memory_count"] == 1
    assert await count(database, caller, "v") == 12
    await erasing.reopen(caller, "u")
    await note(database, caller, "u", "new")
    assert await count(database, caller, "u") == 1


async def test_who_writes_first_is_waited_for(
    database: Database,
    caller: Caller,
    context: Context,
    postgres: embedded.EmbeddedPostgres,
) -> None:
    """What a transaction wrote before the erasure goes too, although it commits during it."""
    async with database.transaction(caller) as tx:
        await memories.ensure_conversation(tx, "u", "c", project_id="", agent_id="", now=NOW)
        # Its answer means that the statement before has run.
        await memories.newest(tx, "u", MemoryFilter(), now=NOW, limit=1)
        erasing = asyncio.create_task(Erasing(context).erase(caller, "u"))
        with psycopg.connect(postgres.owner_conninfo, autocommit=True) as owner:
            waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            await asyncio.to_thread(until, lambda: owner.execute(waiting).fetchone() != (0,))
        assert not erasing.done()

    erasure = await erasing

    assert erasure.purge_time == NOW
    assert erasure.removed["conversation"] == 1
