"""Spaces: what serves is whole, or says what it waits for; what does not serve harms nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest

from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, EmbeddingSpace, Memory
from memsvc.store import embedded, embeddings, memories, migrate, spaces
from memsvc.store.database import Database
from memsvc.store.embeddings import ActiveSpace, NewEmbedding
from memsvc.store.memories import NewNote
from memsvc.store.spaces import Count, SpaceLock, SpacesBusy
from memsvc.wiring.clock import utc_now

OLD, NEW = EmbeddingSpace("old", "r", 4), EmbeddingSpace("new", "r", 6)


@pytest.fixture
def own_conninfo(postgres: embedded.EmbeddedPostgres) -> str:
    """A database of its own: others would be disturbed by a change of the active space."""
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute("drop database if exists spaces with (force)")
        connection.execute("create database spaces")
    owner = psycopg.conninfo.make_conninfo(postgres.owner_conninfo, dbname="spaces")
    return migrate.prepare(owner, owner, passwordless=True)


@pytest.fixture
async def own(own_conninfo: str) -> AsyncIterator[Database]:
    """The service's view of it."""
    opened = Database(own_conninfo)
    await opened.open()
    yield opened
    await opened.close()


async def both(own: Database) -> tuple[ActiveSpace, int]:
    """Return the active space and the number of another one."""
    async with own.overview() as tx:
        active = await embeddings.active_space(tx, OLD, now=utc_now())
        other = await spaces.register(tx, NEW, now=utc_now())
    assert not other.active
    return active, other.space_id


async def note(own: Database, caller: Caller, space_id: int | None) -> Memory:
    """Store a note, with a vector in the space if one is given."""
    new = NewNote(uuid4(), "u", "text", "", "", 1.0, 0.5, False, [], {}, None, "", "", None)
    async with own.transaction(caller) as tx:
        stored = await memories.insert_note(tx, new, lexical_vectors("text"), now=utc_now())
        if space_id is not None:
            await embeddings.insert(tx, space_id, [vector_of(stored, 4)])
    return stored


def vector_of(memory: Memory, dimension: int) -> NewEmbedding:
    """Return a vector of the memory as it is."""
    vector = np.full(dimension, dimension**-0.5, dtype=np.float32)
    return NewEmbedding(memory.memory_id, memory.version, vector)


async def waiting(own: Database, caller: Caller) -> set[UUID]:
    """Return which memories wait for their vector."""
    async with own.transaction(caller) as tx:
        pending = await embeddings.pending_memories(tx, now=utc_now(), limit=100)
    return {one.memory_id for one in pending}


async def fill(own: Database, caller: Caller, space_id: int, some: Sequence[Memory]) -> int:
    """Store vectors of *some* in the new space; return how many were."""
    async with own.transaction(caller) as tx:
        return await spaces.fill(tx, space_id, [vector_of(one, 6) for one in some])


async def test_a_switch_lets_exactly_the_memories_without_a_vector_wait(
    own: Database, caller: Caller
) -> None:
    """After the switch what is missing waits, and what has its vector never does."""
    active, other_id = await both(own)
    ready, missing = [await note(own, caller, active.space_id) for _ in range(2)]
    late = await note(own, caller, None)
    async with own.transaction(caller) as tx:
        await embeddings.mark_pending(tx, [late.memory_id], now=utc_now())
    assert await fill(own, caller, other_id, [ready, late]) == 2
    assert await waiting(own, caller) == {late.memory_id}

    async with own.overview() as tx:
        await spaces.switch(tx, other_id, now=utc_now())

    assert await waiting(own, caller) == {missing.memory_id}
    async with own.overview() as tx:
        serving = await spaces.active(tx)
        known = {one.space_id: one for one in await spaces.known(tx)}
    assert serving
    assert serving.space_id == other_id
    assert known[active.space_id].retire_time is not None
    assert known[other_id].retire_time is None


async def test_a_switch_that_breaks_off_changes_nothing(own: Database, caller: Caller) -> None:
    """The former space serves and nothing waits until the whole switch is committed."""
    active, other_id = await both(own)
    await note(own, caller, active.space_id)

    async def broken() -> None:
        async with own.overview() as tx:
            await spaces.switch(tx, other_id, now=utc_now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()

    async with own.overview() as tx:
        assert await spaces.active(tx) == active
    assert await waiting(own, caller) == set()


async def test_a_vector_of_a_space_that_serves_no_longer_ends_no_waiting(
    own: Database, caller: Caller
) -> None:
    """What a server stores in the former space is found missing, and waits for the one that serves."""
    active, other_id = await both(own)
    async with own.overview() as tx:
        await spaces.switch(tx, other_id, now=utc_now())
    late = await note(own, caller, active.space_id)
    async with own.transaction(caller) as tx:
        await spaces.mark_missing(tx, other_id, now=utc_now())
    assert await waiting(own, caller) == {late.memory_id}

    async with own.transaction(caller) as tx:
        await embeddings.fulfil_pending(tx, active.space_id, [vector_of(late, 4)])
    assert await waiting(own, caller) == {late.memory_id}

    assert await fill(own, caller, other_id, [late]) == 1
    assert await waiting(own, caller) == set()


async def test_a_vector_of_an_older_text_never_fills_a_space(own: Database, caller: Caller) -> None:
    """A memory that was edited while it was embedded stays without a vector and is listed again."""
    active, other_id = await both(own)
    memory = await note(own, caller, active.space_id)
    async with own.transaction(caller) as tx:
        changed = replace(memory, content="new text")
        await memories.update(tx, changed, lexical_vectors("new text"), now=utc_now())

    assert await fill(own, caller, other_id, [memory]) == 0
    async with own.transaction(caller) as tx:
        (left,) = await spaces.missing(tx, other_id, None, limit=10)
    assert (left.memory_id, left.content) == (memory.memory_id, "new text")


async def test_pages_of_what_is_missing_leave_nothing_out(own: Database, caller: Caller) -> None:
    """Page by page every memory without a vector comes once, and none that has one."""
    active, other_id = await both(own)
    stored = [await note(own, caller, active.space_id) for _ in range(7)]
    await fill(own, caller, other_id, stored[::3])
    async with own.transaction(caller) as tx:
        assert await spaces.count(tx, other_id) == Count(7, 3)

    seen: list[UUID] = []
    after_id = None
    async with own.transaction(caller) as tx:
        while page := await spaces.missing(tx, other_id, after_id, limit=2):
            seen += [one.memory_id for one in page]
            after_id = seen[-1]

    assert len(seen) == 4
    assert set(seen) == {one.memory_id for one in stored} - {m.memory_id for m in stored[::3]}


async def test_only_a_worker_sees_which_tenants_there_are(own: Database, caller: Caller) -> None:
    """The overview lists tenants with memories; a tenant's transaction sees itself alone."""
    active, _ = await both(own)
    other = Caller(f"tenant-{uuid4()}", caller.deadline)
    for one in (caller, other):
        await note(own, one, active.space_id)

    async with own.overview() as tx:
        assert set(await spaces.tenants(tx)) == {caller.tenant_id, other.tenant_id}
        assert (await spaces.count(tx, active.space_id)).memories == 0
    async with own.transaction(caller) as tx:
        assert await spaces.tenants(tx) == [caller.tenant_id]


async def test_deleting_idle_vectors_leaves_the_ones_that_serve(
    own: Database, caller: Caller
) -> None:
    """Batch by batch all vectors of spaces that do not serve go, and no other one."""
    active, other_id = await both(own)
    stored = [await note(own, caller, active.space_id) for _ in range(5)]
    await fill(own, caller, other_id, stored)
    after_id: UUID | None = None
    batches = 0
    async with own.transaction(caller) as tx:
        assert await spaces.count_idle(tx) == 5
        while gone := await spaces.drop_idle(tx, after_id, limit=2):
            after_id = max(gone)
            batches += 1
        assert await spaces.count_idle(tx) == 0
        assert await spaces.count(tx, active.space_id) == Count(5, 5)
    assert batches == 3


async def test_one_process_changes_spaces_at_a_time(own_conninfo: str) -> None:
    """The lock is refused while somebody holds it, survives being asked for again, and is let go."""
    first, second = SpaceLock(own_conninfo), SpaceLock(own_conninfo)
    await first.hold()
    await first.hold()
    with pytest.raises(SpacesBusy):
        await second.hold()
    await first.release()
    async with asyncio.timeout(10):
        while True:
            try:
                await second.hold()
            except SpacesBusy:
                continue
            break
    await second.release()


async def test_a_lock_that_was_lost_is_taken_again(
    own_conninfo: str, postgres: embedded.EmbeddedPostgres
) -> None:
    """After its connection was cut, whoever holds the lock takes it anew or learns that it is gone."""
    lock, other = SpaceLock(own_conninfo), SpaceLock(own_conninfo)
    await lock.hold()
    cut(postgres)
    await lock.hold()
    cut(postgres)
    await other.hold()
    with pytest.raises(SpacesBusy):
        await lock.hold()
    await other.release()


def cut(postgres: embedded.EmbeddedPostgres) -> None:
    """End the connection that holds the lock, and wait until it has ended."""
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 10000) from pg_locks "
            "where locktype = 'advisory' and classid = 7236837 and objid = 2"
        )
