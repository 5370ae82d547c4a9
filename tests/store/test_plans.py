"""Hot statements read by index and in one pass, even before the planner has statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from memsvc.core.conversations import MessageFilter
from memsvc.core.lexical import lexical_vectors, query_terms
from memsvc.core.model import Caller, EmbeddingSpace, MemoryFilter, NewMessage, Role
from memsvc.store import conversations, embeddings, memories, profiles, search
from memsvc.store import database as database_module
from memsvc.store.conversations import PlacedMessage
from memsvc.store.database import Database
from memsvc.store.embeddings import NewEmbedding
from memsvc.store.memories import NewEpisode
from memsvc.store.profiles import Recalls
from memsvc.store.search import Question
from memsvc.store.sql import loader
from memsvc.wiring.clock import utc_now

ROWS = 300
VECTOR = np.full(4, 0.5, dtype=np.float32)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all nodes of a plan."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


async def fill(database: Database, caller: Caller) -> int:
    """Store ROWS memories with vectors for one user; return their space."""
    now = utc_now()
    episodes = [
        NewEpisode(
            uuid4(),
            NewMessage(str(uuid4()), Role.USER, f"tea {n}", "", None, {}, None, ""),
            0.5,
            lexical_vectors(f"tea {n}"),
        )
        for n in range(ROWS)
    ]
    async with database.transaction(caller) as tx:
        space = await embeddings.active_space(tx, EmbeddingSpace("m", "r", 4), now=now)
        await memories.ensure_conversation(tx, "u", "c", project_id="", agent_id="", now=now)
        await memories.insert_episodes(
            tx, episodes, user_id="u", conversation_id="c", project_id="", agent_id="", now=now
        )
        await embeddings.insert(
            tx, space.space_id, [NewEmbedding(e.memory_id, 1, VECTOR) for e in episodes]
        )
    return space.space_id


async def test_ranking_reads_each_row_once(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table is scanned as a whole, and no vector is read once for every memory."""
    space_id = await fill(database, caller)
    plans: list[Any] = []
    monkeypatch.setattr(
        database_module,
        "statement",
        lambda name: (
            ("explain (analyze, format json) " if name == "rank_memories" else "")
            + loader.statement(name)
        ),
    )

    def keep(row: dict[str, Any]) -> tuple[int, int, int]:
        plans.append(row["QUERY PLAN"])
        return 0, 0, 0

    monkeypatch.setattr(search, "_found", keep)
    question = Question(
        user_id="u",
        terms=query_terms("tea 7"),
        embedding=VECTOR,
        space_id=space_id,
        semantic_weight=0.5,
        keyword_weight=0.5,
    )
    async with database.transaction(caller) as tx:
        await search.rank(tx, question, MemoryFilter(), now=utc_now(), limit=10)

    all_scans = [node for node in nodes(plans[0][0]["Plan"]) if "Relation Name" in node]
    # Who is being erased is asked once for each time that memories are read, not for each of them.
    erased = [node for node in all_scans if node["Relation Name"] == "erased_user"]
    scans = [node for node in all_scans if node not in erased]
    assert all(node["Actual Loops"] <= 1 for node in erased)
    assert {node["Relation Name"] for node in scans} == {"memory", "memory_embedding"}
    assert all(node["Node Type"] in {"Index Scan", "Bitmap Heap Scan"} for node in scans)
    assert all(node["Actual Loops"] == 1 for node in scans)


async def test_a_note_of_what_was_recalled_changes_no_index(
    database: Database, caller: Caller
) -> None:
    """A memory that is recalled stays on its page as a rule, so that its indexes need not be written."""
    await fill(database, caller)
    async with database.transaction(caller) as tx:
        found = await memories.newest(tx, "u", MemoryFilter(), now=utc_now(), limit=ROWS)
        recalls = {one.memory_id: Recalls(1, utc_now()) for one in found[::30]}
        await profiles.touch(tx, recalls)
        cursor = await tx.connection.execute(
            "select pg_stat_get_xact_tuples_updated('memory'::regclass), "
            "pg_stat_get_xact_tuples_hot_updated('memory'::regclass)"
        )
        updated, on_their_page = await cursor.fetchone() or (0, 0)

    assert updated == len(recalls) == ROWS // 30
    # Not those of a page that happens to be full; without room on pages it would be none.
    assert on_their_page >= updated / 2


#: What a Chat asks before it answers, or upkeep asks of a tenant, each with its parameters.
OF_A_CHAT: dict[str, dict[str, Any]] = {
    "find_persona": {"user_id": "u", "persona_id": "p"},
    "get_preferences": {"user_id": "u"},
    "use_cached_answer": {"user_id": "u", "key": bytes(32), "now": utc_now()},
    "trim_cached_answers": {"answers_max": 10, "limit": 10},
}


@pytest.mark.parametrize("name", OF_A_CHAT)
async def test_what_a_chat_asks_first_is_found_by_an_index(
    database: Database, caller: Caller, name: str
) -> None:
    """Neither personas, nor preferences, nor kept answers are looked through as a whole."""
    async with database.transaction(caller) as tx:
        # A table of a single page is rightly read as a whole; what counts is whether there is another way.
        await tx.connection.execute("set local enable_seqscan = off")
        cursor = await tx.connection.execute(
            "explain (format json) " + loader.statement(name),
            {"tenant_id": caller.tenant_id, **OF_A_CHAT[name]},
        )
        row = await cursor.fetchone()

    assert row
    scans = [
        node
        for node in nodes(row[0][0]["Plan"])
        if node.get("Relation Name") in {"persona", "preferences", "response_cache"}
    ]
    assert scans
    assert not [node for node in scans if node["Node Type"] == "Seq Scan"]


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_page_of_messages_is_read_by_their_places(
    database: Database, caller: Caller, monkeypatch: pytest.MonkeyPatch, *, backwards: bool
) -> None:
    """As many messages are read as the page has, from where it begins; nothing is sorted."""
    await fill(database, caller)
    plans: list[Any] = []
    name = "list_messages_backwards" if backwards else "list_messages"
    async with database.transaction(caller) as tx:
        talk = await conversations.get(tx, "u", "c", now=utc_now())
        assert talk is not None
        (first,) = await conversations.messages(
            tx, talk, MessageFilter(backwards=backwards), now=utc_now(), limit=1
        )
        monkeypatch.setattr(
            database_module,
            "statement",
            lambda asked: (
                ("explain (analyze, format json) " if asked == name else "")
                + loader.statement(asked)
            ),
        )

        def keep(row: dict[str, Any]) -> PlacedMessage:
            plans.append(row["QUERY PLAN"])
            return first

        monkeypatch.setattr(conversations, "_placed", keep)
        await conversations.messages(
            tx,
            talk,
            MessageFilter(backwards=backwards),
            now=utc_now(),
            limit=10,
            after=first.place,
        )

    every = list(nodes(plans[0][0]["Plan"]))
    (scan,) = [node for node in every if node.get("Relation Name") == "memory"]
    assert scan["Node Type"] == "Index Scan"
    assert scan["Index Name"] == "memory_place"
    assert scan["Actual Rows"] == 10
    assert not [node for node in every if node["Node Type"] == "Sort"]
