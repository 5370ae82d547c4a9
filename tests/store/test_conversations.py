"""Statements about conversations, where the numbers are large."""

from __future__ import annotations

from uuid import uuid4

import psycopg

from memsvc.core.conversations import MessageFilter
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, NewMessage, Role
from memsvc.store import conversations, embedded, memories
from memsvc.store.database import Database
from memsvc.store.memories import NewEpisode
from memsvc.wiring.clock import utc_now


async def test_places_of_late_conversations_are_large_numbers(
    postgres: embedded.EmbeddedPostgres, database: Database, caller: Caller
) -> None:
    """The thousandth conversation, and the billionth, is read like the first."""
    for number in (1_000, 1_000_000_000):
        with psycopg.connect(postgres.owner_conninfo, autocommit=True) as owner:
            owner.execute("select setval('conversation_number', %s)", (number,))
        now = utc_now()
        name = str(uuid4())
        new = NewEpisode(
            uuid4(),
            NewMessage(name, Role.USER, "tea", "", None, {}, None, "above"),
            0.5,
            lexical_vectors("tea"),
        )
        where = {"project_id": "", "agent_id": ""}
        async with database.transaction(caller) as tx:
            await memories.ensure_conversation(tx, "u", name, now=now, **where)
            await memories.insert_episodes(
                tx, [new], user_id="u", conversation_id=name, now=now, **where
            )
            found = await conversations.get(tx, "u", name, now=now)
            assert found is not None
            for backwards in (False, True):
                (said,) = await conversations.messages(
                    tx, found, MessageFilter(backwards=backwards), now=now, limit=10
                )
                assert said.message.message_id == name
                assert not await conversations.messages(
                    tx,
                    found,
                    MessageFilter(backwards=backwards),
                    now=now,
                    limit=10,
                    after=said.place,
                )
            read = await conversations.message(tx, "u", name, now=now)
            assert read is not None
            assert read[1] == found.number
            below = await conversations.descendants(
                tx, read[0], found.number, max_depth=3, limit=5, now=now
            )

        assert found.message_count == 1
        assert not below
