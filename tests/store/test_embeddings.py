"""Vectors: the one that is stored is the one of the text that is stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import psycopg

from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, EmbeddingSpace, Memory
from memsvc.store import embedded, embeddings, memories
from memsvc.store.database import Database
from memsvc.store.embeddings import NewEmbedding
from memsvc.store.memories import NewNote
from memsvc.wiring.clock import utc_now
from tests.support.waiting import until

VECTOR = np.full(4, 0.5, dtype=np.float32)


async def note(database: Database, caller: Caller) -> Memory:
    """Store a note that waits for its vector."""
    new = NewNote(uuid4(), "u", "old text", "", "", 1.0, 0.5, False, [], {}, None, "", "", None)
    async with database.transaction(caller) as tx:
        stored = await memories.insert_note(tx, new, lexical_vectors("old text"), now=utc_now())
        await embeddings.mark_pending(tx, [stored.memory_id], now=utc_now())
    return stored


async def edit(database: Database, caller: Caller, memory: Memory) -> None:
    """Change the text, without a vector for the new one."""
    async with database.transaction(caller) as tx:
        changed = replace(memory, content="new text")
        await memories.update(tx, changed, lexical_vectors("new text"), now=utc_now())
        await embeddings.forget(tx, memory.memory_id)
        await embeddings.mark_pending(tx, [memory.memory_id], now=utc_now())


async def test_a_vector_of_the_old_text_never_outlives_an_edit(
    database: Database, caller: Caller, postgres: embedded.EmbeddedPostgres
) -> None:
    """An edit waits while a vector is being stored, then takes it away; the memory waits anew."""
    memory = await note(database, caller)
    async with database.transaction(caller) as tx:
        space = await embeddings.active_space(tx, EmbeddingSpace("m", "r", 4), now=utc_now())
        new = NewEmbedding(memory.memory_id, memory.version, VECTOR)
        await embeddings.fulfil_pending(tx, space.space_id, [new])
        editing = asyncio.create_task(edit(database, caller, memory))
        await asyncio.to_thread(until, lambda: waits_for_a_lock(postgres))
        assert not editing.done()
    await editing

    async with database.transaction(caller) as tx:
        pending = await embeddings.pending_memories(tx, now=utc_now(), limit=10)
    with psycopg.connect(postgres.owner_conninfo) as connection:
        row = connection.execute(
            "select count(*) from memory_embedding where memory_id = %s", (memory.memory_id,)
        ).fetchone()
    assert row == (0,)
    assert [item.content for item in pending] == ["new text"]


def waits_for_a_lock(postgres: embedded.EmbeddedPostgres) -> bool:
    """Return whether a statement of the service waits for another transaction."""
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        ).fetchone()
    return row != (0,)


async def test_a_vector_of_an_older_version_is_not_stored(
    database: Database, caller: Caller
) -> None:
    """A vector that was made before an edit is dropped, and the memory goes on waiting."""
    memory = await note(database, caller)
    await edit(database, caller, memory)
    async with database.transaction(caller) as tx:
        space = await embeddings.active_space(tx, EmbeddingSpace("m", "r", 4), now=utc_now())
        new = NewEmbedding(memory.memory_id, memory.version, VECTOR)
        await embeddings.fulfil_pending(tx, space.space_id, [new])
        pending = await embeddings.pending_memories(tx, now=utc_now(), limit=10)

    assert [item.memory_id for item in pending] == [memory.memory_id]


async def test_what_steps_back_waits_behind_the_others(database: Database, caller: Caller) -> None:
    """A postponed memory is not due until its time, and then it is."""
    first, second = await note(database, caller), await note(database, caller)
    now = utc_now()
    async with database.transaction(caller) as tx:
        await embeddings.postpone_pending(tx, first.memory_id, now + timedelta(seconds=5))
        soon = await embeddings.pending_memories(tx, now=now, limit=10)
        later = await embeddings.pending_memories(tx, now=now + timedelta(seconds=6), limit=10)

    assert [item.memory_id for item in soon] == [second.memory_id]
    assert [item.memory_id for item in later] == [second.memory_id, first.memory_id]
