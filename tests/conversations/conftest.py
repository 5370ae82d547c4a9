"""One user's conversations on the shared server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from tests.support.server import KEYS, ServerProcess
from tests.support.wire import Wire


@dataclass(slots=True)
class Talk:
    """What one user says and does."""

    wire: Wire
    user: str = field(default_factory=lambda: f"talker-{uuid4()}")

    def __call__(self, method: str, **fields: Any) -> Any:
        """Return the reply of a method of ConversationService, called for the user."""
        return self.wire.call(f"ConversationService/{method}", user_id=self.user, **fields)

    def project(self, method: str, **fields: Any) -> Any:
        """Return the reply of a method of ProjectService, called by the user."""
        return self.wire.call(f"ProjectService/{method}", user_id=self.user, **fields)

    def update(self, conversation_id: str, mask: str = "", **fields: Any) -> Any:
        """Return a conversation after a change."""
        request: dict[str, Any] = {
            "conversation": {
                "user_id": self.user,
                "conversation_id": conversation_id,
                **fields,
            }
        }
        if mask:
            request["update_mask"] = mask
        return self.wire.call("ConversationService/UpdateConversation", **request).conversation

    def say(self, *texts: str, facts: bool = False, **more: Any) -> tuple[str, list[str]]:
        """Say *texts* in a conversation; return its id and the messages' ids."""
        reply = self.wire.call(
            "MemoryService/Ingest",
            user_id=self.user,
            messages=[{"content": text} for text in texts],
            extraction="EXTRACTION_MODE_SYNC" if facts else "EXTRACTION_MODE_NONE",
            **more,
        )
        return reply.conversation_id, [one.message_id for one in reply.results]

    def titles(self, **more: Any) -> list[str]:
        """Return the titles of a page of conversations."""
        return [one.title for one in self("ListConversations", **more).conversations]

    def contents(self, conversation_id: str, **more: Any) -> list[str]:
        """Return what the messages of a page say."""
        page = self("ListMessages", conversation_id=conversation_id, **more)
        return [one.content for one in page.messages]

    def facts(self) -> list[str]:
        """Return the facts that hold."""
        page = self.wire.call(
            "MemoryService/ListMemories", user_id=self.user, kinds=["MEMORY_KIND_FACT"]
        )
        return sorted(one.content for one in page.memories)

    def recalled(self, query: str) -> list[str]:
        """Return what comes to mind."""
        reply = self.wire.call("MemoryService/Recall", user_id=self.user, query=query, limit=50)
        return [one.memory.content for one in reply.results]


@pytest.fixture(scope="session")
def acme(server: ServerProcess) -> Iterator[Wire]:
    """The tenant acme."""
    with Wire(server.target, KEYS["acme"]) as wire:
        yield wire


@pytest.fixture
def talk(acme: Wire) -> Talk:
    """A user that no other test has."""
    return Talk(acme)


@pytest.fixture
def other(acme: Wire) -> Talk:
    """Another one."""
    return Talk(acme)
