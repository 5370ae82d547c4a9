"""Ingest: store what was said, once, so that it can be recalled when the reply arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memsvc.core import importance
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Caller, NewMessage, Vector
from memsvc.store import memories, replies
from memsvc.store.memories import NewEpisode
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts, Embedding
from memsvc.usecases.once import Once, Replay


@dataclass(frozen=True, slots=True)
class Ingested:
    """What was stored: each message's id and whether the user had it before."""

    conversation_id: str
    messages: list[tuple[str, bool]]
    revision: int


@dataclass(frozen=True, slots=True)
class IngestAsk:
    """Messages of one conversation, in order."""

    user_id: str
    conversation_id: str
    messages: list[NewMessage]
    project_id: str
    agent_id: str
    #: Whether the vectors may come later.
    deferred: bool
    once: Once[Ingested]


@dataclass(frozen=True, slots=True)
class Ingest:
    """Stores messages, all or none."""

    context: Context
    embedding: Embedding

    async def __call__(self, caller: Caller, ask: IngestAsk) -> Ingested | Replay:
        """Store the messages of *ask*; a message_id that the user has already is left alone.

        Raises InvalidFields for a vector of another model.
        """
        (embedded,) = await self.embed(caller, [ask])
        return await self.store(caller, ask, embedded)

    async def embed(self, caller: Caller, asks: Sequence[IngestAsk]) -> list[EmbeddedTexts]:
        """Return the vectors of each of *asks*, all made at once; raises InvalidFields."""
        found: list[list[Vector | None]] = [
            [self.embedding.given(m.embedding) if m.embedding else None for m in ask.messages]
            for ask in asks
        ]
        missing = [
            (vectors, place, searchable(message.author, message.content))
            for ask, vectors in zip(asks, found, strict=True)
            for place, message in enumerate(ask.messages)
            if vectors[place] is None and not ask.deferred
        ]
        embedded = await self.embedding.texts([text for _, _, text in missing], caller)
        for (vectors, place, _), vector in zip(missing, embedded.vectors, strict=True):
            vectors[place] = vector
        return [EmbeddedTexts(vectors, embedded.space_id) for vectors in found]

    async def store(
        self, caller: Caller, ask: IngestAsk, embedded: EmbeddedTexts
    ) -> Ingested | Replay:
        """Store the messages of *ask* with the vectors that there are."""
        now = self.context.clock()
        episodes = [self._episode(message) for message in ask.messages]
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await memories.ensure_conversation(
                tx,
                ask.user_id,
                ask.conversation_id,
                project_id=ask.project_id,
                agent_id=ask.agent_id,
                now=now,
            )
            stored = await memories.insert_episodes(
                tx,
                episodes,
                user_id=ask.user_id,
                conversation_id=ask.conversation_id,
                project_id=ask.project_id,
                agent_id=ask.agent_id,
                now=now,
            )
            new = [
                (place, episode.memory_id, 1)
                for place, episode in enumerate(episodes)
                if episode.memory_id in stored
            ]
            await embedded.keep(tx, new, now)
            ingested = Ingested(
                ask.conversation_id,
                [(e.message.message_id, e.memory_id not in stored) for e in episodes],
                await replies.revision(tx),
            )
            await ask.once.finish(tx, ask.user_id, ingested)
        return ingested

    def _episode(self, message: NewMessage) -> NewEpisode:
        guess = message.importance
        if guess is None:
            guess = importance.first_guess(message.content, importance.ROLE_BASE[message.role])
        return NewEpisode(
            self.context.new_id(),
            message,
            guess,
            lexical_vectors(searchable(message.author, message.content)),
        )
