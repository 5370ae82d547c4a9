"""Evaluate: how well Recall finds what a team knows to be right, and what each part contributes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from memsvc.core.evaluation import CUTS, Metrics, mean_of, metrics_of, ranks_of
from memsvc.core.model import (
    Caller,
    ContextWeights,
    MemoryFilter,
    RankingWeights,
    ScoredMemory,
    WeightChanges,
)
from memsvc.usecases.context import Context
from memsvc.usecases.memories.recall import Recall, RecallAsk

#: The parts of a score.
PARTS = tuple(item.name for item in fields(RankingWeights) if item.type == "float")
CONTEXT_PARTS = tuple(item.name for item in fields(ContextWeights))


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A question with what answers it."""

    user_id: str
    query: str
    #: Message ids and memory ids.
    relevant_ids: list[str]


@dataclass(frozen=True, slots=True)
class EvaluateAsk:
    """Questions to be asked, and with which weights."""

    queries: list[LabelledQuery]
    weights: WeightChanges
    #: Results a question.
    limit: int
    filter: MemoryFilter
    #: Whether to ask again without each part, and with each part alone.
    arms: bool


@dataclass(frozen=True, slots=True)
class QueryEvaluation:
    """How one question went."""

    #: The place of each relevant id among the results, from 1; 0 for one not among them.
    ranks: tuple[int, ...]
    duration: timedelta
    degraded: bool


@dataclass(frozen=True, slots=True)
class ArmEvaluation:
    """What one part of the score contributes."""

    arm: str
    without: Metrics
    #: None for a part of the context.
    alone: Metrics | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How well Recall answered."""

    metrics: Metrics
    queries: list[QueryEvaluation]
    arms: list[ArmEvaluation]
    weights: RankingWeights


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Asks labelled questions as Recall would be asked."""

    context: Context
    recall: Recall

    async def __call__(self, caller: Caller, ask: EvaluateAsk) -> Evaluated:
        """Return how well Recall answers the queries of *ask*."""
        weights = ask.weights.applied_to(self.context.weights(caller.tenant_id))
        queries = await self._asked(caller, ask, ask.weights)
        arms = [
            *[await self._part(caller, ask, part) for part in PARTS if ask.arms],
            *[await self._context_part(caller, ask, part) for part in CONTEXT_PARTS if ask.arms],
        ]
        return Evaluated(_metrics(queries, ask.limit), queries, arms, weights)

    async def _part(self, caller: Caller, ask: EvaluateAsk, part: str) -> ArmEvaluation:
        own, context = ask.weights.weights, ask.weights.context_weights
        without = await self._asked(caller, ask, WeightChanges({**own, part: 0.0}, context))
        only = {**dict.fromkeys(PARTS, 0.0), part: 1.0}
        alone = await self._asked(caller, ask, WeightChanges({**own, **only}, context))
        return ArmEvaluation(part, _metrics(without, ask.limit), _metrics(alone, ask.limit))

    async def _context_part(self, caller: Caller, ask: EvaluateAsk, part: str) -> ArmEvaluation:
        context = {**ask.weights.context_weights, part: 0.0}
        changes = WeightChanges(ask.weights.weights, context)
        without = await self._asked(caller, ask, changes)
        return ArmEvaluation(part, _metrics(without, ask.limit), None)

    async def _asked(
        self, caller: Caller, ask: EvaluateAsk, weights: WeightChanges
    ) -> list[QueryEvaluation]:
        return [await self._query(caller, ask, query, weights) for query in ask.queries]

    async def _query(
        self, caller: Caller, ask: EvaluateAsk, query: LabelledQuery, weights: WeightChanges
    ) -> QueryEvaluation:
        loop = asyncio.get_running_loop()
        started = loop.time()
        recalled = await self.recall(
            caller,
            RecallAsk(
                user_id=query.user_id,
                query=query.query,
                limit=ask.limit,
                filter=ask.filter,
                weights=weights,
                min_score=None,
                token_budget=0,
                explain=False,
                min_revision=0,
            ),
        )
        duration = timedelta(seconds=loop.time() - started)
        found = [_id(hit, set(query.relevant_ids)) for hit in recalled.hits]
        return QueryEvaluation(
            tuple(ranks_of(found, query.relevant_ids)), duration, bool(recalled.degradations)
        )


def _id(hit: ScoredMemory, relevant: set[str]) -> str:
    """Return the id by which a hit is known to the team."""
    message_id = hit.memory.message_id
    return message_id if message_id in relevant else str(hit.memory.memory_id)


def _metrics(queries: Sequence[QueryEvaluation], limit: int) -> Metrics:
    cuts = [cut for cut in CUTS if cut <= limit]
    return mean_of([metrics_of(query.ranks, cuts) for query in queries], cuts)
