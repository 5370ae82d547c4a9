"""Search: everything ever said or noted, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Final, cast
from uuid import UUID

from memsvc.core import page_token
from memsvc.core.errors import QueryTooComplex
from memsvc.core.lexical import QUERY_TERMS_MAX, query_terms, words
from memsvc.core.model import Caller, Evidence, JsonValue, Memory, MemoryFilter
from memsvc.core.paging import memory_bytes, within
from memsvc.store import search
from memsvc.store.database import Transaction
from memsvc.store.search import Found, Position, Question
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Degradation, EmbeddedQuery, Embedding

#: The most terms of a full-text query: beyond, a statement could run for seconds.
FULL_TEXT_TERMS_MAX: Final = 32


class SearchMode(IntEnum):
    """How a search matches; the numbers are the contract's."""

    HYBRID = 1
    FULL_TEXT = 2
    SEMANTIC = 3


#: How much meaning and words count in each mode that ranks by them.
WEIGHTS: Final = {SearchMode.HYBRID: (0.5, 0.5), SearchMode.SEMANTIC: (1.0, 0.0)}
#: A semantic search without vectors goes by words.
FALLBACK_WEIGHTS: Final = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class SearchAsk:
    """A search of one user's memory, or of the whole tenant's."""

    user_id: str | None
    query: str
    mode: SearchMode
    filter: MemoryFilter
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One hit."""

    memory: Memory
    evidence: Evidence
    #: The passage that matches best, the matches marked.
    snippet: str
    conversation_title: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, best first."""

    hits: list[SearchHit]
    next_page_token: str
    degradations: list[Degradation]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a page begins, and as of when the first page was read: later ones see no newer rows."""

    known_time: datetime
    after: Position | None


@dataclass(frozen=True, slots=True)
class Search:
    """Looks through everything ever said or noted."""

    context: Context
    embedding: Embedding

    async def __call__(self, caller: Caller, ask: SearchAsk) -> SearchPage:
        """Return the page of *ask*; raise InvalidPageToken or QueryTooComplex."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        start = self._start(ask, binding)
        embedded = EmbeddedQuery()
        if ask.mode is not SearchMode.FULL_TEXT:
            embedded = await self.embedding.query(ask.query, caller)
        async with self.context.database.transaction(caller) as tx:
            found = await self._found(tx, self._narrowed(caller, ask), start, embedded)
            page = within(found.memories[: ask.page_size], lambda hit: memory_bytes(hit[0]))
            snippets, titles = await self._decoration(tx, ask, [memory for memory, _ in page])
        hits = [
            SearchHit(
                memory,
                evidence,
                snippets.get(memory.memory_id, ""),
                titles.get((memory.user_id, memory.conversation_id or ""), ""),
            )
            for memory, evidence in page
        ]
        more = len(found.memories) > len(page)
        token = self._next_token(hits[-1], start, binding) if more else ""
        degraded = (
            []
            if ask.mode is SearchMode.FULL_TEXT
            else embedded.degradations(waiting=bool(found.without_embedding))
        )
        return SearchPage(hits, token, degraded)

    def _narrowed(self, caller: Caller, ask: SearchAsk) -> SearchAsk:
        """Return *ask* without what the tenant leaves out."""
        if not self.context.trust(caller.tenant_id).leave_out_flagged:
            return ask
        return replace(ask, filter=replace(ask.filter, leave_out_flagged=True))

    def _start(self, ask: SearchAsk, binding: bytes) -> _Start:
        if not ask.page_token:
            return _Start(self.context.clock(), None)
        known_time, evidence, memory_id = page_token.decode(
            ask.page_token, binding, self.context.secret_key
        )
        return _Start(
            datetime.fromisoformat(str(known_time)),
            Position(cast("float", evidence), UUID(str(memory_id))),
        )

    def _next_token(self, last: SearchHit, start: _Start, binding: bytes) -> str:
        position: list[JsonValue] = [
            start.known_time.isoformat(),
            last.evidence.evidence,
            str(last.memory.memory_id),
        ]
        return page_token.encode(position, binding, self.context.secret_key)

    async def _found(
        self, tx: Transaction, ask: SearchAsk, start: _Start, embedded: EmbeddedQuery
    ) -> Found:
        scope = ask.filter
        if start.after is not None:
            scope = replace(scope, known_time=start.known_time)
        if ask.mode is SearchMode.FULL_TEXT:
            # n terms joined by operators are at most 2n - 1 nodes
            if await search.count_query_nodes(tx, ask.query) >= 2 * FULL_TEXT_TERMS_MAX:
                raise QueryTooComplex(field="query", limit=str(FULL_TEXT_TERMS_MAX))
            return await search.search_full_text(
                tx,
                ask.user_id,
                ask.query,
                scope,
                now=start.known_time,
                limit=ask.page_size + 1,
                after=start.after,
            )
        weights = WEIGHTS[ask.mode] if embedded.missing is None else FALLBACK_WEIGHTS
        question = Question(
            user_id=ask.user_id,
            terms=query_terms(ask.query),
            embedding=embedded.vector,
            space_id=embedded.space_id,
            semantic_weight=weights[0],
            keyword_weight=weights[1],
        )
        return await search.rank(
            tx, question, scope, now=start.known_time, limit=ask.page_size + 1, after=start.after
        )

    async def _decoration(
        self, tx: Transaction, ask: SearchAsk, page: list[Memory]
    ) -> tuple[dict[UUID, str], dict[tuple[str, str], str]]:
        """Return the snippets and the conversations' titles of a page."""
        if not page:
            return {}, {}
        query = ask.query
        if ask.mode is not SearchMode.FULL_TEXT:
            query = " or ".join(words(ask.query)[:QUERY_TERMS_MAX])
        snippets = await search.snippets(tx, [memory.memory_id for memory in page], query)
        conversations = {(m.user_id, m.conversation_id) for m in page if m.conversation_id}
        titles = await search.conversation_titles(tx, sorted(conversations))
        return snippets, titles
