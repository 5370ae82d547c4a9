"""Short ways to say what tests store and what they get back."""

from __future__ import annotations

from collections.abc import Iterable

from memsvc_client import MemoryClient, Message, RecallResponse


def say(client: MemoryClient, user: str, *texts: str, **more: str) -> list[str]:
    """Ingest *texts* as messages of one conversation; return their message ids."""
    messages = [Message(content=text) for text in texts]
    reply = client.ingest(user_id=user, messages=messages, **more)  # type: ignore[arg-type]
    return [result.message_id for result in reply.results]


def contents(reply: RecallResponse) -> list[str]:
    """Return what a Recall found, best first."""
    return [result.memory.content for result in reply.results]


def found(client: MemoryClient, user: str, query: str) -> set[str]:
    """Return what Recall and Search together find for *query*."""
    recalled = contents(client.recall(user_id=user, query=query, limit=100))
    hits: Iterable[str] = (
        hit.message.content or hit.memory.content
        for hit in client.search(user_id=user, query=query)
    )
    return {*recalled, *hits}
