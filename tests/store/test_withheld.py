"""What is put aside is in no other table, and comes back as it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, NewMessage, Role
from memsvc.store import embedded, memories, withheld
from memsvc.store.database import Database
from memsvc.store.memories import NewEpisode
from memsvc.store.withheld import WithheldState
from memsvc.wiring.clock import new_id, utc_now

QUARANTINED = WithheldState.QUARANTINED
#: Where a row that hangs on a memory stands; found through the catalogue below.
HANGING = {"memory_embedding", "pending_embedding", "memory_term", "job_message"}


async def say(
    database: Database, caller: Caller, *texts: str, conversation: str = "talk"
) -> list[UUID]:
    """Store messages of one user; return the memory ids of those that are new."""
    episodes = [
        NewEpisode(
            new_id(),
            NewMessage(f"m-{text}", Role.USER, text, "Ana", None, {"n": 0.1, "t": ["x"]}, 0.3, "p"),
            0.7,
            lexical_vectors(text),
        )
        for text in texts
    ]
    now = utc_now()
    where = {"user_id": "u", "conversation_id": conversation, "project_id": "p", "agent_id": "a"}
    async with database.transaction(caller) as tx:
        await memories.ensure_conversation(tx, now=now, **where)
        new = await memories.insert_episodes(tx, episodes, now=now, **where)
    return [episode.memory_id for episode in episodes if episode.memory_id in new]


def rows(postgres: embedded.EmbeddedPostgres, table: str, tenant_id: str) -> list[dict[str, Any]]:
    """Return all columns of a tenant's rows of a table, as text, as its owner sees them."""
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        columns = [
            name
            for (name,) in connection.execute(
                "select column_name from information_schema.columns where table_name = %s"
                " order by ordinal_position",
                [table],
            )
        ]
        listed = sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns
        )
        found = connection.execute(
            sql.SQL("select {} from {} where tenant_id = {} order by 1, 2, 3").format(
                listed, sql.Identifier(table), tenant_id
            )
        )
        return [dict(zip(columns, row, strict=True)) for row in found]


async def test_release_gives_back_every_column(
    database: Database, caller: Caller, postgres: embedded.EmbeddedPostgres
) -> None:
    """Rows of memory and their terms are, column by column, what they were; they wait for a vector."""
    ids = await say(database, caller, "tea and cake", "the boat is teal", "naïve\t猫 ≠ 😀")
    before = {table: rows(postgres, table, caller.tenant_id) for table in ("memory", "memory_term")}
    count = rows(postgres, "memory_count", caller.tenant_id)

    async with database.transaction(caller) as tx:
        gone = await withheld.withhold(tx, ids, QUARANTINED, "override", now=utc_now())
    for table in ("memory", *HANGING):
        assert rows(postgres, table, caller.tenant_id) == []
    async with database.transaction(caller) as tx:
        back = await withheld.release(tx, ids, QUARANTINED, now=utc_now())

    assert set(gone) == set(back) == set(ids)
    after = {table: rows(postgres, table, caller.tenant_id) for table in ("memory", "memory_term")}
    assert after == before
    assert rows(postgres, "memory_count", caller.tenant_id) == count
    waiting = {row["memory_id"] for row in rows(postgres, "pending_embedding", caller.tenant_id)}
    assert waiting == {str(one) for one in ids}
    assert rows(postgres, "withheld_memory", caller.tenant_id) == []


async def test_a_withheld_message_is_still_a_duplicate(database: Database, caller: Caller) -> None:
    """Sent again, a message that is put aside is not stored a second time, in any conversation."""
    ids = await say(database, caller, "tea")
    async with database.transaction(caller) as tx:
        await withheld.withhold(tx, ids, QUARANTINED, "override", now=utc_now())
        assert await withheld.messages(tx, "u", ["m-tea", "m-x"], QUARANTINED) == {"m-tea"}

    assert await say(database, caller, "tea") == []
    assert await say(database, caller, "tea", conversation="other") == []


async def test_pages_are_of_one_state_newest_first(database: Database, caller: Caller) -> None:
    """Every memory of the state comes once, with its reason, and none of the other."""
    ids = [(await say(database, caller, text))[0] for text in ("a1", "b2", "c3")]
    async with database.transaction(caller) as tx:
        await withheld.withhold(tx, ids[:1], WithheldState.ARCHIVED, "rule", now=utc_now())
    for memory_id in ids[1:]:
        async with database.transaction(caller) as tx:
            await withheld.withhold(tx, [memory_id], QUARANTINED, "override", now=utc_now())

    async with database.transaction(caller) as tx:
        (first,) = await withheld.page(tx, QUARANTINED, "u", limit=1)
        after = (first.withhold_time, first.memory.memory_id)
        (second,) = await withheld.page(tx, QUARANTINED, None, limit=5, after=after)
        archived = await withheld.page(tx, WithheldState.ARCHIVED, None, limit=5)

    assert [first.memory.memory_id, second.memory.memory_id] == [ids[2], ids[1]]
    assert first.memory.content == "c3"
    assert (first.reason, archived[0].reason) == ("override", "rule")


async def test_what_is_deleted_is_named(database: Database, caller: Caller) -> None:
    """Deletion is by memory, by user and by conversation; without any of these nothing goes."""
    one, two = await say(database, caller, "a", "b")
    (three,) = await say(database, caller, "c", conversation="other")
    now = utc_now()
    async with database.transaction(caller) as tx:
        await withheld.withhold(tx, [one, two, three], QUARANTINED, "x", now=now)
        assert await withheld.delete(tx) == {}
        assert await withheld.delete(tx, memory_ids=[one], user_id="somebody") == {}
        assert set(await withheld.delete(tx, memory_ids=[one, uuid4()])) == {one}
        assert set(await withheld.delete(tx, user_id="u", conversation_id="other")) == {three}
        assert set(await withheld.delete(tx, user_id="u")) == {two}


async def test_a_conversation_that_is_gone_comes_back(
    database: Database, caller: Caller, postgres: embedded.EmbeddedPostgres
) -> None:
    """A message finds its conversation again, or a new one of the same id."""
    ids = await say(database, caller, "tea")
    async with database.transaction(caller) as tx:
        await withheld.withhold(tx, ids, QUARANTINED, "x", now=utc_now())
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute("delete from conversation where tenant_id = %s", [caller.tenant_id])
    new = await say(database, caller, "coffee")

    async with database.transaction(caller) as tx:
        back = await withheld.release(tx, ids, QUARANTINED, now=utc_now())

    assert set(back) == set(ids)
    stored = {row["memory_id"] for row in rows(postgres, "memory", caller.tenant_id)}
    assert stored == {str(one) for one in [*ids, *new]}


@pytest.mark.parametrize("state", WithheldState)
async def test_another_state_is_left_alone(
    database: Database, caller: Caller, state: WithheldState
) -> None:
    """Whoever releases what is of one state gets nothing of the other."""
    ids = await say(database, caller, "tea")
    other = next(one for one in WithheldState if one is not state)
    async with database.transaction(caller) as tx:
        await withheld.withhold(tx, ids, state, "x", now=utc_now())
        assert await withheld.release(tx, ids, other, now=utc_now()) == {}
        assert set(await withheld.release(tx, ids, state, now=utc_now())) == set(ids)
