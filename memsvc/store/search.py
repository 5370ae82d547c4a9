"""Search: everything in scope ranked by meaning and words, or found by full text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from memsvc.core.lexical import QueryTerms
from memsvc.core.model import (
    KEYWORD_CEILING_SHARE,
    SIMILARITY_CEILING_MIN,
    Evidence,
    Memory,
    MemoryFilter,
    Vector,
)
from memsvc.core.provenance import FLAGGED_FACTOR
from memsvc.store.database import Transaction
from memsvc.store.memories import filter_parameters, memory_of


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended."""

    evidence: float
    memory_id: UUID


@dataclass(frozen=True, slots=True)
class Question:
    """What memories are ranked by."""

    #: The user; None for all users of the tenant.
    user_id: str | None
    terms: QueryTerms
    #: The query's unit vector and its space; None to rank by words alone.
    embedding: Vector | None
    space_id: int | None
    semantic_weight: float
    keyword_weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """What the store found, best first."""

    memories: list[tuple[Memory, Evidence]] = field(default_factory=list)
    #: Memories in scope that have no vector yet.
    without_embedding: int = 0


def _found(values: dict[str, Any]) -> tuple[Memory, Evidence, int]:
    evidence = Evidence(values.pop("semantic"), values.pop("keyword"), values.pop("evidence"))
    without_embedding = values.pop("without_embedding")
    return memory_of(values), evidence, without_embedding


async def rank(
    tx: Transaction,
    question: Question,
    memory_filter: MemoryFilter,
    *,
    now: datetime,
    limit: int,
    after: Position | None = None,
) -> Found:
    """Return the *limit* best memories by meaning and words, from *after* on."""
    await tx.execute("prefer_hash_joins")
    rows = await tx.mapped(
        "rank_memories",
        _found,
        user_id=question.user_id,
        probe=question.terms.probe,
        dimensions=question.terms.dimensions,
        embedding=question.embedding,
        space_id=question.space_id,
        semantic_weight=question.semantic_weight,
        keyword_weight=question.keyword_weight,
        similarity_ceiling_min=SIMILARITY_CEILING_MIN,
        keyword_ceiling_share=KEYWORD_CEILING_SHARE,
        flagged_factor=FLAGGED_FACTOR,
        after_evidence=after and after.evidence,
        after_id=after and after.memory_id,
        limit=limit,
        **filter_parameters(memory_filter, now),
    )
    return Found([row[:2] for row in rows], rows[0][2] if rows else 0)


async def search_full_text(
    tx: Transaction,
    user_id: str | None,
    query: str,
    memory_filter: MemoryFilter,
    *,
    now: datetime,
    limit: int,
    after: Position | None = None,
) -> Found:
    """Return the *limit* best memories that match the full-text *query*, from *after* on."""
    rows = await tx.mapped(
        "search_full_text",
        _found,
        flagged_factor=FLAGGED_FACTOR,
        user_id=user_id,
        query=query,
        after_evidence=after and after.evidence,
        after_id=after and after.memory_id,
        limit=limit,
        **filter_parameters(memory_filter, now),
    )
    return Found([row[:2] for row in rows])


async def count_query_nodes(tx: Transaction, query: str) -> int:
    """Return how many terms and operators Postgres makes of a full-text *query*."""
    rows = await tx.mapped("count_query_terms", dict, query=query)
    return int(rows[0]["nodes"])


async def snippets(tx: Transaction, memory_ids: list[UUID], query: str) -> dict[UUID, str]:
    """Return the passage of each memory that matches the full-text *query* best, marked."""
    rows = await tx.mapped("mark_snippets", dict, memory_ids=memory_ids, query=query)
    return {row["memory_id"]: row["snippet"] for row in rows}


async def conversation_titles(
    tx: Transaction, conversations: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return the titles, where there are any, of *conversations* given as (user, conversation)."""
    rows = await tx.mapped(
        "list_conversation_titles",
        dict,
        user_ids=[user_id for user_id, _ in conversations],
        conversation_ids=[conversation_id for _, conversation_id in conversations],
    )
    return {(row["user_id"], row["conversation_id"]): row["title"] for row in rows}
