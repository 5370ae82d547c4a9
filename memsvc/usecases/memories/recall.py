"""Recall: the memories that matter to a question, best first, each with its reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core import ranking
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.errors import RevisionNotReached
from memsvc.core.lexical import query_terms
from memsvc.core.model import (
    Caller,
    Memory,
    MemoryFilter,
    Ranked,
    RankingWeights,
    ScoredMemory,
    WeightChanges,
)
from memsvc.core.named_time import NamedTime, named_time
from memsvc.core.paging import REPLY_BYTES_MAX, fitting
from memsvc.core.ranking import Ranking
from memsvc.core.repetition import without_repetition
from memsvc.store import candidates, memories, replies
from memsvc.store.candidates import Search
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Degradation, EmbeddedQuery, Embedding
from memsvc.usecases.memories.accesses import Accesses

#: How many candidates are taken by meaning and how many by words, at least, and for each result that
#: is asked for: what is around them, their age and their importance change the order.
ARM_MIN: Final = 24
ARM_FACTOR: Final = 2
#: More memories than asked for are read: some repeat others, some do not fit the budget.
SPARE_FACTOR: Final = 0.5
SPARE_MIN: Final = 2
#: How long a call waits for its revision, and how often it looks, in seconds.
REVISION_WAIT_SECONDS: Final = 2.0
REVISION_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class RecallAsk:
    """A question to the memory of one user."""

    user_id: str
    query: str
    limit: int
    filter: MemoryFilter
    #: What differs from the tenant's weights.
    weights: WeightChanges
    min_score: float | None
    #: In tokens; 0 for none.
    token_budget: int
    explain: bool
    #: 0 for whatever is there.
    min_revision: int


@dataclass(frozen=True, slots=True)
class Recalled:
    """The memories that matter, best first, and the weights that were applied."""

    hits: list[ScoredMemory]
    context_block: str
    degradations: list[Degradation]
    weights: RankingWeights
    #: The time that the query names, as it was understood.
    named_time: NamedTime | None


@dataclass(frozen=True, slots=True)
class Recall:
    """Finds the memories that matter to a question."""

    context: Context
    embedding: Embedding
    #: None where recalling is not to leave a trace.
    accesses: Accesses | None = None

    async def __call__(self, caller: Caller, ask: RecallAsk) -> Recalled:
        """Answer *ask*; without a vector for the query by words alone, which is declared."""
        now = self.context.clock()
        embedded = await self.embedding.query(ask.query, caller)
        question = self._question(caller, ask, embedded, now)
        if ask.min_revision:
            await self._reach(caller, ask.min_revision)
        fence = Fence.of(self.context.chance(RANDOM_BYTES))
        scope = ask.filter
        if self.context.trust(caller.tenant_id).leave_out_flagged:
            scope = replace(scope, leave_out_flagged=True)
        async with self.context.database.transaction(caller) as tx:
            found = await candidates.gather(tx, self._search(ask, embedded), scope, now=now)
            hits: list[ScoredMemory] = []
            if len(found):
                ranked = ranking.rank(found, question, min_score=ask.min_score)
                hits = await _read(tx, ask, ranked, fence)
        reasons = embedded.degradations(waiting=found.without_embedding)
        # Each text goes out twice: as a memory and as a line of the context block.
        fit = list(fitting(hits, lambda h: h.memory.content, bytes_max=REPLY_BYTES_MAX // 2))
        if len(fit) < len(hits):
            hits, reasons = fit, [*reasons, Degradation.REPLY_SIZE]
        if ask.explain:
            hits = ranking.explained(hits, ask.query)
        if self.accesses is not None:
            self.accesses.note(caller.tenant_id, (hit.memory.memory_id for hit in hits))
        block = fence.block(hit.memory for hit in hits)
        return Recalled(hits, block, reasons, question.weights, question.named_time)

    def _question(
        self, caller: Caller, ask: RecallAsk, embedded: EmbeddedQuery, now: datetime
    ) -> ranking.Question:
        weights = ask.weights.applied_to(self.context.weights(caller.tenant_id))
        if embedded.missing is not None:
            weights = weights.without_meaning()
        present = ask.filter.as_of_time or now
        return ranking.Question(ask.query, named_time(ask.query, present), present, weights)

    def _search(self, ask: RecallAsk, embedded: EmbeddedQuery) -> Search:
        return Search(
            user_id=ask.user_id,
            terms=query_terms(ask.query),
            embedding=embedded.vector,
            space_id=embedded.space_id,
            arm=max(ARM_MIN, ARM_FACTOR * ask.limit),
            exact_max=self.context.exact_memories_max,
        )

    async def _reach(self, caller: Caller, revision: int) -> None:
        """Wait until *revision* is in reach, which on the database that made it is at once."""
        loop = asyncio.get_running_loop()
        give_up = min(loop.time() + REVISION_WAIT_SECONDS, caller.deadline)
        while True:
            async with self.context.database.transaction(caller) as tx:
                if await replies.is_visible(tx, revision):
                    return
            if loop.time() >= give_up:
                raise RevisionNotReached(field="min_revision")
            await asyncio.sleep(REVISION_POLL_SECONDS)


async def _read(
    tx: Transaction, ask: RecallAsk, ranked: Ranking, fence: Fence
) -> list[ScoredMemory]:
    """Return the best of *ranked* with their memories, none that repeats a better one.

    One read is enough unless many repeat each other.
    """
    hits: list[ScoredMemory] = []
    step = ask.limit + max(SPARE_MIN, int(ask.limit * SPARE_FACTOR))
    for start in range(0, len(ranked), step):
        part = ranked.part(start, start + step)
        wanted = [entry.memory_id for entry in part]
        if ask.explain:
            wanted += [beside for entry in part for beside in entry.context.neighbours]
        read = await memories.fetch(tx, wanted)
        found = [_scored(entry, read) for entry in part if entry.memory_id in read]
        hits = without_repetition([*hits, *found])
        if len(hits) >= ask.limit:
            break
    budgeted = fence.within_budget((hit.memory for hit in hits), ask.token_budget)
    kept = {memory.memory_id for memory in budgeted}
    return [hit for hit in hits if hit.memory.memory_id in kept][: ask.limit]


def _scored(entry: Ranked, read: dict[UUID, Memory]) -> ScoredMemory:
    beside = (read[memory_id] for memory_id in entry.context.neighbours if memory_id in read)
    return ScoredMemory(
        read[entry.memory_id],
        entry.score,
        entry.breakdown,
        context=entry.context,
        neighbour_message_ids=[memory.message_id or "" for memory in beside],
    )
