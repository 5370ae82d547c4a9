"""Recall: the memories that matter to a question, best first, each with its reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from memsvc.core import ranking
from memsvc.core.context_block import context_block, within_budget
from memsvc.core.errors import RevisionNotReached
from memsvc.core.lexical import query_terms
from memsvc.core.model import Caller, MemoryFilter, RankingWeights, ScoredMemory
from memsvc.core.paging import REPLY_BYTES_MAX, fitting
from memsvc.store import memories, replies
from memsvc.store.memories import Found, Question
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Degradation, EmbeddedQuery, Embedding

#: More memories than asked for are ranked in full: importance, recency and repetition may change
#: the order that meaning and words give.
POOL_FACTOR: Final = 4
POOL_EXTRA: Final = 50
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
    weights: RankingWeights
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


@dataclass(frozen=True, slots=True)
class Recall:
    """Finds the memories that matter to a question."""

    context: Context
    embedding: Embedding

    async def __call__(self, caller: Caller, ask: RecallAsk) -> Recalled:
        """Answer *ask*; without a vector for the query by words alone, which is declared."""
        now = self.context.clock()
        embedded = await self.embedding.query(ask.query, caller)
        weights = ask.weights if embedded.missing is None else replace(ask.weights, semantic=0.0)
        if ask.min_revision:
            await self._reach(caller, ask.min_revision)
        async with self.context.database.transaction(caller) as tx:
            question = _question(ask, weights, embedded)
            limit = ask.limit * POOL_FACTOR + POOL_EXTRA
            found = await memories.rank(tx, question, ask.filter, now=now, limit=limit)
        hits = ranking.rank(
            found.memories,
            ask.filter.as_of_time or now,
            weights,
            limit=ask.limit,
            min_score=ask.min_score,
        )
        kept = {m.memory_id for m in within_budget((h.memory for h in hits), ask.token_budget)}
        hits = [hit for hit in hits if hit.memory.memory_id in kept]
        # Each text goes out twice: as a memory and as a line of the context block.
        fit = list(fitting(hits, lambda h: h.memory.content, bytes_max=REPLY_BYTES_MAX // 2))
        reasons = degradations(embedded, found)
        if len(fit) < len(hits):
            hits, reasons = fit, [*reasons, Degradation.REPLY_SIZE]
        if ask.explain:
            hits = ranking.explained(hits, ask.query)
        block = context_block((hit.memory for hit in hits), self.context.secret_key)
        return Recalled(hits, block, reasons, weights)

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


def _question(ask: RecallAsk, weights: RankingWeights, embedded: EmbeddedQuery) -> Question:
    return Question(
        user_id=ask.user_id,
        terms=query_terms(ask.query),
        embedding=embedded.vector,
        space_id=embedded.space_id,
        semantic_weight=weights.semantic,
        keyword_weight=weights.keyword,
    )


def degradations(embedded: EmbeddedQuery, found: Found) -> list[Degradation]:
    """Return why an answer is ranked on less than everything; nothing if it is not."""
    if embedded.missing is not None:
        return [embedded.missing]
    return [Degradation.EMBEDDINGS_PENDING] if found.without_embedding else []
