"""What a speaker is given to know: preferences, essential facts, what was recalled, pages, what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from memsvc.core.chat_commands import commands_of
from memsvc.core.chat_prompt import Line, WebPage
from memsvc.core.context_block import CHARACTERS_PER_TOKEN
from memsvc.core.errors import ProviderNotConfigured
from memsvc.core.model import Caller, Memory, MemoryFilter, Role, ScoredMemory, WeightChanges
from memsvc.core.personas import MemoryScope, Persona
from memsvc.providers.web_search import WebSearch, WebSearchFailed
from memsvc.store import chats, preferences
from memsvc.store.chats import StoredLine
from memsvc.usecases.chats.asking import ChatAsk
from memsvc.usecases.chats.storing import Turn
from memsvc.usecases.context import Context
from memsvc.usecases.memories.conscious import Conscious, ConsciousAsk
from memsvc.usecases.memories.recall import Recall, RecallAsk
from memsvc.usecases.personas.finding import find_persona

#: How many messages of a conversation are read.
LINES_MAX: Final = 200
#: How many essential facts are read.
CONSCIOUS_MAX: Final = 20
#: A longer message is recalled by its beginning and its end, of so many characters in all.
QUERY_CHARACTERS_MAX: Final = 4_000
WEB_PAGES_MAX: Final = 5
#: What a message looks for in the web is cut to what a request's field may hold.
WEB_QUERY_CHARACTERS_MAX: Final = 1_000
#: The setting that names a web search.
WEB_SEARCH_SETTING: Final = "web_search_url"


class ChatDegradation(StrEnum):
    """What an answer has to do without."""

    WEB_SEARCH_UNAVAILABLE = "WEB_SEARCH_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Company:
    """Who takes part, and what all of them know."""

    #: None for an answer without a persona.
    speakers: list[Persona | None]
    #: Who says whose turn it is.
    moderator: Persona | None = None
    preferences: str = ""
    #: What was said before, oldest first.
    history: list[Line] = field(default_factory=list)
    pages: list[WebPage] = field(default_factory=list)
    degradations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What one speaker remembers."""

    conscious: list[Memory] = field(default_factory=list)
    recalled: list[ScoredMemory] = field(default_factory=list)
    degradations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gathering:
    """Brings together what prompts are made of."""

    context: Context
    recall: Recall
    conscious: Conscious
    #: None for a server without one.
    web: WebSearch | None

    async def speakers(
        self, caller: Caller, ask: ChatAsk
    ) -> tuple[list[Persona | None], Persona | None]:
        """Return who speaks, and who moderates; raise PersonaNotFound.

        Before anything is stored; raises ProviderNotConfigured for a web search that there is none for.
        """
        if self._web_query(ask) and self.web is None:
            raise ProviderNotConfigured(field="web_search", setting=WEB_SEARCH_SETTING)
        if not (ask.persona_id or ask.participants):
            return [None], None
        async with self.context.database.transaction(caller) as tx:
            one = ask.persona_id and await find_persona(tx, ask.user_id, ask.persona_id)
            several = [
                await find_persona(tx, ask.user_id, persona_id, field=f"participants[{place}]")
                for place, persona_id in enumerate(ask.participants)
            ]
        if several:
            return [*several], one or None
        return [one or None], None

    async def company(
        self,
        caller: Caller,
        ask: ChatAsk,
        turn: Turn,
        speakers: list[Persona | None],
        moderator: Persona | None,
    ) -> Company:
        """Return what all speakers know."""
        query = self._web_query(ask)
        searching = asyncio.ensure_future(self._pages(query))
        try:
            told, history = await self._said(caller, ask, turn)
            pages = await searching
        finally:
            searching.cancel()
        failed = [str(ChatDegradation.WEB_SEARCH_UNAVAILABLE)] if pages is None else []
        return Company(speakers, moderator, told, history, pages or [], failed)

    async def anew(self, caller: Caller, ask: ChatAsk, turn: Turn, company: Company) -> Company:
        """Return *company* with what was said before as it is by now: without what was deleted since."""
        told, history = await self._said(caller, ask, turn)
        return replace(company, preferences=told, history=history)

    async def _said(self, caller: Caller, ask: ChatAsk, turn: Turn) -> tuple[str, list[Line]]:
        if not (ask.memory_mode.reads or ask.memory_mode.writes):
            return "", []
        async with self.context.database.transaction(caller) as tx:
            told = (await preferences.get(tx, ask.user_id)).lines()
            lines = await chats.last_lines(
                tx,
                ask.user_id,
                turn.conversation_id,
                limit=LINES_MAX,
                characters_max=(ask.token_budget or 0) * CHARACTERS_PER_TOKEN,
            )
        own = turn.own_ids
        return told, [spoken(one) for one in lines if one.message_id not in own and _is_turn(one)]

    async def known(
        self,
        caller: Caller,
        ask: ChatAsk,
        turn: Turn,
        persona: Persona | None,
        company: Company,
    ) -> Known:
        """Return what *persona* remembers besides what stands in the conversation, this turn included."""
        if not ask.memory_mode.reads:
            return Known()
        own = persona is not None and persona.memory_scope is MemoryScope.OWN
        agent_ids = [persona.agent_id] if persona is not None and own else []
        conscious = await self.conscious(
            caller,
            ConsciousAsk(ask.user_id, CONSCIOUS_MAX, [], 0, tuple(agent_ids)),
        )
        seen = {*turn.own_ids, *(line.message_id for line in company.history)}
        essential = [m for m in conscious.memories if m.message_id not in seen]
        if not ask.recall_limit:
            return Known(essential)
        standing = len(company.history) + len(turn.said) + 1
        recalled = await self.recall(
            caller,
            RecallAsk(
                user_id=ask.user_id,
                query=self._query(ask),
                # Some of them stand in the conversation already.
                limit=min(ask.recall_limit + standing, 2 * ask.recall_limit + 5),
                filter=MemoryFilter(agent_ids=agent_ids),
                weights=WeightChanges(),
                min_score=None,
                token_budget=0,
                explain=False,
                min_revision=0,
            ),
        )
        hits = [hit for hit in recalled.hits if hit.memory.message_id not in seen]
        return Known(essential, hits[: ask.recall_limit], [str(d) for d in recalled.degradations])

    def _query(self, ask: ChatAsk) -> str:
        query = ask.memory_query or commands_of(ask.message).memory_query or ask.message
        if len(query) <= QUERY_CHARACTERS_MAX:
            return query
        half = QUERY_CHARACTERS_MAX // 2
        return f"{query[:half]}\n{query[-half:]}"

    def _web_query(self, ask: ChatAsk) -> str:
        return ask.web_search or commands_of(ask.message).web_search[:WEB_QUERY_CHARACTERS_MAX]

    async def _pages(self, query: str) -> list[WebPage] | None:
        """Return what the web has; None if the search failed."""
        if not query or self.web is None:
            return []
        try:
            return await self.web.find(query, WEB_PAGES_MAX)
        except WebSearchFailed:
            return None


def spoken(line: StoredLine) -> Line:
    """Return a stored message as a line of the conversation."""
    return Line(line.message_id, Role(line.role), line.content, line.author, line.agent_id)


def _is_turn(line: StoredLine) -> bool:
    # What tools and the application wrote is recalled behind a fence where it matters.
    return Role(line.role) in {Role.USER, Role.ASSISTANT}


def lines_of(turn: Turn, said: Sequence[Line]) -> list[Line]:
    """Return the latest words: the user's, and what was said since."""
    return [Line(turn.user_message_id, Role.USER, turn.message), *said]
