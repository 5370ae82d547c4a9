"""Candidates: the index that the database keeps is right, and the quick way finds what the slow one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest

from memsvc.core import ranking
from memsvc.core.lexical import lexical_vectors, query_terms
from memsvc.core.model import (
    Caller,
    Candidates,
    EmbeddingSpace,
    MemoryFilter,
    MemoryKind,
    NewMessage,
    RankingWeights,
    Role,
    Vector,
)
from memsvc.store import candidates, embedded, embeddings, memories
from memsvc.store import database as database_module
from memsvc.store.candidates import Search
from memsvc.store.database import Database
from memsvc.store.embeddings import NewEmbedding
from memsvc.store.memories import NewEpisode
from memsvc.store.sql import loader
from memsvc.wiring.clock import utc_now

DIMENSION = 384
WORDS = [f"word{number}" for number in range(200)]
#: All of a user's memories, however many.
ALL = 10_000


class Store:
    """A user's memories in the store, and questions to them."""

    def __init__(self, database: Database, caller: Caller, space_id: int) -> None:
        """Work for *caller* in *database*."""
        self.database = database
        self.caller = caller
        self.space_id = space_id
        self.random = np.random.default_rng(7)
        self.subjects = 1.5 * self.random.normal(size=(30, DIMENSION))
        self.user = f"user-{uuid4()}"

    def vector(self) -> Vector:
        """Return a unit vector that lies, as texts do, near one of a few subjects."""
        subject = self.subjects[self.random.integers(len(self.subjects))]
        raw = (subject + self.random.normal(size=DIMENSION)).astype(np.float32)
        unit: Vector = raw / np.linalg.norm(raw)
        return unit

    async def say(self, conversation: str, *texts: str, embed: bool = True) -> list[UUID]:
        """Store messages; return their memory ids."""
        now = utc_now()
        episodes = [
            NewEpisode(
                uuid4(),
                NewMessage(str(uuid4()), Role.USER, text, "", None, {}, None, ""),
                0.5,
                lexical_vectors(text),
            )
            for text in texts
        ]
        ids = [episode.memory_id for episode in episodes]
        scope: dict[str, Any] = {"project_id": "", "agent_id": "", "now": now}
        async with self.database.transaction(self.caller) as tx:
            await memories.ensure_conversation(tx, self.user, conversation, **scope)
            await memories.insert_episodes(
                tx, episodes, user_id=self.user, conversation_id=conversation, **scope
            )
            if embed:
                vectors = [NewEmbedding(memory_id, 1, self.vector()) for memory_id in ids]
                await embeddings.insert(tx, self.space_id, vectors)
            else:
                await embeddings.mark_pending(tx, ids, now=now)
        return ids

    async def fill(self, conversations: int, length: int) -> None:
        """Store *conversations* of *length* messages of random words."""
        for number in range(conversations):
            texts = [
                " ".join(self.random.choice(WORDS, 6)) + f" {number} {place}"
                for place in range(length)
            ]
            await self.say(f"c{number}", *texts)

    async def ask(self, query: str, vector: Vector | None, **more: Any) -> Candidates:
        """Return the candidates for a question."""
        memory_filter = more.pop("memory_filter", MemoryFilter())
        values = {"arm": 10, "exact_max": ALL, **more}
        search = Search(
            user_id=self.user,
            terms=query_terms(query),
            embedding=vector,
            space_id=self.space_id,
            **values,
        )
        async with self.database.transaction(self.caller) as tx:
            return await candidates.gather(tx, search, memory_filter, now=utc_now())


def best(found: Candidates, query: str, count: int) -> list[UUID]:
    """Return the ids of the best *count*."""
    question = ranking.Question(query, None, utc_now(), RankingWeights())
    return [entry.memory_id for entry in ranking.rank(found, question).part(0, count)]


def ids(found: Candidates) -> set[UUID]:
    """Return the ids of all candidates."""
    return {found.memory_id(row) for row in range(len(found))}


@pytest.fixture
async def store(database: Database, caller: Caller) -> Store:
    """An empty store of a user."""
    async with database.transaction(caller) as tx:
        space = EmbeddingSpace("candidates", "r", DIMENSION)
        await embeddings.active_space(tx, space, now=utc_now())
        rows = await tx.mapped("get_active_space", dict)
    return Store(database, caller, rows[0]["space_id"])


async def test_the_quick_way_finds_what_the_slow_one_does(store: Store) -> None:
    """Lookups by index give the candidates, scores and frequencies of the scan of everything."""
    await store.fill(6, 15)
    for _ in range(5):
        query = " ".join(store.random.choice(WORDS, 3))
        vector = store.vector()
        quick = await store.ask(query, vector)
        # A filter that leaves everything out of the quick way, and nothing else.
        slow = await store.ask(query, vector, memory_filter=MemoryFilter(kinds=list(MemoryKind)))

        assert ids(quick) == ids(slow)
        assert quick.idfs.tolist() == pytest.approx(slow.idfs.tolist())
        assert quick.holders.tolist() == slow.holders.tolist()
        assert best(quick, query, 20) == best(slow, query, 20)


async def test_signs_find_nearly_what_vectors_do(store: Store) -> None:
    """Beyond the limit the signs choose: of the ten best of a full comparison, 99 % come back."""
    await store.fill(20, 50)
    shared = 0
    for _ in range(20):
        query = " ".join(store.random.choice(WORDS, 3))
        vector = store.vector()
        exact = best(await store.ask(query, vector), query, 10)
        guessed = best(await store.ask(query, vector, exact_max=0), query, 10)
        shared += len(set(exact) & set(guessed))

    assert shared >= 0.99 * 200


async def test_neighbours_come_along(store: Store) -> None:
    """The messages before and after what matches are candidates, those of others are not."""
    before, hit, after, far = await store.say(
        "c", "one", "the harbour", "two", "three", embed=False
    )
    await store.say("d", "four", embed=False)

    found = await store.ask("harbour", None)

    assert ids(found) == {before, hit, after}
    assert far not in ids(found)
    places = dict(zip([found.memory_id(row) for row in range(3)], found.places, strict=True))
    assert places[hit] - places[before] == places[after] - places[hit] == 1
    assert found.without_embedding


async def test_a_conversation_goes_on_where_it_ended(store: Store) -> None:
    """Messages of a later call stand right after those of the one before."""
    (first,) = await store.say("c", "the harbour", embed=False)
    await store.say("other", "between", embed=False)
    (second,) = await store.say("c", "frozen", embed=False)

    assert ids(await store.ask("harbour", None)) == {first, second}


async def test_what_changes_is_found_as_it_is_now(store: Store) -> None:
    """An edit, a deletion and an expiry count from the very next question on."""
    edited, deleted, expired = await store.say("c", "harbour", "mountain", "valley", embed=False)
    async with store.database.transaction(store.caller) as tx:
        memory = await memories.get(tx, edited, None, now=utc_now())
        assert memory is not None
        changed = replace(memory, content="desert")
        await memories.update(tx, changed, lexical_vectors("desert"), now=utc_now())
        await memories.delete(tx, [deleted], None, now=utc_now())
        gone = await memories.get(tx, expired, None, now=utc_now())
        assert gone is not None
        past = utc_now() - timedelta(seconds=1)
        await memories.update(tx, replace(gone, expire_time=past), None, now=utc_now())

    for query, holders in (("harbour", 0), ("mountain", 0), ("desert", 1)):
        assert (await store.ask(query, None)).holders.tolist() == [holders]
    assert ids(await store.ask("valley", None)) == set()
    assert ids(await store.ask("desert", None)) == {edited}


async def test_the_index_follows_supersession(
    store: Store, postgres: embedded.EmbeddedPostgres
) -> None:
    """A superseded memory leaves the index with its terms, vector and count, and can come back."""
    old, new = await store.say("c", "harbour", "mountain")

    def supersede(time: datetime | None) -> None:
        with psycopg.connect(postgres.owner_conninfo) as connection:
            connection.execute(
                "update memory set superseded_time = %(time)s, superseded_by = %(by)s "
                "where memory_id = %(id)s",
                {"time": time, "by": new if time else None, "id": old},
            )

    async def state() -> tuple[list[int], bool, bool]:
        found = await store.ask("harbour", store.vector())
        past = await store.ask(
            "harbour", store.vector(), memory_filter=MemoryFilter(include_superseded=True)
        )
        return found.holders.tolist(), old in ids(found), old in ids(past)

    assert await state() == ([1], True, True)
    supersede(utc_now())
    # As a neighbour it would come along, were it not gone.
    assert await state() == ([0], False, True)
    supersede(None)
    assert await state() == ([1], True, True)


async def test_counts_are_exact(store: Store, postgres: embedded.EmbeddedPostgres) -> None:
    """The number of a user's memories follows insertions, duplicates left aside, and deletions."""
    stored = await store.say("c", "one", "two", "three")
    async with store.database.transaction(store.caller) as tx:
        await memories.delete(tx, stored[:2], None, now=utc_now())
    with psycopg.connect(postgres.owner_conninfo) as connection:
        rows = connection.execute(
            "select memories from memory_count where user_id = %s", (store.user,)
        ).fetchall()
        terms = connection.execute(
            "select count(*) from memory_term where user_id = %s", (store.user,)
        ).fetchone()

    assert rows == [(1,)]
    assert terms == (1,)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all nodes of a plan."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


@pytest.mark.parametrize("exact_max", [ALL, 0])
async def test_candidates_are_looked_up(
    store: Store, monkeypatch: pytest.MonkeyPatch, exact_max: int
) -> None:
    """No table is scanned as a whole, and every lookup names the tenant, statistics or none."""
    await store.fill(4, 25)
    plans: list[Any] = []
    monkeypatch.setattr(
        database_module,
        "statement",
        lambda name: (
            ("explain (analyze, format json) " if name == "gather_candidates" else "")
            + loader.statement(name)
        ),
    )
    monkeypatch.setattr(
        candidates, "_candidates", lambda values: plans.append(values["QUERY PLAN"])
    )
    await store.ask("word1 word2", store.vector(), exact_max=exact_max)

    all_scans = [node for node in nodes(plans[0][0]["Plan"]) if "Relation Name" in node]
    # Who is being erased is asked once for each time that memories are read, not for each of them.
    erased = [node for node in all_scans if node["Relation Name"] == "erased_user"]
    scans = [node for node in all_scans if node not in erased]
    assert all(node["Actual Loops"] <= 1 for node in erased)
    assert {node["Relation Name"] for node in scans} == {
        "memory",
        "memory_count",
        "memory_embedding",
        "memory_term",
        "pending_embedding",
    }
    assert all(node["Node Type"] in {"Index Scan", "Index Only Scan"} for node in scans)
    assert all("tenant_id" in node["Index Cond"] for node in scans)
